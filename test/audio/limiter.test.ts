import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Gain } from '../../src/audio/dsp/gain.ts';
import { GainCurve } from '../../src/audio/dsp/gain-curve.ts';
import { Limiter } from '../../src/audio/dsp/limiter.ts';
import { TruePeakMeter } from '../../src/audio/dsp/true-peak.ts';
import { amplitude, blocksOf, decibels, noise, run, sine } from './dsp-helpers.ts';
import { SEED } from './fixtures.ts';
import { joined } from './samples.ts';

function truePeak(channels: Float32Array[]): number {
  const meter = new TruePeakMeter({ channels: channels.length });
  for (const block of blocksOf(channels)) meter.add(block);
  return Math.max(...meter.finish());
}

/** Two pieces of anything a loud file may hold, with sudden beginnings. */
function rough(sampleRate: number, level: number): Float32Array {
  const low = sine(110, sampleRate, 0.2, level);
  const high = sine(sampleRate * 0.23, sampleRate, 0.1, level - 3, 45);
  const hiss = noise(Math.round(sampleRate * 0.2), amplitude(level - 2), 11);
  const click = new Float32Array(Math.round(sampleRate * 0.1));
  click[200] = amplitude(level + 6);
  return joined(new Float32Array(500), low, click, high, click, hiss, low);
}

describe('the ceiling', () => {
  test.each([8000, 16_000, 24_000, 44_100, 48_000, 96_000])('holds at %d Hz, whatever the excess', (rate) => {
    for (const level of [0, 3, 12, 24]) {
      const signal = rough(rate, level);
      const limiter = new Limiter({ sampleRate: rate, channels: 1 });
      const [output] = run(limiter, [signal]) as [Float32Array];
      expect(output.length).toBe(signal.length);
      expect(truePeak([output]), `${level} dB`).toBeLessThan(-0.95);
    }
  });

  test.each([-0.1, -3, -9])('may be %d dBTP', (ceiling) => {
    const [output] = run(new Limiter({ sampleRate: 24_000, channels: 1, ceiling }), [rough(24_000, 2)]);
    const peak = truePeak([output as Float32Array]);
    expect(peak).toBeLessThan(ceiling + 0.05);
    expect(peak).toBeGreaterThan(ceiling - 0.3);
  });

  test('holds for peaks that lie between samples only', () => {
    const signal = sine(12_000, 48_000, 0.5, 1, 45).map((value, i) => value * Math.min(1, i / 5000));
    const [output] = run(new Limiter({ sampleRate: 48_000, channels: 1 }), [signal]);
    expect(truePeak([signal])).toBeGreaterThan(0.9);
    expect(truePeak([output as Float32Array])).toBeLessThan(-0.95);
  });
});

describe('transparency', () => {
  test('what stays below the ceiling comes out bit for bit', () => {
    const left = noise(30_000, 0.4);
    const right = sine(440, 44_100, 30_000 / 44_100, -2);
    const limiter = new Limiter({ sampleRate: 44_100, channels: 2 });
    expect(run(limiter, [left, right])).toEqual([left, right]);
    expect(limiter.reduction).toBe(0);
  });

  test('after a peak the gain comes back to exactly 1, and before it is exactly 1', () => {
    const signal = noise(120_000, 0.3);
    signal[40_000] = 4;
    const limiter = new Limiter({ sampleRate: 48_000, channels: 1 });
    const [output] = run(limiter, [signal]) as [Float32Array];
    expect(output.subarray(0, 39_700)).toEqual(signal.subarray(0, 39_700));
    expect(output.subarray(115_000)).toEqual(signal.subarray(115_000));
    expect(limiter.reduction).toBeCloseTo(-1 - decibels(4), 1);
    // 80 ms after the peak 1/e of the reduction is left.
    const gain = (output[40_000 + 4080] as number) / (signal[40_000 + 4080] as number);
    expect(gain).toBeGreaterThan(0.65);
    expect(gain).toBeLessThan(0.8);
  });

  test('the gain is smooth: it moves by less than 1 % from sample to sample', () => {
    const signal = new Float32Array(20_000).fill(0.1);
    signal[10_000] = 2;
    const [output] = run(new Limiter({ sampleRate: 48_000, channels: 1 }), [signal]) as [Float32Array];
    for (let i = 1; i < 20_000; i++) {
      if (i === 10_000 || i === 10_001) continue;
      expect(Math.abs((output[i] as number) - (output[i - 1] as number))).toBeLessThan(0.001);
    }
  });

  test('channels share one gain', () => {
    const loud = sine(200, 24_000, 0.5, 6);
    const soft = new Float32Array(12_000).fill(0.1);
    const [left, right] = run(new Limiter({ sampleRate: 24_000, channels: 2 }), [soft, loud]);
    const middle = 6000;
    const gain = (left?.[middle] as number) / 0.1;
    expect(gain).toBeCloseTo(amplitude(-7), 1);
    expect((right?.[middle + 20] as number) / (loud[middle + 20] as number)).toBeCloseTo(gain, 1);
  });
});

describe('streams', () => {
  test('exact length and the same output, however the stream is cut', () => {
    const left = rough(8000, 4);
    const right = noise(left.length, 0.5, 2);
    const make = () => new Limiter({ sampleRate: 8000, channels: 2 });
    const whole = run(make(), [left, right], [left.length]);
    expect(whole.map((channel) => channel.length)).toEqual([left.length, left.length]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 6000 }), { minLength: 1, maxLength: 5 }), (sizes) => {
        expect(run(make(), [left, right], sizes)).toEqual(whole);
      }),
      { seed: SEED, numRuns: 30 },
    );
  });

  test('from no sample to a few, at any rate', () => {
    for (const rate of [1000, 8000, 48_000]) {
      for (const frames of [0, 1, 2, 30, 300]) {
        const [output] = run(new Limiter({ sampleRate: rate, channels: 1 }), [
          new Float32Array(frames).fill(3),
        ]);
        expect(output?.length).toBe(frames);
        for (const value of output ?? []) expect(Math.abs(value)).toBeLessThan(amplitude(-0.9));
      }
    }
  });

  test.each([Number.NaN, Infinity])('%d goes through and moves nothing', (value) => {
    const signal = noise(6000, 0.3);
    signal[3000] = value;
    const [output] = run(new Limiter({ sampleRate: 8000, channels: 1 }), [signal]);
    expect(output).toEqual(signal);
  });
});

test('a gain curve is never above what is needed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(1, 1, 1, 0.9, 0.5, 0.01, 0), { minLength: 1, maxLength: 200 }),
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 0, max: 50 }),
      (needed, lookAhead, hold, release) => {
        const curve = new GainCurve({ lookAhead, hold, release });
        const padded = [...needed, ...Array<number>(curve.delay).fill(1)];
        const gains = padded.map((gain) => curve.next(gain)).slice(curve.delay);
        gains.forEach((gain, i) => {
          const around = needed.slice(Math.max(0, i - hold), i + hold + 1);
          expect(gain).toBeLessThanOrEqual(Math.min(...around));
          expect(gain).toBeGreaterThanOrEqual(0);
        });
      },
    ),
    { seed: SEED, numRuns: 300 },
  );
});

describe('gain', () => {
  test.each([-80, -6, 3.5, 40])('of %d dB', (gain) => {
    const signal = noise(1000, 0.5);
    const [output] = run(new Gain({ channels: 1, gain }), [signal], [300, 7]);
    expect(output).toEqual(signal.map((value) => value * amplitude(gain)));
  });

  test('of 0 dB hands the block on', () => {
    const block = { frames: 3, channels: [Float32Array.of(1, 2, 3)] };
    expect(new Gain({ channels: 1, gain: 0 }).process(block)).toBe(block);
  });
});
