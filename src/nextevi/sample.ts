/** So that 0.07 × 100 is 7. */
const ROUNDING = 1e-9;

/** Measured values of one kind, all of them kept: percentiles are those of the values themselves. */
export class Sample {
  readonly #values: number[] = [];
  #sorted = true;

  add(value: number): void {
    this.#sorted &&= value >= (this.#values.at(-1) ?? Number.NEGATIVE_INFINITY);
    this.#values.push(value);
  }

  get count(): number {
    return this.#values.length;
  }

  get max(): number | undefined {
    return this.quantile(1);
  }

  /**
   * The smallest value that a share of all does not exceed (nearest rank); undefined when there is none.
   *
   * @param share from 0 to 1
   */
  quantile(share: number): number | undefined {
    if (!this.#sorted) this.#values.sort((a, b) => a - b);
    this.#sorted = true;
    return this.#values[Math.max(0, Math.ceil(share * this.#values.length - ROUNDING) - 1)];
  }
}
