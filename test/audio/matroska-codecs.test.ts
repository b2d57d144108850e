import { describe, expect, test } from 'vitest';
import { ID } from '../../src/audio/containers/matroska/ebml.ts';
import { identify } from '../../src/audio/index.ts';
import { audioErrorOf } from './fixtures.ts';
import {
  cluster,
  type EntryParts,
  float,
  matroska,
  simpleBlock,
  trackEntry,
  tracks,
  uint,
} from './matroska-helpers.ts';
import { demuxMatroska, latin } from './mp4-helpers.ts';

const fileOf = (parts: EntryParts) =>
  matroska(tracks(trackEntry(parts)), cluster(simpleBlock(Buffer.alloc(96))));
const trackOf = async (parts: EntryParts) => (await demuxMatroska(fileOf(parts))).track;

/** A WAVEFORMATEX with `rest` behind it. */
function waveFormat(tag: number, bits: number, rest = Buffer.alloc(0)): Buffer {
  const format = Buffer.alloc(18);
  format.writeUInt16LE(tag, 0);
  format.writeUInt16LE(2, 2);
  format.writeUInt32LE(22_050, 4);
  format.writeUInt16LE((2 * bits) / 8, 12);
  format.writeUInt16LE(bits, 14);
  format.writeUInt16LE(rest.length, 16);
  return Buffer.concat([format, rest]);
}

describe('codecs by their names', () => {
  test.each([
    ['A_OPUS', 0, 'opus'],
    ['A_VORBIS', 0, 'vorbis'],
    ['A_FLAC', 16, 'flac'],
    ['A_ALAC', 16, 'alac'],
    ['A_MPEG/L3', 0, 'mp3'],
    ['A_MPEG/L2', 0, 'mp2'],
    ['A_MPEG/L1', 0, 'mp1'],
    ['A_PCM/INT/LIT', 8, 'pcm_u8'],
    ['A_PCM/INT/LIT', 16, 'pcm_s16le'],
    ['A_PCM/INT/LIT', 24, 'pcm_s24le'],
    ['A_PCM/INT/LIT', 32, 'pcm_s32le'],
    ['A_PCM/INT/BIG', 16, 'pcm_s16be'],
    ['A_PCM/INT/BIG', 24, 'pcm_s24be'],
    ['A_PCM/FLOAT/IEEE', 32, 'pcm_f32le'],
    ['A_PCM/FLOAT/IEEE', 64, 'pcm_f64le'],
    ['A_PCM/INT/LIT', 20, 'PCM (A_PCM/INT/LIT, 20 bits)'],
    ['A_AC3', 0, 'ac3'],
    ['A_EAC3', 0, 'eac3'],
    ['A_DTS', 0, 'dts'],
    ['A_TRUEHD', 0, 'truehd'],
    ['A_QUICKTIME/QDM2', 0, 'A_QUICKTIME/QDM2'],
  ])('%s with %d bits', async (codec, bits, name) => {
    expect((await trackOf({ codec, bits })).codec).toBe(name);
  });

  test('identification names the same', () => {
    for (const [codec, name] of [
      ['A_OPUS', 'opus'],
      ['A_EAC3', 'eac3'],
      ['A_PCM/INT/LIT', 'pcm'],
    ] as const) {
      const webm = fileOf({ codec });
      expect(identify(webm)?.codec).toBe(name);
    }
  });

  test.each([
    ['A_AAC', [], '1210'],
    ['A_AAC/MPEG4/LC', [], '1210'],
    ['A_AAC/MPEG2/MAIN', [], '0a10'],
    ['A_AAC/MPEG2/SSR', [], '1a10'],
    ['A_AAC/MPEG4/LTP', [], '2210'],
    ['A_AAC/MPEG4/LC/SBR', [float(ID.outputFrequency, 48_000)], '121056e598'],
  ])('%s without private data', async (codec, audio, config) => {
    expect(Buffer.from((await trackOf({ codec, audio })).config).toString('hex')).toBe(config);
  });

  test('an unusual rate stands in the configuration as it is', async () => {
    const { config } = await trackOf({ codec: 'A_AAC', rate: 12_345, channels: 1 });
    // 00010 1111 000000000011000000111001 0001 000
    expect(Buffer.from(config).toString('hex')).toBe('1780181c88');
  });

  test('delay: of the container, or else of OpusHead', async () => {
    const codecPrivate = latin('OpusHead\x01\x02\x38\x01\x80\xbb\0\0\0\0\0');
    expect((await trackOf({ codec: 'A_OPUS', codecPrivate })).skip).toBe(6_500_000);
    const more = [uint(ID.codecDelay, 80_000_000)];
    expect((await trackOf({ codec: 'A_OPUS', codecPrivate, more })).skip).toBe(80_000_000);
    expect((await trackOf({ codec: 'A_MPEG/L3', more: [uint(ID.codecDelay, 25_057_000)] })).skip).toBe(
      25_057_000,
    );
  });
});

describe('tracks from Windows', () => {
  test.each([
    [1, 8, 'pcm_u8'],
    [1, 16, 'pcm_s16le'],
    [1, 24, 'pcm_s24le'],
    [3, 32, 'pcm_f32le'],
    [6, 8, 'pcm_alaw'],
    [7, 8, 'pcm_mulaw'],
    [0x55, 0, 'mp3'],
    [0x50, 0, 'mp2'],
    [2, 4, 'adpcm_ms'],
    [0x11, 4, 'adpcm_ima_wav'],
    [0x161, 16, 'wma2'],
    [0x1234, 16, 'A_MS/ACM, format tag 0x1234'],
  ])('format tag %d with %d bits', async (tag, bits, codec) => {
    const track = await trackOf({
      codec: 'A_MS/ACM',
      codecPrivate: waveFormat(tag, bits),
      rate: 8000,
      channels: 1,
    });
    expect(track).toMatchObject({ codec, sampleRate: 22_050, channels: 2 });
  });

  test('extensible ones, AAC with its configuration, and private data that is too short', async () => {
    const sub = Buffer.concat([Buffer.from([16, 0, 3, 0, 0, 0, 1, 0]), Buffer.alloc(14)]);
    const codec = 'A_MS/ACM';
    expect((await trackOf({ codec, codecPrivate: waveFormat(0xfffe, 16, sub) })).codec).toBe('pcm_s16le');
    const aac = await trackOf({ codec, codecPrivate: waveFormat(0xff, 0, Buffer.from([0x13, 0x90])) });
    expect([aac.codec, Buffer.from(aac.config).toString('hex')]).toEqual(['aac', '1390']);
    expect((await trackOf({ codec, codecPrivate: Buffer.alloc(10) })).codec).toBe('A_MS/ACM');
  });
});

test.each([
  [0, 48_000, /says 0 channels/],
  [33, 48_000, /says 33 channels/],
  [2, 100, /a rate of 100 Hz/],
  [2, 1e9, /a rate of 1,000,000,000 Hz/],
])('PCM of %d channels at %d Hz', async (channels, rate, message) => {
  const error = await audioErrorOf(trackOf({ codec: 'A_PCM/INT/LIT', bits: 16, channels, rate }));
  expect(error.message).toMatch(message);
});
