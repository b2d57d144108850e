import { imdctTables } from '../../../dsp/imdct-tables.ts';
import { hasKernels, Kernel } from '../../../kernel.ts';
import { noiseTable } from './noise-table.ts';
import { PlainSbrEngine } from './plain-sbr-engine.ts';
import { BANDS, LEAD, LOOK_BACK, LOW_BANDS, LOW_SLOTS, OUTPUT_SLOTS, type Planes } from './planes.ts';
import {
  type Adjustment,
  ANALYSIS_HISTORY,
  analysisWindow,
  CORE_BLOCK,
  OUTPUT_BLOCK,
  type SbrEngine,
  SYNTHESIS_STATE,
  synthesisWindow,
  TRANSFORM,
} from './sbr-engine.ts';

/** What `src/audio/kernels/sbr.ts` exports; numbers are addresses. */
interface SbrExports {
  setTables(
    analysisWindow: number,
    synthesisWindow: number,
    twist: number,
    roots: number,
    work: number,
    room: number,
    noiseRe: number,
    noiseIm: number,
  ): void;
  analyse(samples: number, re: number, im: number): void;
  synthesize(re: number, im: number, state: number, output: number): void;
  copyUp(
    lowRe: number,
    lowIm: number,
    highRe: number,
    highIm: number,
    predictors: number,
    count: number,
    slots: number,
  ): void;
  adjust(
    highRe: number,
    highIm: number,
    outputRe: number,
    outputIm: number,
    gains: number,
    noise: number,
    sinusoids: number,
    count: number,
    slots: number,
    noiseIndex: number,
    phase: number,
    isOdd: number,
  ): void;
}

/** Numbers that each channel asks for, those that all share, tables and what is lost between arrays. */
const CHANNEL_FLOATS =
  ANALYSIS_HISTORY +
  CORE_BLOCK +
  2 * LOW_SLOTS * LOW_BANDS +
  2 * OUTPUT_SLOTS * BANDS +
  SYNTHESIS_STATE +
  OUTPUT_BLOCK +
  512;
const SHARED_FLOATS = 2 * OUTPUT_SLOTS * BANDS + 4096;
const TABLE_FLOATS = 8192;
/** 64 sums behind a gap, and three times 64 numbers. */
const ROOM = 4 + 4 * BANDS;

/** The filters in a kernel. */
export class KernelSbrEngine implements SbrEngine {
  readonly f32: (length: number) => Float32Array;
  readonly #exports: SbrExports;

  /** With room for so many channels, in or out. */
  constructor(channels: number) {
    const floats = channels * CHANNEL_FLOATS + SHARED_FLOATS + TABLE_FLOATS;
    const kernel = new Kernel<SbrExports>('sbr', 4 * floats);
    this.f32 = (length) => kernel.f32(length);
    this.#exports = kernel.exports;
    const place = (values: Float32Array) => {
      const array = kernel.f32(values.length);
      array.set(values);
      return array.byteOffset;
    };
    const noise = noiseTable();
    const { points, twist, roots } = imdctTables(TRANSFORM, 1);
    this.#exports.setTables(
      place(analysisWindow()),
      place(synthesisWindow()),
      place(twist),
      place(roots),
      kernel.f32(4 * points).byteOffset,
      kernel.f32(ROOM).byteOffset,
      place(prolonged(noise.re)),
      place(prolonged(noise.im)),
    );
  }

  analyse(samples: Float32Array, { re, im }: Planes): void {
    const first = 4 * LOOK_BACK * LOW_BANDS;
    this.#exports.analyse(samples.byteOffset, re.byteOffset + first, im.byteOffset + first);
  }

  synthesize({ re, im }: Planes, state: Float32Array, output: Float32Array): void {
    this.#exports.synthesize(re.byteOffset, im.byteOffset, state.byteOffset, output.byteOffset);
  }

  copyUp(
    low: Planes,
    source: number,
    high: Planes,
    target: number,
    count: number,
    predictors: Float32Array,
    start: number,
    end: number,
  ): void {
    const from = 4 * ((start + LEAD) * LOW_BANDS + source);
    const to = 4 * (start * BANDS + target);
    this.#exports.copyUp(
      low.re.byteOffset + from,
      low.im.byteOffset + from,
      high.re.byteOffset + to,
      high.im.byteOffset + to,
      predictors.byteOffset + 4 * target,
      count,
      end - start,
    );
  }

  adjust(high: Planes, output: Planes, adjustment: Adjustment): void {
    const { gains, noise, gainRow, sinusoids, sinusoidRow, first, count, start, end } = adjustment;
    const at = 4 * (start * BANDS + first);
    this.#exports.adjust(
      high.re.byteOffset + at,
      high.im.byteOffset + at,
      output.re.byteOffset + at,
      output.im.byteOffset + at,
      gains.byteOffset + 4 * (gainRow + first),
      noise.byteOffset + 4 * (gainRow + first),
      sinusoids.byteOffset + 4 * (sinusoidRow + first),
      count,
      end - start,
      adjustment.noiseIndex,
      adjustment.phase,
      first & 1,
    );
  }
}

/** A table with its beginning at its end again, so that as many numbers as there are bands can be read anywhere. */
function prolonged(values: Float32Array): Float32Array {
  const longer = new Float32Array(values.length + BANDS);
  longer.set(values);
  longer.set(values.subarray(0, BANDS), values.length);
  return longer;
}

/** An engine for so many channels. */
export function createSbrEngine(channels: number): SbrEngine {
  return hasKernels() ? new KernelSbrEngine(channels) : new PlainSbrEngine();
}
