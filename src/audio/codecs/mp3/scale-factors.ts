import type { Bits } from './bits.ts';
import type { Granule } from './side-info.ts';

/** Scale factors of one channel: for each long band, then three for each short one. */
export class ScaleFactors {
  readonly values = new Int32Array(40);
  /** For intensity in LSF streams: positions of these values mean that the band is not in intensity. */
  readonly illegal = new Int32Array(40);
}

/** Bits of the scale factors of lower and higher bands by scalefac_compress. Source: ISO/IEC 11172-3 §2.4.2.7. */
const LENGTHS_LOW = [0, 0, 0, 0, 3, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4];
const LENGTHS_HIGH = [0, 1, 2, 3, 0, 1, 2, 3, 1, 2, 3, 1, 2, 3, 2, 3];

/** Borders of the groups of long bands that `scfsi` is about. */
const SCFSI_BORDERS = [0, 6, 11, 16, 21];

/**
 * Reads the scale factors of a granule of MPEG 1. Groups that `scfsi` names keep the values of the granule before.
 *
 * Source: ISO/IEC 11172-3 §2.4.1.7 and §2.4.2.7 (scfsi, slen).
 */
export function readScaleFactors(bits: Bits, granule: Granule, { values }: ScaleFactors): void {
  const low = LENGTHS_LOW[granule.scalefacCompress] as number;
  const high = LENGTHS_HIGH[granule.scalefacCompress] as number;
  if (granule.blockType === 2) {
    const lowCount = granule.isMixed ? 17 : 18;
    for (let i = 0; i < lowCount; i++) values[i] = bits.read(low);
    for (let i = lowCount; i < lowCount + 18; i++) values[i] = bits.read(high);
    values.fill(0, lowCount + 18);
    return;
  }
  for (let group = 0; group < 4; group++) {
    if ((granule.scfsi & (8 >> group)) !== 0) continue;
    const to = SCFSI_BORDERS[group + 1] as number;
    for (let i = SCFSI_BORDERS[group] as number; i < to; i++) values[i] = bits.read(group < 2 ? low : high);
  }
  values.fill(0, 21);
}

/** How scalefac_compress is split in LSF streams: below `limit` by these factors, into groups of bands. */
interface LsfRange {
  start: number;
  factors: readonly [number, number, number];
  /** Scale factors in each of the four groups: long blocks, short blocks, mixed blocks. */
  counts: readonly (readonly [number, number, number, number])[];
}

/** Source: ISO/IEC 13818-3 §2.4.3.2 and Table "nr_of_sfb". From the highest start to the lowest. */
const LSF_NORMAL: readonly LsfRange[] = [
  lsfRange(500, [3, 1, 1], [11, 10, 0, 0], [18, 18, 0, 0], [15, 18, 0, 0]),
  lsfRange(400, [5, 4, 1], [6, 5, 7, 3], [9, 9, 12, 6], [6, 9, 12, 6]),
  lsfRange(0, [5, 4, 4], [6, 5, 5, 5], [9, 9, 9, 9], [6, 9, 9, 9]),
];
const LSF_INTENSITY: readonly LsfRange[] = [
  lsfRange(244, [3, 1, 1], [8, 8, 5, 0], [15, 12, 9, 0], [6, 18, 9, 0]),
  lsfRange(180, [4, 4, 1], [6, 6, 6, 3], [12, 9, 9, 6], [6, 12, 9, 6]),
  lsfRange(0, [6, 6, 1], [7, 7, 7, 0], [12, 12, 12, 0], [6, 15, 12, 0]),
];

function lsfRange(
  start: number,
  factors: LsfRange['factors'],
  ...counts: (readonly [number, number, number, number])[]
): LsfRange {
  return { start, factors, counts };
}

/**
 * Reads the scale factors of a granule of MPEG 2 or 2.5; `isIntensity` for the right channel when intensity is on.
 *
 * Source: ISO/IEC 13818-3 §2.4.1.7 and §2.4.3.2.
 */
export function readLsfScaleFactors(
  bits: Bits,
  granule: Granule,
  isIntensity: boolean,
  { values, illegal }: ScaleFactors,
): void {
  const compress = isIntensity ? granule.scalefacCompress >> 1 : granule.scalefacCompress;
  const ranges = isIntensity ? LSF_INTENSITY : LSF_NORMAL;
  const range = ranges.find(({ start }) => compress >= start) as LsfRange;
  if (!isIntensity) granule.preflag = compress >= 500;
  const kind = granule.blockType === 2 ? (granule.isMixed ? 2 : 1) : 0;
  const counts = range.counts[kind] as LsfRange['counts'][number];
  const [b, c, d] = range.factors;
  // A mixed radix number: the first group's length is its highest digit.
  const rest = compress - range.start;
  const lengths = [
    Math.floor(rest / (b * c * d)),
    Math.floor(rest / (c * d)) % b,
    Math.floor(rest / d) % c,
    rest % d,
  ];
  let at = 0;
  for (let group = 0; group < 4; group++) {
    const length = lengths[group] as number;
    for (let i = counts[group] as number; i > 0; i--, at++) {
      values[at] = bits.read(length);
      illegal[at] = length > 0 ? 2 ** length - 1 : -1;
    }
  }
  values.fill(0, at);
  illegal.fill(-1, at);
}
