import { BitReader } from '../../io/bit-reader.ts';
import { DamagedPacket } from '../../packets.ts';

/** No AAC packet is longer: 64 channels at the 6,144 bits that one may take per block, and some. */
const MOST_PACKET_BYTES = 65_536;

/**
 * Zero bytes behind a packet: more than the spectrum of one band may read past the end before that is noticed, which
 * is 144 code words of 56 bits.
 */
const MARGIN_BYTES = 2048;

/** Bytes that `PacketBits` needs to work on. */
export const PACKET_BUFFER_BYTES = MOST_PACKET_BYTES + MARGIN_BYTES;

/** The bits of one packet, the most significant first, for a decoder that reads very many of them. */
export class PacketBits {
  readonly view: DataView;
  /** Bit to be read next, and the bit behind the last one. */
  position = 0;
  end = 0;
  readonly #bytes: Uint8Array;

  /** Works on `bytes`, which has `PACKET_BUFFER_BYTES`. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** @throws DamagedPacket when the packet is longer than one can be. */
  load(packet: Uint8Array): void {
    if (packet.length > MOST_PACKET_BYTES) throw new DamagedPacket('it is longer than any AAC packet');
    this.#bytes.set(packet);
    this.#bytes.fill(0, packet.length, packet.length + MARGIN_BYTES);
    this.position = 0;
    this.end = packet.length * 8;
  }

  get left(): number {
    return this.end - this.position;
  }

  /** The next `count` bits (1 to 25). @throws DamagedPacket at the end. */
  read(count: number): number {
    const at = this.position;
    this.position = at + count;
    if (this.position > this.end) throw endsEarly();
    return (this.view.getUint32(at >>> 3) << (at & 7)) >>> (32 - count);
  }

  flag(): boolean {
    return this.read(1) === 1;
  }

  /** Leaves out `count` bits, or as many as there are. */
  skip(count: number): void {
    this.position = Math.min(this.position + count, this.end);
  }

  /** Lets `parse` read on with the reader of headers. */
  detour<T>(parse: (reader: BitReader) => T): T {
    const reader = new BitReader(this.#bytes, this.position, this.end);
    const value = parse(reader);
    if (reader.overrun) throw endsEarly();
    this.position = reader.position;
    return value;
  }

  /** Goes on to the next whole byte, counted from bit `origin`. */
  align(origin: number): void {
    this.skip(-(this.position - origin) & 7);
  }
}

/** A packet that is shorter than what it announces. */
export function endsEarly(): DamagedPacket {
  return new DamagedPacket('it ends too early');
}

/** A coefficient beyond what the standard allows. */
export function outOfRange(): DamagedPacket {
  return new DamagedPacket('a coefficient is out of range');
}
