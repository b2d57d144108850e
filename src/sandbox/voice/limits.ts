/** Counts events in a sliding window of time: at most `limit` in any `windowMs` milliseconds. */
export class SlidingWindow {
  readonly #times: Float64Array;
  readonly #windowMs: number;
  #next = 0;

  constructor(limit: number, windowMs: number) {
    this.#times = new Float64Array(limit).fill(Number.NEGATIVE_INFINITY);
    this.#windowMs = windowMs;
  }

  /** Takes one event at `nowMs`; false when it is one too many (it is then not counted). */
  take(nowMs: number): boolean {
    // The slot to be overwritten holds the event `limit` places ago: if that one is still inside, the window is full.
    if (nowMs - (this.#times[this.#next] ?? Number.NEGATIVE_INFINITY) < this.#windowMs) return false;
    this.#times[this.#next] = nowMs;
    this.#next = (this.#next + 1) % this.#times.length;
    return true;
  }
}
