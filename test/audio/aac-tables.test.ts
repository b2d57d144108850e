import { describe, expect, test } from 'vitest';
import { bandTables, RATES } from '../../src/audio/codecs/aac/bands.ts';
import { codebookTables, ROOT_BITS } from '../../src/audio/codecs/aac/codebook-tables.ts';
import { SCALE_FACTOR_BOOK, SPECTRUM_BOOKS } from '../../src/audio/codecs/aac/codebooks.ts';
import { risingSlope } from '../../src/audio/codecs/aac/windows.ts';

const BOOKS = [SCALE_FACTOR_BOOK, ...SPECTRUM_BOOKS];
const SIZES = [121, 81, 81, 81, 81, 81, 81, 64, 64, 169, 169, 289];

describe('codebooks', () => {
  test.each(BOOKS.map((book, i) => [i, book] as const))(
    '%i is complete and has each symbol once',
    (i, book) => {
      const kraft = book.lengths.reduce((sum, count, index) => sum + count / 2 ** (index + 1), 0);
      expect(kraft).toBe(1);
      const symbols = (book.symbols.match(/../g) ?? []).map((digits) => Number.parseInt(digits, 36));
      expect(symbols.sort((a, b) => a - b)).toEqual(Array.from({ length: SIZES[i] as number }, (_, n) => n));
      expect(book.lengths.reduce((sum, count) => sum + count, 0)).toBe(SIZES[i]);
    },
  );

  // Code words of ISO/IEC 14496-3, Tables 4.A.1 and 4.A.2 to 4.A.12, with their symbols.
  test.each([
    [0, 1, 0x0, 60],
    [0, 4, 0xa, 61],
    [0, 19, 0x7fff3, 120],
    [0, 18, 0x3ffe8, 0],
    [3, 16, 0xfffe, 2 | (2 << 2) | (0 << 4) | (2 << 6)],
    [5, 13, 0x1fff, 0],
    [11, 4, 0x0, 0],
  ])('book %i has the code word of %i bits 0x%s', (book, length, code, payload) => {
    const { entries, roots } = codebookTables();
    const window = code * 2 ** (32 - length);
    let entry = entries[(roots[book] as number) + Math.floor(window / 2 ** (32 - ROOT_BITS))] as number;
    if (entry < 0) {
      const width = ~entry & 15;
      const rest = Math.floor(window / 2 ** (32 - ROOT_BITS - width)) % 2 ** width;
      entry = entries[(~entry >> 4) + rest] as number;
    }
    expect(entry & 31).toBe(length);
    expect((entry >> 5) & (book === 3 ? 255 : 0x7fff)).toBe(payload);
  });
});

describe('bands', () => {
  test.each(RATES)('of %i Hz fill their windows', (rate) => {
    const { long, short, tnsLong, tnsShort } = bandTables(rate, (length) => new Int32Array(length));
    expect([long[0], long.at(-1), short[0], short.at(-1)]).toEqual([0, 1024, 0, 128]);
    for (const offsets of [long, short]) {
      offsets.forEach((offset, i) => {
        expect(offset % 4).toBe(0);
        if (i > 0) expect(offset).toBeGreaterThan(offsets[i - 1] as number);
      });
    }
    expect(tnsLong).toBeLessThan(long.length);
    expect(tnsShort).toBeLessThan(short.length);
  });

  test('of rates between are those of the nearest named rate', () => {
    const tables = (rate: number) => bandTables(rate, (length) => new Int32Array(length));
    expect(tables(44_056)).toEqual(tables(44_100));
    expect(tables(37_000)).toEqual(tables(32_000));
    expect(tables(192_000)).toEqual(tables(96_000));
    expect(tables(1000)).toEqual(tables(8000));
  });
});

test.each([0, 1])('windows of shape %i keep power where they overlap', (shape) => {
  for (const length of [1024, 128]) {
    const slope = risingSlope(shape, length);
    for (let n = 0; n < length; n++) {
      expect((slope[n] as number) ** 2 + (slope[length - 1 - n] as number) ** 2).toBeCloseTo(1, 12);
    }
  }
});
