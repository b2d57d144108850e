import type { VoiceLimits } from './options.ts';
import { CHUNKS_PER_SECOND, MAX_CHUNK_BYTES, MESSAGES_PER_MINUTE, SESSION_MS } from './protocol.ts';

/** New connections in a minute with one API key (§6). */
const CONNECTIONS_PER_MINUTE = 100;

/** The limits in force (§6). */
export function limitsOf(given: VoiceLimits = {}): Required<VoiceLimits> {
  return {
    connectionsPerMinute: given.connectionsPerMinute ?? CONNECTIONS_PER_MINUTE,
    messagesPerMinute: given.messagesPerMinute ?? MESSAGES_PER_MINUTE,
    chunksPerSecond: given.chunksPerSecond ?? CHUNKS_PER_SECOND,
    chunkBytes: Math.min(given.chunkBytes ?? MAX_CHUNK_BYTES, MAX_CHUNK_BYTES),
    sessionMs: given.sessionMs ?? SESSION_MS,
    concurrentSessions: given.concurrentSessions ?? Number.POSITIVE_INFINITY,
  };
}

/** Counts events in a sliding window of time: at most `limit` in any `windowMs` milliseconds. */
export class SlidingWindow {
  readonly #times: Float64Array;
  readonly #windowMs: number;
  readonly #unlimited: boolean;
  #next = 0;

  /** @param limit Infinity: every event is let through and none is counted */
  constructor(limit: number, windowMs: number) {
    this.#unlimited = !Number.isFinite(limit);
    this.#times = new Float64Array(this.#unlimited ? 0 : limit).fill(Number.NEGATIVE_INFINITY);
    this.#windowMs = windowMs;
  }

  /** Takes one event at `nowMs`; false when it is one too many (it is then not counted). */
  take(nowMs: number): boolean {
    if (this.#times.length === 0) return this.#unlimited;
    // The slot to be overwritten holds the event `limit` places ago: if that one is still inside, the window is full.
    if (nowMs - (this.#times[this.#next] ?? Number.NEGATIVE_INFINITY) < this.#windowMs) return false;
    this.#times[this.#next] = nowMs;
    this.#next = (this.#next + 1) % this.#times.length;
    return true;
  }

  /** How many events the window holds at `nowMs`. */
  used(nowMs: number): number {
    return this.#times.reduce((count, time) => count + (nowMs - time < this.#windowMs ? 1 : 0), 0);
  }

  /** Milliseconds after `nowMs` until there is room for one more; 0 when there is. */
  waitMs(nowMs: number): number {
    const oldest = this.#times[this.#next] ?? Number.NEGATIVE_INFINITY;
    return Math.max(0, oldest + this.#windowMs - nowMs);
  }
}
