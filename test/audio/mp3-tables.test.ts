import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { QUANTISERS } from '../../src/audio/codecs/mp2/allocation.ts';
import { bandsOf } from '../../src/audio/codecs/mp3/bands.ts';
import { Bits } from '../../src/audio/codecs/mp3/bits.ts';
import { decodeSpectrum, LINES } from '../../src/audio/codecs/mp3/huffman.ts';
import { LINBITS, PAIR_CODES, QUAD_CODES } from '../../src/audio/codecs/mp3/huffman-tables.ts';
import type { Granule } from '../../src/audio/codecs/mp3/side-info.ts';
import { synthesisWindow } from '../../src/audio/codecs/mp3/synthesis-window.ts';
import { mpegHeaderAt } from '../../src/audio/probe/mpeg-header.ts';
import { SEED } from './fixtures.ts';

interface Code {
  bits: string;
  value: number;
}

/** The codes of a table, spelt out. */
function codesOf(text: string, digits: number): Code[] {
  let code = 0;
  return Array.from({ length: text.length / digits }, (_, i) => {
    const leaf = text.slice(i * digits, (i + 1) * digits);
    const length = Number.parseInt(leaf.charAt(0), 36);
    const bits = Math.floor(code * 2 ** length)
      .toString(2)
      .padStart(length, '0');
    code += 2 ** -length;
    return { bits, value: Number.parseInt(leaf.slice(1), 16) };
  });
}

describe('Huffman tables', () => {
  const tables = [
    ...Object.entries(PAIR_CODES).map(([name, text]) => [name, text, 3] as const),
    ...QUAD_CODES.map((text, i) => ['AB'.charAt(i), text, 2] as const),
  ];
  test.each(tables)('%s is a whole code, with each value once', (_, text, digits) => {
    const codes = codesOf(text, digits);
    expect(codes.reduce((sum, { bits }) => sum + 2 ** -bits.length, 0)).toBe(1);
    expect(new Set(codes.map(({ value }) => value)).size).toBe(codes.length);
  });

  test('some codes of the standard', () => {
    const find = (text: string, digits: number, value: number) =>
      codesOf(text, digits).find((code) => code.value === value)?.bits;
    expect(find(PAIR_CODES[1] as string, 3, 0x01)).toBe('001');
    expect(find(PAIR_CODES[5] as string, 3, 0x23)).toBe('00000001');
    expect(find(QUAD_CODES[0], 2, 11)).toBe('000000');
    expect(find(QUAD_CODES[1], 2, 5)).toBe('1010');
  });
});

describe('decoding of spectra', () => {
  /** Codes pairs and quadruples as an encoder does. */
  function encode(
    table: number,
    pairs: readonly (readonly [number, number])[],
    quads: readonly number[][],
  ): string {
    const source = table < 16 ? table : table < 24 ? 16 : 24;
    const codes = codesOf(PAIR_CODES[source] as string, 3);
    const linbits = LINBITS[table - 16] ?? 0;
    const tail = (value: number) => {
      const magnitude = Math.abs(value);
      const more = linbits > 0 && magnitude >= 15 ? (magnitude - 15).toString(2).padStart(linbits, '0') : '';
      return more + (value === 0 ? '' : value < 0 ? '1' : '0');
    };
    const small = (value: number) => Math.min(15, Math.abs(value));
    const pairBits = pairs.map(([x, y]) => {
      const code = codes.find(({ value }) => value === ((small(x) << 4) | small(y)));
      return `${code?.bits}${tail(x)}${tail(y)}`;
    });
    const quadCodes = codesOf(QUAD_CODES[0], 2);
    const quadBits = quads.map((quad) => {
      const pattern = quad.reduce((bits, value) => bits * 2 + Math.abs(value), 0);
      return `${quadCodes.find(({ value }) => value === pattern)?.bits}${quad.map(tail).join('')}`;
    });
    return pairBits.join('') + quadBits.join('');
  }

  const granule = (table: number, bigValues: number) =>
    ({
      bigValues,
      tables: Int32Array.of(table, table, table),
      region1: 20,
      region2: 40,
      quadTable: 0,
    }) as unknown as Granule;

  function decode(
    code: string,
    table: number,
    pairs: number,
    end = code.length,
  ): { count: number; lines: number[] } {
    const bits = new Bits(4000);
    for (let i = 0; i < code.length; i += 8) {
      bits.bytes[i / 8] = Number.parseInt(code.slice(i, i + 8).padEnd(8, '1'), 2);
    }
    const lines = new Float32Array(LINES);
    return { count: decodeSpectrum(bits, granule(table, pairs), end, lines), lines: [...lines] };
  }

  const power = (value: number) => Math.fround(Math.sign(value) * Math.abs(value) ** (4 / 3));

  test.each([
    [1, 1],
    [3, 2],
    [6, 3],
    [9, 5],
    [12, 7],
    [13, 15],
    [15, 15],
    [16, 16],
    [23, 8206],
    [24, 30],
    [31, 8206],
  ])('table %i, values up to %i', (table, most) => {
    const value = fc.integer({ min: -most, max: most });
    const unit = fc.integer({ min: -1, max: 1 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 60 }),
        fc.array(fc.array(unit, { minLength: 4, maxLength: 4 }), { maxLength: 20 }),
        (pairs, quads) => {
          const { count, lines } = decode(encode(table, pairs, quads), table, pairs.length);
          expect(count).toBe(pairs.length * 2 + quads.length * 4);
          const expected = [...pairs.flat(), ...quads.flat()].map((x) => power(x) + 0);
          expect(lines.slice(0, count).map((x) => x + 0)).toEqual(expected);
          expect(lines.slice(count).every((x) => x === 0)).toBe(true);
        },
      ),
      { seed: SEED, numRuns: 60 },
    );
  });

  test('pairs that do not fit are no code; a quadruple that does not fit is left out', () => {
    const pairs = [
      [1, -1],
      [0, 1],
    ] as const;
    const whole = encode(1, pairs, [[1, 0, -1, 0]]);
    const pairsLength = encode(1, pairs, []).length;
    expect(decode(whole, 1, 2, pairsLength - 1).count).toBe(-1);
    expect(decode(whole, 1, 2, whole.length - 1).count).toBe(4);
    expect(decode(whole, 1, 2).count).toBe(8);
  });
});

describe('other tables', () => {
  test('scale factor bands fill a granule', () => {
    for (const rate of [8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000]) {
      const { long, short } = bandsOf(rate);
      expect([long.length, long.at(-1), short.length, short.at(-1)]).toEqual([23, 576, 14, 192]);
      expect([...long, ...short].every((border) => border % 2 === 0)).toBe(true);
    }
  });

  test('the synthesis window is symmetric, but for signs, and has its known largest value', () => {
    const window = synthesisWindow();
    expect(window[256]).toBe(75038 / 65536);
    for (let i = 1; i < 256; i++)
      expect(Math.abs(window[512 - i] as number)).toBe(Math.abs(window[i] as number));
  });

  test('quantisers of layer II', () => {
    expect(QUANTISERS).toHaveLength(17);
    for (const { steps, bits, isGrouped } of QUANTISERS) {
      expect(isGrouped ? steps ** 3 : steps).toBeLessThanOrEqual(2 ** bits);
      expect(isGrouped ? steps ** 3 : steps).toBeGreaterThan(2 ** (bits - 1) - 1);
    }
  });
});

describe('frame headers', () => {
  test.each([
    [[0xff, 0xfb, 0x90, 0x64], 'mp3', 1, 44100, 2, 417, 1152],
    [[0xff, 0xfb, 0x92, 0x64], 'mp3', 1, 44100, 2, 418, 1152],
    [[0xff, 0xf3, 0x84, 0xc4], 'mp3', 2, 24000, 1, 192, 576],
    [[0xff, 0xe2, 0x18, 0xc4], 'mp3', 2.5, 8000, 1, 72, 576],
    [[0xff, 0xfd, 0xa4, 0x00], 'mp2', 1, 48000, 2, 576, 1152],
    [[0xff, 0xff, 0xc6, 0x00], 'mp1', 1, 48000, 2, 388, 384],
    [[0xff, 0xfb, 0x00, 0x64], 'mp3', 1, 44100, 2, 0, 1152],
  ])('%j', (bytes, codec, version, sampleRate, channels, length, samples) => {
    const expected = { codec, version, sampleRate, channels, length, samples };
    expect(mpegHeaderAt(Uint8Array.from(bytes), 0)).toMatchObject(expected);
  });

  test.each([
    ['no sync', [0xff, 0xdb, 0x90, 0x64]],
    ['a reserved version', [0xff, 0xeb, 0x90, 0x64]],
    ['a reserved layer', [0xff, 0xf9, 0x90, 0x64]],
    ['a forbidden bit rate', [0xff, 0xfb, 0xf0, 0x64]],
    ['a reserved sample rate', [0xff, 0xfb, 0x9c, 0x64]],
    ['three bytes', [0xff, 0xfb, 0x90]],
  ])('%s is none', (_, bytes) => {
    expect(mpegHeaderAt(Uint8Array.from(bytes), 0)).toBeUndefined();
  });
});
