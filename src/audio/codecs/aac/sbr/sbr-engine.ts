import { NOISE_LENGTH } from './noise-table.ts';
import { BANDS, LOW_BANDS, type Planes, SLOTS } from './planes.ts';
import { qmfWindow } from './qmf-window.ts';

/** Samples of a block of the core, and those of the block before that its first filters need. */
export const CORE_BLOCK = SLOTS * LOW_BANDS;
export const ANALYSIS_HISTORY = 288;
export const ANALYSIS_TAPS = 320;

/** Samples of a block at the doubled rate. */
export const OUTPUT_BLOCK = SLOTS * BANDS;
/** What the synthesis keeps of each slot, and of the slots of the block before. */
export const SLOT_STATE = 2 * BANDS;
export const SYNTHESIS_HISTORY = 9 * SLOT_STATE;
export const SYNTHESIS_STATE = SLOTS * SLOT_STATE + SYNTHESIS_HISTORY;

/** The window length whose transform has `BANDS` coefficients. */
export const TRANSFORM = 2 * BANDS;

/** Band replication counts samples from -32768 to 32767. */
const FULL_SCALE = 32_768;

/** Noise begins again after so many values and one. */
export const NOISE_MASK = NOISE_LENGTH - 1;

/** How some slots of replicated bands become what is heard (ISO/IEC 14496-3 §4.6.18.7.6). */
export interface Adjustment {
  /** Gains and noise by band, from `gainRow` on; sinusoids from `sinusoidRow` on. */
  gains: Float32Array;
  noise: Float32Array;
  gainRow: number;
  sinusoids: Float32Array;
  sinusoidRow: number;
  /** The first band and how many. */
  first: number;
  count: number;
  /** From this slot up to that one. */
  start: number;
  end: number;
  /** The value of the noise table before the first one, and quarter turns of the sinusoids. */
  noiseIndex: number;
  phase: number;
}

/** The filters that make bands of samples and samples of bands (ISO/IEC 14496-3 §4.6.18.4), and work on bands. */
export interface SbrEngine {
  /** An array of zeros; only such arrays may be given to the functions below. */
  f32(length: number): Float32Array;

  /**
   * Analyses a block: `samples` has those of the block behind `ANALYSIS_HISTORY`, `low` gets the block's slots behind
   * those that it looks back at, 32 bands each.
   */
  analyse(samples: Float32Array, low: Planes): void;

  /**
   * Makes `OUTPUT_BLOCK` samples of the first slots of `bands`, 64 each. `state` (`SYNTHESIS_STATE`) is what goes on
   * to the next block.
   */
  synthesize(bands: Planes, state: Float32Array, output: Float32Array): void;

  /**
   * Copies `count` bands from `source` on to those from `target` on, in slots `start` to `end` of `high`, whose first
   * slot is that after those `low` leads by. To each is added what its two slots before predict: `predictors` has
   * four rows of 64 numbers by target band, real and imaginary for one slot before, then for two. May overwrite up
   * to three bands behind.
   */
  copyUp(
    low: Planes,
    source: number,
    high: Planes,
    target: number,
    count: number,
    predictors: Float32Array,
    start: number,
    end: number,
  ): void;

  /**
   * Adjusts slots of `high` into `output`. Noise stands where no sinusoid does. Sinusoids turn by a quarter from slot
   * to slot, those of odd bands the other way round.
   */
  adjust(high: Planes, output: Planes, adjustment: Adjustment): void;
}

/** The window of the analysis, for samples in their order. */
export function analysisWindow(): Float32Array {
  const window = qmfWindow();
  return Float32Array.from(
    { length: ANALYSIS_TAPS },
    (_, i) => 2 * FULL_SCALE * (window[2 * (ANALYSIS_TAPS - 1 - i)] as number),
  );
}

export function synthesisWindow(): Float32Array {
  return Float32Array.from(qmfWindow(), (value) => value / BANDS / FULL_SCALE);
}
