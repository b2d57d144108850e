/**
 * The sum of the last `window` whole numbers of a stream, which starts as `window` times `initial`. Whole numbers, so
 * that nothing is rounded and a stream that returns to a value returns to its sum.
 */
export class MovingSum {
  readonly #values: Float64Array;
  #at = 0;
  #sum: number;

  constructor(window: number, initial: number) {
    this.#values = new Float64Array(window).fill(initial);
    this.#sum = window * initial;
  }

  next(value: number): number {
    this.#sum += value - (this.#values[this.#at] as number);
    this.#values[this.#at] = value;
    this.#at = this.#at + 1 === this.#values.length ? 0 : this.#at + 1;
    return this.#sum;
  }
}
