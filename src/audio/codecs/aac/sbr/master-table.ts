import { DamagedPacket } from '../../../packets.ts';
import type { SbrHeader } from './sbr-header.ts';

/** Bands of the quadrature mirror filters, at the doubled rate. */
export const QMF_BANDS = 64;

/** By how much `bs_start_freq` moves the first band, by rate (ISO/IEC 14496-3 §4.6.18.3.2.1, Table 4.82). */
const START_OFFSETS: readonly (readonly [most: number, offsets: readonly number[]])[] = [
  [16_000, [-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7]],
  [22_050, [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 13]],
  [24_000, [-5, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 16]],
  [32_000, [-6, -4, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 16]],
  [64_000, [-4, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 16, 20]],
  [Number.POSITIVE_INFINITY, [-2, -1, 0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 16, 20, 24]],
];

/** How the spectrum is divided at the finest: borders of bands, counted in QMF bands. */
export interface MasterTable {
  borders: readonly number[];
  /** The first band and the one behind the last, before the crossover is taken into account. */
  k0: number;
  k2: number;
}

/**
 * The master frequency band table for a doubled rate in Hz.
 *
 * Source: ISO/IEC 14496-3 §4.6.18.3.2.1.
 *
 * @throws DamagedPacket when the header asks for what must not be
 */
export function masterTable(header: SbrHeader, sampleRate: number): MasterTable {
  const lowest = sampleRate < 32_000 ? 3000 : sampleRate < 64_000 ? 4000 : 5000;
  const inBands = (frequency: number) => Math.round((frequency * 2 * QMF_BANDS) / sampleRate);
  const offsets = START_OFFSETS.find(([most]) => sampleRate <= most)?.[1] ?? [];
  const k0 = inBands(lowest) + (offsets[header.startFreq] ?? 0);
  const k2 = Math.min(QMF_BANDS, stopBand(header.stopFreq, k0, inBands(2 * lowest)));
  const most = sampleRate <= 32_000 ? 48 : sampleRate <= 44_100 ? 35 : 32;
  if (k0 < 1 || k2 <= k0 || k2 - k0 > most) throw badRange();
  const borders =
    header.freqScale === 0
      ? evenBorders(k0, k2, header.alterScale === 0 ? 1 : 2)
      : logarithmicBorders(k0, k2, header);
  if (header.xoverBand >= borders.length - 1) throw badRange();
  return { borders, k0, k2 };
}

function stopBand(stopFreq: number, k0: number, least: number): number {
  if (stopFreq === 14) return 2 * k0;
  if (stopFreq === 15) return 3 * k0;
  const widths = logarithmicWidths(least, QMF_BANDS, 13).sort((a, b) => a - b);
  return widths.slice(0, stopFreq).reduce((sum, width) => sum + width, least);
}

/** Bands of `width`, some of them narrower or one wider so that they fill the range. */
function evenBorders(k0: number, k2: number, width: number): number[] {
  const range = k2 - k0;
  const count = width === 1 ? 2 * (range >> 1) : 2 * ((range + 2) >> 2);
  if (count === 0) throw badRange();
  const widths = Array<number>(count).fill(width);
  let missing = range - count * width;
  for (let i = 0; missing < 0; i++, missing++) widths[i] = (widths[i] as number) - 1;
  if (missing > 0) widths[count - 1] = (widths[count - 1] as number) + missing;
  return summed(k0, widths);
}

/** Bands that are evenly wide in octaves; wider ones in the upper of two regions where `alterScale` says so. */
function logarithmicBorders(k0: number, k2: number, { freqScale, alterScale }: SbrHeader): number[] {
  const hasTwo = 49 * k2 > 110 * k0;
  const k1 = hasTwo ? 2 * k0 : k2;
  const perOctave = 2 * (7 - freqScale);
  const count = (from: number, to: number, warp: number) =>
    2 * roundedToEven(Math.fround((perOctave / 2) * warp) * Math.fround(Math.log2(to / from)));
  const lower = ascending(logarithmicWidths(k0, k1, count(k0, k1, 1)));
  if (lower.length === 0 || (lower[0] as number) <= 0) throw badRange();
  if (!hasTwo) return summed(k0, lower);
  const upper = ascending(logarithmicWidths(k1, k2, count(k1, k2, alterScale === 0 ? 1 : 1 / 1.3)));
  if (upper.length === 0) throw badRange();
  widen(upper, lower[lower.length - 1] as number);
  if ((upper[0] as number) <= 0) throw badRange();
  return summed(k0, [...lower, ...upper]);
}

/** Makes the narrowest band of the upper region as wide as the widest of the lower one, at the cost of the widest. */
function widen(upper: number[], least: number): void {
  const first = upper[0] as number;
  const last = upper[upper.length - 1] as number;
  if (first >= least) return;
  const change = Math.min(least - first, (last - first) >> 1);
  upper[0] = first + change;
  upper[upper.length - 1] = (upper[upper.length - 1] as number) - change;
  ascending(upper);
}

/** Computed in single precision, as decoders do, lest a border be rounded to the other side. */
function logarithmicWidths(from: number, to: number, count: number): number[] {
  const ratio = Math.fround(Math.fround(to / from) ** Math.fround(1 / count));
  const widths: number[] = [];
  let exact = from;
  let last = from;
  for (let i = 0; i < count; i++) {
    exact = Math.fround(exact * ratio);
    const border = i === count - 1 ? to : roundedToEven(exact);
    widths.push(border - last);
    last = border;
  }
  return widths;
}

function roundedToEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

function ascending(values: number[]): number[] {
  return values.sort((a, b) => a - b);
}

function summed(first: number, widths: readonly number[]): number[] {
  const borders = [first];
  for (const width of widths) borders.push((borders[borders.length - 1] as number) + width);
  return borders;
}

export function badRange(): DamagedPacket {
  return new DamagedPacket('its band replication covers an impossible range');
}
