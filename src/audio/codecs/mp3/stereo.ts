import type { Bands } from './bands.ts';
import { LINES } from './huffman.ts';
import { firstShortBand, longBands } from './requantise.ts';
import type { ScaleFactors } from './scale-factors.ts';
import type { Granule } from './side-info.ts';

/** Middle and side to left and right. Source: ISO/IEC 11172-3 §2.4.3.4.9.2. */
export function middleSide(left: Float32Array, right: Float32Array, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const middle = (left[i] as number) * Math.SQRT1_2;
    const side = (right[i] as number) * Math.SQRT1_2;
    left[i] = middle + side;
    right[i] = middle - side;
  }
}

/** What intensity stereo needs to know of the right channel of a granule. */
export interface IntensityContext {
  granule: Granule;
  factors: ScaleFactors;
  bands: Bands;
  isMpeg1: boolean;
  /** Whether the bands that are not in intensity are middle and side. */
  hasMiddleSide: boolean;
}

/**
 * Intensity stereo: bands above the last one in which the right channel has something are spread from the left one, by
 * positions that stand in the place of the right channel's scale factors. The highest band takes the position of the one
 * below it, or stays in the middle when that is not in intensity.
 *
 * Source: ISO/IEC 11172-3 §2.4.3.4.9.3, ISO/IEC 13818-3 §2.4.3.2.
 */
export function intensityStereo(left: Float32Array, right: Float32Array, context: IntensityContext): void {
  const { granule, bands, isMpeg1, factors } = context;
  const longCount = longBands(granule, isMpeg1);
  const shortStart = firstShortBand(granule);
  const middle = isMpeg1 ? 3 : 0;
  const isOver = [false, false, false];
  let end = LINES;
  for (let band = 12; band >= shortStart; band--) {
    const start = 3 * (bands.short[band] as number);
    const width = (end - start) / 3;
    const at = longCount + (band - shortStart) * 3;
    for (let window = 0; window < 3; window++) {
      const from = start + window * width;
      if (band === 12)
        copyPosition(factors, at + window, 3, isEmptyShort(right, bands, 11, window) ? undefined : middle);
      isOver[window] ||= !isEmpty(right, from, from + width);
      spread(left, right, from, from + width, isOver[window] ? -1 : at + window, context);
    }
    end = start;
  }
  let isLongOver = isOver.includes(true);
  for (let band = longCount - 1; band >= 0; band--) {
    const start = bands.long[band] as number;
    if (band === 21)
      copyPosition(factors, 21, 1, isEmpty(right, bands.long[20] as number, start) ? undefined : middle);
    isLongOver ||= !isEmpty(right, start, end);
    spread(left, right, start, end, isLongOver ? -1 : band, context);
    end = start;
  }
}

/** Gives the band at `at` of the scale factors the position `position`, or that of the one `step` before it. */
function copyPosition(factors: ScaleFactors, at: number, step: number, position: number | undefined): void {
  factors.values[at] = position ?? (factors.values[at - step] as number);
  factors.illegal[at] = position === undefined ? (factors.illegal[at - step] as number) : -1;
}

function isEmpty(lines: Float32Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (lines[i] !== 0) return false;
  return true;
}

function isEmptyShort(lines: Float32Array, { short }: Bands, band: number, window: number): boolean {
  const start = short[band] as number;
  const width = (short[band + 1] as number) - start;
  return isEmpty(lines, 3 * start + window * width, 3 * start + (window + 1) * width);
}

/** Spreads one band by the position at `at` of the scale factors; -1, or an illegal position: it is not in intensity. */
function spread(
  left: Float32Array,
  right: Float32Array,
  from: number,
  to: number,
  at: number,
  context: IntensityContext,
): void {
  const position = at < 0 ? undefined : legalPosition(at, context);
  if (position === undefined) {
    if (context.hasMiddleSide) middleSide(left, right, from, to);
    return;
  }
  const [leftGain, rightGain] = context.isMpeg1
    ? mpeg1Gains(position)
    : lsfGains(position, (context.granule.scalefacCompress & 1) === 1);
  for (let i = from; i < to; i++) {
    const value = left[i] as number;
    left[i] = value * leftGain;
    right[i] = value * rightGain;
  }
}

function legalPosition(at: number, { factors, isMpeg1 }: IntensityContext): number | undefined {
  const position = factors.values[at] as number;
  const illegal = isMpeg1 ? 7 : (factors.illegal[at] as number);
  if (isMpeg1 ? position >= illegal : position === illegal) return undefined;
  return position;
}

function mpeg1Gains(position: number): [left: number, right: number] {
  if (position === 6) return [1, 0];
  const ratio = Math.tan((position * Math.PI) / 12);
  return [ratio / (1 + ratio), 1 / (1 + ratio)];
}

function lsfGains(position: number, isCoarse: boolean): [left: number, right: number] {
  const gain = 2 ** ((-((position + 1) >> 1) * (isCoarse ? 2 : 1)) / 4);
  return position % 2 === 1 ? [gain, 1] : [1, gain];
}
