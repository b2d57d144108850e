/** Room behind the packet, so that reading a word near its end needs no check. */
const PADDING = 16;

/** Reads the bits of a packet, the most significant first. Bits past the end read as 0; `isOverrun` tells. */
export class PacketBits {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #end = 0;
  #position = 0;

  /** Starts to read `packet` from byte `start` on. */
  open(packet: Uint8Array, start: number): void {
    if (packet.length + PADDING > this.#bytes.length) {
      this.#bytes = new Uint8Array(2 * packet.length + PADDING);
      this.#view = new DataView(this.#bytes.buffer);
    }
    this.#bytes.set(packet);
    this.#bytes.fill(0, packet.length, packet.length + PADDING);
    this.#end = packet.length * 8;
    this.#position = start * 8;
  }

  /** Bits read so far. */
  get position(): number {
    return this.#position;
  }

  get isOverrun(): boolean {
    return this.#position > this.#end;
  }

  /** Goes on at bit `position`. */
  seek(position: number): void {
    this.#position = position;
  }

  skip(count: number): void {
    this.#position += count;
  }

  /** The next 32 bits, as a signed number. */
  peek(): number {
    const at = this.#position;
    if (at >= this.#end) return 0;
    const inByte = at & 7;
    const rest = (this.#bytes[(at >> 3) + 4] as number) >> (8 - inByte);
    return (this.#view.getUint32(at >> 3) << inByte) | rest;
  }

  /** The next `count` bits (0 to 32) as an unsigned number. */
  read(count: number): number {
    const at = this.#position;
    this.#position = at + count;
    if (count === 0 || at >= this.#end) return 0;
    const inByte = at & 7;
    const word = this.#view.getUint32(at >> 3) << inByte;
    if (count + inByte <= 32) return word >>> (32 - count);
    const rest = (this.#bytes[(at >> 3) + 4] as number) >> (8 - inByte);
    return (word | rest) >>> (32 - count);
  }

  /** The next `count` bits (0 to 32) in two's complement. */
  readSigned(count: number): number {
    if (count === 0) return 0;
    return (this.read(count) << (32 - count)) >> (32 - count);
  }

  /** The number of bits 0 before the next bit 1, which is read too. */
  readZeros(): number {
    const start = this.#position;
    while (this.#position < this.#end) {
      const inByte = this.#position & 7;
      const zeros = Math.clz32(this.#view.getUint32(this.#position >> 3) << inByte);
      if (zeros < 32 - inByte) {
        this.#position += zeros;
        break;
      }
      this.#position += 32 - inByte;
    }
    return this.#position++ - start;
  }

  /**
   * Reads Rice codes with `parameter` low bits into `plane` from `start` to `stop`. The position is past the end
   * afterwards when the packet ends inside.
   *
   * Source: RFC 9639 §9.2.7.2.
   */
  readRice(plane: Int32Array, start: number, stop: number, parameter: number): void {
    const view = this.#view;
    const end = this.#end;
    let position = this.#position;
    for (let i = start; i < stop; i++) {
      if (position >= end) {
        this.#position = end + 1;
        return;
      }
      const inByte = position & 7;
      const window = view.getUint32(position >> 3) << inByte;
      const zeros = Math.clz32(window);
      const length = zeros + 1 + parameter;
      let value: number;
      if (length + inByte <= 32) {
        value = ((zeros - 1) << parameter) + ((window << zeros) >>> (31 - parameter));
        position += length;
      } else {
        this.#position = position;
        const many = this.readZeros();
        value = (many << parameter) | this.read(parameter);
        position = this.#position;
      }
      plane[i] = (value >>> 1) ^ -(value & 1);
    }
    this.#position = position;
  }
}
