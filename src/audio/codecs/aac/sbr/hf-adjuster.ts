import type { GainControl } from './gain-control.ts';
import { NOISE_LENGTH, noiseTable } from './noise-table.ts';
import { BANDS, type Planes } from './planes.ts';
import type { SbrBands } from './sbr-bands.ts';
import { MOST_ENVELOPES, type TimeGrid } from './time-grid.ts';

/** Gains are smoothed over this slot and so many before, with these weights (ISO/IEC 14496-3 §4.6.18.7.6). */
const SMOOTHED = 4;
const WEIGHTS = [0.33333333333333, 0.30150283239582, 0.21816949906249, 0.11516383427084, 0.03183050093751];

const NOISE = noiseTable();
const NOISE_MASK = NOISE_LENGTH - 1;
/** What envelopes that begin with a transient have. */
const NO_NOISE = new Float32Array(MOST_ENVELOPES * BANDS);
/** Cosines of quarter turns. */
const COSINES = [1, 0, -1, 0];

/** Applies a channel's gains, and adds its noise and sinusoids: ISO/IEC 14496-3 §4.6.18.7.6. */
export class HfAdjuster {
  /** Where the block before ended with sinusoids, from the first replicated band on. */
  readonly sinusoids = new Uint8Array(BANDS);
  /** Gains and noise of the last slots, the slot at hand last; kept while they are smoothed. */
  readonly #gains = new Float32Array((SMOOTHED + 1) * BANDS);
  readonly #noise = new Float32Array((SMOOTHED + 1) * BANDS);
  readonly #smoothGains = new Float32Array(BANDS);
  readonly #smoothNoise = new Float32Array(BANDS);
  #wasSmooth = false;
  #noiseIndex = 0;
  /** Quarter turns of the sinusoids. */
  #phase = 0;

  reset(): void {
    this.sinusoids.fill(0);
    this.#wasSmooth = false;
    this.#noiseIndex = 0;
    this.#phase = 0;
  }

  /** Lets noise begin anew, and smoothing with the gains of the next envelope. */
  restart(): void {
    this.#noiseIndex = 0;
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
      const row = i * BANDS;
      const end = 2 * (grid.borders[i + 1] as number);
      for (let slot = 2 * (grid.borders[i] as number); slot < end; slot++) {
        if (isSmooth) this.#push(control, row);
        if (isSmooth && !isTransient) {
          this.#smooth(bands);
          this.#adjust(
            this.#smoothGains,
            this.#smoothNoise,
            0,
            control.sinusoids,
            row,
            high,
            output,
            slot,
            bands,
          );
        } else {
          const noise = isTransient ? NO_NOISE : control.noise;
          this.#adjust(control.gains, noise, row, control.sinusoids, row, high, output, slot, bands);
        }
        this.#noiseIndex = (this.#noiseIndex + bands.count) & NOISE_MASK;
        this.#phase = (this.#phase + 1) & 3;
      }
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

  /**
   * One slot. Noise stands where no sinusoid does. Sinusoids turn by a quarter from slot to slot, those of odd bands
   * the other way round.
   */
  #adjust(
    gains: Float32Array,
    noise: Float32Array,
    from: number,
    sinusoids: Float32Array,
    row: number,
    high: Planes,
    output: Planes,
    slot: number,
    { kx, count }: SbrBands,
  ): void {
    const { re, im } = output;
    const { re: highRe, im: highIm } = high;
    const { re: noiseRe, im: noiseIm } = NOISE;
    const cosine = COSINES[this.#phase] as number;
    const sine = COSINES[(this.#phase + 3) & 3] as number;
    let index = this.#noiseIndex;
    for (let band = kx; band < kx + count; band++) {
      index = (index + 1) & NOISE_MASK;
      const at = slot * BANDS + band;
      const gain = gains[from + band] as number;
      const sinusoid = sinusoids[row + band] as number;
      if (sinusoid === 0) {
        const level = noise[from + band] as number;
        re[at] = (highRe[at] as number) * gain + level * (noiseRe[index] as number);
        im[at] = (highIm[at] as number) * gain + level * (noiseIm[index] as number);
      } else {
        re[at] = (highRe[at] as number) * gain + sinusoid * cosine;
        im[at] = (highIm[at] as number) * gain + sinusoid * ((band & 1) === 0 ? sine : -sine);
      }
    }
  }
}
