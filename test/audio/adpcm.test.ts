import { describe, expect, test } from 'vitest';
import { adpcmFrames, createAdpcmDecoder } from '../../src/audio/codecs/adpcm/index.ts';
import { DamagedPacket, type PacketTrack } from '../../src/audio/packets.ts';
import { audioErrorOf, chunk, fmt, riff } from './fixtures.ts';
import { decodeBytes, fixture, hashOf, survivesDamage } from './pcm-helpers.ts';

const IMA = { tag: 0x11, bits: 4 };
const MICROSOFT = { tag: 2, bits: 4 };

function file(format: object, data: Uint8Array, fact?: number): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(fact ?? 0);
  return riff([fmt(format), ...(fact === undefined ? [] : [chunk('fact', length)]), chunk('data', data)]);
}

/** Samples on the 16-bit scale. */
async function decoded(bytes: Uint8Array) {
  const { info, samples, notes } = await decodeBytes(bytes);
  return { info, notes, samples: [...samples].map((value) => value * 32_768) };
}

function track(codec: string, channels: number | undefined, config = Buffer.alloc(0)): PacketTrack {
  return {
    ...{ codec, config, sampleRate: 8000, channels, timeScale: 8000, skip: 0, duration: undefined },
    async *packets() {},
  };
}

describe('IMA in WAV', () => {
  test('a block by hand', async () => {
    // First sample 100, step 7; codes 7 (+13, to step 16), 0 (+2, 14), 15 (-26, 31), 8 (-3, 28), zeros (25, 23, 21).
    const block = Buffer.from([100, 0, 0, 0, 0x07, 0x8f, 0, 0]);
    const { samples } = await decoded(file({ ...IMA, blockAlign: 8 }, block));
    expect(samples).toEqual([100, 113, 115, 89, 86, 89, 92, 94, 96]);
  });

  test('samples stop at the ends of 16 bits', async () => {
    const block = Buffer.from([0xff, 0x7f, 88, 0, 0x77, 0x77, 0xff, 0xff]);
    const { samples } = await decoded(file({ ...IMA, blockAlign: 8 }, block));
    expect(samples.slice(0, 5)).toEqual([32_767, 32_767, 32_767, 32_767, 32_767]);
    expect(samples.at(-1)).toBe(-32_768);
  });

  test('eight channels lie 4 bytes apart', async () => {
    const heads = Array.from({ length: 8 }, (_, i) => [i + 1, 0, 0, 0]).flat();
    const codes = Array.from({ length: 8 }, (_, i) => [i, 0, 0, 0]).flat();
    const { info, samples } = await decoded(
      file({ ...IMA, channels: 8, blockAlign: 64 }, Buffer.from([...heads, ...codes])),
    );
    expect(info).toMatchObject({ channels: 8, frames: 9, codec: 'adpcm_ima_wav' });
    expect(samples.slice(0, 8)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    // Codes 0 to 7 at step 7 move by 0, 2, 4, 6, 7, 9, 11 and 13.
    expect(samples.slice(8, 16)).toEqual([1, 4, 7, 10, 12, 15, 18, 21]);
  });
});

test('a Microsoft block by hand', async () => {
  // Pair 1 (2, -1), step 16, samples 30 and 20; codes 1 and -1.
  const block = Buffer.from([1, 16, 0, 30, 0, 20, 0, 0x1f]);
  const { samples } = await decoded(file({ ...MICROSOFT, blockAlign: 8 }, block));
  expect(samples).toEqual([20, 30, 56, 66]);
});

test('Microsoft: weights of the file itself, as far as they are whole', async () => {
  const extension = (count: number, pairs: number) => {
    const bytes = Buffer.alloc(6 + pairs * 4);
    bytes.writeUInt16LE(bytes.length - 2, 0);
    bytes.writeUInt16LE(4, 2);
    bytes.writeUInt16LE(count, 4);
    for (let i = 0; i < pairs; i++) bytes.writeInt16LE(i === 7 ? 128 : 256, 6 + i * 4);
    return bytes;
  };
  const block = Buffer.from([7, 16, 0, 30, 0, 20, 0, 0x00]);
  const own = await decoded(file({ ...MICROSOFT, blockAlign: 8, rest: extension(8, 8) }, block));
  expect(own.samples).toEqual([20, 30, 15, 7]);
  const cut = decoded(file({ ...MICROSOFT, blockAlign: 8, rest: extension(900, 8) }, block));
  expect((await audioErrorOf(cut)).message).toMatch(/names pair 8 of 7 pairs of weights/);
});

describe('IMA of Apple', () => {
  test('keeps the lower bits of a predictor that goes on', async () => {
    const decoder = await createAdpcmDecoder('test', track('adpcm_ima_qt', 1), {});
    const block = (header: number, codes: number) => {
      const bytes = Buffer.alloc(34, codes);
      bytes.writeUInt16BE(header, 0);
      return bytes;
    };
    const last = (codes: number) => (decoder.decode(block(0, codes)).channels[0]?.[63] ?? 0) * 32_768;
    // Each code 1 at the first step goes up by 1; each code 0 stays.
    expect([last(0x11), last(0), last(0x11), last(0)]).toEqual([64, 64, 128, 0]);
    expect(last(0x11)).toBe(64);
    decoder.reset();
    expect(last(0)).toBe(0);
    expect(() => decoder.decode(block(89, 0))).toThrow(DamagedPacket);
  });
});

describe('lengths', () => {
  test.each([
    ['adpcm_ima_wav', 1, 256, 256 * 3, 3 * 505],
    ['adpcm_ima_wav', 2, 512, 512 + 8, 506],
    ['adpcm_ima_wav', 2, 512, 512 + 7, 505],
    ['adpcm_ms', 1, 256, 256 + 7, 502],
    ['adpcm_ms', 2, 256, 256 + 20, 252],
    ['adpcm_ima_qt', 2, 68, 68 * 5 + 67, 320],
  ] as const)(
    '%s of %d channels, blocks of %d, %d bytes: %d frames',
    (codec, channels, blockBytes, bytes, frames) => {
      expect(adpcmFrames(codec, { channels, blockBytes, bytes })).toBe(frames);
    },
  );

  test.each([
    [2020, 2020],
    [1600, 1600],
    [1515, 2020],
    [2021, 2020],
    [0, 2020],
    [0xffffffff, 2020],
  ])('a stated length of %d frames gives %d', async (fact, frames) => {
    const data = Buffer.alloc(256 * 4);
    const { info, samples } = await decoded(file({ ...IMA, blockAlign: 256 }, data, fact));
    expect([info.frames, samples.length]).toEqual([frames, frames]);
  });

  test('a file that is cut off', async () => {
    const whole = fixture('sox-ima-mono.wav');
    const cut = whole.subarray(0, whole.length - 300);
    expect((await audioErrorOf(decodeBytes(cut))).message).toMatch(/is cut off: its header promises 0\.3/);
    const { info, samples } = await decodeBytes(cut, { allowTruncated: true });
    const full = await decodeBytes(whole);
    expect(samples.length).toBe(info.frames);
    expect(samples.length).toBeGreaterThan(1900);
    expect(hashOf(samples)).toBe(hashOf(full.samples.subarray(0, samples.length)));
  });

  test('no block at all', async () => {
    const { message } = await audioErrorOf(decodeBytes(file({ ...IMA, blockAlign: 256 }, Buffer.alloc(3))));
    expect(message).toMatch(/holds no audio/);
  });
});

describe('damage', () => {
  test('a block that makes no sense becomes silence', async () => {
    const data = Buffer.alloc(8 * 3, 0x11);
    for (let i = 0; i < 3; i++) data[i * 8 + 2] = i === 1 ? 89 : 0;
    const { samples, notes } = await decoded(file({ ...IMA, blockAlign: 8 }, data));
    expect(samples).toHaveLength(27);
    expect(samples.slice(9, 18)).toEqual(Array(9).fill(0));
    expect(samples[18]).toBe(0x1111);
    expect(notes[0]?.text).toMatch(/silence stands in the place of 1 packet of 3.*names step 89 of 88/);
  });

  test.each(['ima-stereo.wav', 'sox-ima-mono.wav', 'sox-ms-stereo.wav', 'ms-mono.wav'])('%s', (name) =>
    survivesDamage(fixture(name)),
  );

  test.each([
    ['adpcm_ms', 3],
    ['adpcm_ima_wav', 0],
    ['adpcm_ima_wav', 33],
    ['adpcm_ima_qt', undefined],
  ])('%s with %s channels is refused', async (codec, channels) => {
    const error = await audioErrorOf((async () => createAdpcmDecoder('test', track(codec, channels), {}))());
    expect(error.message).toMatch(
      /ADPCM of 8000 Hz with .* channels \(not 1 to \d+\), which cannot be decoded/,
    );
  });
});
