import type { ByteSource } from './file-source.ts';

/** What one read takes: enough that the system call costs little beside the work on the bytes. */
const CHUNK_BYTES = 131_072;

/**
 * Reads a source from one position on, in order: `fill` makes bytes available, `bytes` shows them, `skip` moves on.
 * The chunk after the one at hand is fetched meanwhile.
 *
 * @example
 * if (reader.available < 8 && (await reader.fill(8)) < 8) return;
 * const size = u32be(reader.bytes, 0);
 */
export class ByteReader {
  readonly #source: ByteSource;
  readonly #end: number;
  #buffer = new Uint8Array(2 * CHUNK_BYTES);
  #start = 0;
  #stop = 0;
  /** Position in the source of the byte behind the buffered ones. */
  #next: number;
  #ahead: Promise<Uint8Array> | undefined;
  #spare = new Uint8Array(CHUNK_BYTES);

  /** Reads `source` from `position` up to `end`. */
  constructor(source: ByteSource, position = 0, end = source.size) {
    this.#source = source;
    this.#next = position;
    this.#end = Math.min(end, source.size);
  }

  /** Where in the source the first of `bytes` stands. */
  get position(): number {
    return this.#next - (this.#stop - this.#start);
  }

  /** How many bytes are there without a further `fill`. */
  get available(): number {
    return this.#stop - this.#start;
  }

  /** How many bytes there are up to the end, buffered or not. */
  get left(): number {
    return Math.max(0, this.#end - this.position);
  }

  /** The buffered bytes, valid until the next `fill`. */
  get bytes(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#stop);
  }

  /**
   * Makes at least `count` bytes available, or all that are left, and returns how many are: fewer than `count`
   * at the end only. `count` must be bounded by the caller: that much memory is taken.
   *
   * @throws AudioError when the system cannot read.
   */
  async fill(count: number): Promise<number> {
    while (this.available < count && this.#next < this.#end) {
      const chunk = await (this.#ahead ?? this.#read());
      this.#ahead = undefined;
      if (chunk.length === 0) break;
      this.#append(chunk);
      if (this.#next < this.#end) {
        this.#ahead = this.#read();
        // A failure is thrown where the bytes are asked for, not here.
        this.#ahead.catch(() => undefined);
      }
    }
    return this.available;
  }

  /** Leaves `count` bytes behind, buffered or not. */
  skip(count: number): void {
    if (count <= this.available) this.#start += count;
    else this.seek(this.position + count);
  }

  /** Goes on at `position` of the source. */
  seek(position: number): void {
    const first = this.position;
    if (position >= first && position <= this.#next) {
      this.#start += position - first;
      return;
    }
    this.#start = 0;
    this.#stop = 0;
    this.#next = position;
    if (this.#ahead !== undefined) {
      // The read under way still writes into the spare chunk.
      this.#ahead = undefined;
      this.#spare = new Uint8Array(CHUNK_BYTES);
    }
  }

  async #read(): Promise<Uint8Array> {
    const target = this.#spare.subarray(0, Math.min(CHUNK_BYTES, Math.max(0, this.#end - this.#next)));
    return target.subarray(0, await this.#source.readInto(target, this.#next));
  }

  #append(chunk: Uint8Array): void {
    const needed = this.available + chunk.length;
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#buffer.length));
      larger.set(this.bytes);
      this.#buffer = larger;
      this.#stop -= this.#start;
      this.#start = 0;
    } else if (this.#stop + chunk.length > this.#buffer.length) {
      this.#buffer.copyWithin(0, this.#start, this.#stop);
      this.#stop -= this.#start;
      this.#start = 0;
    }
    this.#buffer.set(chunk, this.#stop);
    this.#stop += chunk.length;
    this.#next += chunk.length;
  }
}
