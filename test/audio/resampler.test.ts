import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PlainConvolver } from '../../src/audio/dsp/convolve.ts';
import { FirResampler } from '../../src/audio/dsp/fir-resampler.ts';
import type { Stage } from '../../src/audio/dsp/stage.ts';
import { Resampler } from '../../src/audio/index.ts';
import { SEED } from './fixtures.ts';

const RATES = [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_056, 44_100, 48_000, 96_000] as const;

type Engine = (inputRate: number, outputRate: number) => Stage;

const blocks: Engine = (inputRate, outputRate) => new Resampler({ inputRate, outputRate, channels: 1 });

/** All ways in which the same is done. */
const ENGINES: [name: string, engine: Engine][] = [
  ['in blocks', blocks],
  ['live', (inputRate, outputRate) => new Resampler({ inputRate, outputRate, channels: 1, isLive: true })],
  [
    'without kernels',
    (inputRate, outputRate) => {
      let divisor = Math.min(inputRate, outputRate);
      while (inputRate % divisor !== 0 || outputRate % divisor !== 0) divisor--;
      const ratio = { up: outputRate / divisor, down: inputRate / divisor };
      return new FirResampler(ratio, 1, (bank) => new PlainConvolver(bank, ratio));
    },
  ],
];

/** Resamples mono `input`, fed in blocks of `blockSizes` in turn. */
function resample(
  input: Float32Array,
  inputRate: number,
  outputRate: number,
  blockSizes = [4096],
  engine = blocks,
): Float32Array {
  const resampler = engine(inputRate, outputRate);
  const parts: Float32Array[] = [];
  const keep = (block: { frames: number; channels: Float32Array[] }) =>
    parts.push(Float32Array.from(block.channels[0]?.subarray(0, block.frames) ?? []));
  for (let at = 0, turn = 0; at < input.length; turn++) {
    const size = blockSizes[turn % blockSizes.length] ?? 1;
    const block = input.subarray(at, at + size);
    keep(resampler.process({ frames: block.length, channels: [block] }));
    at += size;
  }
  keep(resampler.flush());
  const output = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    output.set(part, at);
    at += part.length;
  }
  return output;
}

function sine(frequency: number, rate: number, frames: number, amplitude = 0.5): Float32Array {
  return Float32Array.from(
    { length: frames },
    (_, i) => amplitude * Math.sin((2 * Math.PI * frequency * i) / rate),
  );
}

/** The part of a signal that has settled: the first and last 10 % left out. */
function settled(signal: Float32Array): { samples: Float32Array; start: number } {
  const start = Math.ceil(signal.length * 0.1);
  return { samples: signal.subarray(start, signal.length - start), start };
}

/** Least-squares fit of a sine of known frequency: its amplitude and phase (radians), and the RMS of the rest. */
function fitSine(signal: Float32Array, frequency: number, rate: number) {
  const { samples, start } = settled(signal);
  const step = (2 * Math.PI * frequency) / rate;
  let ss = 0;
  let cc = 0;
  let sc = 0;
  let xs = 0;
  let xc = 0;
  samples.forEach((x, i) => {
    const s = Math.sin(step * (i + start));
    const c = Math.cos(step * (i + start));
    ss += s * s;
    cc += c * c;
    sc += s * c;
    xs += x * s;
    xc += x * c;
  });
  const determinant = ss * cc - sc * sc;
  const a = (xs * cc - xc * sc) / determinant;
  const b = (xc * ss - xs * sc) / determinant;
  let rest = 0;
  samples.forEach((x, i) => {
    rest += (x - a * Math.sin(step * (i + start)) - b * Math.cos(step * (i + start))) ** 2;
  });
  return { amplitude: Math.hypot(a, b), phase: Math.atan2(b, a), rest: Math.sqrt(rest / samples.length) };
}

function rms(signal: Float32Array): number {
  const { samples } = settled(signal);
  return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
}

const decibels = (ratio: number) => 20 * Math.log10(ratio);

const PAIRS: [number, number][] = [
  [44_100, 24_000],
  [48_000, 24_000],
  [22_050, 24_000],
  [16_000, 24_000],
  [8000, 24_000],
  [44_100, 16_000],
  [44_100, 8000],
  [44_056, 24_000],
  [24_000, 44_101],
];

const CASES = PAIRS.flatMap((pair) => ENGINES.map(([name, engine]) => [...pair, name, engine] as const));

describe.each(CASES)('%d Hz to %d Hz, %s', (inputRate, outputRate, _name, engine) => {
  const resampled = (input: Float32Array) => resample(input, inputRate, outputRate, [4096], engine);
  const lowerNyquist = Math.min(inputRate, outputRate) / 2;
  const frames = Math.round(inputRate * 0.25);

  test('flat within 0.05 dB to 0.9 of the lower Nyquist frequency', () => {
    for (const part of [0.01, 0.1, 0.3, 0.5, 0.7, 0.8, 0.85, 0.9]) {
      const frequency = part * lowerNyquist;
      const output = resampled(sine(frequency, inputRate, frames));
      const { amplitude } = fitSine(output, frequency, outputRate);
      expect(Math.abs(decibels(amplitude / 0.5)), `at ${frequency} Hz`).toBeLessThan(0.05);
    }
  });

  test('nothing added: 110 dB of signal to noise', () => {
    for (const part of [0.05, 0.23, 0.5, 0.77, 0.9]) {
      const frequency = part * lowerNyquist;
      const output = resampled(sine(frequency, inputRate, frames));
      const { amplitude, rest } = fitSine(output, frequency, outputRate);
      expect(decibels(amplitude / Math.SQRT2 / rest), `at ${frequency} Hz`).toBeGreaterThan(110);
    }
  });

  test('no delay', () => {
    const frequency = 0.08 * lowerNyquist;
    const output = resampled(sine(frequency, inputRate, frames));
    const delay = (fitSine(output, frequency, outputRate).phase / (2 * Math.PI * frequency)) * outputRate;
    expect(Math.abs(delay)).toBeLessThan(1e-4);
  });

  test.runIf(outputRate < inputRate)('what lies above the new Nyquist frequency is 100 dB down', () => {
    const inputNyquist = inputRate / 2;
    for (const part of [1.005, 1.02, 1.1, 1.3, 1.6, 1.83, 2.4, 4]) {
      const frequency = part * lowerNyquist;
      if (frequency > inputNyquist * 0.98) continue;
      const input = sine(frequency, inputRate, frames);
      const output = resampled(input);
      expect(decibels(rms(output) / rms(input)), `at ${frequency} Hz`).toBeLessThan(-100);
    }
  });

  test('a constant stays constant', () => {
    const output = resampled(new Float32Array(frames).fill(0.5));
    for (const value of settled(output).samples) expect(Math.abs(value - 0.5)).toBeLessThan(1e-6);
  });
});

describe('all ways of resampling give the same', () => {
  const noise = Float32Array.from({ length: 40_000 }, (_, i) => Math.sin(i * i * 0.37) * 0.4);
  test.each(PAIRS)('%d Hz to %d Hz', (inputRate, outputRate) => {
    const [reference, ...others] = ENGINES.map(([, engine]) =>
      resample(noise, inputRate, outputRate, [1000], engine),
    );
    for (const other of others) {
      expect(other.length).toBe(reference?.length);
      // What lies beyond the filter, 100 dB down, falls on other places.
      other.forEach((value, i) => {
        if (Math.abs(value - (reference?.[i] ?? 0)) > 1e-5) expect(value).toBe(reference?.[i]);
      });
    }
  });
});

test('n frames become exactly ceil(n * out / in), for any rates', () => {
  const rate = fc.oneof(fc.constantFrom(...RATES), fc.integer({ min: 1000, max: 48_000 }));
  fc.assert(
    fc.property(rate, rate, fc.integer({ min: 0, max: 2000 }), (inputRate, outputRate, frames) => {
      const output = resample(new Float32Array(frames).fill(0.1), inputRate, outputRate, [700]);
      expect(output.length).toBe(Math.ceil((frames * outputRate) / inputRate));
    }),
    { seed: SEED, numRuns: 40 },
  );
});

test.each([
  [768_000, 1000],
  [767_999, 1000],
  [1000, 768_000],
])('the widest change, %d Hz to %d Hz, keeps the length and the level', (inputRate, outputRate) => {
  const frames = Math.ceil(inputRate * (outputRate > inputRate ? 0.3 : 0.6));
  const output = resample(new Float32Array(frames).fill(0.5), inputRate, outputRate, [65_536]);
  expect(output.length).toBe(Math.ceil((frames * outputRate) / inputRate));
  expect(output[Math.floor(output.length / 2)]).toBeCloseTo(0.5, 5);
});

test('the output does not depend on how the input is cut', () => {
  const input = Float32Array.from({ length: 3000 }, (_, i) => Math.sin(i * i * 0.0007) * 0.8);
  const pair = fc.constantFrom(...PAIRS);
  fc.assert(
    fc.property(
      pair,
      fc.constantFrom(...ENGINES.map(([, engine]) => engine)),
      fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 6 }),
      ([a, b], engine, sizes) => {
        expect(resample(input, a, b, sizes, engine)).toEqual(resample(input, a, b, [input.length], engine));
      },
    ),
    { seed: SEED, numRuns: 40 },
  );
});

test('channels are resampled alike and apart', () => {
  const left = sine(440, 44_100, 5000);
  const right = sine(1000, 44_100, 5000, 0.3);
  const both = new Resampler({ inputRate: 44_100, outputRate: 24_000, channels: 2 });
  const block = both.process({ frames: 5000, channels: [left, right] });
  const alone = [left, right].map((channel) => resample(channel, 44_100, 24_000));
  for (const [i, channel] of block.channels.entries()) {
    expect(channel.subarray(0, block.frames)).toEqual(alone[i]?.subarray(0, block.frames));
  }
});

test('after flush another stream can follow', () => {
  const resampler = new Resampler({ inputRate: 16_000, outputRate: 24_000, channels: 1 });
  const rounds = [0, 1].map(() => {
    const first = resampler.process({ frames: 1000, channels: [sine(440, 16_000, 1000)] });
    const start = Float32Array.from(first.channels[0]?.subarray(0, first.frames) ?? []);
    const rest = resampler.flush();
    return [...start, ...(rest.channels[0]?.subarray(0, rest.frames) ?? [])];
  });
  expect(rounds[0]).toHaveLength(1500);
  expect(rounds[1]).toEqual(rounds[0]);
});

test('equal rates change nothing', () => {
  const input = Float32Array.from({ length: 100 }, (_, i) => Math.sin(i));
  expect(resample(input, 24_000, 24_000, [7])).toEqual(input);
});

test.each([0, -8000, 8000.5, Number.NaN])('a rate of %d is refused', (inputRate) => {
  expect(() => new Resampler({ inputRate, outputRate: 24_000, channels: 1 })).toThrow(RangeError);
});
