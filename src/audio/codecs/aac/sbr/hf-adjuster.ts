import type { GainControl } from './gain-control.ts';
import { BANDS, type Planes } from './planes.ts';
import type { SbrBands } from './sbr-bands.ts';
import { type Adjustment, NOISE_MASK, type SbrEngine } from './sbr-engine.ts';
import { MOST_ENVELOPES, type TimeGrid } from './time-grid.ts';

/** Gains are smoothed over this slot and so many before, with these weights (ISO/IEC 14496-3 §4.6.18.7.6). */
const SMOOTHED = 4;
const WEIGHTS = [0.33333333333333, 0.30150283239582, 0.21816949906249, 0.11516383427084, 0.03183050093751];

/** Applies a channel's gains, and adds its noise and sinusoids: ISO/IEC 14496-3 §4.6.18.7.6. */
export class HfAdjuster {
  /** Where the block before ended with sinusoids, from the first replicated band on. */
  readonly sinusoids = new Uint8Array(BANDS);
  /** Gains and noise of the last slots, the slot at hand last; kept while they are smoothed. */
  readonly #gains = new Float32Array((SMOOTHED + 1) * BANDS);
  readonly #noise = new Float32Array((SMOOTHED + 1) * BANDS);
  readonly #smoothGains: Float32Array;
  readonly #smoothNoise: Float32Array;
  /** The noise of envelopes that begin with a transient. */
  readonly #silence: Float32Array;
  readonly #engine: SbrEngine;
  /** Goes on from slot to slot and from block to block. */
  readonly #adjustment: Adjustment;
  #wasSmooth = false;

  constructor(engine: SbrEngine) {
    this.#engine = engine;
    this.#smoothGains = engine.f32(BANDS);
    this.#smoothNoise = engine.f32(BANDS);
    this.#silence = engine.f32(MOST_ENVELOPES * BANDS);
    const none = this.#silence;
    this.#adjustment = {
      ...{ gains: none, noise: none, gainRow: 0, sinusoids: none, sinusoidRow: 0 },
      ...{ first: 0, count: 0, start: 0, end: 0, noiseIndex: 0, phase: 0 },
    };
  }

  reset(): void {
    this.sinusoids.fill(0);
    this.#wasSmooth = false;
    this.#adjustment.noiseIndex = 0;
    this.#adjustment.phase = 0;
  }

  /** Lets noise begin anew, and smoothing with the gains of the next envelope. */
  restart(): void {
    this.#adjustment.noiseIndex = 0;
    this.#wasSmooth = false;
  }

  /** Adjusts the replicated bands of `high` into `output`. */
  apply(
    control: GainControl,
    grid: TimeGrid,
    bands: SbrBands,
    isSmooth: boolean,
    high: Planes,
    output: Planes,
  ): void {
    if (isSmooth && !this.#wasSmooth) this.#remember(control);
    this.#wasSmooth = isSmooth;
    for (let i = 0; i < grid.envelopes; i++) {
      const isTransient = i === grid.transient || i === grid.announced;
      this.#start(control, bands, i * BANDS, isTransient);
      const first = 2 * (grid.borders[i] as number);
      const end = 2 * (grid.borders[i + 1] as number);
      if (isSmooth) this.#applySmoothed(control, bands, isTransient, first, end, high, output);
      else this.#applySlots(first, end, high, output);
    }
  }

  /** Makes ready for an envelope. */
  #start(control: GainControl, { kx, count }: SbrBands, row: number, isTransient: boolean): void {
    const adjustment = this.#adjustment;
    adjustment.gains = control.gains;
    adjustment.noise = isTransient ? this.#silence : control.noise;
    adjustment.gainRow = row;
    adjustment.sinusoids = control.sinusoids;
    adjustment.sinusoidRow = row;
    adjustment.first = kx;
    adjustment.count = count;
  }

  #applySlots(start: number, end: number, high: Planes, output: Planes): void {
    const adjustment = this.#adjustment;
    adjustment.start = start;
    adjustment.end = end;
    this.#engine.adjust(high, output, adjustment);
    adjustment.noiseIndex = (adjustment.noiseIndex + (end - start) * adjustment.count) & NOISE_MASK;
    adjustment.phase = (adjustment.phase + end - start) & 3;
  }

  #applySmoothed(
    control: GainControl,
    bands: SbrBands,
    isTransient: boolean,
    start: number,
    end: number,
    high: Planes,
    output: Planes,
  ): void {
    const adjustment = this.#adjustment;
    const row = adjustment.gainRow;
    if (!isTransient) {
      adjustment.gains = this.#smoothGains;
      adjustment.noise = this.#smoothNoise;
      adjustment.gainRow = 0;
    }
    for (let slot = start; slot < end; slot++) {
      this.#push(control, row);
      if (!isTransient) this.#smooth(bands);
      this.#applySlots(slot, slot + 1, high, output);
    }
  }

  /** As if the gains of the first envelope had been there before. */
  #remember(control: GainControl): void {
    for (let i = 0; i <= SMOOTHED; i++) {
      this.#gains.set(control.gains.subarray(0, BANDS), i * BANDS);
      this.#noise.set(control.noise.subarray(0, BANDS), i * BANDS);
    }
  }

  #push(control: GainControl, row: number): void {
    this.#gains.copyWithin(0, BANDS);
    this.#noise.copyWithin(0, BANDS);
    this.#gains.set(control.gains.subarray(row, row + BANDS), SMOOTHED * BANDS);
    this.#noise.set(control.noise.subarray(row, row + BANDS), SMOOTHED * BANDS);
  }

  #smooth({ kx, count }: SbrBands): void {
    for (let band = kx; band < kx + count; band++) {
      let gain = 0;
      let noise = 0;
      for (let i = 0; i <= SMOOTHED; i++) {
        const weight = WEIGHTS[i] as number;
        gain += (this.#gains[(SMOOTHED - i) * BANDS + band] as number) * weight;
        noise += (this.#noise[(SMOOTHED - i) * BANDS + band] as number) * weight;
      }
      this.#smoothGains[band] = gain;
      this.#smoothNoise[band] = noise;
    }
  }
}
