/** A place where one side puts things and the other waits for them. */

/** First in, first out; the number of things in it is bounded by whoever puts them. */
export class Channel<T> {
  readonly #things: T[] = [];
  readonly #takers: ((thing: T | undefined) => void)[] = [];
  #closed = false;

  put(thing: T): void {
    const taker = this.#takers.shift();
    if (taker === undefined) this.#things.push(thing);
    else taker(thing);
  }

  /** The next thing; undefined when there is none and none will come. */
  take(): Promise<T | undefined> {
    if (this.#things.length > 0 || this.#closed) return Promise.resolve(this.#things.shift());
    return new Promise((resolve) => {
      this.#takers.push(resolve);
    });
  }

  /** Nothing will be put any more. */
  close(): void {
    this.#closed = true;
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }
}
