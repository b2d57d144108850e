import { imdctTables } from '../../../dsp/imdct-tables.ts';
import { hasKernels, Kernel } from '../../../kernel.ts';
import { PlainQmf } from './plain-qmf.ts';
import { BANDS, LOOK_BACK, LOW_BANDS, LOW_SLOTS, OUTPUT_SLOTS, type Planes } from './planes.ts';
import {
  ANALYSIS_HISTORY,
  analysisWindow,
  CORE_BLOCK,
  OUTPUT_BLOCK,
  type Qmf,
  SYNTHESIS_STATE,
  synthesisWindow,
  TRANSFORM,
} from './qmf.ts';

/** What `src/audio/kernels/sbr.ts` exports; numbers are addresses. */
interface SbrExports {
  setTables(
    analysisWindow: number,
    synthesisWindow: number,
    twist: number,
    roots: number,
    work: number,
    room: number,
  ): void;
  analyse(samples: number, re: number, im: number): void;
  synthesize(re: number, im: number, state: number, output: number): void;
}

/** Numbers that each channel asks for, those that all share, tables and what is lost between arrays. */
const CHANNEL_FLOATS =
  ANALYSIS_HISTORY +
  CORE_BLOCK +
  2 * LOW_SLOTS * LOW_BANDS +
  2 * OUTPUT_SLOTS * BANDS +
  SYNTHESIS_STATE +
  OUTPUT_BLOCK;
const SHARED_FLOATS = 2 * OUTPUT_SLOTS * BANDS;
const TABLE_FLOATS = 4096;
/** 64 sums behind a gap, and three times 64 numbers. */
const ROOM = 4 + 4 * BANDS;

/** The filters in a kernel. */
export class KernelQmf implements Qmf {
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
    const { points, twist, roots } = imdctTables(TRANSFORM, 1);
    this.#exports.setTables(
      place(analysisWindow()),
      place(synthesisWindow()),
      place(twist),
      place(roots),
      kernel.f32(4 * points).byteOffset,
      kernel.f32(ROOM).byteOffset,
    );
  }

  analyse(samples: Float32Array, { re, im }: Planes): void {
    const first = 4 * LOOK_BACK * LOW_BANDS;
    this.#exports.analyse(samples.byteOffset, re.byteOffset + first, im.byteOffset + first);
  }

  synthesize({ re, im }: Planes, state: Float32Array, output: Float32Array): void {
    this.#exports.synthesize(re.byteOffset, im.byteOffset, state.byteOffset, output.byteOffset);
  }
}

/** Filters for so many channels. */
export function createQmf(channels: number): Qmf {
  return hasKernels() ? new KernelQmf(channels) : new PlainQmf();
}
