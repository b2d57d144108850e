/** The limits of one connection (reference, section 6), kept by the client. */

/** The service takes 1 MB, raw or as base64: this is less in both. */
export const MAX_CHUNK_BYTES = 720_000;
/** Times real time at which a chunk of a tenth of a second is as large as it may be. */
export const MAX_SPEED = 150;

/** Room is left for keep-alive and settings messages, and for clocks that differ. */
const LIMITS: readonly { count: number; windowMs: number }[] = [
  { count: 90, windowMs: 1_000 },
  { count: 970, windowMs: 60_000 },
];

/** Times of the newest messages, and how long the next one has to wait for them. */
export class MessageLimits {
  readonly #rings = LIMITS.map(({ count, windowMs }) => ({
    times: new Float64Array(count).fill(Number.NEGATIVE_INFINITY),
    windowMs,
    next: 0,
  }));

  /** A message was sent at `now`, in milliseconds of a clock that never goes back. */
  note(now: number): void {
    for (const ring of this.#rings) {
      ring.times[ring.next] = now;
      ring.next = (ring.next + 1) % ring.times.length;
    }
  }

  /** Milliseconds until another message is within all limits; 0 or less: now. */
  waitMs(now: number): number {
    // The slot to be overwritten holds the message `count` places ago.
    return Math.max(...this.#rings.map(({ times, next, windowMs }) => (times[next] ?? 0) + windowMs - now));
  }
}
