/** Zero bytes behind the data: what a reading past its end may touch. */
const SLACK_BYTES = 64;

/**
 * Bits of a buffer of its own, most significant first, for loops that cannot afford more than a 32-bit window: at
 * `position`, `peek` shows the next 25 bits at least. Reading past the end gives zeros as long as the caller checks
 * the position every few hundred bits.
 */
export class Bits {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** In bits from the beginning of the buffer. */
  position = 0;

  /** Takes room for `capacity` bytes. */
  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity + SLACK_BYTES);
    this.view = new DataView(this.bytes.buffer);
  }

  /** The next bits, the first of them in the sign bit; 25 of the 32 are valid. */
  peek(): number {
    const byte = Math.min(this.position >>> 3, this.bytes.length - 4);
    return this.view.getInt32(byte) << (this.position & 7);
  }

  /** The next `count` bits (0 to 25). */
  read(count: number): number {
    if (count === 0) return 0;
    const value = this.peek() >>> (32 - count);
    this.position += count;
    return value;
  }
}
