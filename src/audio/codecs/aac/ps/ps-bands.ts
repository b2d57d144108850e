/** How parametric stereo divides the spectrum, with 20 or with 34 bands of parameters (ISO/IEC 14496-3 §8.6.4.3). */
export interface PsBands {
  /** How many bands of parameters. */
  parameters: number;
  /** How many QMF bands are split, and into how many bands all of those. */
  splitBands: number;
  split: number;
  /** All bands: the split ones and the other QMF bands. */
  count: number;
  /** Up to which band all-pass filters decorrelate, and from which on a delay of one slot does. */
  allPass: number;
  shortDelay: number;
  /** From which band on all-pass filters decay faster. */
  decayCutoff: number;
  /** The band of parameters of each band: Tables 8.48 and 8.49. */
  parameterOf: Uint8Array;
  /** Centre of the split bands, in QMF bands. */
  centres: readonly number[];
  /** Centre of the first QMF band that is not split, less its index. */
  centreOffset: number;
}

export const COARSE_BANDS: PsBands = {
  parameters: 20,
  splitBands: 3,
  split: 10,
  count: 71,
  allPass: 30,
  shortDelay: 42,
  decayCutoff: 10,
  parameterOf: expanded('1 0 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14*2 15*3 16*4 17*5 18*12 19*29'),
  centres: [-3, -1, 1, 3, 5, 7, 10, 14, 18, 22].map((centre) => centre / 8),
  centreOffset: -6.5,
};

export const FINE_BANDS: PsBands = {
  parameters: 34,
  splitBands: 5,
  split: 32,
  count: 91,
  allPass: 50,
  shortDelay: 62,
  decayCutoff: 32,
  parameterOf: expanded(
    '0 1 2 3 4 5 6*2 7 2 1 0 10*2 4 5 6 7 8 9 10 11 12 9 14 11 12 13 14 15 16 13 16 17 18 19 20 21 22*2 ' +
      '23*2 24*2 25*2 26*2 27*3 28*3 29*3 30*3 31*4 32*4 33*23',
  ),
  centres: [
    ...[2, 6, 10, 14, 18, 22, 26, 30, 34, -10, -6, -2, 51, 57, 15, 21],
    ...[27, 33, 39, 45, 54, 66, 78, 42, 102, 66, 78, 90, 102, 114, 126, 90],
  ].map((centre) => centre / 24),
  centreOffset: -26.5,
};

/** The most bands that there are. */
export const MOST_BANDS = 91;

function expanded(runs: string): Uint8Array {
  return Uint8Array.from(
    runs.split(' ').flatMap((run) => {
      const [value = 0, count = 1] = run.split('*').map(Number);
      return Array<number>(count).fill(value);
    }),
  );
}
