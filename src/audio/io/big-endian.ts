/**
 * Reads big-endian fields one after another. Past the end everything reads as 0 and shows in `overrun`, so that a
 * parser of hostile input checks once at the end of a structure.
 */
export class BigEndian {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  position: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = position;
  }

  /** How many bytes are left; negative after reading past the end. */
  get left(): number {
    return this.#bytes.length - this.position;
  }

  get overrun(): boolean {
    return this.left < 0;
  }

  u8(): number {
    return this.#has(1) ? this.#view.getUint8(this.position - 1) : 0;
  }

  u16(): number {
    return this.#has(2) ? this.#view.getUint16(this.position - 2) : 0;
  }

  u24(): number {
    return this.u8() * 0x10000 + this.u16();
  }

  u32(): number {
    return this.#has(4) ? this.#view.getUint32(this.position - 4) : 0;
  }

  i32(): number {
    return this.u32() | 0;
  }

  /** Above 2^53 the nearest double. */
  u64(): number {
    return this.u32() * 0x100000000 + this.u32();
  }

  /** Beyond 2^53 the nearest double. */
  i64(): number {
    return this.i32() * 0x100000000 + this.u32();
  }

  f32(): number {
    return this.#has(4) ? this.#view.getFloat32(this.position - 4) : 0;
  }

  f64(): number {
    return this.#has(8) ? this.#view.getFloat64(this.position - 8) : 0;
  }

  /** The next `length` bytes, fewer at the end. */
  bytes(length: number): Uint8Array {
    const start = Math.min(this.position, this.#bytes.length);
    this.position += length;
    return this.#bytes.subarray(start, Math.min(this.position, this.#bytes.length));
  }

  /** All bytes that are left. */
  rest(): Uint8Array {
    return this.bytes(Math.max(0, this.left));
  }

  skip(count: number): void {
    this.position += count;
  }

  #has(count: number): boolean {
    this.position += count;
    return this.position <= this.#bytes.length;
  }
}
