import { type ImdctBank, plainBank } from '../../../dsp/imdct.ts';
import { BANDS, LOOK_BACK, LOW_BANDS, type Planes, SLOTS } from './planes.ts';
import { qmfWindow } from './qmf-window.ts';

/** Samples of a block of the core, and those of the block before that its first filters need. */
export const CORE_BLOCK = SLOTS * LOW_BANDS;
export const ANALYSIS_HISTORY = 288;
const ANALYSIS_TAPS = 320;

/** Samples of a block at the doubled rate. */
export const OUTPUT_BLOCK = SLOTS * BANDS;
/** What the filter keeps of each slot, and of how many slots before. */
const SLOT_STATE = 2 * BANDS;
const SYNTHESIS_HISTORY = 9 * SLOT_STATE;
export const SYNTHESIS_STATE = SLOTS * SLOT_STATE + SYNTHESIS_HISTORY;

/** Band replication counts samples from -32768 to 32767. */
const FULL_SCALE = 32_768;

/** The window length whose transform has `BANDS` coefficients. */
const TRANSFORM = 2 * BANDS;

/**
 * Analysis by 32 and synthesis by 64 complex bands: ISO/IEC 14496-3 §4.6.18.4. The sums of cosines and sines there
 * are written as transforms of type IV of 64 values, which is what the inner half of an IMDCT is, backwards and
 * negated.
 */
export class Qmf {
  readonly #bank: ImdctBank;
  readonly #analysisWindow = new Float32Array(ANALYSIS_TAPS);
  readonly #synthesisWindow = new Float32Array(10 * BANDS);
  readonly #sums = new Float64Array(BANDS);
  readonly #input: Float32Array;
  readonly #first: Float32Array;
  readonly #second: Float32Array;

  constructor(bank: ImdctBank = plainBank([{ size: TRANSFORM }])) {
    this.#bank = bank;
    const window = qmfWindow();
    for (let i = 0; i < ANALYSIS_TAPS; i++) {
      this.#analysisWindow[ANALYSIS_TAPS - 1 - i] = 2 * FULL_SCALE * (window[2 * i] as number);
    }
    this.#synthesisWindow.set(window.map((value) => value / BANDS / FULL_SCALE));
    this.#input = bank.f32(BANDS);
    this.#first = bank.f32(BANDS);
    this.#second = bank.f32(BANDS);
  }

  /**
   * Analyses a block: `samples` has those of the block behind the history, `low` gets the block's slots behind those
   * that it looks back at.
   */
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

  /** Makes the samples of a block of the first slots of `bands`; `state` is what goes on to the next block. */
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
