/** Timers of one session, which all end with it. */
export class Timers {
  readonly #running = new Set<NodeJS.Timeout>();

  /** Calls `action`, which must not throw, after `ms` milliseconds. Returns how to take that back. */
  after(ms: number, action: () => void): () => void {
    const timer = setTimeout(() => {
      this.#running.delete(timer);
      action();
    }, ms);
    this.#running.add(timer);
    return () => {
      clearTimeout(timer);
      this.#running.delete(timer);
    };
  }

  clear(): void {
    for (const timer of this.#running) clearTimeout(timer);
    this.#running.clear();
  }
}
