/** `session_settings` (§3): what a client may set, and in what range. Ranges are the sandbox's own where §3 has none. */
import { type Fields, isFields, MessageFault, SAMPLE_RATE } from './protocol.ts';

/** What the sandbox acts on; times in seconds. The other settings of §3 are checked and have no effect. */
export interface Settings {
  /** Whether `emotion_update` is sent, and how sure (0–1) the strongest emotion must be for that. */
  emotions: boolean;
  emotionThreshold: number;
  /** Whether silence ends a turn; without it only a stop of all audio or `maxTurnDuration` does. */
  turnDetection: boolean;
  silenceThreshold: number;
  minSpeakingTime: number;
  /** Seconds of speech that interrupt an answer. §3 gives no unit; a value of 0–1 makes sense in this one too. */
  interruptThreshold: number;
  maxTurnDuration: number;
  /** `idle_timeout`; undefined where the client did not say. */
  idleEnabled: boolean | undefined;
  idleWarning: number | undefined;
  idleHangup: number | undefined;
}

/** The sandbox's own choice: §3 names no defaults. */
export const DEFAULT_SETTINGS: Readonly<Settings> = {
  emotions: true,
  emotionThreshold: 0,
  turnDetection: true,
  silenceThreshold: 0.7,
  minSpeakingTime: 0.1,
  interruptThreshold: 0.3,
  maxTurnDuration: Number.POSITIVE_INFINITY,
  idleEnabled: undefined,
  idleWarning: undefined,
  idleHangup: undefined,
};

interface Rule {
  expected: string;
  accepts: (value: unknown) => boolean;
}
interface Rules {
  [name: string]: Rule | Rules;
}

const flag: Rule = { expected: 'true or false', accepts: (value) => typeof value === 'boolean' };
const text: Rule = { expected: 'a text', accepts: (value) => typeof value === 'string' };
const anything: Rule = { expected: 'anything', accepts: () => true };
const between = (least: number, most: number): Rule => ({
  expected: `a number from ${least} to ${most}`,
  accepts: (value) => typeof value === 'number' && value >= least && value <= most,
});

const RULES: Rules = {
  emotion_detection: { enabled: flag, confidence_threshold: between(0, 1) },
  turn_detection: {
    enabled: flag,
    silence_threshold: between(0.05, 10),
    min_speaking_time: between(0, 10),
    speech_threshold: between(0, 1),
    interrupt_threshold: between(0, 10),
    natural_pauses: flag,
    mode: text,
    max_turn_duration: between(0.1, 3_600),
    background_noise_adaptation: flag,
    speaking_rate_adaptation: flag,
    context_awareness: { enabled: flag, conversation_style: text, user_preferences: anything },
  },
  idle_timeout: { enabled: flag, warning_timeout: between(0, 3_600), hangup_timeout: between(0, 3_600) },
};

/** What §3 documents for `data`. */
const DOCUMENTED: Rules = {
  emotion_detection: RULES['emotion_detection'] as Rules,
  turn_detection: RULES['turn_detection'] as Rules,
  audio: { sample_rate: anything, channels: anything, encoding: anything },
};

const FORMAT: Fields = { sample_rate: SAMPLE_RATE, channels: 1, encoding: 'linear16' };

/**
 * The settings after a `session_settings` message; fields that it does not name stay as they are.
 * @param fields documented (`audio { sample_rate … }`) or the flat form of the vendor's SDK, or both; `null` counts
 * as absent and unknown fields are left alone, unless `strict`
 * @throws MessageFault AUDIO_FORMAT_UNSUPPORTED or INVALID_MESSAGE_FORMAT; then nothing of the message is taken
 */
export function applySettings(current: Readonly<Settings>, fields: Fields, strict = false): Settings {
  if (strict) refuseUnknown(fields, DOCUMENTED, '');
  const audio = fields['audio'] ?? {};
  if (!isFields(audio)) throw wrong('audio', 'an object');
  checkFormat(audio, 'audio.');
  checkFormat(fields, '');
  check(fields, RULES, '');

  const emotion = section(fields, 'emotion_detection');
  const turn = section(fields, 'turn_detection');
  const idle = section(fields, 'idle_timeout');
  const choose = <T>(value: unknown, before: T): T => (value ?? before) as T;
  return {
    emotions: choose(emotion['enabled'], current.emotions),
    emotionThreshold: choose(emotion['confidence_threshold'], current.emotionThreshold),
    turnDetection: choose(turn['enabled'], current.turnDetection),
    silenceThreshold: choose(turn['silence_threshold'], current.silenceThreshold),
    minSpeakingTime: choose(turn['min_speaking_time'], current.minSpeakingTime),
    interruptThreshold: choose(turn['interrupt_threshold'], current.interruptThreshold),
    maxTurnDuration: choose(turn['max_turn_duration'], current.maxTurnDuration),
    idleEnabled: choose(idle['enabled'], current.idleEnabled),
    idleWarning: choose(idle['warning_timeout'], current.idleWarning),
    idleHangup: choose(idle['hangup_timeout'], current.idleHangup),
  };
}

function checkFormat(fields: Fields, prefix: string): void {
  for (const [name, expected] of Object.entries(FORMAT)) {
    const value = fields[name] ?? undefined;
    if (value !== undefined && value !== expected)
      throw new MessageFault(
        'AUDIO_FORMAT_UNSUPPORTED',
        `${prefix}${name} must be ${JSON.stringify(expected)}`,
        {
          field: `${prefix}${name}`,
          expected,
        },
      );
  }
}

function check(fields: Fields, rules: Rules, prefix: string): void {
  for (const [name, rule] of Object.entries(rules)) {
    const value = fields[name] ?? undefined;
    if (value === undefined) continue;
    if (isRule(rule)) {
      if (!rule.accepts(value)) throw wrong(prefix + name, rule.expected);
    } else if (isFields(value)) {
      check(value, rule, `${prefix}${name}.`);
    } else throw wrong(prefix + name, 'an object');
  }
}

function refuseUnknown(fields: Fields, rules: Rules, prefix: string): void {
  for (const [name, value] of Object.entries(fields)) {
    const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
    if (rule === undefined)
      throw new MessageFault('INVALID_MESSAGE_FORMAT', `${prefix}${name} is not a documented setting`, {
        field: prefix + name,
        reason: 'unknown field',
      });
    if (!isRule(rule) && isFields(value)) refuseUnknown(value, rule, `${prefix}${name}.`);
  }
}

function isRule(rule: Rule | Rules): rule is Rule {
  return typeof rule['accepts'] === 'function';
}

function section(fields: Fields, name: string): Fields {
  const value = fields[name];
  return isFields(value) ? value : {};
}

function wrong(field: string, expected: string): MessageFault {
  return new MessageFault('INVALID_MESSAGE_FORMAT', `${field} must be ${expected}`, {
    field,
    reason: `must be ${expected}`,
  });
}
