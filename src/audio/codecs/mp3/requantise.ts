import type { Bands } from './bands.ts';
import type { ScaleFactors } from './scale-factors.ts';
import type { Granule } from './side-info.ts';

/** Quarters of a power of two below and above 1 that gains can have. */
const LOWEST = -480;
const HIGHEST = 64;

const GAINS = Float32Array.from({ length: HIGHEST - LOWEST + 1 }, (_, i) => 2 ** ((i + LOWEST) / 4));

/** What the encoder added to the scale factors of high bands. Source: ISO/IEC 11172-3 Table B.6. */
const PRETAB = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 3, 2, 0];

/** Global gain that stands for 1. */
const UNIT_GAIN = 210;

/** Bands of a granule that are long, from the lowest on, and the first of the short ones. */
export function longBands(granule: Granule, isMpeg1: boolean): number {
  if (granule.blockType !== 2) return 22;
  return granule.isMixed ? (isMpeg1 ? 8 : 6) : 0;
}

/** First short band behind the long ones: those of a mixed block take the room of three. */
export function firstShortBand(granule: Granule): number {
  if (granule.blockType !== 2) return 13;
  return granule.isMixed ? 3 : 0;
}

/**
 * Multiplies the first `count` lines with the gains of their bands.
 *
 * Source: ISO/IEC 11172-3 §2.4.3.4.7.
 */
export function requantise(
  lines: Float32Array,
  count: number,
  granule: Granule,
  factors: ScaleFactors,
  bands: Bands,
  isMpeg1: boolean,
): void {
  const { values } = factors;
  const shift = granule.scalefacScale + 1;
  const base = granule.globalGain - UNIT_GAIN - LOWEST;
  const longCount = longBands(granule, isMpeg1);
  let line = 0;
  for (let band = 0; band < longCount && line < count; band++) {
    const pre = granule.preflag ? (PRETAB[band] as number) : 0;
    const gain = GAINS[base - (((values[band] as number) + pre) << shift)] as number;
    const end = Math.min(count, bands.long[band + 1] as number);
    for (; line < end; line++) lines[line] = (lines[line] as number) * gain;
  }
  let at = longCount;
  for (let band = firstShortBand(granule); band < 13 && line < count; band++) {
    const width = (bands.short[band + 1] as number) - (bands.short[band] as number);
    for (let window = 0; window < 3; window++, at++) {
      const exponent = base - 8 * (granule.subblockGain[window] as number);
      const gain = GAINS[exponent - ((values[at] as number) << shift)] as number;
      const end = Math.min(count, line + width);
      for (; line < end; line++) lines[line] = (lines[line] as number) * gain;
    }
  }
}
