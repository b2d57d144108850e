/** A clock that goes only when it is told to. */

interface Timer {
  at: number;
  ring: () => void;
}

/** Lets everything run that waits for promises alone. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export class FakeClock {
  #now = 0;
  readonly #timers = new Set<Timer>();
  /** The longest sleep that anybody asked for. */
  longest = 0;

  get pending(): number {
    return this.#timers.size;
  }

  readonly now = (): number => this.#now;

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      this.longest = Math.max(this.longest, ms);
      const onAbort = () => {
        this.#timers.delete(timer);
        reject(signal?.reason);
      };
      const ring = () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const timer: Timer = { at: this.#now + ms, ring };
      this.#timers.add(timer);
      signal?.addEventListener('abort', onAbort, { once: true });
    });

  /** Goes on by `ms`, and rings what is due on the way. */
  async advance(ms: number): Promise<void> {
    await this.#runUntil(this.#now + ms);
  }

  /** Goes on until the promise has ended, and then until nobody sleeps. */
  async drive<T>(promise: Promise<T>): Promise<T> {
    let ended = false;
    const end = () => {
      ended = true;
    };
    promise.then(end, end);
    for (let idle = 0; !ended; idle = this.pending === 0 ? idle + 1 : 0) {
      if (idle > 10_000) throw new Error('it neither ends nor sleeps');
      await settled();
      this.#ringNext(Number.POSITIVE_INFINITY);
    }
    await this.runAll();
    return promise;
  }

  /** Goes on until nobody sleeps. */
  async runAll(): Promise<void> {
    await this.#runUntil(Number.POSITIVE_INFINITY);
  }

  async #runUntil(end: number): Promise<void> {
    // What waits for a few promises and immediates in turn may sleep again thereafter.
    for (let quiet = 0; quiet < 8; quiet++) {
      await settled();
      if (this.#ringNext(end)) quiet = 0;
    }
    if (Number.isFinite(end)) this.#now = end;
  }

  /** @returns whether somebody was woken */
  #ringNext(end: number): boolean {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (next === undefined || timer.at < next.at) next = timer;
    if (next === undefined || next.at > end) return false;
    this.#now = Math.max(this.#now, next.at);
    this.#timers.delete(next);
    next.ring();
    return true;
  }
}
