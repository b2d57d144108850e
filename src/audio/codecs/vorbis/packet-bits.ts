import { decodeEntry } from './plain-spectrum.ts';

/** Reads numbers and codewords from one packet after the other; zeros follow each packet in `bytes`. */
export class PacketBits {
  position = 0;
  end = 0;
  readonly #bytes: Uint8Array;
  readonly #ints: Int32Array;

  constructor(bytes: Uint8Array, ints: Int32Array) {
    this.#bytes = bytes;
    this.#ints = ints;
  }

  get overrun(): boolean {
    return this.position > this.end;
  }

  /** Begins with a packet of `bytes` bytes. */
  start(bytes: number): void {
    this.position = 0;
    this.end = bytes * 8;
  }

  /** The next `count` bits (0 to 32); zeros past the end, up to a few bytes. */
  read(count: number): number {
    if (count > 16) {
      const low = this.read(16);
      return low + this.read(count - 16) * 0x10000;
    }
    const at = this.position >> 3;
    const bytes = this.#bytes;
    const bits = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
    const value = (bits >> (this.position & 7)) & ((1 << count) - 1);
    this.position += count;
    return value;
  }

  /** The next entry of the codebook at `book` of `ints`; -1 past the end, or where no codeword leads. */
  entry(book: number): number {
    if (this.position >= this.end) {
      this.position = this.end + 1;
      return -1;
    }
    const value = decodeEntry(this.#bytes, this.position, this.#ints, this.#ints[book] as number);
    this.position += value & 0xff;
    return value === 0 || this.overrun ? -1 : value >>> 8;
  }
}
