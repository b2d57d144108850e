import { hasKernels } from '../kernel.ts';
import { INTERSAMPLE_TAPS } from './intersample.ts';
import {
  kernelPeaks,
  PEAK_CAPACITY,
  PEAK_HISTORY,
  type PeakWorkspace,
  plainPeaks,
} from './peak-workspace.ts';

/** Frames that a peak envelope is behind its input. */
export const ENVELOPE_DELAY = INTERSAMPLE_TAPS / 2;

/**
 * The true-peak envelope of each channel of a stream: for every sample the largest magnitude from it up to the next
 * one. Uses the kernel `meter` where there are kernels.
 */
export class PeakEnvelope {
  /** Frames that `process` takes at once. */
  static readonly CAPACITY = PEAK_CAPACITY;

  readonly #workspace: PeakWorkspace;
  readonly #histories: Float32Array[];

  constructor(channels: number) {
    this.#workspace = hasKernels() ? kernelPeaks() : plainPeaks();
    this.#histories = Array.from({ length: channels }, () => new Float32Array(PEAK_HISTORY));
  }

  /**
   * Takes the next samples of a channel (at most CAPACITY) and returns the largest value of the envelope, which lies
   * ENVELOPE_DELAY frames behind them; the envelope itself is in `values`. What cannot exceed `floor` reads 0.
   */
  process(channel: number, samples: Float32Array, floor: number): number {
    const history = this.#histories[channel] as Float32Array;
    const { input } = this.#workspace;
    input.set(history);
    input.set(samples, PEAK_HISTORY);
    const peak = this.#workspace.run(samples.length, floor);
    history.set(input.subarray(samples.length, samples.length + PEAK_HISTORY));
    return peak;
  }

  /** The envelope of the samples that were processed last. */
  get values(): Float32Array {
    return this.#workspace.output;
  }
}
