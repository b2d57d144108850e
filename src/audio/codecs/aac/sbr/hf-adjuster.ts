import type { GainControl } from './gain-control.ts';
import { NOISE_LENGTH, noiseTable } from './noise-table.ts';
import { BANDS, type Planes } from './planes.ts';
import type { SbrBands } from './sbr-bands.ts';
import type { TimeGrid } from './time-grid.ts';

/** Gains are smoothed over this slot and so many before, with these weights (ISO/IEC 14496-3 §4.6.18.7.6). */
const SMOOTHED = 4;
const WEIGHTS = [0.33333333333333, 0.30150283239582, 0.21816949906249, 0.11516383427084, 0.03183050093751];

const NOISE = noiseTable();

/** Applies a channel's gains, and adds its noise and sinusoids: ISO/IEC 14496-3 §4.6.18.7.6. */
export class HfAdjuster {
  /** Where the block before ended with sinusoids, from the first replicated band on. */
  readonly sinusoids = new Uint8Array(BANDS);
  /** Gains and noise of the last slots, the slot at hand last. */
  readonly #gains = new Float32Array((SMOOTHED + 1) * BANDS);
  readonly #noise = new Float32Array((SMOOTHED + 1) * BANDS);
  readonly #smoothGains = new Float32Array(BANDS);
  readonly #smoothNoise = new Float32Array(BANDS);
  #noiseIndex = 0;
  /** Quarter turns of the sinusoids. */
  #phase = 0;

  reset(): void {
    this.sinusoids.fill(0);
    this.#gains.fill(0);
    this.#noise.fill(0);
    this.#noiseIndex = 0;
    this.#phase = 0;
  }

  /** Lets noise and smoothing begin anew with the gains of the first envelope. */
  restart(control: GainControl): void {
    this.#noiseIndex = 0;
    for (let i = 0; i <= SMOOTHED; i++) {
      this.#gains.set(control.gains.subarray(0, BANDS), i * BANDS);
      this.#noise.set(control.noise.subarray(0, BANDS), i * BANDS);
    }
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
    for (let i = 0; i < grid.envelopes; i++) {
      const isTransient = i === grid.transient || i === grid.announced;
      const row = i * BANDS;
      const end = 2 * (grid.borders[i + 1] as number);
      for (let slot = 2 * (grid.borders[i] as number); slot < end; slot++) {
        this.#push(control, row);
        const isSmoothed = isSmooth && !isTransient;
        if (isSmoothed) this.#smooth(bands);
        const gains = isSmoothed ? this.#smoothGains : this.#gains;
        const noise = isSmoothed ? this.#smoothNoise : this.#noise;
        const from = isSmoothed ? 0 : SMOOTHED * BANDS;
        this.#adjust(gains, from, high, output, slot, bands);
        if (!isTransient) this.#addNoise(control.sinusoids, row, noise, from, output, slot, bands);
        this.#addSinusoids(control.sinusoids, row, output, slot, bands);
        this.#noiseIndex = (this.#noiseIndex + bands.count) % NOISE_LENGTH;
        this.#phase = (this.#phase + 1) & 3;
      }
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

  #adjust(
    gains: Float32Array,
    from: number,
    high: Planes,
    output: Planes,
    slot: number,
    bands: SbrBands,
  ): void {
    for (let band = bands.kx; band < bands.kx + bands.count; band++) {
      const at = slot * BANDS + band;
      const gain = gains[from + band] as number;
      output.re[at] = (high.re[at] as number) * gain;
      output.im[at] = (high.im[at] as number) * gain;
    }
  }

  /** Noise stands where no sinusoid does. */
  #addNoise(
    sinusoids: Float32Array,
    row: number,
    noise: Float32Array,
    from: number,
    { re, im }: Planes,
    slot: number,
    { kx, count }: SbrBands,
  ): void {
    for (let i = 0; i < count; i++) {
      if (sinusoids[row + kx + i] !== 0) continue;
      const at = slot * BANDS + kx + i;
      const index = (this.#noiseIndex + i + 1) % NOISE_LENGTH;
      const level = noise[from + kx + i] as number;
      re[at] = (re[at] as number) + level * (NOISE.re[index] as number);
      im[at] = (im[at] as number) + level * (NOISE.im[index] as number);
    }
  }

  /** Each slot turns by a quarter, bands by turns in either direction. */
  #addSinusoids(
    sinusoids: Float32Array,
    row: number,
    { re, im }: Planes,
    slot: number,
    { kx, count }: SbrBands,
  ): void {
    const isReal = (this.#phase & 1) === 0;
    const sign = this.#phase < 2 ? 1 : -1;
    for (let band = kx; band < kx + count; band++) {
      const level = sinusoids[row + band] as number;
      const at = slot * BANDS + band;
      if (isReal) re[at] = (re[at] as number) + sign * level;
      else im[at] = (im[at] as number) + ((band & 1) === 0 ? sign : -sign) * level;
    }
  }
}
