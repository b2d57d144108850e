/** The errors of the voice service by name (reference, section 7): each with its meaning and what to do. */
import type { ErrorType } from '../shared/errors.ts';

/** What a client does after an error. */
export type ErrorAction = 'stop' | 'retry' | 'continue';

export interface VoiceErrorKind {
  readonly type: ErrorType;
  readonly action: ErrorAction;
  /** With `retry`: how long to wait at least before the next connection. */
  readonly waitMs?: number;
  readonly meaning: string;
  readonly advice: string;
}

const KEY_ADVICE = 'Check NEXTEVI_API_KEY (it begins with oak_) or NEXTEVI_ACCESS_TOKEN.';

/** By the names that the service sends in `error_code`. */
export const VOICE_ERRORS: Readonly<Record<string, VoiceErrorKind>> = {
  AUTH_REQUIRED: {
    type: 'auth',
    action: 'stop',
    meaning: 'The voice service got no credentials',
    advice: KEY_ADVICE,
  },
  AUTH_FAILED: {
    type: 'auth',
    action: 'stop',
    meaning: 'The voice service did not accept the credentials',
    advice: KEY_ADVICE,
  },
  CONNECTION_FAILED: {
    type: 'network',
    action: 'retry',
    waitMs: 1_000,
    meaning: 'The voice service could not take the connection',
    advice: 'Try again in a moment.',
  },
  ACCESS_DENIED: {
    type: 'auth',
    action: 'stop',
    meaning: 'The account may not use the voice service (permission, suspension or billing)',
    advice: 'Look at the account in the dashboard.',
  },
  CONFIG_NOT_FOUND: {
    type: 'not_found',
    action: 'stop',
    meaning: 'The voice configuration does not exist',
    advice: 'Check --config-id (NEXTEVI_CONFIG_ID) against the dashboard.',
  },
  INVALID_PROJECT: {
    type: 'not_found',
    action: 'stop',
    meaning: 'The project does not exist or does not match',
    advice: 'Leave out --project-id (NEXTEVI_PROJECT_ID): it is found from the configuration.',
  },
  RATE_LIMITED: {
    type: 'rate_limited',
    action: 'retry',
    waitMs: 60_000,
    meaning: 'Too many connections, messages or audio chunks',
    advice: 'Wait a minute, then try again.',
  },
  INVALID_MESSAGE_FORMAT: {
    type: 'internal',
    action: 'continue',
    meaning: 'The voice service could not read a message of this program',
    advice: 'Please report it with the connection id.',
  },
  UNSUPPORTED_MESSAGE_TYPE: {
    type: 'internal',
    action: 'continue',
    meaning: 'The voice service does not know a message of this program',
    advice: 'Please report it with the connection id.',
  },
  CONNECTION_TIMEOUT: {
    type: 'network',
    action: 'retry',
    waitMs: 1_000,
    meaning: 'The connection timed out',
    advice: 'Try again.',
  },
  INTERNAL_ERROR: {
    type: 'server',
    action: 'retry',
    waitMs: 5_000,
    meaning: 'The voice service failed',
    advice: 'Try again in a moment.',
  },
  AUDIO_PROCESSING_FAILED: {
    type: 'rejected',
    action: 'continue',
    meaning: 'The voice service could not use a piece of audio',
    advice: 'If it repeats, check the file.',
  },
  AUDIO_FORMAT_UNSUPPORTED: {
    type: 'rejected',
    action: 'stop',
    meaning: 'The voice service does not take this audio format',
    advice: 'It documents 24 kHz mono 16-bit PCM only.',
  },
  AUDIO_CHUNK_TOO_LARGE: {
    type: 'rejected',
    action: 'continue',
    meaning: 'A piece of audio was larger than 1 MB',
    advice: 'Use a lower --speed.',
  },
  SESSION_EXPIRED: {
    type: 'network',
    action: 'retry',
    waitMs: 1_000,
    meaning: 'The voice session has ended (60 minutes, idle, or a restart)',
    advice: 'Start a new one.',
  },
  SESSION_LIMIT_EXCEEDED: {
    type: 'rate_limited',
    action: 'retry',
    waitMs: 5_000,
    meaning: 'Too many voice sessions at once',
    advice: 'Wait until one has ended.',
  },
  SERVICE_UNAVAILABLE: {
    type: 'server',
    action: 'retry',
    waitMs: 1_000,
    meaning: 'The voice service is not available',
    advice: 'Try again later.',
  },
};

const UNKNOWN_ERROR: VoiceErrorKind = {
  type: 'server',
  action: 'continue',
  meaning: 'The voice service reported an error',
  advice: '',
};

/** The entry of a name; undefined for one that is not documented. */
export function knownKind(code: string): VoiceErrorKind | undefined {
  return Object.hasOwn(VOICE_ERRORS, code) ? VOICE_ERRORS[code] : undefined;
}

/** The entry of a name, or that of errors that are not documented: the session goes on. */
export function kindOfError(code: string): VoiceErrorKind {
  return knownKind(code) ?? UNKNOWN_ERROR;
}
