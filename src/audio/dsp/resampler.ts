import type { AudioBlock } from '../audio-input.ts';
import { hasKernels } from '../kernel.ts';
import { BlockResampler, layOutBlocks } from './block-resampler.ts';
import type { Ratio } from './convolve.ts';
import { FirResampler } from './fir-resampler.ts';
import type { Stage } from './stage.ts';

/** Sample rates in Hz, whole numbers. `isLive`: output is wanted at once, not when it costs least. */
export interface ResamplerOptions {
  inputRate: number;
  outputRate: number;
  channels: number;
  isLive?: boolean | undefined;
}

/**
 * Changes the sample rate of a stream: a linear-phase low-pass filter, flat to 0.91 of the lower Nyquist frequency
 * and 100 dB down beyond it. Output is in time with the input (no delay), and n input frames become exactly
 * ceil(n * outputRate / inputRate). What comes out does not depend on how the input is cut into blocks. Equal
 * rates give the input itself. After `flush` another stream can follow.
 */
export class Resampler implements Stage {
  readonly #engine: Stage | undefined;

  /** @throws RangeError when a rate or the number of channels is not a positive integer. */
  constructor({ inputRate, outputRate, channels, isLive }: ResamplerOptions) {
    for (const value of [inputRate, outputRate, channels]) {
      if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`Not a positive integer: ${value}`);
    }
    const divisor = greatestCommonDivisor(inputRate, outputRate);
    const ratio = { up: outputRate / divisor, down: inputRate / divisor };
    if (inputRate !== outputRate) this.#engine = createEngine(ratio, channels, isLive === true);
  }

  process(block: AudioBlock): AudioBlock {
    return this.#engine === undefined ? block : this.#engine.process(block);
  }

  flush(): AudioBlock {
    return this.#engine === undefined ? { frames: 0, channels: [] } : this.#engine.flush();
  }
}

function createEngine(ratio: Ratio, channels: number, isLive: boolean): Stage {
  const layout = hasKernels() && !isLive ? layOutBlocks(ratio) : undefined;
  return layout === undefined
    ? new FirResampler(ratio, channels)
    : new BlockResampler(ratio, channels, layout);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
