import { expect, test } from 'vitest';
import { A_LAW, MU_LAW } from '../../src/audio/index.ts';

test('A-law: ends of the segments as in G.711 Table 1a, on the 16-bit scale', () => {
  // Decoder output values y1, y16, y32, y64, y96, y112 and y128, times 8.
  const positive = [0, 15, 31, 63, 95, 111, 127].map((n) => A_LAW[(0x80 | n) ^ 0x55]);
  expect(positive).toEqual([8, 248, 504, 2016, 8064, 16_128, 32_256]);
});

test('mu-law: ends of the segments as in G.711 Table 2a, on the 16-bit scale', () => {
  // Decoder output values y0, y15, y31, y63, y95, y111 and y127, times 4.
  const positive = [0, 15, 31, 63, 95, 111, 127].map((n) => MU_LAW[0xff - n]);
  expect(positive).toEqual([0, 120, 372, 1884, 7932, 15_996, 32_124]);
});

test.each([
  ['A-law', A_LAW, 0x55],
  ['mu-law', MU_LAW, 0x7f],
])('%s: the sign bit mirrors, magnitudes rise', (_, table, inverted) => {
  for (let n = 0; n < 128; n++) {
    const at = (n ^ inverted) & 0x7f;
    expect((table[at] ?? 1) + (table[at | 0x80] ?? 1)).toBe(0);
    const next = ((n + 1) ^ inverted) & 0x7f;
    if (n < 127) expect(table[next | 0x80]).toBeGreaterThan(table[at | 0x80] ?? 0);
  }
});
