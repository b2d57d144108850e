/** Subbands of all three layers. */
export const SUBBANDS = 32;
/** Room for time slots in a row of subband samples: 36 in a frame, and what vectors reach beyond. */
export const SLOT_ROOM = 40;
/** Slots of the past that the synthesis window needs, and one more. */
export const HISTORY = 16;

/** The hybrid and synthesis filter banks of some channels. */
export interface FilterBank {
  /** Input of `hybrid`: line `i` of subband `sb` at `i * 32 + sb`. */
  readonly spectrum: Float32Array;
  /** For each channel, output of `hybrid` and input of `synthesize`: slot `t` of subband `sb` at `sb * 40 + t`. */
  readonly subbands: readonly Float32Array[];
  /** For each channel, what `hybrid` adds to the next granule; as `spectrum`, the lines being samples. */
  readonly overlaps: readonly Float32Array[];
  /** Output of `synthesize`: the samples of each channel. */
  readonly output: readonly Float32Array[];

  /**
   * From the spectrum of a granule to 18 slots of subband samples from `slot` on: alias reduction, inverse MDCT, overlap and
   * frequency inversion. `count` subbands from the lowest on hold something. The spectrum is lost.
   *
   * Source: ISO/IEC 11172-3 §2.4.3.4.9 and §2.4.3.4.10.
   */
  hybrid(channel: number, slot: number, blockType: number, isMixed: boolean, count: number): void;

  /**
   * From `slots` slots of subband samples to 32 samples each; returns how large the largest is, NaN aside.
   *
   * Source: ISO/IEC 11172-3 §2.4.3.2.2.
   */
  synthesize(channel: number, slots: number): number;

  /** As if nothing had come before. */
  reset(): void;
}
