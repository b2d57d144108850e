/** When a request is sent again, and after how long. */
import { CliError } from '../shared/errors.ts';
import type { RawAnswer } from './envelope.ts';
import { TransportError } from './transport-error.ts';

export interface RetryPolicy {
  /** How many times a request may be sent again. */
  retries: number;
  /** First pause in milliseconds; it doubles with every attempt. */
  baseDelayMs: number;
  /** Longest pause, also for what `Retry-After` asks. */
  maxDelayMs: number;
}

export const DEFAULT_RETRY: RetryPolicy = { retries: 3, baseDelayMs: 500, maxDelayMs: 60_000 };

const PASSING_STATUS = new Set([502, 503, 504]);

/**
 * Whether to send again. A repeatable request may after any passing failure; another one only when it certainly
 * had no effect: nothing was sent, or the service answered 429.
 */
export function mayRetry(outcome: RawAnswer | TransportError, repeatable: boolean): boolean {
  if (outcome instanceof TransportError) return outcome.passing && (repeatable || !outcome.sent);
  if (outcome.status === 429) return true;
  return repeatable && PASSING_STATUS.has(outcome.status);
}

/**
 * Whether nobody knows if the request took effect: a lost answer, or a failure inside the service. A redirect did
 * nothing. An error that says more about another one is as much in doubt as that.
 */
export function isInDoubt(error: unknown): boolean {
  if (error instanceof TransportError) return error.sent;
  if (!(error instanceof CliError)) return false;
  if (error.type === 'network') return isInDoubt(error.cause);
  if (error.type !== 'server') return false;
  const { status = 0 } = error;
  return status < 300 || status >= 400;
}

/**
 * The pause before attempt `attempt + 2`: exponential with jitter between half and whole, and never less than
 * what the service asked for, up to the cap.
 *
 * @param random a number in [0, 1)
 */
export function retryDelayMs(
  attempt: number,
  policy: RetryPolicy,
  random: number,
  askedMs?: number | undefined,
): number {
  const step = Math.min(policy.baseDelayMs * 2 ** attempt, policy.maxDelayMs);
  const jittered = step / 2 + (step / 2) * random;
  return Math.min(Math.max(jittered, askedMs ?? 0), policy.maxDelayMs);
}
