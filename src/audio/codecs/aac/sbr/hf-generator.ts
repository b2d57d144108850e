import { NOISE_STRIDE } from './channel-data.ts';
import { BANDS, LOW_BANDS, LOW_SLOTS, type Planes } from './planes.ts';
import type { SbrBands } from './sbr-bands.ts';
import type { SbrEngine } from './sbr-engine.ts';

/** Bandwidths of inverse filtering by mode: off, low, intermediate, strong; and between off and low. */
const BANDWIDTHS = [0, 0.75, 0.9, 0.98];
const TRANSITION_BANDWIDTH = 0.6;
const LEAST_BANDWIDTH = 1 / 64;

/** Prediction with a gain of 4 or more is not used. */
const MOST_POWER = 16;
const RELAXATION = 1.000001;

/** Moves the bandwidths of a channel's noise bands towards what their modes ask for (ISO/IEC 14496-3 §4.6.18.6.2). */
export function adaptBandwidths(
  bandwidths: Float32Array,
  modes: Uint8Array,
  lastModes: Uint8Array,
  count: number,
): void {
  for (let i = 0; i < Math.min(count, NOISE_STRIDE); i++) {
    const mode = modes[i] as number;
    const isTransition = mode + (lastModes[i] as number) === 1;
    const wanted = isTransition ? TRANSITION_BANDWIDTH : (BANDWIDTHS[mode] as number);
    const last = bandwidths[i] as number;
    const next = wanted < last ? 0.75 * wanted + 0.25 * last : 0.90625 * wanted + 0.09375 * last;
    bandwidths[i] = next < LEAST_BANDWIDTH ? 0 : next;
  }
}

/** Copies low bands upwards and takes out what is too tonal of them: ISO/IEC 14496-3 §4.6.18.6. */
export class HfGenerator {
  readonly #engine: SbrEngine;
  /** Those of replicated bands: four rows, as `SbrEngine.copyUp` wants them. */
  readonly #predictors: Float32Array;
  /** Predictors of each low band, from one and two slots before. */
  readonly #first: Planes = { re: new Float32Array(LOW_BANDS), im: new Float32Array(LOW_BANDS) };
  readonly #second: Planes = { re: new Float32Array(LOW_BANDS), im: new Float32Array(LOW_BANDS) };
  /** Sums of the covariance of each low band: of a slot with itself, with the next one and with the one after. */
  readonly #sums = Array.from({ length: 5 }, () => new Float64Array(LOW_BANDS));

  constructor(engine: SbrEngine) {
    this.#engine = engine;
    this.#predictors = engine.f32(4 * BANDS + 4);
  }

  /** Predicts the first `bands` bands of `low` from their own past. */
  predict(low: Planes, bands: number): void {
    this.#correlate(low, bands);
    for (let band = 0; band < bands; band++) this.#solve(low, band);
  }

  /** Fills slots `start` to `end` of `high`, whose first slot is the one after those `low` leads by. */
  generate(
    low: Planes,
    high: Planes,
    { kx, count: replicated, noise, patches }: SbrBands,
    bandwidths: Float32Array,
    start: number,
    end: number,
  ): void {
    let target = kx;
    let noiseBand = 0;
    for (const { start: source, count } of patches) {
      for (let i = 0; i < count; i++) {
        while (target + i >= (noise[noiseBand + 1] as number)) noiseBand++;
        this.#place(source + i, target + i, bandwidths[noiseBand] as number);
      }
      this.#engine.copyUp(low, source, high, target, count, this.#predictors, start, end);
      target += count;
    }
    for (let slot = start; slot < end; slot++) {
      high.re.fill(0, slot * BANDS + target, slot * BANDS + kx + replicated);
      high.im.fill(0, slot * BANDS + target, slot * BANDS + kx + replicated);
    }
  }

  /** The predictors of a low band as those of a replicated one. */
  #place(source: number, target: number, bandwidth: number): void {
    const predictors = this.#predictors;
    predictors[target] = (this.#first.re[source] as number) * bandwidth;
    predictors[BANDS + target] = (this.#first.im[source] as number) * bandwidth;
    predictors[2 * BANDS + target] = (this.#second.re[source] as number) * bandwidth * bandwidth;
    predictors[3 * BANDS + target] = (this.#second.im[source] as number) * bandwidth * bandwidth;
  }

  #correlate({ re, im }: Planes, bands: number): void {
    const [s00, s01re, s01im, s02re, s02im] = this.#sums as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    for (const sums of this.#sums) sums.fill(0);
    for (let slot = 1; slot < LOW_SLOTS - 2; slot++) {
      const row = slot * LOW_BANDS;
      for (let band = 0; band < bands; band++) {
        const at = row + band;
        const a = re[at] as number;
        const b = im[at] as number;
        const c = re[at + LOW_BANDS] as number;
        const d = im[at + LOW_BANDS] as number;
        const e = re[at + 2 * LOW_BANDS] as number;
        const f = im[at + 2 * LOW_BANDS] as number;
        s00[band] = (s00[band] as number) + a * a + b * b;
        s01re[band] = (s01re[band] as number) + a * c + b * d;
        s01im[band] = (s01im[band] as number) + a * d - b * c;
        s02re[band] = (s02re[band] as number) + a * e + b * f;
        s02im[band] = (s02im[band] as number) + a * f - b * e;
      }
    }
  }

  /** The predictors of one band, out of the sums and what is missing of them at either edge. */
  #solve({ re, im }: Planes, band: number): void {
    const sum = (index: number) => (this.#sums[index] as Float64Array)[band] as number;
    const at = (values: Float32Array, slot: number) => values[slot * LOW_BANDS + band] as number;
    const same = (x: number, y: number) => at(re, x) * at(re, y) + at(im, x) * at(im, y);
    const cross = (x: number, y: number) => at(re, x) * at(im, y) - at(im, x) * at(re, y);
    const last = LOW_SLOTS - 2;
    const p22 = sum(0) + same(0, 0);
    const p11 = sum(0) + same(last, last);
    const p12re = sum(1) + same(0, 1);
    const p12im = sum(2) + cross(0, 1);
    const p01re = sum(1) + same(last, last + 1);
    const p01im = sum(2) + cross(last, last + 1);
    const p02re = sum(3) + same(0, 2);
    const p02im = sum(4) + cross(0, 2);
    const determinant = p22 * p11 - (p12re * p12re + p12im * p12im) / RELAXATION;
    let are = 0;
    let aim = 0;
    if (determinant !== 0) {
      are = (p01re * p12re - p01im * p12im - p02re * p11) / determinant;
      aim = (p01re * p12im + p01im * p12re - p02im * p11) / determinant;
    }
    let bre = 0;
    let bim = 0;
    if (p11 !== 0) {
      bre = -(p01re + are * p12re + aim * p12im) / p11;
      bim = -(p01im + aim * p12re - are * p12im) / p11;
    }
    const isUsed = are * are + aim * aim < MOST_POWER && bre * bre + bim * bim < MOST_POWER;
    this.#second.re[band] = isUsed ? are : 0;
    this.#second.im[band] = isUsed ? aim : 0;
    this.#first.re[band] = isUsed ? bre : 0;
    this.#first.im[band] = isUsed ? bim : 0;
  }
}
