/** What refusals, `error` messages and close codes of the voice service stand for (reference, section 7). */
import { CliError, type ErrorDetails, type ErrorType } from '../shared/errors.ts';
import { kindOfError, knownKind, VOICE_ERRORS, type VoiceErrorKind } from './error-table.ts';

/** A failure of the voice service, and whether another connection may do better. */
export class VoiceError extends CliError {
  /** Milliseconds to wait at least before another connection; undefined where none can do better. */
  readonly retryMs: number | undefined;
  /** Whether the service closed the connection as one that has served its purpose (close code 1000). */
  readonly hungUp: boolean;
  /** What errors are counted by: the name of the service, else `CLOSE_1006`, `HTTP_502`, `ECONNREFUSED` … */
  readonly label: string;

  constructor(
    type: ErrorType,
    message: string,
    details: ErrorDetails & { retryMs?: number | undefined; hungUp?: boolean; label: string },
  ) {
    super(type, message, details);
    this.retryMs = details.retryMs;
    this.hungUp = details.hungUp === true;
    this.label = details.label;
  }
}

/** An `error` message of the service. */
export interface ServerError {
  /** The name, or an empty string where the service sent only text. */
  code: string;
  message: string;
  details: unknown;
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
export function errorOfServer(error: ServerError, place: ErrorPlace): VoiceError {
  return errorOfKind(kindOfError(error.code), wordsOf(error), place, { label: error.code || 'UNNAMED' });
}

/** @param said what the service said, in brackets behind the meaning */
function errorOfKind(
  kind: VoiceErrorKind,
  said: string,
  place: ErrorPlace,
  more: { label: string; status?: number; askedMs?: number | undefined },
): VoiceError {
  const { type, meaning, advice, action, waitMs } = kind;
  const { label, status, askedMs = 0 } = more;
  return make(type, said === '' ? meaning : `${meaning} (${said})`, advice, place, {
    label,
    status,
    retryMs: action === 'retry' ? Math.max(waitMs ?? 0, askedMs) : undefined,
  });
}

function make(
  type: ErrorType,
  message: string,
  advice: string,
  place: ErrorPlace,
  more: { label: string; status?: number | undefined; retryMs?: number | undefined; hungUp?: boolean },
): VoiceError {
  return new VoiceError(type, message, {
    hint: advice === '' ? undefined : advice,
    endpoint: place.endpoint,
    requestId: place.connectionId,
    timestamp: place.timestamp,
    ...more,
  });
}

const BY_STATUS: Readonly<Record<number, string>> = {
  401: 'AUTH_FAILED',
  403: 'ACCESS_DENIED',
  429: 'RATE_LIMITED',
  503: 'SERVICE_UNAVAILABLE',
};

/**
 * A connection that was refused with an HTTP status on the upgrade.
 *
 * @param askedMs the pause that `Retry-After` asks for
 */
export function errorOfStatus(status: number, place: ErrorPlace, askedMs?: number | undefined): VoiceError {
  const name = BY_STATUS[status];
  if (name !== undefined)
    // What the service asks for is better founded than the minute of the reference.
    return errorOfKind(
      askedMs === undefined ? kindOfError(name) : { ...kindOfError(name), waitMs: 0 },
      `HTTP ${status}`,
      place,
      { label: name, status, askedMs },
    );
  if (status === 404)
    return make(
      'not_found',
      'The voice service does not know the configuration, the project or the address (HTTP 404)',
      'Check --config-id, leave out --project-id, and check voice-url.',
      place,
      { label: `HTTP_${status}`, status },
    );
  if (status >= 500)
    return make('server', `The voice service failed (HTTP ${status})`, 'Try again in a moment.', place, {
      label: `HTTP_${status}`,
      status,
      retryMs: Math.max(RETRY_MS, askedMs ?? 0),
    });
  return make(
    'rejected',
    `The voice service refused the connection (HTTP ${status})`,
    'Check voice-url.',
    place,
    { label: `HTTP_${status}`, status },
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
  /** The connection was given up after so many milliseconds without a sign of life. */
  silentMs?: number | undefined;
}

/** Before a connection is made again that was lost for no reason that the service named. */
const RETRY_MS = 1_000;

const BY_CLOSE_CODE: Readonly<Record<number, string>> = {
  4001: 'AUTH_FAILED',
  4002: 'CONNECTION_FAILED',
  4003: 'ACCESS_DENIED',
};

/**
 * The error that a close stands for. Code 4004 has three meanings (reference, section 7): a message before it or a
 * name in its reason decides; in mid-session it is the rate limit; a bare one at the start is reported with all three.
 */
export function errorOfClose(close: CloseInfo, place: ErrorPlace): VoiceError {
  const { lastError } = close;
  // The reason belongs to this close; the last message may be of something that was survived.
  const inReason = Object.keys(VOICE_ERRORS).find((name) => close.reason.includes(name));
  const named = inReason ?? lastError?.code ?? '';
  const kind = knownKind(named);
  if (kind !== undefined) {
    const fits = lastError !== undefined && (lastError.code === named || lastError.code === '');
    const said = wordsOf({ code: named, message: fits ? lastError.message : '', details: undefined });
    return errorOfKind(kind, said, place, { label: named });
  }
  if (close.silentMs !== undefined)
    return make(
      'network',
      `The voice service gave no sign of life for ${Math.round(close.silentMs / 1000)} seconds`,
      'Check your network, then try again; --no-pings waits longer.',
      place,
      { label: 'NO_SIGN_OF_LIFE', retryMs: RETRY_MS },
    );
  const label = `CLOSE_${close.code}`;
  const details = [
    `close code ${close.code}`,
    close.reason.slice(0, 200),
    lastError === undefined ? '' : wordsOf(lastError),
  ]
    .filter((part) => part !== '')
    .join(', ');
  const byCode = BY_CLOSE_CODE[close.code];
  if (byCode !== undefined) return errorOfKind(kindOfError(byCode), details, place, { label });
  switch (close.code) {
    case 4004:
      if (close.established)
        return make(
          'rate_limited',
          `The voice service closed the session for too many messages (${details})`,
          'Wait a minute, then try again.',
          place,
          { label, retryMs: kindOfError('RATE_LIMITED').waitMs },
        );
      return make(
        'not_found',
        `The voice service refused the session (${details}): unknown configuration, wrong project, or too many connections`,
        'Check --config-id, leave out --project-id, or wait a minute.',
        place,
        { label },
      );
    case 1011:
      return make('server', `The voice service failed (${details})`, 'Try again in a moment.', place, {
        label,
        retryMs: kindOfError('INTERNAL_ERROR').waitMs,
      });
    case 1000:
      return make(
        'network',
        `The voice service closed the session before the answer was complete (${details})`,
        'Try again.',
        place,
        { hungUp: true, label },
      );
    default:
      return make(
        'network',
        `The connection to the voice service broke off (${details})`,
        'Check your network, then try again.',
        place,
        { label, retryMs: RETRY_MS },
      );
  }
}
