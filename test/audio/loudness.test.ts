import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { designKWeighting, loudnessWeights } from '../../src/audio/dsp/k-weighting.ts';
import { LoudnessMeter } from '../../src/audio/dsp/loudness.ts';
import { type ChannelLayout, wavLayout } from '../../src/audio/layout.ts';
import { amplitude, blocksOf, noise, sine } from './dsp-helpers.ts';
import { SEED } from './fixtures.ts';
import { joined } from './samples.ts';

const STEREO = wavLayout(2, 0);

function loudness(
  channels: Float32Array[],
  sampleRate = 48_000,
  layout: ChannelLayout = wavLayout(channels.length, 0),
  sizes?: readonly number[],
) {
  const meter = new LoudnessMeter({ sampleRate, layout });
  for (const block of blocksOf(channels, sizes)) meter.add(block);
  return meter.result();
}

/** A stereo 1 kHz sine that changes its level: pairs of dBFS and seconds. */
function tone(...parts: [level: number, seconds: number][]): Float32Array[] {
  const channel = joined(...parts.map(([level, seconds]) => sine(1000, 48_000, seconds, level)));
  return [channel, channel];
}

describe('K-weighting', () => {
  test('at 48 kHz has the coefficients of ITU-R BS.1770, Tables 1 and 2', () => {
    const { shelf, highPass } = designKWeighting(48_000);
    expect(shelf.b0).toBeCloseTo(1.53512485958697, 8);
    expect(shelf.b1).toBeCloseTo(-2.69169618940638, 8);
    expect(shelf.b2).toBeCloseTo(1.19839281085285, 8);
    expect(shelf.a1).toBeCloseTo(-1.69065929318241, 8);
    expect(shelf.a2).toBeCloseTo(0.73248077421585, 8);
    expect(highPass).toMatchObject({ b0: 1, b1: -2, b2: 1 });
    expect(highPass.a1).toBeCloseTo(-1.99004745483398, 8);
    expect(highPass.a2).toBeCloseTo(0.99007225036621, 8);
  });

  test.each([1000, 2000, 3400, 8000, 11_025, 44_056, 192_000, 768_000])('at %d Hz is stable', (rate) => {
    for (const { a1, a2 } of Object.values(designKWeighting(rate))) {
      expect(Math.abs(a2)).toBeLessThan(1);
      expect(Math.abs(a1)).toBeLessThan(1 + a2);
    }
  });
});

describe('channel weights', () => {
  test.each<[ChannelLayout, number[]]>([
    [['mono'], [1]],
    [STEREO, [1, 1]],
    [
      ['FL', 'FR', 'FC', 'LFE', 'BL', 'BR'],
      [1, 1, 1, 0, 1.41, 1.41],
    ],
    [
      ['FL', 'FR', 'FC', 'LFE', 'SL', 'SR'],
      [1, 1, 1, 0, 1.41, 1.41],
    ],
    [wavLayout(8, 0), [1, 1, 1, 0, 1, 1, 1.41, 1.41]],
    [
      ['unknown', 'LFE', 'BC'],
      [1, 0, 1],
    ],
    [['LFE'], [1]],
  ])('%j', (layout, weights) => {
    expect(loudnessWeights(layout)).toEqual(weights);
  });
});

describe('EBU Tech 3341, signals that can be synthesised', () => {
  test.each<[string, [number, number][], number]>([
    ['1', [[-23, 20]], -23],
    ['2', [[-33, 20]], -33],
    [
      '3: relative gate',
      [
        [-36, 10],
        [-23, 60],
        [-36, 10],
      ],
      -23,
    ],
    [
      '4: both gates',
      [
        [-72, 10],
        [-36, 10],
        [-23, 60],
        [-36, 10],
        [-72, 10],
      ],
      -23,
    ],
    [
      '5',
      [
        [-26, 20],
        [-20, 20.1],
        [-26, 20],
      ],
      -23,
    ],
  ])('case %s', (_, parts, expected) => {
    expect(Math.abs(loudness(tone(...parts)).integrated - expected)).toBeLessThan(0.1);
  });

  test('cases 1 and 2 read the same as momentary and short-term loudness', () => {
    for (const level of [-23, -33]) {
      const { maxMomentary, maxShortTerm } = loudness(tone([level, 20]));
      expect(maxMomentary).toBeCloseTo(level, 1);
      expect(maxShortTerm).toBeCloseTo(level, 1);
    }
  });

  test('case 6: surround, and the LFE channel left out', () => {
    const levels = [-28, -28, -24, 0, -30, -30];
    const channels = levels.map((level) => sine(1000, 48_000, 20, level));
    const { integrated } = loudness(channels, 48_000, ['FL', 'FR', 'FC', 'LFE', 'BL', 'BR']);
    expect(Math.abs(integrated + 23)).toBeLessThan(0.1);
  });

  test('case 9: short-term loudness of alternating levels', () => {
    const parts = Array.from({ length: 5 }, (): [number, number][] => [
      [-20, 1.34],
      [-30, 1.66],
    ]).flat();
    expect(Math.abs((loudness(tone(...parts)).maxShortTerm ?? 0) + 23)).toBeLessThan(0.1);
  });

  test('case 12: momentary loudness of alternating levels', () => {
    const parts = Array.from({ length: 25 }, (): [number, number][] => [
      [-20, 0.18],
      [-30, 0.22],
    ]).flat();
    expect(Math.abs((loudness(tone(...parts)).maxMomentary ?? 0) + 23)).toBeLessThan(0.1);
  });
});

describe('EBU Tech 3342, loudness range', () => {
  test.each<[number[], number]>([
    [[-20, -30], 10],
    [[-20, -15], 5],
    [[-40, -20], 20],
    [[-50, -35, -20, -35, -50], 15],
  ])('%j dBFS, 20 s each: %d LU', (levels, expected) => {
    const { range } = loudness(tone(...levels.map((level): [number, number] => [level, 20])));
    expect(Math.abs((range ?? 0) - expected)).toBeLessThan(1);
  });
});

describe('other rates and channels', () => {
  test.each([8000, 11_025, 16_000, 22_050, 24_000, 44_056, 44_100, 96_000, 192_000])(
    'a sine of -23 dBFS at %d Hz reads -23 LUFS in stereo',
    (rate) => {
      const channel = sine(997, rate, 2, -23);
      // Near half the rate the bilinear transform bends the shelf: 0.05 LU at 8 kHz.
      expect(Math.abs(loudness([channel, channel], rate).integrated + 23)).toBeLessThan(0.1);
    },
  );

  test('mono counts once: 3 LU below the same in two channels', () => {
    const channel = sine(997, 48_000, 2, -20);
    expect(loudness([channel]).integrated).toBeCloseTo(-23, 1);
  });

  test('a rate below 3.4 kHz, where the shelf has no place', () => {
    const { integrated } = loudness([sine(300, 2000, 2, -20)], 2000);
    expect(integrated).toBeGreaterThan(-25);
    expect(integrated).toBeLessThan(-20);
  });

  test('floats far above full scale', () => {
    const channel = sine(997, 48_000, 2, 20);
    expect(loudness([channel, channel]).integrated).toBeCloseTo(20, 1);
  });
});

describe('short and silent', () => {
  test('silence', () => {
    const silent = { integrated: -Infinity, range: undefined, isShort: false };
    expect(loudness([new Float32Array(48_000 * 4)])).toMatchObject({
      ...silent,
      maxMomentary: -Infinity,
      maxShortTerm: -Infinity,
    });
    expect(loudness([sine(1000, 48_000, 4, -75)])).toMatchObject(silent);
  });

  test('nothing at all', () => {
    expect(loudness([new Float32Array(0)])).toEqual({
      integrated: -Infinity,
      range: undefined,
      maxMomentary: undefined,
      maxShortTerm: undefined,
      isShort: true,
    });
  });

  test('less than 400 ms is one block of its own length', () => {
    const channel = sine(997, 48_000, 0.37, -23);
    const result = loudness([channel, channel]);
    expect(result).toMatchObject({ isShort: true, maxMomentary: undefined, range: undefined });
    expect(result.integrated).toBeCloseTo(-23, 0);
  });

  test('one sample is measured; one silent sample is silent', () => {
    // A lone sample gets the first coefficient of the shelf: 20 log10(1.5351 / 2) - 0.691.
    expect(loudness([Float32Array.of(0.5)]).integrated).toBeCloseTo(-2.988, 2);
    expect(loudness([Float32Array.of(0)]).integrated).toBe(-Infinity);
  });

  test('400 ms and 3 s are enough for momentary and short-term loudness', () => {
    expect(loudness([sine(997, 48_000, 0.4)]).maxMomentary).toBeCloseTo(-3, 0);
    expect(loudness([sine(997, 48_000, 2.95)]).maxShortTerm).toBeUndefined();
    expect(loudness([sine(997, 48_000, 3)]).maxShortTerm).toBeCloseTo(-3, 1);
  });

  test.each([Number.NaN, Infinity, -Infinity])('%d spoils no more than the 100 ms it is in', (value) => {
    const channel = sine(997, 48_000, 4, -20);
    const spoiled = channel.slice();
    spoiled[100_001] = value;
    expect(Math.abs(loudness([spoiled]).integrated - loudness([channel]).integrated)).toBeLessThan(0.2);
  });
});

describe('properties', () => {
  const signal = joined(
    noise(9000, 0.3),
    sine(300, 8000, 2, -30),
    new Float32Array(4000),
    noise(20_000, 0.02, 7),
  );
  const other = noise(signal.length, 0.1, 3);

  test('the result does not depend on how the stream is cut', () => {
    const whole = loudness([signal, other], 8000, STEREO, [signal.length]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 5 }), (sizes) => {
        expect(loudness([signal, other], 8000, STEREO, sizes)).toEqual(whole);
      }),
      { seed: SEED, numRuns: 30 },
    );
  });

  test('a gain raises the loudness by as much and leaves the range', () => {
    const before = loudness([signal], 8000);
    fc.assert(
      fc.property(fc.double({ min: -15, max: 40, noNaN: true }), (gain) => {
        const after = loudness([signal.map((value) => value * amplitude(gain))], 8000);
        expect(Math.abs(after.integrated - before.integrated - gain)).toBeLessThan(0.02);
        expect(Math.abs((after.maxShortTerm ?? 0) - (before.maxShortTerm ?? 0) - gain)).toBeLessThan(1e-4);
        expect(Math.abs((after.range ?? 0) - (before.range ?? 0))).toBeLessThan(0.05);
      }),
      { seed: SEED, numRuns: 30 },
    );
  });
});
