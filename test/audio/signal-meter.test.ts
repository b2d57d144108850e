import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fullScaleOf } from '../../src/audio/dsp/clip-counter.ts';
import { SignalMeter } from '../../src/audio/dsp/signal-meter.ts';
import { amplitude, blocksOf, decibels, noise, sine } from './dsp-helpers.ts';
import { SEED } from './fixtures.ts';
import { joined } from './samples.ts';

function levels(
  channels: Float32Array[],
  { sizes, sampleRate = 8000, fullScale }: { sizes?: number[]; sampleRate?: number; fullScale?: number } = {},
) {
  const meter = new SignalMeter({ sampleRate, channels: channels.length, fullScale });
  for (const block of blocksOf(channels, sizes)) meter.add(block);
  return meter.finish();
}

const zeros = (frames: number) => new Float32Array(frames);

describe('levels', () => {
  test('of a sine: peak, RMS and crest factor of 3.01 dB', () => {
    const { overall, channels, frames } = levels([sine(1000, 8000, 1, -6, 90)]);
    expect(frames).toBe(8000);
    expect(overall.peak).toBeCloseTo(-6, 4);
    expect(overall.rms).toBeCloseTo(-9.0103, 4);
    expect(overall.crest).toBeCloseTo(3.0103, 4);
    expect(overall.dcOffset).toBeCloseTo(0, 6);
    expect(channels).toEqual([overall]);
  });

  test('of each channel and of all: the loudest peak, the mean power, the largest offset', () => {
    const { overall, channels } = levels([zeros(800).fill(-0.5), zeros(800).fill(0.25)]);
    expect(channels.map(({ peak }) => peak)).toEqual([decibels(0.5), decibels(0.25)]);
    expect(channels.map(({ dcOffset }) => dcOffset)).toEqual([-0.5, 0.25]);
    expect(overall.peak).toBe(decibels(0.5));
    expect(overall.rms).toBeCloseTo(10 * Math.log10((0.25 + 0.0625) / 2), 6);
    expect(overall.dcOffset).toBe(-0.5);
  });

  test('of floats above full scale', () => {
    expect(levels([sine(1000, 8000, 1, 20, 90)]).overall.peak).toBeCloseTo(20, 4);
  });

  test('of digital silence and of nothing', () => {
    for (const frames of [0, 3000]) {
      const result = levels([zeros(frames)]);
      expect(result.isDigitalSilence).toBe(true);
      expect(result.overall).toMatchObject({
        peak: -Infinity,
        rms: -Infinity,
        crest: undefined,
        dcOffset: 0,
      });
      expect(result.silenceBefore).toBe(frames / 8000);
      expect(result.silenceAfter).toBe(0);
    }
  });

  test('of one sample', () => {
    const { overall, frames, waveform } = levels([Float32Array.of(-0.25)]);
    expect(frames).toBe(1);
    expect(overall).toMatchObject({ peak: decibels(0.25), crest: 0, dcOffset: -0.25 });
    expect(waveform.channels).toEqual([{ min: Float32Array.of(-0.25), max: Float32Array.of(-0.25) }]);
  });

  test.each([Number.NaN, Infinity, -Infinity])('%d counts as 0', (value) => {
    const signal = zeros(1000).fill(0.5);
    signal[333] = value;
    const { overall } = levels([signal]);
    expect(overall.peak).toBe(decibels(0.5));
    expect(overall.dcOffset).toBeCloseTo(0.4995, 6);
  });
});

describe('clipping', () => {
  const clipped = (samples: number[], sizes?: number[]) =>
    levels([Float32Array.from(samples)], sizes ? { sizes } : {}).overall.clipped;

  test('runs of 3 and more on one side count, across blocks too', () => {
    const samples = [0, 1, 1, 0, 1, 1, 1, 0.5, -1, -1, -1, -1, 1, 1, -1, 0];
    expect(clipped(samples)).toEqual({ runs: 2, samples: 7 });
    for (const size of [1, 2, 3, 5]) expect(clipped(samples, [size])).toEqual({ runs: 2, samples: 7 });
  });

  test('a limited sine of 16 bits: two runs in a period', () => {
    const signal = sine(100, 8000, 1, 6).map((value) => Math.max(-1, Math.min(32_767 / 32_768, value)));
    expect(levels([signal]).overall.clipped.runs).toBe(200);
  });

  test.each([
    ['pcm_s16le', 16, 32_767 / 32_768],
    ['pcm_u8', 8, 127 / 128],
    ['pcm_s24le', 24, 32_767 / 32_768],
    ['aac', 0, 32_767 / 32_768],
    ['pcm_mulaw', 8, 32_124 / 32_768],
    ['pcm_alaw', 8, 32_256 / 32_768],
  ])('full scale of %s', (codec, bitsPerSample, expected) => {
    expect(fullScaleOf({ codec, bitsPerSample })).toBe(expected);
  });
});

test('silence before and after, in seconds', () => {
  const { silenceBefore, silenceAfter, sound, isDigitalSilence } = levels([
    joined(zeros(4000), sine(400, 8000, 1, -20), noise(2000, 0.001)),
  ]);
  expect({ silenceBefore, silenceAfter, isDigitalSilence }).toEqual({
    silenceBefore: 0.5,
    silenceAfter: 0.25,
    isDigitalSilence: false,
  });
  expect(sound).toEqual({ start: 4000, end: 12_000 });
});

describe('stereo', () => {
  const one = noise(9000, 0.5);
  const other = noise(9000, 0.5, 2);

  test.each<[string, Float32Array, Float32Array, [number | undefined, boolean, boolean]]>([
    ['dual mono', one, one, [1, true, false]],
    ['the same, softer', one, one.map((value) => value / 4), [1, false, false]],
    ['opposite phase', one, one.map((value) => -value), [-1, false, true]],
    ['nothing in common', one, other, [0, false, false]],
    ['one side silent', one, zeros(9000), [undefined, false, false]],
    ['silence', zeros(9000), zeros(9000), [undefined, true, false]],
  ])('%s', (_, left, right, [correlation, isDualMono, isInverted]) => {
    const { stereo } = levels([left, right]);
    expect(stereo).toMatchObject({ isDualMono, isInverted });
    if (correlation === undefined) expect(stereo?.correlation).toBeUndefined();
    else expect(stereo?.correlation).toBeCloseTo(correlation, 1);
  });

  test('one other sample is enough', () => {
    const right = one.slice();
    right[8999] = (right[8999] as number) + 1e-7;
    expect(levels([one, right]).stereo?.isDualMono).toBe(false);
  });

  test('mono and surround have none', () => {
    expect(levels([one]).stereo).toBeUndefined();
    expect(levels([one, one, one]).stereo).toBeUndefined();
  });
});

describe('waveform', () => {
  test('every bin holds the extremes of its frames, at any length', () => {
    for (const frames of [1, 15, 16, 17, 65_535, 65_536, 65_537, 200_000]) {
      const signal = noise(frames, 1, frames);
      const { waveform } = levels([signal], { sizes: [1000, 37] });
      const { framesPerBin, channels } = waveform;
      const [outline] = channels as [{ min: Float32Array; max: Float32Array }];
      expect(outline.min.length).toBe(Math.ceil(frames / framesPerBin));
      expect(outline.min.length).toBeLessThanOrEqual(4096);
      for (let bin = 0; bin < outline.min.length; bin += 97) {
        const part = signal.subarray(bin * framesPerBin, (bin + 1) * framesPerBin);
        expect(outline.min[bin]).toBe(part.reduce((a, b) => Math.min(a, b)));
        expect(outline.max[bin]).toBe(part.reduce((a, b) => Math.max(a, b)));
      }
    }
  });
});

describe('properties', () => {
  const left = joined(zeros(900), noise(7000, 1.2), zeros(500));
  const right = noise(left.length, 0.3, 8);

  test('the result does not depend on how the stream is cut', () => {
    const whole = levels([left, right], { sizes: [left.length] });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 5 }), (sizes) => {
        const { overall, channels, stereo, ...rest } = levels([left, right], { sizes });
        const { overall: _, channels: __, stereo: ___, ...wholeRest } = whole;
        expect(rest).toEqual(wholeRest);
        expect(overall.peak).toBe(whole.overall.peak);
        expect(overall.clipped).toEqual(whole.overall.clipped);
        expect(overall.rms).toBeCloseTo(whole.overall.rms, 9);
        expect(channels[1]?.dcOffset).toBeCloseTo(whole.channels[1]?.dcOffset as number, 12);
        expect(stereo?.correlation).toBeCloseTo(whole.stereo?.correlation as number, 12);
      }),
      { seed: SEED, numRuns: 30 },
    );
  });

  test('a gain raises peak and RMS by as much', () => {
    const before = levels([left]).overall;
    for (const gain of [-40, -3, 20]) {
      const after = levels([left.map((value) => value * amplitude(gain))]).overall;
      expect(after.peak - before.peak).toBeCloseTo(gain, 4);
      expect(after.rms - before.rms).toBeCloseTo(gain, 4);
      expect(after.crest).toBeCloseTo(before.crest as number, 4);
    }
  });
});
