import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AudioError } from '../../src/audio/index.ts';
import { chunk, decode, fmt, int16, riff, SEED, useFolder, wav } from './fixtures.ts';

const folder = useFolder();

/** Decodes; the only failure let through is an AudioError with a hint. True when there was audio. */
async function decodesOrRefuses(bytes: Uint8Array, allowTruncated: boolean): Promise<boolean> {
  const path = await folder.file('case.wav', bytes);
  try {
    const { info, samples } = await decode(path, { allowTruncated });
    expect(samples.every((channel) => channel.length === info.frames)).toBe(true);
    expect(samples.flat().every(Number.isFinite)).toBe(true);
    return true;
  } catch (error) {
    if (!(error instanceof AudioError)) throw error;
    expect(error.hint).toBeTruthy();
    return false;
  }
}

describe('hostile files', () => {
  test('random bytes, bare and behind a WAV signature', async () => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(bytes, fc.boolean(), fc.boolean(), async (random, isSigned, allowTruncated) => {
        const file = isSigned ? riff([random]) : Buffer.from(random);
        await decodesOrRefuses(file, allowTruncated);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test('valid files with some bytes changed', async () => {
    const valid = riff([
      fmt({ channels: 2 }),
      chunk('LIST', Buffer.from('abc')),
      chunk('data', Buffer.alloc(64, 7)),
      chunk('id3 ', Buffer.alloc(3)),
    ]);
    const change = fc.record({ at: fc.nat(valid.length - 1), value: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        async (changes, cut) => {
          const file = Buffer.from(valid);
          for (const { at, value } of changes) file[at] = value;
          await decodesOrRefuses(file, cut);
        },
      ),
      { seed: SEED, numRuns: 400 },
    );
  });

  test('a small file cut at every byte is refused, unless cut files are allowed and a frame is there', async () => {
    const whole = riff([chunk('JUNK', Buffer.from('abc')), fmt(), chunk('data', int16(1, 2, 3, 4, 5))]);
    const firstFrameEnds = whole.length - 8;
    for (let length = 0; length < whole.length; length++) {
      const cut = whole.subarray(0, length);
      expect(await decodesOrRefuses(cut, false)).toBe(false);
      expect(await decodesOrRefuses(cut, true)).toBe(length >= firstFrameEnds);
    }
    expect(await decodesOrRefuses(whole, false)).toBe(true);
  });
});

test('16-bit samples come back in any number of channels, with any chunks around them', async () => {
  const sample = fc.integer({ min: -32_768, max: 32_767 });
  const extra = fc.record({
    id: fc.constantFrom('LIST', 'JUNK', 'fact', 'bext', 'cue ', 'odd!'),
    body: fc.uint8Array({ maxLength: 21 }),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 8 }),
      fc.array(sample, { minLength: 8, maxLength: 80 }),
      fc.array(extra, { maxLength: 4 }),
      fc.array(extra, { maxLength: 2 }),
      async (channels, values, before, after) => {
        const samples = values.slice(0, values.length - (values.length % channels));
        const path = await folder.file(
          'round.wav',
          riff([
            ...before.map(({ id, body }) => chunk(id, body)),
            fmt({ channels }),
            chunk('data', int16(...samples)),
            ...after.map(({ id, body }) => chunk(id, body)),
          ]),
        );
        const decoded = await decode(path);
        const seen = samples.map(
          (_, i) => (decoded.samples[i % channels]?.[Math.floor(i / channels)] ?? 9) * 32_768,
        );
        expect(seen.map((value) => value + 0)).toEqual(samples);
      },
    ),
    { seed: SEED, numRuns: 150 },
  );
});

test('24-bit samples come back', async () => {
  const samples = fc.array(fc.integer({ min: -8_388_608, max: 8_388_607 }), { minLength: 1, maxLength: 50 });
  await fc.assert(
    fc.asyncProperty(samples, async (values) => {
      const data = Buffer.alloc(values.length * 3);
      values.forEach((value, i) => {
        data.writeIntLE(value, i * 3, 3);
      });
      const decoded = await decode(await folder.file('s24.wav', wav(data, { bits: 24 })));
      expect(decoded.samples[0]?.map((value) => value * 8_388_608 + 0)).toEqual(values);
    }),
    { seed: SEED, numRuns: 60 },
  );
});
