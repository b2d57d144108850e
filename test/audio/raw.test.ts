import { describe, expect, test } from 'vitest';
import { MemorySource, openRaw, RAW_ENCODINGS, type RawEncoding } from '../../src/audio/index.ts';
import { audioErrorOf, int16, useFolder } from './fixtures.ts';
import { fixture, hashOf, interleaved, REFERENCES } from './pcm-helpers.ts';

const folder = useFolder();
const FORMAT = { encoding: 's16', sampleRate: 8000, channels: 1 } as const;
const open = (bytes: Uint8Array, format = {}) =>
  openRaw(new MemorySource('test', bytes), { ...FORMAT, ...format });

test('samples from the first byte to the last whole frame', async () => {
  const input = open(Buffer.concat([int16(100, 200, 300), Buffer.alloc(1)]));
  expect(input.info).toMatchObject({ container: 'raw', codec: 'pcm_s16le', frames: 3, sampleRate: 8000 });
  expect([...(await interleaved(input))].map((value) => value * 32_768)).toEqual([100, 200, 300]);
  await input.close();
});

describe('encodings', () => {
  // The samples of 480 frames of 2 channels stand at the end of these.
  test.each([
    ['s8', 's8.au'],
    ['u8', 'u8.wav'],
    ['s16le', 's16le.wav'],
    ['s16be', 's16be.au'],
    ['s24', 's24le.wav'],
    ['s24be', 's24be.au'],
    ['s32', 's32le.wav'],
    ['s32be', 's32be.au'],
    ['f32', 'f32le.wav'],
    ['f32be', 'f32be.au'],
    ['f64', 'f64le.wav'],
    ['f64be', 'f64be.au'],
    ['alaw', 'alaw.au'],
    ['mulaw', 'mulaw.au'],
  ] as [RawEncoding, string][])('%s', async (encoding, name) => {
    const bytes = fixture(name);
    const size = 960 * (Number(/\d+/.exec(encoding)?.[0] ?? 8) / 8);
    const input = open(bytes.subarray(bytes.length - size), { encoding, channels: 2 });
    expect(hashOf(await interleaved(input))).toBe(REFERENCES[name]);
  });

  test('are listed', () => {
    expect(RAW_ENCODINGS).toContain('s16be');
    expect(RAW_ENCODINGS).toHaveLength(19);
  });
});

describe('refused', () => {
  test.each([
    [{ sampleRate: 999 }, /a sample rate of 999/],
    [{ sampleRate: 8000.5 }, /a sample rate of 8000\.5/],
    [{ sampleRate: Number.NaN }, /a sample rate of NaN/],
    [{ channels: 0 }, /a number of channels of 0/],
    [{ channels: 33 }, /a number of channels of 33/],
    [{ channels: 8 }, /6 of the 16 bytes of a frame are there/],
  ])('%j', async (format, message) => {
    const error = await audioErrorOf((async () => open(int16(1, 2, 3), format))());
    expect(error.message).toMatch(message);
    expect(error.hint).toBeTruthy();
  });

  test('an empty file', async () => {
    await folder.file('empty.raw', '');
    const error = await audioErrorOf((async () => open(Buffer.alloc(0)))());
    expect(error.message).toMatch(/"test" holds no audio: 0 of the 2 bytes/);
  });
});
