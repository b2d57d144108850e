/** Errors and close codes of the voice service (reference, section 7), each with its meaning and what to do. */
import { CliError, type ErrorType } from '../shared/errors.ts';

/** What a client does after an error. */
export type ErrorAction = 'stop' | 'retry' | 'continue';

export interface VoiceErrorKind {
  readonly type: ErrorType;
  readonly action: ErrorAction;
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
    meaning: 'The connection timed out',
    advice: 'Try again.',
  },
  INTERNAL_ERROR: {
    type: 'server',
    action: 'retry',
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
    action: 'stop',
    meaning: 'A piece of audio was larger than 1 MB',
    advice: 'Use a lower --speed.',
  },
  SESSION_EXPIRED: {
    type: 'network',
    action: 'retry',
    meaning: 'The voice session has ended (60 minutes, idle, or a restart)',
    advice: 'Start a new one.',
  },
  SESSION_LIMIT_EXCEEDED: {
    type: 'rate_limited',
    action: 'retry',
    meaning: 'Too many voice sessions at once',
    advice: 'Wait until one has ended.',
  },
  SERVICE_UNAVAILABLE: {
    type: 'server',
    action: 'retry',
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

/** An `error` message of the service. */
export interface ServerError {
  /** The name, or an empty string where the service sent only text. */
  code: string;
  message: string;
  details: unknown;
}

function knownKind(code: string): VoiceErrorKind | undefined {
  return Object.hasOwn(VOICE_ERRORS, code) ? VOICE_ERRORS[code] : undefined;
}

export function kindOfError(code: string): VoiceErrorKind {
  return knownKind(code) ?? UNKNOWN_ERROR;
}

/** What the service said, as far as it is reasonable to repeat it. */
function wordsOf(error: ServerError): string {
  return [error.code, error.message.slice(0, 500)].filter((part) => part !== '').join(': ');
}

/** Where an error happened; support asks for the connection id and the time. */
export interface ErrorPlace {
  /** Redacted address. */
  endpoint: string;
  connectionId: string;
  timestamp: string;
}

/** An `error` message as the error to end with. */
export function errorOfServer(error: ServerError, place: ErrorPlace): CliError {
  const kind = kindOfError(error.code);
  const said = wordsOf(error);
  return make(kind.type, said === '' ? kind.meaning : `${kind.meaning} (${said})`, kind.advice, place);
}

function make(
  type: ErrorType,
  message: string,
  advice: string,
  place: ErrorPlace,
  status?: number,
): CliError {
  return new CliError(type, message, {
    hint: advice === '' ? undefined : advice,
    endpoint: place.endpoint,
    requestId: place.connectionId,
    timestamp: place.timestamp,
    status,
  });
}

const BY_STATUS: Readonly<Record<number, string>> = {
  401: 'AUTH_FAILED',
  403: 'ACCESS_DENIED',
  429: 'RATE_LIMITED',
  503: 'SERVICE_UNAVAILABLE',
};

/** A connection that was refused with an HTTP status on the upgrade. */
export function errorOfStatus(status: number, place: ErrorPlace): CliError {
  const name = BY_STATUS[status];
  if (name !== undefined) {
    const kind = kindOfError(name);
    return make(kind.type, `${kind.meaning} (HTTP ${status})`, kind.advice, place, status);
  }
  if (status === 404)
    return make(
      'not_found',
      'The voice service does not know the configuration, the project or the address (HTTP 404)',
      'Check --config-id, leave out --project-id, and check voice-url.',
      place,
      status,
    );
  if (status >= 500)
    return make(
      'server',
      `The voice service failed (HTTP ${status})`,
      'Try again in a moment.',
      place,
      status,
    );
  return make(
    'rejected',
    `The voice service refused the connection (HTTP ${status})`,
    'Check voice-url.',
    place,
    status,
  );
}

/** How a connection ended. */
export interface CloseInfo {
  code: number;
  reason: string;
  /** The last `error` message before it: illegal close codes arrive as 1006 and only the message has the name. */
  lastError?: ServerError | undefined;
  /** Whether the session had begun: audio had flowed both ways or for a while. */
  established: boolean;
}

/**
 * The error that a close stands for. Code 4004 has three meanings (reference, section 7): a message before it or a
 * name in its reason decides; in mid-session it is the rate limit; a bare one at the start is reported with all three.
 */
export function errorOfClose(close: CloseInfo, place: ErrorPlace): CliError {
  const { lastError } = close;
  // The reason belongs to this close; the last message may be of something that was survived.
  const inReason = Object.keys(VOICE_ERRORS).find((name) => close.reason.includes(name));
  const named = inReason ?? lastError?.code ?? '';
  const kind = knownKind(named);
  if (kind !== undefined) {
    const fits = lastError !== undefined && (lastError.code === named || lastError.code === '');
    const said = wordsOf({ code: named, message: fits ? lastError.message : '', details: undefined });
    return make(kind.type, `${kind.meaning} (${said})`, kind.advice, place);
  }
  const details = [
    `close code ${close.code}`,
    close.reason.slice(0, 200),
    lastError === undefined ? '' : wordsOf(lastError),
  ]
    .filter((part) => part !== '')
    .join(', ');
  switch (close.code) {
    case 4001: {
      const kind = kindOfError('AUTH_FAILED');
      return make(kind.type, `${kind.meaning} (${details})`, kind.advice, place);
    }
    case 4002: {
      const kind = kindOfError('CONNECTION_FAILED');
      return make(kind.type, `${kind.meaning} (${details})`, kind.advice, place);
    }
    case 4003: {
      const kind = kindOfError('ACCESS_DENIED');
      return make(kind.type, `${kind.meaning} (${details})`, kind.advice, place);
    }
    case 4004:
      if (close.established)
        return make(
          'rate_limited',
          `The voice service closed the session for too many messages (${details})`,
          'Wait a minute, then try again.',
          place,
        );
      return make(
        'not_found',
        `The voice service refused the session (${details}): unknown configuration, wrong project, or too many connections`,
        'Check --config-id, leave out --project-id, or wait a minute.',
        place,
      );
    case 1011:
      return make('server', `The voice service failed (${details})`, 'Try again in a moment.', place);
    case 1000:
      return make(
        'network',
        `The voice service closed the session before the answer was complete (${details})`,
        'Try again.',
        place,
      );
    default:
      return make(
        'network',
        `The connection to the voice service broke off (${details})`,
        'Check your network, then try again.',
        place,
      );
  }
}
