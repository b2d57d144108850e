/**
 * Reads bits, the least significant first, as Vorbis packs them. Bits past the end read as 0 and show in `overrun`.
 *
 * Source: Vorbis I specification §2.
 */
export class VorbisBitReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  position: number;

  /** Reads the first `length` bytes of `bytes` from bit `position` on. */
  constructor(bytes: Uint8Array, length = bytes.length, position = 0) {
    this.#bytes = bytes;
    this.#end = length * 8;
    this.position = position;
  }

  /** Bits that are left; negative after reading past the end. */
  get left(): number {
    return this.#end - this.position;
  }

  get overrun(): boolean {
    return this.position > this.#end;
  }

  /** The next `count` bits (0 to 32) as an unsigned number. */
  read(count: number): number {
    let value = 0;
    let done = 0;
    while (done < count) {
      const inByte = this.position & 7;
      const taken = Math.min(8 - inByte, count - done);
      const byte = this.position < this.#end ? (this.#bytes[this.position >> 3] as number) : 0;
      value += ((byte >> inByte) & ((1 << taken) - 1)) * 2 ** done;
      this.position += taken;
      done += taken;
    }
    return value;
  }

  flag(): boolean {
    return this.read(1) === 1;
  }
}

/** Bits that hold `value`: 0 for 0, 1 for 1, 3 for 7. Source: Vorbis I specification §9.2.1 (ilog). */
export function bitLength(value: number): number {
  return value <= 0 ? 0 : 32 - Math.clz32(value);
}
