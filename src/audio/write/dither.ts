import type { AudioBlock } from '../audio-input.ts';

/** Any number but 0 will do; a fixed one gives the same bytes at each run. */
const SEED = 0x2545f491;

/**
 * Noise with a triangular distribution from -`step` to `step`, which makes the error of rounding independent of the
 * signal. Each channel has a generator of its own.
 *
 * Source: Lipshitz, Wannamaker, Vanderkooy, "Quantization and Dither: A Theoretical Survey", JAES 40 (1992).
 */
export class Dither {
  readonly #step: number;
  readonly #states: Int32Array;
  #output: Float32Array[] = [];

  constructor(channels: number, step: number) {
    this.#step = step;
    this.#states = Int32Array.from({ length: channels }, (_, i) => Math.imul(SEED, 2 * i + 1));
  }

  /** `block` with noise, in arrays that the next call reuses. */
  add({ frames, channels }: AudioBlock): AudioBlock {
    if ((this.#output[0]?.length ?? 0) < frames) {
      this.#output = Array.from(this.#states, () => new Float32Array(frames));
    }
    this.#output.forEach((target, i) => {
      this.#states[i] = addNoise(
        channels[i] as Float32Array,
        frames,
        target,
        this.#step,
        this.#states[i] as number,
      );
    });
    return { frames, channels: this.#output };
  }
}

/** Returns the state of the generator. Source: Marsaglia, "Xorshift RNGs" (2003), shifts 13, 17, 5. */
function addNoise(
  source: Float32Array,
  frames: number,
  target: Float32Array,
  step: number,
  state: number,
): number {
  const scale = step / 2 ** 32;
  let bits = state;
  for (let i = 0; i < frames; i++) {
    bits ^= bits << 13;
    bits ^= bits >>> 17;
    bits ^= bits << 5;
    const first = bits;
    bits ^= bits << 13;
    bits ^= bits >>> 17;
    bits ^= bits << 5;
    target[i] = (source[i] as number) + (first + bits) * scale;
  }
  return bits;
}
