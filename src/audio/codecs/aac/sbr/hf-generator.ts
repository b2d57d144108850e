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

  constructor(engine: SbrEngine) {
    this.#engine = engine;
    this.#predictors = engine.f32(4 * BANDS + 4);
  }

  /** Predicts the first `bands` bands of `low` from their own past. */
  predict(low: Planes, bands: number): void {
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

  /** The predictors of one band, from its covariance over 38 slots: ISO/IEC 14496-3 §4.6.18.6.2. */
  #solve({ re, im }: Planes, band: number): void {
    // Slots n - 2, n - 1 and n.
    let a = re[band] as number;
    let b = im[band] as number;
    let c = re[LOW_BANDS + band] as number;
    let d = im[LOW_BANDS + band] as number;
    const firstPower = a * a + b * b;
    const firstRe = a * c + b * d;
    const firstIm = a * d - b * c;
    let power = 0;
    let nextRe = 0;
    let nextIm = 0;
    let p02re = 0;
    let p02im = 0;
    let lastRe = firstRe;
    let lastIm = firstIm;
    let at = 2 * LOW_BANDS + band;
    for (let slot = 2; slot < LOW_SLOTS; slot++, at += LOW_BANDS) {
      const e = re[at] as number;
      const f = im[at] as number;
      p02re += a * e + b * f;
      p02im += a * f - b * e;
      lastRe = c * e + d * f;
      lastIm = c * f - d * e;
      power += c * c + d * d;
      nextRe += lastRe;
      nextIm += lastIm;
      a = c;
      b = d;
      c = e;
      d = f;
    }
    // The sums begin one slot late for those elements of the matrix that begin with the first slot.
    const p22 = power - (a * a + b * b) + firstPower;
    const p11 = power;
    const p12re = nextRe - lastRe + firstRe;
    const p12im = nextIm - lastIm + firstIm;
    const p01re = nextRe;
    const p01im = nextIm;
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
