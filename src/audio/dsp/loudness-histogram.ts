import { dbToPower, powerToDb } from './decibels.ts';

/** Offset of the standard, so that a 1 kHz sine reads its level: ITU-R BS.1770-5 Annex 1, equation (2). */
const OFFSET = -0.691;

/** Loudness in LUFS of a K-weighted mean square, channels added up. */
export function loudnessOf(power: number): number {
  return OFFSET + powerToDb(power);
}

/** Blocks below are left out of everything (absolute gate). */
export const ABSOLUTE_GATE = -70;

const TOP = 70;
const BINS_PER_LU = 100;

/**
 * The blocks of a programme sorted by loudness, in bins of 0.01 LU from -70 to +70 LUFS; of each bin the number and
 * the summed power. Takes 170 KB, however long the programme. What lies above goes into the last bin.
 */
export class LoudnessHistogram {
  readonly #counts = new Uint32Array((TOP - ABSOLUTE_GATE) * BINS_PER_LU);
  readonly #powers = new Float64Array(this.#counts.length);

  /** Takes the power of one block; drops it when it does not pass the absolute gate. */
  add(power: number): void {
    const loudness = loudnessOf(power);
    if (!(loudness > ABSOLUTE_GATE)) return;
    const bin = Math.min(this.#counts.length - 1, Math.floor((loudness - ABSOLUTE_GATE) * BINS_PER_LU));
    this.#counts[bin] = (this.#counts[bin] as number) + 1;
    this.#powers[bin] = (this.#powers[bin] as number) + power;
  }

  /** Loudness of all blocks that are louder than `relativeGate` LU (negative) below the mean; -Infinity without any. */
  gatedLoudness(relativeGate: number): number {
    return this.#meanFrom(this.#firstBin(relativeGate));
  }

  /** Loudness that the given parts (0 to 1) of the blocks above the relative gate stay below; undefined without any. */
  percentiles(relativeGate: number, ...parts: number[]): number[] | undefined {
    const first = this.#firstBin(relativeGate);
    const total = this.#counts.subarray(first).reduce((sum, count) => sum + count, 0);
    if (total === 0) return undefined;
    return parts.map((part) => this.#loudnessAt(first, Math.round((total - 1) * part)));
  }

  #firstBin(relativeGate: number): number {
    const gate = dbToPower(this.#meanFrom(0) - OFFSET + relativeGate);
    const { length } = this.#counts;
    for (let bin = 0; bin < length; bin++) {
      const count = this.#counts[bin] as number;
      if (count > 0 && (this.#powers[bin] as number) / count > gate) return bin;
    }
    return length;
  }

  #meanFrom(first: number): number {
    let count = 0;
    let power = 0;
    for (let bin = first; bin < this.#counts.length; bin++) {
      count += this.#counts[bin] as number;
      power += this.#powers[bin] as number;
    }
    return count === 0 ? Number.NEGATIVE_INFINITY : loudnessOf(power / count);
  }

  #loudnessAt(first: number, rank: number): number {
    let before = 0;
    let bin = first;
    for (; bin < this.#counts.length - 1; bin++) {
      before += this.#counts[bin] as number;
      if (before > rank) break;
    }
    return loudnessOf((this.#powers[bin] as number) / (this.#counts[bin] as number));
  }
}
