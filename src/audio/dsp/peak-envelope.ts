import { hasKernels, Kernel } from '../kernel.ts';
import { designIntersampleFilter, INTERSAMPLE_TAPS, intersamplePeaks } from './intersample.ts';

/** Frames that a peak envelope is behind its input. */
export const ENVELOPE_DELAY = INTERSAMPLE_TAPS / 2;

const HISTORY = INTERSAMPLE_TAPS - 1;
const CAPACITY = 4096;
/** Vectors may reach this far beyond the end. */
const SLACK = 4;

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

/** One run over the workspace's `input`; fills its `output` and returns the largest value. */
type Run = (frames: number, floor: number) => number;

/**
 * The true-peak envelope of each channel of a stream: for every sample the largest magnitude from it up to the next
 * one. Uses the kernel `meter` where there are kernels.
 */
export class PeakEnvelope {
  /** Frames that `process` takes at once. */
  static readonly CAPACITY = CAPACITY;

  readonly #input: Float32Array;
  readonly #output: Float32Array;
  readonly #run: Run;
  readonly #histories: Float32Array[];

  constructor(channels: number) {
    const workspace = hasKernels() ? kernelWorkspace() : plainWorkspace();
    this.#input = workspace.input;
    this.#output = workspace.output;
    this.#run = workspace.run;
    this.#histories = Array.from({ length: channels }, () => new Float32Array(HISTORY));
  }

  /**
   * Takes the next samples of a channel (at most CAPACITY) and returns the largest value of the envelope, which lies
   * ENVELOPE_DELAY frames behind them; the envelope itself is in `values`. What cannot exceed `floor` reads 0.
   */
  process(channel: number, samples: Float32Array, floor: number): number {
    const history = this.#histories[channel] as Float32Array;
    this.#input.set(history);
    this.#input.set(samples, HISTORY);
    const peak = this.#run(samples.length, floor);
    history.set(this.#input.subarray(samples.length, samples.length + HISTORY));
    return peak;
  }

  /** The envelope of the samples that were processed last. */
  get values(): Float32Array {
    return this.#output;
  }
}

function plainWorkspace() {
  const filter = designIntersampleFilter();
  const input = new Float32Array(HISTORY + CAPACITY);
  const output = new Float32Array(CAPACITY);
  const run: Run = (frames, floor) => intersamplePeaks(filter, input, output, frames, floor);
  return { input, output, run };
}

function kernelWorkspace() {
  const filter = designIntersampleFilter();
  const pairs = filter.even.length;
  const kernel = new Kernel<MeterExports>('meter', (HISTORY + 2 * (CAPACITY + SLACK) + pairs * 12 + 16) * 4);
  const table = kernel.f32(pairs * 12);
  const rows = [filter.even, filter.odd, filter.middle];
  for (let i = 0; i < pairs; i++) {
    rows.forEach((row, j) => {
      table.fill(row[i] as number, i * 12 + j * 4, i * 12 + j * 4 + 4);
    });
  }
  const input = kernel.f32(HISTORY + CAPACITY + SLACK);
  const output = kernel.f32(CAPACITY + SLACK);
  const { intersamplePeaks } = kernel.exports;
  const run: Run = (frames, floor) =>
    intersamplePeaks(table.byteOffset, input.byteOffset, output.byteOffset, frames, floor, filter.bound);
  return { input, output, run };
}
