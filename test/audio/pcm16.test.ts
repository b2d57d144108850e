import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodePcm16, openAudio, type Pcm16Options, toPcm16 } from '../../src/audio/index.ts';
import {
  audioErrorOf,
  chunk,
  extension,
  type Format,
  fmt,
  int16,
  riff,
  SEED,
  useFolder,
  wav,
} from './fixtures.ts';

const folder = useFolder();

async function convert(bytes: Uint8Array, options: Pcm16Options): Promise<number[]> {
  const input = await openAudio(await folder.file('case.wav', bytes));
  try {
    const parts: Buffer[] = [];
    for await (const part of toPcm16(input, options)) parts.push(part);
    const all = Buffer.concat(parts);
    return Array.from({ length: all.length / 2 }, (_, i) => all.readInt16LE(i * 2));
  } finally {
    await input.close();
  }
}

const float32 = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer);
const FLOAT: Format = { tag: 3, bits: 32 };

test('16-bit PCM of the wanted rate and channels passes unchanged', async () => {
  const samples = fc.array(fc.integer({ min: -32_768, max: 32_767 }), { minLength: 2, maxLength: 200 });
  await fc.assert(
    fc.asyncProperty(samples, fc.constantFrom(1 as const, 2 as const), async (values, channels) => {
      const even = values.slice(0, values.length - (values.length % 2));
      const bytes = wav(int16(...even), { channels, rate: 24_000 });
      expect(await convert(bytes, { sampleRate: 24_000, channels })).toEqual(even);
    }),
    { seed: SEED, numRuns: 60 },
  );
});

test('every 16-bit value passes unchanged', async () => {
  const values = Array.from({ length: 65_536 }, (_, i) => i - 32_768);
  expect(await convert(wav(int16(...values)), { sampleRate: 8000, channels: 'source' })).toEqual(values);
});

test('rounds to the nearest, ties to even, and holds at the ends of the range', async () => {
  const steps = [0.5, 1.5, 2.5, -0.5, -1.5, 0.49, -0.51, 32_766.5, 32_767.4, 40_000, -32_768.5, -1e9];
  const data = float32(...steps.map((step) => step / 32_768));
  const expected = [0, 2, 2, 0, -2, 0, -1, 32_766, 32_767, 32_767, -32_768, -32_768];
  expect((await convert(wav(data, FLOAT), { sampleRate: 8000, channels: 1 })).map((v) => v + 0)).toEqual(
    expected,
  );
});

describe('channels', () => {
  test('stereo to mono is the mean', async () => {
    const bytes = wav(int16(100, 200, -100, 100, 3, 4), { channels: 2 });
    expect(await convert(bytes, { sampleRate: 8000, channels: 1 })).toEqual([150, 0, 4]);
  });

  test('mono to stereo is the same twice', async () => {
    expect(await convert(wav(int16(7, -8)), { sampleRate: 8000, channels: 2 })).toEqual([7, 7, -8, -8]);
  });

  test('source keeps them', async () => {
    const bytes = wav(int16(1, 2, 3, 4, 5, 6), { channels: 3 });
    expect(await convert(bytes, { sampleRate: 8000, channels: 'source' })).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('a channel mask steers the mix', async () => {
    const centreAndEffects = fmt({ tag: 0xfffe, channels: 2, bits: 16, rest: extension(1, 16, 0xc) });
    const bytes = riff([centreAndEffects, chunk('data', int16(1000, 30_000))]);
    expect(await convert(bytes, { sampleRate: 8000, channels: 1 })).toEqual([1000]);
  });
});

describe('resampled', () => {
  const tone = (rate: number, frames: number) =>
    Array.from({ length: frames }, (_, i) => Math.round(32_000 * Math.sin((2 * Math.PI * 997 * i) / rate)));

  test('44.1 kHz stereo to 24 kHz mono: exact length, at least 95 dB of signal to noise', async () => {
    const frames = 30_000;
    const samples = tone(44_100, frames).flatMap((sample) => [sample, sample]);
    const bytes = wav(int16(...samples), { channels: 2, rate: 44_100 });
    const output = await convert(bytes, { sampleRate: 24_000, channels: 1 });
    expect(output.length).toBe(Math.ceil((frames * 80) / 147));
    let noise = 0;
    let signal = 0;
    for (let i = 500; i < output.length - 500; i++) {
      const ideal = 32_000 * Math.sin((2 * Math.PI * 997 * i) / 24_000);
      signal += ideal * ideal;
      noise += ((output[i] ?? 0) - ideal) ** 2;
    }
    expect(10 * Math.log10(signal / noise)).toBeGreaterThan(95);
  });

  test('one frame is enough', async () => {
    expect(await convert(wav(int16(1000)), { sampleRate: 24_000, channels: 1 })).toHaveLength(3);
    expect(await convert(wav(int16(1000)), { sampleRate: 1000, channels: 1 })).toHaveLength(1);
  });

  test('a great change of rate comes in buffers of bounded size', async () => {
    const input = await openAudio(
      await folder.file('slow.wav', wav(int16(...tone(1000, 1000)), { rate: 1000 })),
    );
    const sizes: number[] = [];
    for await (const part of toPcm16(input, { sampleRate: 768_000, channels: 1 })) sizes.push(part.length);
    await input.close();
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2 * 66_000);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(2 * 768_000);
  });
});

test('buffers may be kept', async () => {
  const values = Array.from({ length: 100_000 }, (_, i) => i % 1000);
  const input = await openAudio(await folder.file('kept.wav', wav(int16(...values))));
  const parts: Buffer[] = [];
  for await (const part of toPcm16(input, { sampleRate: 8000, channels: 1 })) parts.push(part);
  await input.close();
  expect(parts.length).toBeGreaterThan(1);
  expect(new Set(parts.map((part) => part.buffer)).size).toBe(parts.length);
  expect(Buffer.concat(parts)).toEqual(int16(...values));
});

test('an aborted signal ends it with its reason', async () => {
  const reason = new Error('stopped by the test');
  const input = await openAudio(await folder.file('abort.wav', wav(int16(1, 2, 3))));
  const parts = toPcm16(input, { sampleRate: 24_000, channels: 1, signal: AbortSignal.abort(reason) });
  await expect(parts.next()).rejects.toBe(reason);
  await input.close();
});

test.each([0, 999, 768_001, 24_000.5, Number.NaN])('a sample rate of %d is refused', async (sampleRate) => {
  const error = await audioErrorOf(convert(wav(int16(1)), { sampleRate, channels: 1 }));
  expect(error.message).toMatch(/cannot be converted to a sample rate of/);
});

test('encodePcm16 interleaves the frames of a block and no more', () => {
  const block = { frames: 2, channels: [Float32Array.of(0.5, -0.5, 1), Float32Array.of(-1, 1, 1)] };
  expect(encodePcm16(block)).toEqual(int16(16_384, -32_768, -16_384, 32_767));
});
