import type { ImdctBank } from '../../dsp/imdct.ts';
import { EIGHT_SHORT, LONG_START, LONG_STOP, ONLY_LONG } from './block-shape.ts';
import { risingSlope } from './windows.ts';

/** Samples of a block. */
export const BLOCK = 1024;
const SHORT = 128;
/** Before and after the slope of a short window, a long one is flat for so long. */
const FLAT = (BLOCK - SHORT) / 2;
const SHORT_WINDOWS = 8;

/** Window lengths and the factors of their transforms: 2 / length, and down to samples of -1 to 1. */
export const TRANSFORMS = [2 * BLOCK, 2 * SHORT].map((size) => ({ size, scale: 2 / size / 32_768 }));

/** Bounds for the numbers that a filter bank and each of its channels ask of their `ImdctBank`. */
export const FILTER_BANK_FLOATS = 6 * BLOCK;
export const CHANNEL_FLOATS = 2 * BLOCK;

/** What one channel carries over from block to block. */
export class Overlap {
  /**
   * The second half of what the transform gave for the block before. Where that ended in a short window, the first
   * 448 samples are done and only the last 64 wait for their counterpart.
   */
  readonly tail: Float32Array;
  readonly slope: Float32Array;
  /** The samples of this block, and parts of them: before, at and after a short slope in the middle. */
  readonly samples: Float32Array;
  readonly middle: Float32Array;
  windowSequence = ONLY_LONG;
  windowShape = 0;

  constructor(bank: ImdctBank) {
    this.tail = bank.f32(BLOCK / 2);
    this.slope = this.tail.subarray(FLAT);
    this.samples = bank.f32(BLOCK);
    this.middle = this.samples.subarray(FLAT, FLAT + SHORT);
  }

  reset(): void {
    this.tail.fill(0);
    this.windowSequence = ONLY_LONG;
    this.windowShape = 0;
  }

  /** Goes on where `other` is. */
  follow(other: Overlap): void {
    this.tail.set(other.tail);
    this.windowSequence = other.windowSequence;
    this.windowShape = other.windowShape;
  }
}

/** From coefficients to samples: ISO/IEC 14496-3 §4.6.11 (filterbank and block switching). */
export class FilterBank {
  readonly #bank: ImdctBank;
  /** Slopes by window shape. */
  readonly #longSlopes: readonly Float32Array[];
  readonly #shortSlopes: readonly Float32Array[];
  /** Output of the transforms, and its parts for the long window and for each short one. */
  readonly #half: Float32Array;
  readonly #longHead: Float32Array;
  readonly #longTail: Float32Array;
  readonly #shortHeads: readonly Float32Array[];
  readonly #shortTails: readonly Float32Array[];
  /** Where the short windows meet: 128 samples each, the first from 448 on. */
  readonly #joints: Float32Array;
  readonly #eachJoint: readonly Float32Array[];

  constructor(bank: ImdctBank) {
    this.#bank = bank;
    const slopes = (length: number) => [0, 1].map((shape) => placed(bank, risingSlope(shape, length)));
    this.#longSlopes = slopes(BLOCK);
    this.#shortSlopes = slopes(SHORT);
    this.#half = bank.f32(BLOCK);
    this.#longHead = this.#half.subarray(0, BLOCK / 2);
    this.#longTail = this.#half.subarray(BLOCK / 2);
    const parts = (array: Float32Array, from: number, length: number) =>
      Array.from({ length: SHORT_WINDOWS }, (_, i) =>
        array.subarray(i * SHORT + from, i * SHORT + from + length),
      );
    this.#shortHeads = parts(this.#half, 0, SHORT / 2);
    this.#shortTails = parts(this.#half, SHORT / 2, SHORT / 2);
    this.#joints = bank.f32(BLOCK);
    this.#eachJoint = parts(this.#joints, 0, SHORT);
  }

  /** Makes `overlap.samples` of a spectrum of 1,024 coefficients, which is lost. */
  synthesize(spectrum: Float32Array, sequence: number, shape: number, overlap: Overlap): void {
    const slope = (slopes: readonly Float32Array[]) => slopes[overlap.windowShape] as Float32Array;
    if (sequence === EIGHT_SHORT) {
      this.#synthesizeShort(
        spectrum,
        slope(this.#shortSlopes),
        this.#shortSlopes[shape] as Float32Array,
        overlap,
      );
    } else {
      this.#bank.imdct(2 * BLOCK, spectrum, this.#half);
      const isLongSlope =
        (overlap.windowSequence === ONLY_LONG || overlap.windowSequence === LONG_STOP) &&
        (sequence === ONLY_LONG || sequence === LONG_START);
      if (isLongSlope) {
        this.#bank.overlapAdd(overlap.tail, this.#longHead, slope(this.#longSlopes), overlap.samples);
      } else {
        const head = this.#shortHeads[0] as Float32Array;
        overlap.samples.set(overlap.tail.subarray(0, FLAT));
        this.#bank.overlapAdd(overlap.slope, head, slope(this.#shortSlopes), overlap.middle);
        overlap.samples.set(this.#longHead.subarray(SHORT / 2), FLAT + SHORT);
      }
      overlap.tail.set(this.#longTail);
    }
    overlap.windowSequence = sequence;
    overlap.windowShape = shape;
  }

  #synthesizeShort(
    spectrum: Float32Array,
    first: Float32Array,
    others: Float32Array,
    overlap: Overlap,
  ): void {
    for (let i = 0; i < SHORT_WINDOWS; i++) {
      const window = spectrum.subarray(i * SHORT, (i + 1) * SHORT);
      this.#bank.imdct(2 * SHORT, window, this.#half.subarray(i * SHORT, (i + 1) * SHORT));
    }
    for (let i = 0; i < SHORT_WINDOWS; i++) {
      const tail = i === 0 ? overlap.slope : (this.#shortTails[i - 1] as Float32Array);
      const head = this.#shortHeads[i] as Float32Array;
      this.#bank.overlapAdd(tail, head, i === 0 ? first : others, this.#eachJoint[i] as Float32Array);
    }
    const inThisBlock = BLOCK - FLAT;
    overlap.samples.set(overlap.tail.subarray(0, FLAT));
    overlap.samples.set(this.#joints.subarray(0, inThisBlock), FLAT);
    overlap.tail.set(this.#joints.subarray(inThisBlock));
    overlap.slope.set(this.#shortTails[SHORT_WINDOWS - 1] as Float32Array);
  }
}

function placed(bank: ImdctBank, values: Float64Array): Float32Array {
  const array = bank.f32(values.length);
  array.set(values);
  return array;
}
