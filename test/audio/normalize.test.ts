import { expect, test } from 'vitest';
import { Gain } from '../../src/audio/dsp/gain.ts';
import { Limiter } from '../../src/audio/dsp/limiter.ts';
import { LoudnessMeter } from '../../src/audio/dsp/loudness.ts';
import { planNormalize } from '../../src/audio/dsp/normalize.ts';
import { TruePeakMeter } from '../../src/audio/dsp/true-peak.ts';
import { blocksOf, joined, noise, run } from './dsp-helpers.ts';

const RATE = 16_000;

function measure(channels: Float32Array[]) {
  const loudness = new LoudnessMeter({ sampleRate: RATE, layout: ['mono'] });
  const peaks = new TruePeakMeter({ channels: 1 });
  for (const block of blocksOf(channels)) {
    loudness.add(block);
    peaks.add(block);
  }
  return { integrated: loudness.result().integrated, truePeak: Math.max(...peaks.finish()) };
}

test('reaches its target to 0.02 LU where no limiter is needed', () => {
  const signal = noise(RATE * 3, 0.01);
  const plan = planNormalize({ ...measure([signal]), target: -16 });
  expect(plan).toMatchObject({ needsLimiter: false, notes: [] });
  expect(measure(run(new Gain({ channels: 1, gain: plan.gain }), [signal])).integrated).toBeCloseTo(-16, 1);
});

test('with a limiter stays below the ceiling and close to the target', () => {
  const burst = joined(noise(RATE * 0.2, 0.02), noise(RATE * 0.01, 0.2, 4));
  const signal = joined(...Array.from({ length: 12 }, () => burst));
  const plan = planNormalize({ ...measure([signal]), target: -16 });
  expect(plan.needsLimiter).toBe(true);
  const limited = run(
    new Limiter({ sampleRate: RATE, channels: 1 }),
    run(new Gain({ channels: 1, gain: plan.gain }), [signal]),
  );
  const result = measure(limited);
  expect(result.truePeak).toBeLessThan(-0.9);
  expect(result.integrated).toBeLessThan(-16);
  expect(result.integrated).toBeGreaterThan(-20);
});

test('a silent stream stays as it is, and the note says so', () => {
  const plan = planNormalize({ ...measure([new Float32Array(RATE)]), target: -16 });
  expect(plan).toMatchObject({ gain: 0, needsLimiter: false });
  expect(plan.notes).toEqual([{ level: 'warning', text: expect.stringContaining('silent') }]);
});

test('the ceiling decides about the limiter', () => {
  const measured = { integrated: -20, truePeak: -6, target: -16 };
  expect(planNormalize(measured)).toMatchObject({ gain: 4, needsLimiter: false });
  expect(planNormalize({ ...measured, ceiling: -2.5 }).needsLimiter).toBe(true);
  expect(planNormalize({ ...measured, target: -30 })).toMatchObject({ gain: -10, needsLimiter: false });
});

test('notes on much gain and much limiting', () => {
  const quiet = planNormalize({ integrated: -60, truePeak: -50, target: -16 });
  expect(quiet.notes.map(({ text }) => text)).toEqual([
    'The audio is very quiet (-60.0 LUFS): 44.0 dB of gain also raise its noise.',
  ]);
  const peaky = planNormalize({ integrated: -30, truePeak: -5, target: -16 });
  expect(peaky.notes.map(({ text }) => text)).toEqual([
    'Peaks had to be limited by up to 10.0 dB to stay below -1 dBTP: the result is compressed and may be a little below -16 LUFS.',
  ]);
});
