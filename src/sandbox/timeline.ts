/**
 * Rows in the order of their time that are made when somebody looks at them: a million take no more memory than none.
 * Row `index` is the oldest for 0, and is always the same.
 */

/** What the rows are; each function depends on the index alone. */
export interface RowSource<T, Facts> {
  readonly length: number;
  /** The id of row 0; ids go up with the index. */
  readonly firstId: number;
  /** Milliseconds since 1970; never less than that of the row before. */
  timeAt(index: number): number;
  /** What lists filter by, cheap to make. */
  facts(index: number): Facts;
  row(index: number, id: number): T;
}

/** Indices in ascending order: all from `from` to before `to`, or those that are listed. */
export interface Selection {
  readonly length: number;
  /** The index at a place in the selection, which must be inside. */
  at(place: number): number;
}

/** A filter: whether the row belongs, and a name that two filters share only if they select the same rows. */
export interface RowFilter<Facts> {
  readonly name: string;
  readonly test: (facts: Facts) => boolean;
}

/** So many selections are remembered: a client that walks the pages of a list asks for the same one each time. */
const REMEMBERED = 8;

/** See above. */
export class Timeline<T, Facts> {
  readonly #source: RowSource<T, Facts>;
  readonly #selections = new Map<string, Selection>();

  constructor(source: RowSource<T, Facts>) {
    this.#source = source;
  }

  get length(): number {
    return this.#source.length;
  }

  /** The row at an index, which must be inside. */
  at(index: number): T {
    return this.#source.row(index, this.#source.firstId + index);
  }

  /** The row with this id. */
  get(id: number): T | undefined {
    const index = id - this.#source.firstId;
    return Number.isInteger(index) && index >= 0 && index < this.length ? this.at(index) : undefined;
  }

  /** Every row, oldest first; all of them are made. */
  all(): T[] {
    return Array.from({ length: this.length }, (_, index) => this.at(index));
  }

  /**
   * The rows of a period, both ends included, milliseconds since 1970. Without a filter this takes the same short time
   * for any number of rows; with one, every row of the period is looked at once.
   */
  select(start: number, end: number, filter?: RowFilter<Facts>): Selection {
    const from = this.#firstNotBefore(start);
    const to = this.#firstNotBefore(end + 1);
    if (filter === undefined) return { length: Math.max(0, to - from), at: (place) => from + place };
    const name = `${from} ${to} ${filter.name}`;
    const selection = this.#selections.get(name) ?? this.#filtered(from, to, filter);
    // The one that was asked for last goes to the end, the first one goes.
    this.#selections.delete(name);
    this.#selections.set(name, selection);
    const [oldest] = this.#selections.keys();
    if (this.#selections.size > REMEMBERED && oldest !== undefined) this.#selections.delete(oldest);
    return selection;
  }

  #filtered(from: number, to: number, { test }: RowFilter<Facts>): Selection {
    let found = new Uint32Array(1024);
    let length = 0;
    for (let index = from; index < to; index += 1) {
      if (!test(this.#source.facts(index))) continue;
      if (length === found.length) {
        const larger = new Uint32Array(length * 2);
        larger.set(found);
        found = larger;
      }
      found[length] = index;
      length += 1;
    }
    const indices = found.slice(0, length);
    return { length, at: (place) => indices[place] ?? 0 };
  }

  /** The least index whose time is at or after this one; the length when there is none. */
  #firstNotBefore(time: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#source.timeAt(middle) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
