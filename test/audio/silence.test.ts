import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Cut } from '../../src/audio/dsp/cut.ts';
import { Fade } from '../../src/audio/dsp/fade.ts';
import { findSound, planTrim } from '../../src/audio/dsp/silence.ts';
import { blocksOf, noise, run, sine } from './dsp-helpers.ts';
import { SEED } from './fixtures.ts';
import { joined } from './samples.ts';

const RATE = 8000;
const WINDOW = 80;

function find(channels: Float32Array[], { sizes = [1000], threshold = -50, sampleRate = RATE } = {}) {
  async function* blocks() {
    yield* blocksOf(channels, sizes);
  }
  return findSound(blocks(), { sampleRate, channels: channels.length, threshold });
}

const zeros = (frames: number) => new Float32Array(frames);

describe('finding sound', () => {
  test('from the first to the last window with sound', async () => {
    const signal = joined(zeros(1000), sine(400, RATE, 0.5, -20), zeros(3333));
    expect(await find([signal])).toEqual({ frames: 8333, span: { start: 960, end: 5040 } });
  });

  test('pauses inside are sound too', async () => {
    const burst = sine(400, RATE, 0.1, -20);
    const signal = joined(zeros(800), burst, zeros(20_000), burst, zeros(800));
    expect((await find([signal])).span).toEqual({ start: 800, end: 22_400 });
  });

  test('all silent: no span', async () => {
    expect(await find([zeros(5000)])).toEqual({ frames: 5000, span: undefined });
    expect(await find([zeros(0)])).toEqual({ frames: 0, span: undefined });
    expect((await find([noise(5000, 0.002)])).span).toBeUndefined();
  });

  test('the threshold is an RMS: a sine 3 dB above it is at it', async () => {
    const at = (level: number) => find([sine(400, RATE, 1, level)], { threshold: -40 });
    expect((await at(-37.2)).span).toBeUndefined();
    expect((await at(-36.8)).span).toEqual({ start: 0, end: RATE });
  });

  test('a DC offset is no sound', async () => {
    const offset = zeros(8000).fill(0.2);
    expect((await find([offset])).span).toBeUndefined();
    offset.set(
      sine(400, RATE, 0.1, -20).map((value) => value + 0.2),
      4000,
    );
    expect((await find([offset])).span).toEqual({ start: 4000, end: 4800 });
  });

  test('any channel counts', async () => {
    const left = joined(zeros(4000), sine(400, RATE, 0.5, -20));
    const right = joined(sine(400, RATE, 0.5, -20), zeros(4000));
    expect((await find([left, right])).span).toEqual({ start: 0, end: 8000 });
  });

  test('a shorter window at the end counts', async () => {
    const signal = joined(zeros(WINDOW * 3), sine(1000, RATE, 0.004, -6));
    expect((await find([signal])).span).toEqual({ start: 240, end: 272 });
  });

  test.each([Number.NaN, Infinity])('%d counts as 0', async (value) => {
    const signal = zeros(1000);
    signal[500] = value;
    expect((await find([signal])).span).toBeUndefined();
  });

  test('the result does not depend on how the stream is cut', async () => {
    const signal = joined(zeros(777), noise(2000, 0.1), zeros(1234));
    const whole = await find([signal], { sizes: [signal.length] });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 1500 }), { minLength: 1, maxLength: 4 }),
        async (sizes) => {
          expect(await find([signal], { sizes })).toEqual(whole);
        },
      ),
      { seed: SEED, numRuns: 30 },
    );
  });
});

describe('planning', () => {
  const span = { start: 1000, end: 5000 };

  test('50 ms before and 100 ms after stay, with fades of 5 ms where something goes', () => {
    expect(planTrim(span, 10_000, { sampleRate: RATE })).toEqual({
      start: 600,
      frames: 5200,
      fadeIn: 40,
      fadeOut: 40,
    });
  });

  test('no fade where nothing goes', () => {
    expect(planTrim({ start: 300, end: 9500 }, 10_000, { sampleRate: RATE })).toEqual({
      start: 0,
      frames: 10_000,
      fadeIn: 0,
      fadeOut: 0,
    });
  });

  test('a fade does not reach into the sound', () => {
    const plan = planTrim(span, 10_000, { sampleRate: RATE, before: 0, after: 2, fade: 5 });
    expect(plan).toEqual({ start: 1000, frames: 4016, fadeIn: 0, fadeOut: 16 });
  });
});

test('trimming leaves the sound bit for bit, whatever is around it', async () => {
  const part = fc.integer({ min: 0, max: 6000 });
  await fc.assert(
    fc.asyncProperty(
      part,
      part,
      fc.array(fc.integer({ min: 1, max: 999 }), { minLength: 1, maxLength: 3 }),
      async (before, after, sizes) => {
        const sound = noise(1600, 0.5);
        // Quiet, but not digital silence.
        const signal = joined(noise(before, 0.001, 3), sound, noise(after, 0.001, 4));
        const { frames, span } = await find([signal], { sizes });
        if (span === undefined) throw new Error('no sound');
        const plan = planTrim(span, frames, { sampleRate: RATE });
        const cut = run(new Cut(plan), [signal], sizes);
        const [output] = run(new Fade({ channels: 1, ...plan }), cut, sizes) as [Float32Array];
        expect(output.length).toBe(plan.frames);
        expect(plan.start).toBeLessThanOrEqual(before);
        expect(output.subarray(before - plan.start, before - plan.start + 1600)).toEqual(sound);
        expect(output.subarray(plan.fadeIn, output.length - plan.fadeOut)).toEqual(
          signal.subarray(plan.start + plan.fadeIn, plan.start + plan.frames - plan.fadeOut),
        );
      },
    ),
    { seed: SEED, numRuns: 60 },
  );
});

describe('fades', () => {
  test('half a cosine in and out', () => {
    const [output] = run(
      new Fade({ channels: 1, frames: 12, fadeIn: 4, fadeOut: 2 }),
      [zeros(12).fill(1)],
      [5],
    );
    const rise = [1, 3, 5, 7].map((eighths) => (1 - Math.cos((Math.PI * eighths) / 8)) / 2);
    const fall = [3, 1].map((quarters) => (1 - Math.cos((Math.PI * quarters) / 4)) / 2);
    const expected = [...rise, 1, 1, 1, 1, 1, 1, ...fall];
    expected.forEach((value, i) => {
      expect(output?.[i]).toBeCloseTo(value, 6);
    });
  });

  test('that are longer than the stream overlap', () => {
    const [output] = run(new Fade({ channels: 1, frames: 3, fadeIn: 10, fadeOut: 10 }), [zeros(3).fill(1)]);
    for (const value of output ?? []) expect(value).toBeLessThan(0.1);
  });
});
