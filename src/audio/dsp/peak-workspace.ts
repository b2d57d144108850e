import { Kernel } from '../kernel.ts';
import { designIntersampleFilter, INTERSAMPLE_TAPS, intersamplePeaks } from './intersample.ts';

/** Frames that a workspace takes at once. */
export const PEAK_CAPACITY = 4096;

/** Samples of the past that stand before them in `input`. */
export const PEAK_HISTORY = INTERSAMPLE_TAPS - 1;

/** Vectors may reach this far beyond the end. */
const SLACK = 4;

/** Arrays, and the work on them: `intersamplePeaks` from `input` to `output`. */
export interface PeakWorkspace {
  input: Float32Array;
  output: Float32Array;
  run(frames: number, floor: number): number;
}

interface MeterExports {
  intersamplePeaks(
    table: number,
    input: number,
    output: number,
    frames: number,
    floor: number,
    bound: number,
  ): number;
}

/** Without the kernel. */
export function plainPeaks(): PeakWorkspace {
  const filter = designIntersampleFilter();
  const input = new Float32Array(PEAK_HISTORY + PEAK_CAPACITY);
  const output = new Float32Array(PEAK_CAPACITY);
  const run = (frames: number, floor: number) => intersamplePeaks(filter, input, output, frames, floor);
  return { input, output, run };
}

/** With the kernel `meter`; only where `hasKernels`. */
export function kernelPeaks(): PeakWorkspace {
  const filter = designIntersampleFilter();
  const pairs = filter.even.length;
  const kernel = new Kernel<MeterExports>(
    'meter',
    (PEAK_HISTORY + 2 * (PEAK_CAPACITY + SLACK) + pairs * 12 + 16) * 4,
  );
  const table = kernel.f32(pairs * 12);
  const rows = [filter.even, filter.odd, filter.middle];
  for (let i = 0; i < pairs; i++) {
    rows.forEach((row, j) => {
      table.fill(row[i] as number, i * 12 + j * 4, i * 12 + j * 4 + 4);
    });
  }
  const input = kernel.f32(PEAK_HISTORY + PEAK_CAPACITY + SLACK);
  const output = kernel.f32(PEAK_CAPACITY + SLACK);
  const { intersamplePeaks } = kernel.exports;
  const run = (frames: number, floor: number) =>
    intersamplePeaks(table.byteOffset, input.byteOffset, output.byteOffset, frames, floor, filter.bound);
  return { input, output, run };
}
