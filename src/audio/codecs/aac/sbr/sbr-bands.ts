import { badRange, type MasterTable, masterTable, QMF_BANDS } from './master-table.ts';
import type { SbrHeader } from './sbr-header.ts';

/** The core reaches up to here; what is replicated must begin below. */
const CORE_BANDS = 32;
const MOST_PATCHES = 6;
const MOST_NOISE_BANDS = 5;

/** QMF bands that are copied upwards: `count` of them from `start` on. */
export interface Patch {
  start: number;
  count: number;
}

/** How band replication divides the spectrum. All borders are QMF bands, one more than there are bands. */
export interface SbrBands {
  master: MasterTable;
  /** The first band that is replicated, and how many. */
  kx: number;
  count: number;
  /** Borders of the envelopes of low and of high frequency resolution. */
  resolutions: readonly [low: readonly number[], high: readonly number[]];
  noise: readonly number[];
  patches: readonly Patch[];
}

/** ISO/IEC 14496-3 §4.6.18.3.2.2 and §4.6.18.6.3. @throws DamagedPacket */
export function sbrBands(header: SbrHeader, sampleRate: number): SbrBands {
  const master = masterTable(header, sampleRate);
  const high = master.borders.slice(header.xoverBand);
  const isOdd = (high.length - 1) % 2 === 1;
  const low = high.filter((_, i) => i === 0 || (i % 2 === 1) === isOdd);
  const kx = high[0] as number;
  const count = (high[high.length - 1] as number) - kx;
  if (kx > CORE_BANDS || kx + count > QMF_BANDS) throw badRange();
  const noise = noiseBorders(low, Math.round(header.noiseBands * Math.log2(master.k2 / kx)));
  return {
    master,
    kx,
    count,
    resolutions: [low, high],
    noise,
    patches: patches(master, kx, count, sampleRate),
  };
}

function noiseBorders(low: readonly number[], wanted: number): number[] {
  const count = Math.max(1, wanted);
  if (count > MOST_NOISE_BANDS) throw badRange();
  const borders = [low[0] as number];
  let at = 0;
  for (let i = 0; i < count; i++) {
    at += Math.floor((low.length - 1 - at) / (count - i));
    borders.push(low[at] as number);
  }
  return borders;
}

/** From where each of the replicated bands is copied: ISO/IEC 14496-3 §4.6.18.6.3, Figure 4.46. */
function patches({ borders, k0 }: MasterTable, kx: number, count: number, sampleRate: number): Patch[] {
  const list: Patch[] = [];
  const top = kx + count;
  const last = borders.length - 1;
  const goal = Math.round(2_048_000 / sampleRate);
  let reach = goal < top ? borders.findIndex((border) => border >= goal) : last;
  let source = k0;
  let done = kx;
  while (done !== top) {
    const { border, odd } = highestBorder(borders, reach, k0, source);
    const width = Math.max(border - done, 0);
    if (width > 0) {
      if (list.length === MOST_PATCHES) throw badRange();
      list.push({ start: k0 - odd - width, count: width });
      done = border;
    }
    const nextSource = width > 0 ? border : kx;
    const isNear = (borders[reach] as number) - border < 3;
    if (width === 0 && source === nextSource && (!isNear || reach === last)) throw badRange();
    source = nextSource;
    if (isNear) reach = last;
  }
  const narrow = list[list.length - 1];
  if (list.length > 1 && narrow !== undefined && narrow.count < 3) list.pop();
  return list;
}

/** The highest border, from index `reach` downwards, up to which bands can be copied from below `source`. */
function highestBorder(borders: readonly number[], reach: number, k0: number, source: number) {
  for (let i = reach; i >= 0; i--) {
    const border = borders[i] as number;
    const odd = (border + k0) & 1;
    if (border <= k0 - 1 + source - odd) return { border, odd };
  }
  throw badRange();
}

/** Ratios of frequency that limiter bands have at least: 0.49 of an octave by 1.2, 2 and 3. */
const LEAST_RATIOS = [1.2, 2, 3].map((perOctave) => 2 ** (0.49 / perOctave));

/** Borders of the bands within which gains are limited: ISO/IEC 14496-3 §4.6.18.3.2.3. */
export function limiterBorders({ kx, resolutions, patches }: SbrBands, limiterBands: number): number[] {
  const low = resolutions[0];
  if (limiterBands === 0) return [kx, low[low.length - 1] as number];
  const ratio = Math.fround(LEAST_RATIOS[limiterBands - 1] as number);
  const seams = [kx];
  for (const { count } of patches) seams.push((seams[seams.length - 1] as number) + count);
  const borders = [...low, ...seams.slice(1, -1)].sort((a, b) => a - b);
  // The last patch may end below the last band, which must stay in any case.
  seams.push(low[low.length - 1] as number);
  for (let i = 1; i < borders.length; ) {
    const lower = borders[i - 1] as number;
    const upper = borders[i] as number;
    if (upper >= Math.fround(lower * ratio)) i++;
    else if (upper === lower || !seams.includes(upper)) borders.splice(i, 1);
    else if (!seams.includes(lower)) borders.splice(i - 1, 1);
    else i++;
  }
  return borders;
}
