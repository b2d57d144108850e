/**
 * How parameters of one number of bands become those of another: ISO/IEC 14496-3, Tables 8.46 and 8.47. Each entry
 * names the bands whose mean a band is; a band that is named twice counts twice.
 */
export type BandMap = readonly (readonly number[])[];

export const TEN_TO_TWENTY: BandMap = Array.from({ length: 20 }, (_, i) => [i >> 1]);

export const FINE_TO_COARSE: BandMap = parsed(
  '0,0,1 1,2,2 3,3,4 4,5,5 6,7 8,9 10 11 12,13 14,15 16 17 18 19 20,21 22,23 24,25 26,27 28,29,30,31 32,33',
);

export const COARSE_TO_FINE: BandMap = parsed(
  '0 0,1 1 2 2,3 3 4 4 5 5 6 7 8 8 9 9 10 11 12 13 14 14 15 15 16 16 17 17 18 18 18 18 19 19',
);

export const TEN_TO_FINE: BandMap = parsed(
  '0 0 0 1 1 1 2 2 2 2 3 3 4 4 4 4 5 5 6 6 7 7 7 7 8 8 8 8 9 9 9 9 9 9',
);

function parsed(list: string): BandMap {
  return list.split(' ').map((bands) => bands.split(',').map(Number));
}

/** Whole numbers, rounded towards 0. */
export function mapIndexes(map: BandMap, from: Int8Array, to: Int8Array): void {
  map.forEach((bands, i) => {
    to[i] = Math.trunc(bands.reduce((sum, band) => sum + (from[band] as number), 0) / bands.length);
  });
}

/** The same of other numbers, in place. */
export function mapValues(map: BandMap, values: Float32Array): void {
  const old = values.slice();
  map.forEach((bands, i) => {
    values[i] = bands.reduce((sum, band) => sum + (old[band] as number), 0) / bands.length;
  });
}
