/**
 * Reads bits, the most significant first, as MPEG and FLAC write them. Bits past the end read as 0 and show in
 * `overrun`, so that a parser of hostile input checks once at the end of a structure.
 */
export class BitReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #position: number;

  /** Reads `bytes` from bit `start` on. */
  constructor(bytes: Uint8Array, start = 0, end = bytes.length * 8) {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
  }

  /** Bits from the beginning of the array to the next one to be read. */
  get position(): number {
    return this.#position;
  }

  /** Bits that are left; negative after reading past the end. */
  get left(): number {
    return this.#end - this.#position;
  }

  get overrun(): boolean {
    return this.#position > this.#end;
  }

  /** The next `count` bits (0 to 32) as an unsigned number. */
  read(count: number): number {
    let value = 0;
    let needed = count;
    while (needed > 0) {
      const inByte = this.#position & 7;
      const taken = Math.min(8 - inByte, needed);
      const byte = this.#position < this.#end ? (this.#bytes[this.#position >> 3] ?? 0) : 0;
      value = value * 2 ** taken + ((byte >> (8 - inByte - taken)) & ((1 << taken) - 1));
      this.#position += taken;
      needed -= taken;
    }
    return value;
  }

  /** The next `count` bits (1 to 32) as a number in two's complement. */
  readSigned(count: number): number {
    const value = this.read(count);
    return value >= 2 ** (count - 1) ? value - 2 ** count : value;
  }

  /** The next bit as a truth value. */
  flag(): boolean {
    return this.read(1) === 1;
  }

  skip(count: number): void {
    this.#position += count;
  }

  /** Goes on to the next whole byte, counted from the beginning of the array. */
  alignToByte(): void {
    this.#position = (this.#position + 7) & ~7;
  }
}
