/** The voice options as a document: a script file, or what is sent to `/_sandbox/voice`. Names are `like_this`. */
import { CliError } from '../../shared/errors.ts';
import { isObject } from '../../shared/json.ts';
import type { VoiceOptions, VoiceScript } from './options.ts';
import { MAX_CHUNK_BYTES } from './protocol.ts';
import {
  flag,
  list,
  number,
  object,
  oneOf,
  orUnlimited,
  type Problem,
  pathText,
  type Reading,
  type Rule,
  text,
  whole,
} from './schema.ts';
import { MAX_SOUND_SECONDS } from './script.ts';

/** A file that a script names, before it was read. */
export class AudioFile {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

const MANY = 1_000_000_000;
/** A window of a limit is as large as the limit. */
const MOST_EVENTS = 100_000;
/** The longest that Node.js waits. */
const MAX_MS = 2 ** 31 - 1;

const ms = whole(0, MAX_MS);
const bytes = whole(0, MANY);
const count = whole(0, MANY);
const ordinal = whole(1, MANY);
const code = whole(0, 65_535);

const connections = object({ from: ordinal, to: ordinal });
const errorFields = { name: text, message: text, form: oneOf('message', 'plain') };

const refusal = object(
  {
    status: whole(400, 599),
    retry_after: whole(0, 86_400),
    close: code,
    reason: text,
    error_code: text,
    times: ordinal,
    connections,
  },
  [],
  (has) => {
    if (has('status') === has('close')) return 'needs either status or close';
    if (has('status') && (has('reason') || has('error_code')))
      return 'has reason or error_code without close';
    return has('close') && has('retry_after') ? 'has retry_after without status' : undefined;
  },
);

const MOMENTS = ['at', 'after_bytes', 'after_ms', 'turn', 'after_answer_chunks', 'after_answer_bytes'];

const fault = object(
  {
    at: oneOf('start'),
    after_bytes: bytes,
    after_ms: ms,
    turn: ordinal,
    after_answer_chunks: count,
    after_answer_bytes: bytes,
    times: whole(1, 10_000),
    connections,
    error: object(errorFields, ['name']),
    disconnect: object({ code, reason: text }, ['code']),
    invalid_frame: flag,
    close: code,
    close_reason: text,
    drop: flag,
    freeze: flag,
  },
  [],
  (has, value) => {
    const moments = MOMENTS.filter(has).filter((name) => name !== 'turn');
    const answer = moments.every((name) => name.startsWith('after_answer_'));
    if (moments.length + (has('turn') ? 1 : 0) === 0) return `needs a moment: ${MOMENTS.join(', ')}`;
    if (moments.length > 1 || (has('turn') && !answer)) return 'has more than one moment';
    const ends = [has('close'), value['drop'] === true, value['freeze'] === true].filter(Boolean).length;
    if (ends > 1) return 'has more than one of close, drop and freeze';
    if (has('close_reason') && !has('close')) return 'has close_reason without close';
    const says = has('error') || has('disconnect') || value['invalid_frame'] === true;
    return says || ends > 0
      ? undefined
      : 'needs one of error, disconnect, invalid_frame, close, drop, freeze';
  },
);

const voice = object({
  shape: oneOf('hybrid', 'documented', 'flat'),
  strict: flag,
  refuse: list(refusal, { orOne: true }),
  refuse_by: oneOf('close', 'status'),
  faults: list(fault),
  limits: object({
    connections_per_minute: orUnlimited(whole(0, MOST_EVENTS)),
    messages_per_minute: orUnlimited(whole(0, MOST_EVENTS)),
    chunks_per_second: orUnlimited(whole(0, MOST_EVENTS)),
    chunk_bytes: whole(0, MAX_CHUNK_BYTES),
    session_ms: orUnlimited(ms),
    concurrent_sessions: orUnlimited(count),
  }),
  idle: object({ warning_ms: ms, final_warning_ms: ms, hangup_ms: ms }),
  answers: object({
    text_delay_ms: ms,
    audio_delay_ms: ms,
    pause: object({ after_chunks: count, ms }, ['after_chunks', 'ms']),
    chunk_bytes: whole(1, MAX_CHUNK_BYTES),
    duplicate_last: flag,
    between: list(
      oneOf('unknown_type', 'not_json', 'json_list', 'no_type', 'status', 'plain_error', 'empty_chunk'),
    ),
  }),
  interruption: object({
    message: oneOf('tts_interruption', 'user_interruption'),
    ignore: flag,
    linger_ms: ms,
  }),
  greeting: text,
  echo: oneOf(true, false, 'speech', 'all'),
  mute: flag,
  no_end_marks: flag,
  cumulative: flag,
  binary_audio: flag,
  reply_speed: orUnlimited(number(0.01, MANY)),
});

const audio: Rule = {
  read(value, path, { problems, mayNameFiles }) {
    if (value === 'none') return value;
    if (typeof value === 'number')
      return number(0, MAX_SOUND_SECONDS).read(value, path, { problems, mayNameFiles });
    if (typeof value !== 'string' || value === '')
      problems.push({ path, message: 'must be a file, a number of seconds, or none' });
    else if (!mayNameFiles)
      problems.push({ path, message: 'must be a number of seconds or none: only a script file names files' });
    else return new AudioFile(value);
    return value;
  },
};

const turn = object(
  {
    when: object({
      speech_longer_than: number(0, 3_600),
      speech_shorter_than: number(0, 3_600),
      louder_than: number(-100, 0),
      turn: ordinal,
    }),
    transcript: text,
    interim: list(text),
    confidence: number(0, 1),
    emotions: list(object({ emotion: text, percentage: number(0, 100) }, ['emotion', 'percentage'])),
    answer: text,
    audio,
    delay_ms: ms,
    error: object({ ...errorFields, close: code }, ['name']),
    drop: flag,
    interruptible: flag,
  },
  [],
  (has, value) =>
    value['drop'] === true && (has('answer') || has('audio'))
      ? 'has an answer that drop leaves no time for'
      : undefined,
);

/** The whole document. */
export const DOCUMENT: Rule = object(
  {
    voice,
    turns: list(turn, { least: 1 }),
    match: oneOf('order', 'when'),
    // biome-ignore lint/suspicious/noThenProperty: a field of data, and no function
    then: oneOf('repeat', 'last', 'silence', 'hangup'),
  },
  [],
  (has, value) => {
    if (!has('turns')) return has('match') || has('then') ? 'has match or then without turns' : undefined;
    if (value['match'] === 'when')
      return has('then') ? 'has then, which match: when makes no use of' : undefined;
    const turns: unknown[] = Array.isArray(value['turns']) ? value['turns'] : [];
    const conditional = turns.some((entry) => isObject(entry) && (entry['when'] ?? undefined) !== undefined);
    return conditional ? 'has turns with when, which needs match: when' : undefined;
  },
);

/**
 * Reads a document. Without `mayNameFiles` audio files are a problem; with it they are `AudioFile`s in the result,
 * which the caller replaces. An empty document has the defaults.
 */
export function readDocument(
  value: unknown,
  mayNameFiles: boolean,
): { options: VoiceOptions; problems: Problem[] } {
  const reading: Reading = { problems: [], mayNameFiles };
  const result = DOCUMENT.read(value ?? {}, [], reading) as { voice?: VoiceOptions } & Partial<VoiceScript>;
  if (reading.problems.length > 0) return { options: {}, problems: reading.problems };
  const { voice: options = {}, turns, ...rest } = result;
  return {
    options: turns === undefined ? options : { ...options, script: { turns, ...rest } },
    problems: [],
  };
}

/**
 * The options in a document that came over the network; it cannot name files of this machine.
 * Throws CliError `usage` that tells of all problems.
 */
export function parseVoiceDocument(value: unknown): VoiceOptions {
  const { options, problems } = readDocument(value, false);
  if (problems.length > 0)
    throw new CliError('usage', `The voice options are not good: ${problems.map(problemText).join('; ')}.`);
  return options;
}

/** `voice.faults[0].close must be …`. */
export function problemText({ path, message }: Problem): string {
  return `${path.length === 0 ? 'the document' : pathText(path)} ${message}`;
}
