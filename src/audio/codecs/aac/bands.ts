/** What depends on the sample rate of a stream. Offsets are where the scale factor bands begin, and where the last ends. */
export interface BandTables {
  long: Int32Array;
  short: Int32Array;
  /** How many bands temporal noise shaping may filter, in long and in short windows. */
  tnsLong: number;
  tnsShort: number;
}

/** Rates of `samplingFrequencyIndex` (ISO/IEC 14496-3, Table 1.18). */
export const RATES: readonly number[] = [
  ...[96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350],
];

/** From which rate on the tables of an index are used for a rate that has none (ISO/IEC 14496-3, Table 4.82). */
const LEAST_RATES = [92_017, 75_132, 55_426, 46_009, 37_566, 27_713, 23_004, 18_783, 13_856, 11_502, 9391, 0];

/** Widths of the bands in coefficients, `count*width` for several of a width: Tables 4.129 to 4.147. */
const LONG_WIDTHS = {
  96: '14*4 5*8 5*12 2*16 24 28 36 44 11*64',
  64: '14*4 4*8 3*12 3*16 20 2*24 28 36 18*40',
  48: '10*4 7*8 4*12 2*16 2*20 2*24 2*28 19*32 96',
  32: '10*4 7*8 4*12 2*16 2*20 2*24 2*28 22*32',
  24: '11*4 10*8 4*12 3*16 2*20 2*24 2*28 32 2*36 40 44 48 2*52 5*64',
  16: '11*8 9*12 4*16 3*20 2*24 2*28 32 36 2*40 44 48 52 56 60 3*64',
  8: '13*12 7*16 4*20 3*24 2*28 32 2*36 40 44 48 52 56 60 64 80',
};
const SHORT_WIDTHS = {
  64: '6*4 3*8 16 28 36',
  48: '5*4 3*8 3*12 3*16',
  24: '7*4 3*8 2*12 2*16 20',
  16: '8*4 2*8 2*12 16 2*20',
  8: '7*4 4*8 12 16 2*20',
};

const LONG_BY_INDEX = [96, 96, 64, 48, 48, 32, 24, 24, 16, 16, 16, 8] as const;
const SHORT_BY_INDEX = [64, 64, 64, 48, 48, 48, 24, 24, 16, 16, 16, 8] as const;

/** Table 4.155, for AAC-LC. */
const TNS_LONG = [31, 31, 34, 40, 42, 51, 46, 46, 42, 42, 42, 39];
const TNS_SHORT = [9, 9, 10, 14, 14, 14, 14, 14, 14, 14, 14, 14];

/** The tables for a sample rate in Hz, in arrays that `i32` gives. */
export function bandTables(sampleRate: number, i32: (length: number) => Int32Array): BandTables {
  const index = LEAST_RATES.findIndex((least) => sampleRate >= least);
  return {
    long: placed(offsets(LONG_WIDTHS[LONG_BY_INDEX[index] ?? 8]), i32),
    short: placed(offsets(SHORT_WIDTHS[SHORT_BY_INDEX[index] ?? 8]), i32),
    tnsLong: TNS_LONG[index] ?? 0,
    tnsShort: TNS_SHORT[index] ?? 0,
  };
}

function placed(values: readonly number[], i32: (length: number) => Int32Array): Int32Array {
  const array = i32(values.length);
  array.set(values);
  return array;
}

function offsets(widths: string): number[] {
  const list = [0];
  let end = 0;
  for (const run of widths.split(' ')) {
    const [width = 0, count = 1] = run.split('*').map(Number).reverse();
    for (let i = 0; i < count; i++) {
      end += width;
      list.push(end);
    }
  }
  return list;
}
