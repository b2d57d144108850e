import { type ImdctBank, imdctBank } from '../../dsp/imdct.ts';
import { DamagedPacket } from '../../packets.ts';

/** Where two blocks meet: views of the arrays at hand for one pair of block sizes. */
interface Joint {
  /** Samples of the block before that lie before the slope, and where they go. */
  before: readonly [from: Float32Array, to: Float32Array];
  /** Samples of this block that lie behind the slope. */
  behind: readonly [from: Float32Array, to: Float32Array];
  tail: Float32Array;
  head: Float32Array;
  window: Float32Array;
  slope: Float32Array;
  frames: number;
}

/** The last steps of decoding: spectra to samples, block joined to block. */
export class Overlap {
  /** Output of each channel after `join`. */
  readonly output: readonly Float32Array[];
  readonly #sizes: readonly [short: number, long: number];
  readonly #bank: ImdctBank;
  readonly #spectra: readonly Float32Array[];
  /** What the transform gave for the block at hand and for the one before, in turn. */
  readonly #blocks: readonly (readonly [Float32Array, Float32Array])[];
  readonly #windows: readonly [Float32Array, Float32Array];
  readonly #joints = new Map<number, Joint>();
  #turn = 0;
  #before: boolean | undefined;

  constructor(sizes: readonly [short: number, long: number], channels: number) {
    const [short, long] = sizes;
    this.#sizes = sizes;
    const floats = (short + long) / 2 + channels * long * 2;
    const distinct = short === long ? [short] : [short, long];
    this.#bank = imdctBank(
      distinct.map((size) => ({ size })),
      floats,
      2 + 4 * channels,
    );
    const arrays = () => Array.from({ length: channels }, () => this.#bank.f32(long / 2));
    this.#spectra = arrays();
    this.output = arrays();
    this.#blocks = Array.from({ length: channels }, () => [
      this.#bank.f32(long / 2),
      this.#bank.f32(long / 2),
    ]);
    this.#windows = [this.#window(short), this.#window(long)];
  }

  /** Forgets the block before. */
  reset(): void {
    this.#before = undefined;
  }

  /**
   * Transforms the spectra of a block of one kind and joins it to the block before. Returns how many samples that
   * completes: none for the first block. `spectrumOf` gives the spectrum of a channel, undefined for silence.
   *
   * @throws DamagedPacket when a spectrum has values that are no numbers
   */
  join(isLong: boolean, spectrumOf: (channel: number) => Float32Array | undefined): number {
    const size = this.#sizes[isLong ? 1 : 0];
    this.#turn ^= 1;
    this.output.forEach((_, channel) => {
      const block = this.#blocks[channel]?.[this.#turn] as Float32Array;
      const spectrum = spectrumOf(channel);
      if (spectrum === undefined) {
        block.fill(0);
        return;
      }
      const input = this.#spectra[channel] as Float32Array;
      input.set(spectrum);
      this.#bank.imdct(size, input, block);
      // Every sample has a part of every value of the spectrum.
      if (!Number.isFinite(block[0])) throw new DamagedPacket('its values are out of range');
    });
    const before = this.#before;
    this.#before = isLong;
    if (before === undefined) return 0;
    let frames = 0;
    for (let channel = 0; channel < this.output.length; channel++) {
      frames = this.#joinChannel(this.#joint(channel, before, isLong));
    }
    return frames;
  }

  #joinChannel({ before, behind, tail, head, window, slope, frames }: Joint): number {
    if (before[0].length > 0) before[1].set(before[0]);
    this.#bank.overlapAdd(tail, head, window, slope);
    if (behind[0].length > 0) behind[1].set(behind[0]);
    return frames;
  }

  #joint(channel: number, wasLong: boolean, isLong: boolean): Joint {
    const key = channel * 8 + this.#turn * 4 + (wasLong ? 2 : 0) + (isLong ? 1 : 0);
    let joint = this.#joints.get(key);
    if (joint === undefined) {
      joint = this.#makeJoint(channel, wasLong, isLong);
      this.#joints.set(key, joint);
    }
    return joint;
  }

  /**
   * A block gives half as many samples as its size, its middle half; the slope lies around the place where the
   * middle half of this block follows that of the one before. Source: Vorbis I specification §4.3.1 and §4.3.8.
   */
  #makeJoint(channel: number, wasLong: boolean, isLong: boolean): Joint {
    const sizeBefore = this.#sizes[wasLong ? 1 : 0];
    const size = this.#sizes[isLong ? 1 : 0];
    const blocks = this.#blocks[channel] as readonly [Float32Array, Float32Array];
    const last = (blocks[this.#turn ^ 1] as Float32Array).subarray(sizeBefore / 4, sizeBefore / 2);
    const next = (blocks[this.#turn] as Float32Array).subarray(0, size / 4);
    const half = Math.min(last.length, next.length);
    const output = this.output[channel] as Float32Array;
    const start = last.length - half;
    return {
      before: [last.subarray(0, start), output.subarray(0, start)],
      behind: [next.subarray(half), output.subarray(start + 2 * half, last.length + next.length)],
      tail: last.subarray(start),
      head: next.subarray(0, half),
      window: this.#windows[half === this.#sizes[0] / 4 ? 0 : 1],
      slope: output.subarray(start, start + 2 * half),
      frames: last.length + next.length,
    };
  }

  /** The rising half of the window. Source: Vorbis I specification §4.3.1. */
  #window(size: number): Float32Array {
    const window = this.#bank.f32(size / 2);
    for (let i = 0; i < window.length; i++) {
      const inner = Math.sin(((i + 0.5) / size) * Math.PI);
      window[i] = Math.sin((Math.PI / 2) * inner * inner);
    }
    return window;
  }
}
