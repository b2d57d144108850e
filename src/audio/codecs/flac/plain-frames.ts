import { PacketBits } from '../packet-bits.ts';
import { crc16 } from './crc.ts';
import { CUT, DAMAGED, type FrameDecoder, WRONG_CHECKSUM } from './frame-decoder.ts';
import { type FrameHeader, LEFT_SIDE, SIDE_RIGHT } from './frame-header.ts';
import type { StreamInfo } from './stream-info.ts';
import { readSubframe } from './subframe.ts';

/** Decodes the frames of a stream without a kernel. */
export class PlainFrames implements FrameDecoder {
  readonly planes: Float32Array[];
  readonly #bits = new PacketBits();
  readonly #samples: Int32Array[];
  readonly #wide: Float64Array;

  constructor({ bitsPerSample, channels, maxBlockSize }: StreamInfo) {
    this.planes = Array.from({ length: channels }, () => new Float32Array(maxBlockSize));
    this.#samples = Array.from({ length: channels }, () => new Int32Array(maxBlockSize));
    this.#wide = new Float64Array(channels === 2 && bitsPerSample === 32 ? maxBlockSize : 0);
  }

  decode(data: Uint8Array, header: FrameHeader): number {
    const { assignment, bitsPerSample, blockSize } = header;
    const bits = this.#bits;
    bits.open(data, header.length);
    const side = assignment === SIDE_RIGHT ? 0 : assignment < LEFT_SIDE ? -1 : 1;
    for (const [channel, samples] of this.#samples.entries()) {
      const depth = channel === side ? bitsPerSample + 1 : bitsPerSample;
      if (!readSubframe(bits, samples, this.#wide, blockSize, depth)) {
        return bits.isOverrun ? CUT : DAMAGED;
      }
    }
    const end = Math.ceil(bits.position / 8) + 2;
    if (end > data.length) return CUT;
    if (crc16(data, 0, end) !== 0) return WRONG_CHECKSUM;
    const [first, second] = this.#samples;
    if (side >= 0 && first !== undefined && second !== undefined) {
      const sides = bitsPerSample === 32 ? this.#wide : side === 0 ? first : second;
      combine(assignment, first, second, sides, blockSize);
    }
    this.#convert(blockSize, 2 ** (1 - bitsPerSample));
    return end;
  }

  #convert(count: number, scale: number): void {
    this.planes.forEach((plane, channel) => {
      const samples = this.#samples[channel] as Int32Array;
      for (let i = 0; i < count; i++) plane[i] = (samples[i] as number) * scale;
    });
  }
}

/**
 * Two channels from one of them or their mean, and their difference `sides`, which may be the array of one of them.
 *
 * Source: RFC 9639 §4.2.
 */
function combine(
  assignment: number,
  first: Int32Array,
  second: Int32Array,
  sides: Int32Array | Float64Array,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const side = sides[i] as number;
    if (assignment === LEFT_SIDE) {
      second[i] = (first[i] as number) - side;
    } else if (assignment === SIDE_RIGHT) {
      first[i] = (second[i] as number) + side;
    } else {
      const right = (first[i] as number) - Math.floor(side / 2);
      first[i] = right + side;
      second[i] = right;
    }
  }
}
