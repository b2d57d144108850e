import { plainBank } from '../../../dsp/imdct.ts';
import { plainAdjust, plainCopyUp } from './plain-bands.ts';
import { BANDS, LOOK_BACK, LOW_BANDS, type Planes, SLOTS } from './planes.ts';
import {
  ANALYSIS_TAPS,
  analysisWindow,
  type SbrEngine,
  SLOT_STATE,
  SYNTHESIS_HISTORY,
  synthesisWindow,
  TRANSFORM,
} from './sbr-engine.ts';

/**
 * Analysis by 32 and synthesis by 64 complex bands: ISO/IEC 14496-3 §4.6.18.4. The sums of cosines and sines there
 * are written as transforms of type IV of 64 values, which is what the inner half of an IMDCT is, backwards and
 * negated.
 */
export class PlainSbrEngine implements SbrEngine {
  readonly f32 = (length: number) => new Float32Array(length);
  readonly copyUp = plainCopyUp;
  readonly adjust = plainAdjust;
  readonly #bank = plainBank([{ size: TRANSFORM }]);
  readonly #analysisWindow = analysisWindow();
  readonly #synthesisWindow = synthesisWindow();
  readonly #sums = new Float64Array(BANDS);
  readonly #input = new Float32Array(BANDS);
  readonly #first = new Float32Array(BANDS);
  readonly #second = new Float32Array(BANDS);

  analyse(samples: Float32Array, low: Planes): void {
    const { re, im } = low;
    const output = this.#first;
    for (let slot = 0; slot < SLOTS; slot++) {
      this.#fold(samples, slot * LOW_BANDS);
      this.#bank.imdct(TRANSFORM, this.#input, output);
      const row = (LOOK_BACK + slot) * LOW_BANDS;
      for (let band = 0; band < LOW_BANDS; band++) {
        re[row + band] = -(output[BANDS - 1 - band] as number);
        im[row + band] = output[band] as number;
      }
    }
  }

  /** Windows the samples from `at` on and puts them into the order of the transform. */
  #fold(samples: Float32Array, at: number): void {
    const window = this.#analysisWindow;
    const sums = this.#sums;
    for (let i = 0; i < BANDS; i++) {
      let sum = 0;
      for (let tap = i; tap < ANALYSIS_TAPS; tap += BANDS) {
        sum += (samples[at + tap] as number) * (window[tap] as number);
      }
      sums[BANDS - 1 - i] = sum;
    }
    const input = this.#input;
    input[0] = sums[0] as number;
    for (let i = 1; i <= BANDS / 2; i++) input[2 * i - 1] = sums[i] as number;
    for (let i = BANDS / 2 + 1; i < BANDS; i++) input[2 * BANDS - 2 * i] = -(sums[i] as number);
  }

  synthesize(bands: Planes, state: Float32Array, output: Float32Array): void {
    state.copyWithin(SLOTS * SLOT_STATE, 0, SYNTHESIS_HISTORY);
    for (let slot = 0; slot < SLOTS; slot++) {
      const at = (SLOTS - 1 - slot) * SLOT_STATE;
      this.#modulate(bands, slot * BANDS, state, at);
      this.#window(state, at, output, slot * BANDS);
    }
  }

  #modulate({ re, im }: Planes, row: number, state: Float32Array, at: number): void {
    const input = this.#input;
    const cosines = this.#first;
    const sines = this.#second;
    input.set(re.subarray(row, row + BANDS));
    this.#bank.imdct(TRANSFORM, input, cosines);
    for (let band = 0; band < BANDS; band += 2) {
      input[band] = im[row + band] as number;
      input[band + 1] = -(im[row + band + 1] as number);
    }
    this.#bank.imdct(TRANSFORM, input, sines);
    for (let i = 0; i < BANDS; i++) {
      const cosine = cosines[BANDS - 1 - i] as number;
      const sine = sines[i] as number;
      state[at + i] = cosine - sine;
      state[at + SLOT_STATE - 1 - i] = -cosine - sine;
    }
  }

  #window(state: Float32Array, at: number, output: Float32Array, to: number): void {
    const window = this.#synthesisWindow;
    for (let i = 0; i < BANDS; i++) {
      let sum = 0;
      for (let tap = 0; tap < 5; tap++) {
        const from = at + 4 * BANDS * tap + i;
        sum +=
          (state[from] as number) * (window[2 * BANDS * tap + i] as number) +
          (state[from + 3 * BANDS] as number) * (window[2 * BANDS * tap + BANDS + i] as number);
      }
      output[to + i] = sum;
    }
  }
}
