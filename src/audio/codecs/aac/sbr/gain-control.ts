import type { ChannelData } from './channel-data.ts';
import { NOISE_STRIDE } from './channel-data.ts';
import type { Energies } from './dequantize.ts';
import { BANDS, type Planes } from './planes.ts';
import type { SbrEngine } from './sbr-engine.ts';
import type { SbrSetup } from './sbr-reader.ts';
import { MOST_ENVELOPES } from './time-grid.ts';

/** How far gains may go beyond the mean of their limiter band, by `bs_limiter_gains`. */
const LIMITS = [0.70795, 1, 1.41254, 1e10];
const MOST_GAIN = 1e5;
/** 4 dB, by which what the limiter took away is made up for at most. */
const MOST_BOOST = 1.584893192;
const EPSILON = 2 ** -23;

/**
 * The gains of a block: what replicated bands, noise and sinusoids are multiplied by (ISO/IEC 14496-3 §4.6.18.7.2 to
 * §4.6.18.7.5). Those of envelope i and QMF band k stand at i * BANDS + k.
 */
export class GainControl {
  readonly gains: Float32Array;
  readonly noise: Float32Array;
  readonly sinusoids: Float32Array;
  readonly #wanted = new Float64Array(BANDS);
  readonly #noiseRatio = new Float64Array(BANDS);
  readonly #present = new Float64Array(BANDS);
  /** Where a sinusoid stands, and which bands are of an envelope band that has one. */
  readonly #hasSinusoid = new Uint8Array(BANDS);
  readonly #isBeside = new Uint8Array(BANDS);

  constructor({ f32 }: SbrEngine) {
    this.gains = f32(MOST_ENVELOPES * BANDS);
    this.noise = f32(MOST_ENVELOPES * BANDS);
    this.sinusoids = f32(MOST_ENVELOPES * BANDS);
  }

  /** `lastSinusoids` has where, from the first replicated band on, the block before ended with sinusoids. */
  compute(
    setup: SbrSetup,
    data: ChannelData,
    energies: Energies,
    high: Planes,
    lastSinusoids: Uint8Array,
  ): void {
    for (let i = 0; i < data.grid.envelopes; i++) {
      this.#map(setup, data, energies, lastSinusoids, i);
      this.#measure(setup, data, high, i);
      this.#compute(setup, data, i);
    }
    lastSinusoids.set(this.#hasSinusoid.subarray(setup.bands.kx));
  }

  /** §4.6.18.7.2: from bands of envelopes, noise and sinusoids to QMF bands. */
  #map({ bands }: SbrSetup, data: ChannelData, energies: Energies, last: Uint8Array, envelope: number): void {
    const { grid, sinusoids } = data;
    const high = bands.resolutions[1];
    this.#hasSinusoid.fill(0);
    for (let i = 0; i < high.length - 1; i++) {
      const middle = ((high[i] as number) + (high[i + 1] as number)) >> 1;
      const isOn = envelope >= grid.transient || last[middle - bands.kx] === 1;
      if (sinusoids[i] === 1 && isOn) this.#hasSinusoid[middle] = 1;
    }
    const borders = bands.resolutions[grid.resolutions[envelope + 1] === 1 ? 1 : 0];
    for (let i = 0; i < borders.length - 1; i++) {
      const from = borders[i] as number;
      const to = borders[i + 1] as number;
      this.#wanted.fill(energies.envelopes[envelope * BANDS + i] as number, from, to);
      let isBeside = 0;
      for (let band = from; band < to; band++) isBeside |= this.#hasSinusoid[band] as number;
      this.#isBeside.fill(isBeside, from, to);
    }
    const isSecond =
      grid.noiseFloors > 1 && (grid.borders[envelope] as number) >= (grid.noiseBorders[1] as number);
    const row = isSecond ? NOISE_STRIDE : 0;
    for (let i = 0; i < bands.noise.length - 1; i++) {
      const ratio = energies.noise[row + i] as number;
      this.#noiseRatio.fill(ratio, bands.noise[i] as number, bands.noise[i + 1] as number);
    }
  }

  /** §4.6.18.7.3: the energy that there is before adjustment. */
  #measure({ header, bands }: SbrSetup, { grid }: ChannelData, { re, im }: Planes, envelope: number): void {
    const first = 2 * (grid.borders[envelope] as number);
    const last = 2 * (grid.borders[envelope + 1] as number);
    const end = bands.kx + bands.count;
    const present = this.#present;
    present.fill(0);
    for (let slot = first; slot < last; slot++) {
      for (let band = bands.kx; band < end; band++) {
        const at = slot * BANDS + band;
        const a = re[at] as number;
        const b = im[at] as number;
        present[band] = (present[band] as number) + a * a + b * b;
      }
    }
    const slots = last - first;
    for (let band = bands.kx; band < end; band++) present[band] = (present[band] as number) / slots;
    if (header.interpolFreq) return;
    const borders = bands.resolutions[grid.resolutions[envelope + 1] === 1 ? 1 : 0];
    for (let i = 0; i < borders.length - 1; i++)
      average(present, borders[i] as number, borders[i + 1] as number);
  }

  #compute({ header, limiter }: SbrSetup, { grid }: ChannelData, envelope: number): void {
    const isTransient = envelope === grid.transient || envelope === grid.announced;
    const limit = LIMITS[header.limiterGains] as number;
    for (let i = 0; i < limiter.length - 1; i++) {
      const from = limiter[i] as number;
      const to = limiter[i + 1] as number;
      this.#wish(envelope * BANDS, from, to, isTransient);
      this.#limit(envelope * BANDS, from, to, limit);
      this.#boost(envelope * BANDS, from, to, isTransient);
    }
  }

  /** §4.6.18.7.4: gains without limits. Transients have no noise. */
  #wish(row: number, from: number, to: number, isTransient: boolean): void {
    for (let band = from; band < to; band++) {
      const wanted = this.#wanted[band] as number;
      const ratio = this.#noiseRatio[band] as number;
      const tonal = wanted / (1 + ratio);
      const present = 1 + (this.#present[band] as number);
      this.noise[row + band] = Math.sqrt(tonal * ratio);
      this.sinusoids[row + band] = this.#hasSinusoid[band] === 1 ? Math.sqrt(tonal) : 0;
      let power = (isTransient ? wanted : tonal) / present;
      if (this.#isBeside[band] === 1) power = (tonal * ratio) / present;
      this.gains[row + band] = Math.sqrt(power);
    }
  }

  /** §4.6.18.7.5: no gain goes far beyond the mean of its limiter band, and noise follows. */
  #limit(row: number, from: number, to: number, limit: number): void {
    let wanted = EPSILON;
    let present = EPSILON;
    for (let band = from; band < to; band++) {
      wanted += this.#wanted[band] as number;
      present += this.#present[band] as number;
    }
    const most = Math.min(MOST_GAIN, limit * Math.sqrt(wanted / present));
    for (let at = row + from; at < row + to; at++) {
      const gain = this.gains[at] as number;
      if (gain <= most) continue;
      this.noise[at] = ((this.noise[at] as number) * most) / gain;
      this.gains[at] = most;
    }
  }

  /** §4.6.18.7.5: what the limiter took away is given back to the whole limiter band, within bounds. */
  #boost(row: number, from: number, to: number, isTransient: boolean): void {
    let wanted = EPSILON;
    let made = EPSILON;
    for (let band = from; band < to; band++) {
      const gain = this.gains[row + band] as number;
      const sinusoid = this.sinusoids[row + band] as number;
      const noise = isTransient || sinusoid !== 0 ? 0 : (this.noise[row + band] as number);
      wanted += this.#wanted[band] as number;
      made += (this.#present[band] as number) * gain * gain + sinusoid * sinusoid + noise * noise;
    }
    const boost = Math.min(MOST_BOOST, Math.sqrt(wanted / made));
    for (const values of [this.gains, this.noise, this.sinusoids]) {
      for (let at = row + from; at < row + to; at++) values[at] = (values[at] as number) * boost;
    }
  }
}

function average(values: Float64Array, from: number, to: number): void {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i] as number;
  values.fill(sum / (to - from), from, to);
}
