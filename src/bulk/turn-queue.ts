/** Those who wait for the same thing, in the order in which they came. */

/** A timer of Node.js that is set for longer ends at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

interface Waiting {
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * A queue in front of `take`, which takes what is wanted and returns 0, or returns the milliseconds after which to ask
 * again; infinity means that only `wake` helps.
 */
export class TurnQueue {
  readonly #take: () => number;
  readonly #sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly #queue = new Set<Waiting>();
  #pause: AbortController | undefined;

  constructor(take: () => number, sleep: (ms: number, signal?: AbortSignal) => Promise<void>) {
    this.#take = take;
    this.#sleep = sleep;
  }

  /** Resolves when it is this caller's turn and `take` gave it what it waits for. @throws the signal's reason */
  turn(signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const settle = (end: () => void) => {
        signal?.removeEventListener('abort', onAbort);
        this.#queue.delete(waiting);
        end();
      };
      const waiting: Waiting = {
        resolve: () => settle(resolve),
        reject: (error) => settle(() => reject(error)),
      };
      const onAbort = () => {
        waiting.reject(signal?.reason);
        // A pause that nobody waits for would keep the process alive.
        if (this.#queue.size === 0) this.#endPause();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#queue.add(waiting);
      if (this.#pause === undefined) this.wake();
    });
  }

  /** Lets pass whoever may, and sees to it that the next is asked again in time. */
  wake(): void {
    for (const waiting of this.#queue) {
      const ms = this.#take();
      if (ms > 0) {
        this.#askAgain(ms);
        return;
      }
      waiting.resolve();
    }
  }

  #endPause(): void {
    const pause = this.#pause;
    this.#pause = undefined;
    pause?.abort();
  }

  #askAgain(ms: number): void {
    this.#endPause();
    if (!Number.isFinite(ms)) return;
    const pause = new AbortController();
    this.#pause = pause;
    this.#sleep(Math.min(ms, MAX_TIMER_MS), pause.signal).then(
      () => {
        if (this.#pause !== pause) return;
        this.#pause = undefined;
        this.wake();
      },
      (error: unknown) => {
        if (this.#pause === pause) this.#pause = undefined;
        if (pause.signal.aborted) return;
        for (const waiting of this.#queue) waiting.reject(error);
      },
    );
  }
}
