import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemorySource, openRaw, openRawStream, RAW_ENCODINGS, toPcm16 } from '../../src/audio/index.ts';
import { audioErrorOf, int16 } from './fixtures.ts';
import { interleaved } from './pcm-helpers.ts';

/** Bytes in pieces of these sizes, in turn. */
async function* cut(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function pcm(audio: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of audio) parts.push(part);
  return Buffer.concat(parts);
}

/** A tone, as 16-bit samples. */
const tone = (frames: number, step: number) =>
  int16(...Array.from({ length: frames }, (_, i) => Math.round(12_000 * Math.sin(i * step))));

describe('raw samples of a stream', () => {
  it('are those of a file, whatever pieces they come in', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 64, maxLength: 3_000 }),
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 5 }),
        fc.constantFrom(...RAW_ENCODINGS),
        fc.integer({ min: 1, max: 3 }),
        async (bytes, sizes, encoding, channels) => {
          const format = { encoding, sampleRate: 8_000, channels };
          const file = openRaw(new MemorySource('file', bytes), format);
          const stream = openRawStream(cut(bytes, sizes), format);
          expect([...(await interleaved(stream))]).toEqual([...(await interleaved(file))]);
        },
      ),
      { numRuns: 100, seed: 11 },
    );
  });

  it('come out as soon as they came in, at the rate of the service too', async () => {
    for (const sampleRate of [24_000, 48_000, 16_000]) {
      let given = 0;
      async function* source() {
        for (; given < 20; given++) yield tone(sampleRate / 50, 0.05);
      }
      const input = openRawStream(source(), { encoding: 's16', sampleRate, channels: 1 });
      const lags: number[] = [];
      let samples = 0;
      for await (const piece of toPcm16(input, { sampleRate: 24_000, channels: 1 })) {
        samples += piece.length / 2;
        lags.push(given + 1 - samples / 480);
      }
      expect(samples).toBe(9_600);
      // Never more than one piece of 20 ms behind.
      expect(Math.max(...lags)).toBeLessThanOrEqual(1);
    }
  });

  it('resampled are what a file gives', async () => {
    const bytes = tone(9_600, 0.11);
    const format = { encoding: 's16', sampleRate: 48_000, channels: 1 } as const;
    const wanted = { sampleRate: 24_000, channels: 1 } as const;
    const live = await pcm(toPcm16(openRawStream(cut(bytes, [999]), format), wanted));
    const file = await pcm(toPcm16(openRaw(new MemorySource('file', bytes), format), wanted));
    expect(live.length).toBe(file.length);
    for (let at = 0; at < live.length; at += 2)
      expect(Math.abs(live.readInt16LE(at) - file.readInt16LE(at))).toBeLessThanOrEqual(1);
  });

  it('of a source that waits for ever end with the signal', async () => {
    const stop = new AbortController();
    const never: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
    };
    const input = openRawStream(never, { encoding: 's16', sampleRate: 24_000, channels: 1 });
    const ended = pcm(toPcm16(input, { sampleRate: 24_000, channels: 1, signal: stop.signal }));
    stop.abort(new Error('enough'));
    await expect(ended).rejects.toThrow('enough');
    await input.close();
  });

  it('must be some', async () => {
    const input = openRawStream(cut(new Uint8Array(1), [1]), {
      encoding: 's16',
      sampleRate: 24_000,
      channels: 1,
    });
    const reading = pcm(toPcm16(input, { sampleRate: 24_000, channels: 1 }));
    expect((await audioErrorOf(reading)).message).toContain('before a whole sample');
  });

  it('cannot have a rate that nothing has', async () => {
    const wrong = { encoding: 's16', sampleRate: 10, channels: 1 } as const;
    const opening = Promise.resolve().then(() => openRawStream(cut(new Uint8Array(4), [1]), wrong));
    expect((await audioErrorOf(opening)).message).toContain('sample rate of 10');
  });
});
