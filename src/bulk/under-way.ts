/** What is under way, and can be given up when it does not end in time. */

/** Something was still under way when the time for it was over. */
export class GivenUp extends Error {
  constructor() {
    super('it was still under way when the run was ended');
    this.name = 'GivenUp';
  }
}

export class UnderWay {
  readonly #giveUps = new Set<() => void>();

  /**
   * Runs `start` until it ends or is given up.
   *
   * @param late takes what comes of it after that; a late failure is passed over
   * @throws GivenUp, or what `start` throws
   */
  run<T>(start: () => Promise<T>, late: (value: T) => void = () => {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      let open = true;
      const giveUp = () => {
        open = false;
        reject(new GivenUp());
      };
      const end = (settle: () => void, otherwise: () => void) => {
        this.#giveUps.delete(giveUp);
        if (open) settle();
        else otherwise();
      };
      this.#giveUps.add(giveUp);
      // In a function of its own, so that what throws at once is a rejection too.
      (async () => start())().then(
        (value) =>
          end(
            () => resolve(value),
            () => late(value),
          ),
        (error: unknown) =>
          end(
            () => reject(error),
            () => {},
          ),
      );
    });
  }

  /** Gives up everything that is under way now. */
  giveUp(): void {
    for (const giveUp of [...this.#giveUps]) giveUp();
    this.#giveUps.clear();
  }
}
