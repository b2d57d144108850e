/** Scale factor bands: where each begins among the 576 lines of a granule, and where the last one ends. */
export interface Bands {
  /** 23 borders of long blocks. */
  long: Int32Array;
  /** 14 borders of short blocks, in lines of one window. */
  short: Int32Array;
}

/**
 * Widths of the bands by sample rate, long blocks and then short ones.
 *
 * Source: ISO/IEC 11172-3 Table B.8 (32, 44.1, 48 kHz), ISO/IEC 13818-3 Table B.2 (16, 22.05, 24 kHz); MPEG 2.5 takes
 * the bands of 16 kHz, but for 8 kHz. At 24 kHz the border between bands 17 and 18 is 332, as encoders have it.
 */
const WIDTHS: Readonly<Record<number, readonly [long: string, short: string]>> = {
  44100: ['4 4 4 4 4 4 6 6 8 8 10 12 16 20 24 28 34 42 50 54 76 158', '4 4 4 4 6 8 10 12 14 18 22 30 56'],
  48000: ['4 4 4 4 4 4 6 6 6 8 10 12 16 18 22 28 34 40 46 54 54 192', '4 4 4 4 6 6 10 12 14 16 20 26 66'],
  32000: ['4 4 4 4 4 4 6 6 8 10 12 16 20 24 30 38 46 56 68 84 102 26', '4 4 4 4 6 8 12 16 20 26 34 42 12'],
  22050: ['6 6 6 6 6 6 8 10 12 14 16 20 24 28 32 38 46 52 60 68 58 54', '4 4 4 6 6 8 10 14 18 26 32 42 18'],
  24000: ['6 6 6 6 6 6 8 10 12 14 16 18 22 26 32 38 46 54 62 70 76 36', '4 4 4 6 8 10 12 14 18 24 32 44 12'],
  16000: ['6 6 6 6 6 6 8 10 12 14 16 20 24 28 32 38 46 52 60 68 58 54', '4 4 4 6 8 10 12 14 18 24 30 40 18'],
  8000: ['12 12 12 12 12 12 16 20 24 28 32 40 48 56 64 76 90 2 2 2 2 2', '8 8 8 12 16 20 24 28 36 2 2 2 26'],
};

/** The bands at a sample rate of layer III. */
export function bandsOf(sampleRate: number): Bands {
  const [long = '', short = ''] = WIDTHS[sampleRate] ?? WIDTHS[16000] ?? [];
  return { long: bordersOf(long), short: bordersOf(short) };
}

function bordersOf(widths: string): Int32Array {
  let border = 0;
  return Int32Array.from([0, ...widths.split(' ').map((width) => (border += Number(width)))]);
}
