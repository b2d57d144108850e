/** The settings of a session that are known (reference, section 3). */

/** `seconds` are 0 or more; a `fraction` is from 0 to 1; a `number` has no documented range. */
export type SettingKind = 'switch' | 'seconds' | 'fraction' | 'number' | 'text' | 'any';

export interface SettingSpec {
  /** Where it stands in `session_settings`. */
  path: string;
  kind: SettingKind;
  /** The flag that sets it, without the dashes. */
  flag: string;
  help: string;
}

const turn = (name: string, kind: SettingKind, flag: string, help: string): SettingSpec => ({
  path: `turn_detection.${name}`,
  kind,
  flag,
  help,
});

/** All settings of the reference but the audio format, which is fixed. `idle_timeout` is known of the vendor's SDK alone. */
export const VOICE_SETTINGS: readonly SettingSpec[] = [
  { path: 'emotion_detection.enabled', kind: 'switch', flag: 'emotion-detection', help: 'tell emotions' },
  {
    path: 'emotion_detection.confidence_threshold',
    kind: 'fraction',
    flag: 'emotion-threshold',
    help: 'how sure an emotion must be',
  },
  turn('enabled', 'switch', 'turn-detection', 'let silence end a turn'),
  turn('silence_threshold', 'seconds', 'silence-threshold', 'silence that ends a turn'),
  turn('min_speaking_time', 'seconds', 'min-speaking-time', 'speech that makes a turn'),
  turn('speech_threshold', 'number', 'speech-threshold', 'what counts as speech'),
  turn('interrupt_threshold', 'number', 'interrupt-threshold', 'what interrupts an answer'),
  turn('natural_pauses', 'switch', 'natural-pauses', 'allow pauses inside a turn'),
  turn('mode', 'text', 'turn-mode', 'the documentation names "adaptive"'),
  turn('max_turn_duration', 'seconds', 'max-turn-duration', 'longest turn'),
  turn('background_noise_adaptation', 'switch', 'noise-adaptation', 'adapt to noise'),
  turn('speaking_rate_adaptation', 'switch', 'rate-adaptation', 'adapt to fast and slow speakers'),
  turn('context_awareness.enabled', 'switch', 'context-awareness', 'use the context to find turns'),
  turn('context_awareness.conversation_style', 'text', 'conversation-style', 'style of the conversation'),
  turn('context_awareness.user_preferences', 'any', 'user-preferences', 'JSON, or text'),
  { path: 'idle_timeout.enabled', kind: 'switch', flag: 'idle-timeout', help: 'end idle sessions' },
  {
    path: 'idle_timeout.warning_timeout',
    kind: 'seconds',
    flag: 'idle-warning',
    help: 'idle time before a warning',
  },
  {
    path: 'idle_timeout.hangup_timeout',
    kind: 'seconds',
    flag: 'idle-hangup',
    help: 'idle time before the end',
  },
];
