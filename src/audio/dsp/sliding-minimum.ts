/** The least of the last `window` values of a stream, at a cost that does not depend on the window. */
export class SlidingMinimum {
  readonly #window: number;
  /** Values that may still become the least, ascending, each with its position: a ring. */
  readonly #values: Float64Array;
  readonly #positions: Float64Array;
  #first = 0;
  #count = 0;
  #position = 0;

  constructor(window: number) {
    this.#window = window;
    this.#values = new Float64Array(window);
    this.#positions = new Float64Array(window);
  }

  /** Takes the next value and returns the least of the last `window`. */
  next(value: number): number {
    const { length } = this.#values;
    if (this.#count > 0 && (this.#positions[this.#first] as number) <= this.#position - this.#window) {
      this.#first = this.#first + 1 === length ? 0 : this.#first + 1;
      this.#count--;
    }
    while (this.#count > 0 && (this.#values[this.#slot(this.#count - 1)] as number) >= value) this.#count--;
    const slot = this.#slot(this.#count);
    this.#values[slot] = value;
    this.#positions[slot] = this.#position;
    this.#count++;
    this.#position++;
    return this.#values[this.#first] as number;
  }

  #slot(index: number): number {
    const slot = this.#first + index;
    return slot >= this.#values.length ? slot - this.#values.length : slot;
  }
}
