/** Hands outcomes to the caller one at a time, and in order where that is wanted. */

interface Placed {
  index: number;
}

export class Delivery<T extends Placed> {
  readonly #deliver: (outcome: T) => void | Promise<void>;
  readonly #onError: (error: unknown) => void;
  /** Those that came before their turn; only when the order counts. */
  readonly #early: Map<number, T> | undefined;
  #next = 0;
  #tail: Promise<void> = Promise.resolve();
  #failed = false;

  constructor(
    deliver: (outcome: T) => void | Promise<void>,
    ordered: boolean,
    onError: (error: unknown) => void,
  ) {
    this.#deliver = deliver;
    this.#onError = onError;
    this.#early = ordered ? new Map() : undefined;
  }

  /** Resolves when everything that could be handed over has been. */
  get idle(): Promise<void> {
    return this.#tail;
  }

  add(outcome: T): void {
    if (this.#early === undefined) {
      this.#hand(outcome);
      return;
    }
    this.#early.set(outcome.index, outcome);
    for (let next = this.#early.get(this.#next); next !== undefined; next = this.#early.get(this.#next)) {
      this.#early.delete(this.#next++);
      this.#hand(next);
    }
  }

  #hand(outcome: T): void {
    this.#tail = this.#tail.then(async () => {
      // Whoever failed to take one outcome, a closed pipe say, is not given the next.
      if (this.#failed) return;
      try {
        await this.#deliver(outcome);
      } catch (error) {
        this.#failed = true;
        this.#onError(error);
      }
    });
  }
}
