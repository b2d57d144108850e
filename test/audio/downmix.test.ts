import fc from 'fast-check';
import { expect, test } from 'vitest';
import { downmix, downmixGains, wavLayout } from '../../src/audio/index.ts';
import { SEED } from './fixtures.ts';

const rounded = (gains: readonly (readonly number[])[]) =>
  gains.map((row) => row.map((gain) => Math.round(gain * 10_000) / 10_000));

test.each([
  ['stereo', 2, [0.5, 0.5]],
  ['3.0', 3, [0.2929, 0.2929, 0.4142]],
  ['quad', 4, [0.2929, 0.2929, 0.2071, 0.2071]],
  ['5.1', 6, [0.2071, 0.2071, 0.2929, 0, 0.1464, 0.1464]],
  ['7.1', 8, [0.1602, 0.1602, 0.2265, 0, 0.1133, 0.1133, 0.1133, 0.1133]],
])('%s to mono', (_, channels, gains) => {
  expect(rounded(downmixGains(wavLayout(channels, 0), 1))).toEqual([gains]);
});

test('5.1 to stereo', () => {
  expect(rounded(downmixGains(wavLayout(6, 0), 2))).toEqual([
    [0.4142, 0, 0.2929, 0, 0.2929, 0],
    [0, 0.4142, 0.2929, 0, 0, 0.2929],
  ]);
});

test('mono goes to both sides whole', () => {
  expect(downmixGains(['mono'], 2)).toEqual([[1], [1]]);
});

test('the layout is what counts, not the order of WAV', () => {
  const [row] = downmixGains(['FL', 'FC', 'FR', 'BL', 'BR', 'LFE'], 1);
  expect(rounded([row ?? []])).toEqual([[0.2071, 0.2929, 0.2071, 0.1464, 0.1464, 0]]);
});

test('channels without a place count alike, and effects alone are still heard', () => {
  expect(rounded(downmixGains(wavLayout(12, 0), 1))).toEqual([Array(12).fill(0.0833)]);
  expect(downmixGains(['LFE', 'LFE'], 1)).toEqual([[0.5, 0.5]]);
});

test('channel masks', () => {
  expect(wavLayout(2, 0x3)).toEqual(['FL', 'FR']);
  expect(wavLayout(6, 0x60f)).toEqual(['FL', 'FR', 'FC', 'LFE', 'SL', 'SR']);
  expect(wavLayout(3, 0x3)).toEqual(['FL', 'FR', 'unknown']);
  expect(wavLayout(2, 0x60f)).toEqual(['FL', 'FR']);
  expect(wavLayout(1, 0x4)).toEqual(['mono']);
});

test('no layout and mask can clip: weights add up to 1 at most', () => {
  const cases = fc.tuple(
    fc.integer({ min: 1, max: 32 }),
    fc.nat(2 ** 31 - 1),
    fc.constantFrom(1 as const, 2 as const),
  );
  fc.assert(
    fc.property(cases, ([channels, mask, outputs]) => {
      const gains = downmixGains(wavLayout(channels, mask), outputs);
      const sums = gains.map((row) => row.reduce((sum, gain) => sum + gain, 0));
      expect(Math.max(...sums)).toBeCloseTo(1, 10);
      expect(gains.every((row) => row.length === channels && row.every((gain) => gain >= 0))).toBe(true);
    }),
    { seed: SEED, numRuns: 300 },
  );
});

test('downmix weighs and adds, and leaves the rest of the output alone', () => {
  const output = [Float32Array.of(9, 9, 9)];
  downmix([Float32Array.of(1, 0.5, 7), Float32Array.of(0, -0.5, 7)], 2, [[0.5, 0.5]], output);
  expect([...(output[0] ?? [])]).toEqual([0.5, 0, 9]);
});
