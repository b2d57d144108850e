import { expect, test } from 'vitest';
import { Gain } from '../../src/audio/dsp/gain.ts';
import { Limiter } from '../../src/audio/dsp/limiter.ts';
import { LoudnessMeter } from '../../src/audio/dsp/loudness.ts';
import { type NormalizePlan, planNormalize } from '../../src/audio/dsp/normalize.ts';
import { NormalizeTrial } from '../../src/audio/dsp/normalize-trial.ts';
import { TruePeakMeter } from '../../src/audio/dsp/true-peak.ts';
import { blocksOf, noise, run } from './dsp-helpers.ts';
import { joined } from './samples.ts';

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

/** Soft noise with short bursts of noise up to `burst`. */
function bursts(burst: number): Float32Array {
  const part = joined(noise(RATE * 0.7, 0.06), noise(RATE * 0.005, burst, 4));
  return joined(...Array.from({ length: 15 }, () => part));
}

function apply(plan: NormalizePlan, signal: Float32Array): Float32Array[] {
  const louder = run(new Gain({ channels: 1, gain: plan.gain }), [signal]);
  return run(new Limiter({ sampleRate: RATE, channels: 1 }), louder);
}

test('a limiter holds the ceiling and takes away loudness; a trial gives it back', () => {
  const signal = bursts(0.5);
  const plan = planNormalize({ ...measure([signal]), target: -16 });
  expect(plan.needsLimiter).toBe(true);
  const limited = measure(apply(plan, signal));
  expect(limited.truePeak).toBeLessThan(-0.95);
  expect(limited.integrated).toBeLessThan(-16.15);

  const trial = new NormalizeTrial({ sampleRate: RATE, layout: ['mono'], plan, target: -16 });
  for (const block of blocksOf([signal], [999])) trial.add(block);
  const better = trial.finish();
  const result = measure(apply(better, signal));
  expect(Math.abs(result.integrated + 16)).toBeLessThan(0.1);
  expect(result.truePeak).toBeLessThan(-0.95);
  expect(better.notes).toEqual(plan.notes);
});

test('a trial says when the target is out of reach, and raises the gain by 2.5 dB at most', () => {
  const signal = bursts(1);
  const plan = planNormalize({ ...measure([signal]), target: -8 });
  const trial = new NormalizeTrial({ sampleRate: RATE, layout: ['mono'], plan, target: -8 });
  for (const block of blocksOf([signal])) trial.add(block);
  const better = trial.finish();
  expect(better.gain).toBe(plan.gain + 2.5);
  const reached = measure(apply(better, signal)).integrated;
  expect(better.notes.at(-1)?.text).toBe(
    `The loudness reaches ${reached.toFixed(1)} LUFS instead of -8: its peaks allow no more.`,
  );
});

test('a trial of what needs no limiter leaves the plan', () => {
  const signal = noise(RATE * 2, 0.01);
  const plan = planNormalize({ ...measure([signal]), target: -30 });
  const trial = new NormalizeTrial({ sampleRate: RATE, layout: ['mono'], plan, target: -30 });
  for (const block of blocksOf([signal])) trial.add(block);
  expect(trial.finish().gain).toBeCloseTo(plan.gain, 6);
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
    'Peaks have to be limited by up to 10.0 dB to stay below -1 dBTP, which makes the audio sound compressed.',
  ]);
});
