/** How late things happened: a histogram of fixed size, for sessions of any length. */

/** Width of a bucket and number of them: all below 250 ms to a quarter of a millisecond. */
const BUCKET_MS = 0.25;
const BUCKETS = 1_000;

export class Lateness {
  readonly #counts = new Uint32Array(BUCKETS + 1);
  #count = 0;
  #max = 0;

  /** @param ms how much later than due; an early one counts as 0 */
  add(ms: number): void {
    const late = Math.max(0, ms);
    const bucket = Math.min(BUCKETS, Math.floor(late / BUCKET_MS));
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count++;
    if (late > this.#max) this.#max = late;
  }

  /** Adds all that another one has counted. */
  merge(other: Lateness): void {
    for (let bucket = 0; bucket <= BUCKETS; bucket++)
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + (other.#counts[bucket] ?? 0);
    this.#count += other.#count;
    this.#max = Math.max(this.#max, other.#max);
  }

  get count(): number {
    return this.#count;
  }

  /** Milliseconds. */
  get max(): number {
    return this.#max;
  }

  /**
   * The lateness that a share of all does not exceed, in milliseconds, rounded up to a quarter of one; what is later
   * than 250 ms counts as the latest of all. Undefined when nothing was counted.
   *
   * @param share from 0 to 1
   */
  quantile(share: number): number | undefined {
    if (this.#count === 0) return undefined;
    const rank = Math.max(1, Math.ceil(share * this.#count));
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket] ?? 0;
      if (seen >= rank) return Math.min(this.#max, (bucket + 1) * BUCKET_MS);
    }
    return this.#max;
  }
}
