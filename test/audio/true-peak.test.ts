import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kernelPeaks, type PeakWorkspace, plainPeaks } from '../../src/audio/dsp/peak-workspace.ts';
import { TruePeakMeter } from '../../src/audio/dsp/true-peak.ts';
import { amplitude, blocksOf, decibels, noise, sine } from './dsp-helpers.ts';
import { SEED } from './fixtures.ts';
import { joined } from './samples.ts';

function truePeaks(channels: Float32Array[], sizes?: readonly number[]): number[] {
  const meter = new TruePeakMeter({ channels: channels.length });
  for (const block of blocksOf(channels, sizes)) meter.add(block);
  return meter.finish();
}

/** A sine with soft ends: an abrupt end overshoots, as it does in a loudspeaker. */
function softSine(parts: number, phase: number, peak: number): Float32Array {
  return sine(48_000 / parts, 48_000, 0.5, decibels(peak), phase).map((value, i, all) => {
    const edge = Math.min(1, i / 2400, (all.length - 1 - i) / 2400);
    return value * (0.5 - 0.5 * Math.cos(Math.PI * edge));
  });
}

/** A burst of a low-passed signal, made at 4 times the rate with a peak of 1, of which every 4th sample is taken. */
function burst(offset: number): Float32Array {
  const frames = 4096;
  const fine = Float64Array.from({ length: frames }, (_, i) => {
    const time = i - frames / 2;
    const window = Math.exp(-((time / 500) ** 2));
    // Two cosines that meet at the middle: one peak of 1, between the samples of the coarse rate.
    return (window * (Math.cos((2 * Math.PI * time) / 24) + Math.cos((2 * Math.PI * time) / 14))) / 2;
  });
  return Float32Array.from({ length: frames / 4 - 1 }, (_, i) => fine[4 * i + offset] as number);
}

describe('EBU Tech 3341: within +0.2 and -0.4 dB', () => {
  const within = (measured: number, expected: number) => {
    expect(measured - expected).toBeLessThan(0.2);
    expect(measured - expected).toBeGreaterThan(-0.4);
  };

  test.each([
    ['15', 4, 0, 0.5, -6],
    ['16', 4, 45, 0.5, -6],
    ['17', 6, 60, 0.5, -6],
    ['18', 8, 67.5, 0.5, -6],
    ['19', 4, 45, 1.41, 3],
  ])('case %s: a sine at 1/%d of the rate, %d degrees', (_, parts, phase, peak, expected) => {
    within(truePeaks([softSine(parts, phase, peak)])[0] as number, expected);
  });

  test.each([0, 1, 2, 3])('cases 20 to 23: a peak of 0 dBTP, %d quarters of a sample away', (offset) => {
    within(truePeaks([burst(offset)])[0] as number, 0);
  });
});

test('a sine between samples: 3 dB over the samples, found to 0.02 dB', () => {
  const [left, right] = truePeaks([softSine(4, 45, 1), softSine(4, 0, 1)]);
  expect(left).toBeCloseTo(0, 1);
  expect(right).toBeCloseTo(0, 1);
});

test('never below the peak of the samples', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 200 }), (seed, frames) => {
      const signal = noise(frames, 1, seed);
      const peak = signal.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(truePeaks([signal])[0]).toBeGreaterThanOrEqual(decibels(peak) - 1e-6);
    }),
    { seed: SEED, numRuns: 100 },
  );
});

test('peaks at the very ends count, with what a loudspeaker makes of them', () => {
  const step = joined(new Float32Array(100), new Float32Array(50).fill(0.5));
  const [end] = truePeaks([step]);
  const [start] = truePeaks([step.slice().reverse()]);
  expect(end).toBeCloseTo(start as number, 4);
  expect(end).toBeGreaterThan(decibels(0.5) + 0.5);
  expect(truePeaks([Float32Array.of(0.25)])[0]).toBeCloseTo(decibels(0.25), 6);
});

test('silence, nothing, and loud floats', () => {
  expect(truePeaks([new Float32Array(500), new Float32Array(500)])).toEqual([-Infinity, -Infinity]);
  expect(truePeaks([new Float32Array(0)])).toEqual([-Infinity]);
  expect(truePeaks([softSine(8, 0, amplitude(20))])[0]).toBeCloseTo(20, 1);
});

test.each([Number.NaN, Infinity, -Infinity])('%d is left out, with its surroundings', (value) => {
  const signal = softSine(6, 60, 0.5);
  signal[5000] = value;
  expect(truePeaks([signal])[0]).toBeCloseTo(decibels(0.5), 1);
});

describe('properties', () => {
  const left = joined(noise(3000, 0.2), sine(5000, 44_100, 0.05), noise(1001, 0.9, 5));
  const right = noise(left.length, 0.7, 9);

  test('the result does not depend on how the stream is cut', () => {
    const whole = truePeaks([left, right], [left.length]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 5 }), (sizes) => {
        expect(truePeaks([left, right], sizes)).toEqual(whole);
      }),
      { seed: SEED, numRuns: 40 },
    );
  });

  test('a gain raises the peak by as much', () => {
    const [before] = truePeaks([left]);
    for (const gain of [-60, -7.3, 3, 25]) {
      const [after] = truePeaks([left.map((value) => value * amplitude(gain))]);
      expect((after as number) - (before as number)).toBeCloseTo(gain, 4);
    }
  });
});

describe('with and without the kernel', () => {
  const runs = (workspace: PeakWorkspace, signal: Float32Array, floor: number) => {
    workspace.input.set(signal);
    const frames = signal.length - 23;
    const peak = workspace.run(frames, floor);
    return { peak, values: workspace.output.slice(0, frames) };
  };

  test('the same within 1e-6 of the loudest, whatever length and floor', () => {
    const kernel = kernelPeaks();
    const plain = plainPeaks();
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer(),
        fc.constantFrom(0, 0.1, 0.5, 3),
        (frames, seed, floor) => {
          const signal = noise(frames + 23, 0.3, seed);
          if (seed % 3 === 0) signal[frames >> 1] = 2;
          if (seed % 5 === 0) signal[frames >> 2] = Number.NaN;
          const one = runs(kernel, signal, floor);
          const two = runs(plain, signal, floor);
          expect(Math.abs(one.peak - two.peak)).toBeLessThan(2e-6);
          one.values.forEach((value, i) => {
            expect(Math.abs(value - (two.values[i] as number))).toBeLessThan(2e-6);
          });
        },
      ),
      { seed: SEED, numRuns: 200 },
    );
  });

  test('what is skipped would not have exceeded the floor', () => {
    const plain = plainPeaks();
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0, max: 3, noNaN: true }), (seed, floor) => {
        const signal = joined(noise(64, 0.2, seed), noise(64, 1, seed + 1), noise(87, 0.5, seed + 2));
        const all = runs(plain, signal, 0);
        const some = runs(plain, signal, floor);
        all.values.forEach((value, i) => {
          if (value > floor) expect(some.values[i]).toBe(value);
        });
      }),
      { seed: SEED, numRuns: 100 },
    );
  });
});
