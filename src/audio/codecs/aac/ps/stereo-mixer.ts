import { type Planes, SLOTS } from '../sbr/planes.ts';
import {
  type BandMap,
  COARSE_TO_FINE,
  FINE_TO_COARSE,
  mapIndexes,
  mapValues,
  TEN_TO_FINE,
  TEN_TO_TWENTY,
} from './band-maps.ts';
import { matricesOf, matrixAt } from './mixing-matrices.ts';
import { FINE_BANDS, type PsBands } from './ps-bands.ts';
import { MOST_PARAMETERS, type Parameters, type PsReader } from './ps-reader.ts';

/** Numbers of a matrix: left and right of the signal, left and right of its double. */
const ENTRIES = 4;

/** How many bands of parameters have phases. */
const COARSE_PHASES = 11;
const FINE_PHASES = 17;

/** A matrix of complex numbers for each band of parameters: one array for each of its four numbers. */
interface BandMatrices {
  re: readonly Float32Array[];
  im: readonly Float32Array[];
}

/** Mixes a signal and its decorrelated double to two channels: ISO/IEC 14496-3 §8.6.4.6. */
export class StereoMixer {
  /** At the end of the envelope before, and of the one at hand. */
  #last = bandMatrices();
  #next = bandMatrices();
  readonly #intensity = new Int8Array(MOST_PARAMETERS);
  readonly #coherence = new Int8Array(MOST_PARAMETERS);
  readonly #phase = new Int8Array(MOST_PARAMETERS);
  readonly #overallPhase = new Int8Array(MOST_PARAMETERS);
  /** The last two phases of each band, as two digits of base 8. */
  readonly #phaseHistory = new Uint8Array(MOST_PARAMETERS);
  readonly #overallHistory = new Uint8Array(MOST_PARAMETERS);

  reset(): void {
    for (const { re, im } of [this.#last, this.#next]) for (const values of [...re, ...im]) values.fill(0);
    this.#phaseHistory.fill(0);
    this.#overallHistory.fill(0);
  }

  /** Goes over to another number of bands. */
  convert(isFine: boolean): void {
    const map = isFine ? COARSE_TO_FINE : FINE_TO_COARSE;
    for (const values of [...this.#last.re, ...this.#last.im]) mapValues(map, values);
    this.#phaseHistory.fill(0);
    this.#overallHistory.fill(0);
  }

  /** Mixes in place: what is the signal becomes left, what is its double becomes right. */
  run(reader: PsReader, bands: PsBands, left: Planes, right: Planes): void {
    const hasPhases = reader.phase.isOn;
    for (let envelope = 0; envelope < reader.envelopes; envelope++) {
      this.#prepare(reader, bands, envelope);
      if (hasPhases) this.#turn(bands === FINE_BANDS ? FINE_PHASES : COARSE_PHASES);
      const start = (reader.borders[envelope] as number) + 1;
      const end = (reader.borders[envelope + 1] as number) + 1;
      for (let band = 0; band < bands.count; band++) {
        if (hasPhases) this.#mixWithPhases(bands, band, start, end, left, right);
        else this.#mix(bands, band, start, end, left, right);
      }
      [this.#last, this.#next] = [this.#next, this.#last];
    }
  }

  /** The matrices of an envelope, without phases. */
  #prepare(reader: PsReader, { parameters }: PsBands, envelope: number): void {
    const isFine = parameters === MOST_PARAMETERS;
    spread(reader.intensity, envelope, isFine, this.#intensity);
    spread(reader.coherence, envelope, isFine, this.#coherence);
    if (reader.phase.isOn) {
      spread(reader.phase, envelope, isFine, this.#phase);
      spread(reader.overallPhase, envelope, isFine, this.#overallPhase);
    }
    const matrices = matricesOf(reader.isFine, reader.isOtherMix);
    for (let band = 0; band < parameters; band++) {
      const at = matrixAt(matrices, this.#intensity[band] as number, this.#coherence[band] as number);
      for (let i = 0; i < ENTRIES; i++) {
        (this.#next.re[i] as Float32Array)[band] = matrices.values[at + i] as number;
        (this.#next.im[i] as Float32Array)[band] = 0;
      }
    }
  }

  /** Turns the matrices of the first bands by their phases, smoothed over three envelopes. */
  #turn(count: number): void {
    const { re, im } = this.#next;
    for (let band = 0; band < count; band++) {
      const overall = push(this.#overallHistory, band, this.#overallPhase[band] as number);
      const between = push(this.#phaseHistory, band, this.#phase[band] as number);
      const [overallRe, overallIm] = smoothed(overall);
      const [betweenRe, betweenIm] = smoothed(between);
      const rightRe = overallRe * betweenRe + overallIm * betweenIm;
      const rightIm = overallIm * betweenRe - overallRe * betweenIm;
      for (let i = 0; i < ENTRIES; i++) {
        const isLeft = i % 2 === 0;
        const value = (re[i] as Float32Array)[band] as number;
        (re[i] as Float32Array)[band] = value * (isLeft ? overallRe : rightRe);
        (im[i] as Float32Array)[band] = value * (isLeft ? overallIm : rightIm);
      }
    }
  }

  #mix(bands: PsBands, band: number, start: number, end: number, left: Planes, right: Planes): void {
    const parameter = bands.parameterOf[band] as number;
    const first = (i: number) => (this.#last.re[i] as Float32Array)[parameter] as number;
    const step = (i: number) =>
      (((this.#next.re[i] as Float32Array)[parameter] as number) - first(i)) / (end - start);
    let [a, b, c, d] = [first(0), first(1), first(2), first(3)];
    const [stepA, stepB, stepC, stepD] = [step(0), step(1), step(2), step(3)];
    for (let at = band * SLOTS + start; at < band * SLOTS + end; at++) {
      a += stepA;
      b += stepB;
      c += stepC;
      d += stepD;
      const re = left.re[at] as number;
      const im = left.im[at] as number;
      const otherRe = right.re[at] as number;
      const otherIm = right.im[at] as number;
      left.re[at] = a * re + c * otherRe;
      left.im[at] = a * im + c * otherIm;
      right.re[at] = b * re + d * otherRe;
      right.im[at] = b * im + d * otherIm;
    }
  }

  #mixWithPhases(
    bands: PsBands,
    band: number,
    start: number,
    end: number,
    left: Planes,
    right: Planes,
  ): void {
    const parameter = bands.parameterOf[band] as number;
    const sign = isMirrored(bands, band) ? -1 : 1;
    const pick = (values: readonly Float32Array[]) => values.map((array) => array[parameter] as number);
    const re = pick(this.#last.re);
    const im = pick(this.#last.im).map((value) => sign * value);
    const stepRe = pick(this.#next.re).map((value, i) => (value - (re[i] as number)) / (end - start));
    const stepIm = pick(this.#next.im).map((value, i) => (value - (im[i] as number)) / (end - start));
    for (let at = band * SLOTS + start; at < band * SLOTS + end; at++) {
      for (let i = 0; i < ENTRIES; i++) {
        re[i] = (re[i] as number) + (stepRe[i] as number);
        im[i] = (im[i] as number) + (stepIm[i] as number);
      }
      mixComplex(re, im, at, left, right);
    }
  }
}

/** One slot of a band by a matrix of complex numbers. */
function mixComplex(
  re: readonly number[],
  im: readonly number[],
  at: number,
  left: Planes,
  right: Planes,
): void {
  const [a, b, c, d] = re as [number, number, number, number];
  const [e, f, g, h] = im as [number, number, number, number];
  const x = left.re[at] as number;
  const y = left.im[at] as number;
  const u = right.re[at] as number;
  const v = right.im[at] as number;
  left.re[at] = a * x + c * u - e * y - g * v;
  left.im[at] = a * y + c * v + e * x + g * u;
  right.re[at] = b * x + d * u - f * y - h * v;
  right.im[at] = b * y + d * v + f * x + h * u;
}

/** Bands of negative frequencies; where they begin to turn, they turn the other way, as ffmpeg has it. */
function isMirrored(bands: PsBands, band: number): boolean {
  return bands === FINE_BANDS ? band >= 9 && band <= 13 : band <= 1;
}

function bandMatrices(): BandMatrices {
  const entries = () => Array.from({ length: ENTRIES }, () => new Float32Array(MOST_PARAMETERS));
  return { re: entries(), im: entries() };
}

/** The parameters of an envelope for all bands. */
function spread(parameters: Parameters, envelope: number, isFine: boolean, to: Int8Array): void {
  const values = parameters.of(envelope);
  const map = mapOf(parameters.bands, isFine);
  if (map === undefined) to.set(values);
  else mapIndexes(map, values, to);
}

/** Phases come for about half as many bands. */
function mapOf(bands: number, isFine: boolean): BandMap | undefined {
  if (bands === 10 || bands === 5) return isFine ? TEN_TO_FINE : TEN_TO_TWENTY;
  if (bands === 20 || bands === 11) return isFine ? COARSE_TO_FINE : undefined;
  return isFine ? undefined : FINE_TO_COARSE;
}

/** Adds a phase to a band's last two, and forgets the oldest. The answer has three digits of base 8. */
function push(history: Uint8Array, band: number, phase: number): number {
  const all = (history[band] as number) * 8 + phase;
  history[band] = all & 63;
  return all;
}

/** The direction of three phases together, the last one weighing most. */
function smoothed(phases: number): [re: number, im: number] {
  const angle = (shift: number) => (((phases >> shift) & 7) * Math.PI) / 4;
  const re = 0.25 * Math.cos(angle(6)) + 0.5 * Math.cos(angle(3)) + Math.cos(angle(0));
  const im = 0.25 * Math.sin(angle(6)) + 0.5 * Math.sin(angle(3)) + Math.sin(angle(0));
  const length = Math.hypot(re, im);
  return [re / length, im / length];
}
