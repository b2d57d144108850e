import { describe, expect, test } from 'vitest';
import { identify } from '../../src/audio/index.ts';
import { audioErrorOf } from './fixtures.ts';
import {
  box,
  demuxMp4,
  entryFields,
  esds,
  ftyp,
  fullBox,
  latin,
  moov,
  mp4File,
  numbers,
  payload,
  stts,
  type TrackParts,
  trak,
  u8,
  u16,
  u32,
} from './mp4-helpers.ts';

const packets = payload([96, 96, 96]);

/** The track that a sample entry makes. */
async function trackOf(entry: Uint8Array, parts: TrackParts = {}) {
  return (await demuxMp4(mp4File(packets, { entry, ...parts }))).track;
}

/** QuickTime's version 1: frames of a packet, bytes of a packet, of a frame, of a sample. */
const versionOne = (frames: number, bytes: number) => u32(frames, bytes, bytes, 2);

/** QuickTime's version 2 for linear PCM. */
function lpcm(options: {
  rate: number;
  channels: number;
  bits: number;
  flags: number;
  bytes: number;
}): Buffer {
  const rate = Buffer.alloc(8);
  rate.writeDoubleBE(options.rate);
  const { channels, bits, flags, bytes } = options;
  return box(
    'lpcm',
    entryFields({ version: 2, channels: 3, bits: 16, rate: 1 }),
    u32(72),
    rate,
    u32(channels, 0x7f000000, bits, flags, bytes, 1),
  );
}

describe('MPEG-4 audio', () => {
  test.each([
    [0x40, 'aac'],
    [0x66, 'aac'],
    [0x67, 'aac'],
    [0x68, 'aac'],
    [0x69, 'mp3'],
    [0x6b, 'mp3'],
    [0xdd, 'vorbis'],
    [0xa5, 'ac3'],
    [0xa9, 'dts'],
    [0x21, 'mp4a-21'],
  ])('object type indication %d', async (object, codec) => {
    const entry = box('mp4a', entryFields(), esds(object));
    const { track } = await demuxMp4(mp4File(packets, { entry }));
    expect(track.codec).toBe(codec);
    if (object < 0xa0 && object !== 0x21) {
      expect(identify(mp4File(packets, { entry }))?.codec).toBe(codec);
    }
  });

  test('MP3 inside an AudioSpecificConfig', async () => {
    expect((await trackOf(box('mp4a', entryFields(), esds(0x40, u8(0xf8, 0x48, 0x40))))).codec).toBe('mp3');
  });

  test('without esds it is taken for AAC-LC', async () => {
    for (const [rate, channels, config] of [
      [44_100, 2, '1210'],
      [48_000, 1, '1188'],
      [16_000, 1, '1408'],
    ] as const) {
      const track = await trackOf(box('mp4a', entryFields({ rate, channels })));
      expect(track.codec).toBe('aac');
      expect(Buffer.from(track.config).toString('hex')).toBe(config);
    }
  });

  test('esds inside wave, in entries of versions 0, 1 and 2', async () => {
    const wave = box(
      'wave',
      box('frma', latin('mp4a')),
      box('mp4a', u32(0)),
      esds(0x40, u8(0x11, 0x90)),
      u32(8, 0),
    );
    const second = Buffer.concat([u32(72), Buffer.alloc(8), u32(2, 0x7f000000, 0, 0, 0, 1024)]);
    for (const [version, extra] of [
      [0, Buffer.alloc(0)],
      [1, versionOne(1024, 0)],
      [2, second],
    ] as const) {
      const track = await trackOf(box('mp4a', entryFields({ version }), extra, wave));
      expect(Buffer.from(track.config).toString('hex')).toBe('1190');
      expect(track.sampleRate).toBe(44_100);
    }
  });

  test('in a table of version 1 an entry of version 1 has no QuickTime fields', async () => {
    const srat = fullBox('srat', 0, 0, u32(96_000));
    const track = await trackOf(box('mp4a', entryFields({ version: 1 }), srat, esds(0x40)), {
      stsdVersion: 1,
    });
    expect(track).toMatchObject({ codec: 'aac', sampleRate: 96_000 });
    expect(Buffer.from(track.config).toString('hex')).toBe('1210');
  });

  test('an ES descriptor with everything optional, and sizes of one byte', async () => {
    const specific = u8(5, 2, 0x12, 0x08);
    const decoder = Buffer.concat([u8(4, 13 + specific.length, 0x40, 0x15), Buffer.alloc(11), specific]);
    const fields = Buffer.concat([u16(1), u8(0xe0), u16(9), u8(3), latin('url'), u16(5)]);
    const stream = Buffer.concat([u8(3, fields.length + decoder.length), fields, decoder]);
    const track = await trackOf(box('mp4a', entryFields(), fullBox('esds', 0, 0, stream)));
    expect(Buffer.from(track.config).toString('hex')).toBe('1208');
  });

  test('Vorbis headers with 16-bit lengths become laced', async () => {
    const headers = [Buffer.from('\x01vorbis head'), Buffer.alloc(300, 3), Buffer.from('\x05vorbis books')];
    const config = Buffer.concat(headers.flatMap((header) => [u16(header.length), header]));
    const { config: laced } = await trackOf(box('mp4a', entryFields(), esds(0xdd, config)));
    expect(Buffer.from(laced)).toEqual(Buffer.concat([u8(2, 12, 255, 45), ...headers]));
  });
});

describe('other codecs', () => {
  test('Opus with a channel mapping', async () => {
    const dOps = box('dOps', u8(0, 6), u16(312), u32(44_100), u16(0xff00), u8(1, 4, 2, 0, 4, 1, 2, 3, 5));
    const { config, sampleRate } = await trackOf(box('Opus', entryFields({ channels: 6 }), dOps));
    expect(sampleRate).toBe(48_000);
    expect(Buffer.from(config).toString('hex')).toBe(
      `${Buffer.from('OpusHead').toString('hex')}01063801${'44ac0000'}00ff01040200040102${'0305'}`,
    );
  });

  test.each([
    ['.mp3', 'mp3'],
    ['ms\0U', 'mp3'],
    ['samr', 'amr_nb'],
    ['sawb', 'amr_wb'],
    ['ac-3', 'ac3'],
    ['ec-3', 'eac3'],
    ['dtsc', 'dts'],
    ['QDM2', 'qdm2'],
    ['abcd', 'abcd'],
    ['\x01\x02\x03\x04', 'unknown'],
  ])('%j is %s', async (type, codec) => {
    expect((await trackOf(box(type, entryFields()))).codec).toBe(codec);
  });

  test('encrypted ones, with the codec underneath', async () => {
    const sinf = box('sinf', box('frma', latin('mp4a')), fullBox('schm', 0, 0, latin('cenc')));
    for (const [entry, what] of [
      [box('enca', entryFields(), esds(0x40), sinf), 'AAC audio'],
      [box('drms', entryFields()), 'audio'],
    ] as const) {
      const error = await audioErrorOf(demuxMp4(mp4File(packets, { entry })));
      expect(error.message).toBe(
        `"memory.mp4" holds encrypted ${what} (copy protection), which cannot be decoded.`,
      );
      expect(error.hint).toMatch(/unprotected copy/);
    }
  });

  test('rates that do not fit into 16 bits come from the time scale', async () => {
    const dfLa = fullBox('dfLa', 0, 0, Buffer.alloc(38, 1));
    const entry = box('fLaC', entryFields({ rate: 0, bits: 24 }), dfLa);
    const track = await trackOf(entry, { timeScale: 96_000 });
    expect(track).toMatchObject({ sampleRate: 96_000, bitsPerSample: 24 });
    expect(track.config).toEqual(new Uint8Array([...latin('fLaC'), ...Buffer.alloc(38, 1)]));
    const cut = await trackOf(box('twos', entryFields({ rate: 96_000 })), { timeScale: 96_000 });
    expect(cut.sampleRate).toBe(96_000);
  });
});

describe('PCM', () => {
  const little = box('enda', u16(1));
  test.each([
    ['sowt', 16, [], 'pcm_s16le'],
    ['sowt', 8, [], 'pcm_s8'],
    ['twos', 16, [], 'pcm_s16be'],
    ['twos', 24, [], 'pcm_s24be'],
    ['twos', 8, [], 'pcm_s8'],
    ['raw ', 8, [], 'pcm_u8'],
    ['raw ', 16, [], 'pcm_s16be'],
    ['NONE', 8, [], 'pcm_u8'],
    ['in24', 16, [], 'pcm_s24be'],
    ['in24', 16, [box('wave', little)], 'pcm_s24le'],
    ['in32', 16, [little], 'pcm_s32le'],
    ['fl32', 16, [], 'pcm_f32be'],
    ['fl64', 16, [box('wave', box('enda', u16(0)))], 'pcm_f64be'],
    ['alaw', 16, [], 'pcm_alaw'],
    ['ulaw', 16, [], 'pcm_mulaw'],
    ['ipcm', 16, [fullBox('pcmC', 0, 0, u8(1, 24))], 'pcm_s24le'],
    ['ipcm', 16, [fullBox('pcmC', 0, 0, u8(0, 16))], 'pcm_s16be'],
    ['fpcm', 16, [fullBox('pcmC', 0, 0, u8(1, 32))], 'pcm_f32le'],
    ['fpcm', 16, [fullBox('pcmC', 0, 0, u8(0, 64))], 'pcm_f64be'],
    ['sowt', 20, [], 'PCM (sowt, 20 bits)'],
  ])('%s of %d bits', async (type, bits, boxes, codec) => {
    const track = await trackOf(box(type, entryFields({ bits }), ...boxes));
    expect(track).toMatchObject({ codec, layout: ['FL', 'FR'] });
  });

  test.each([
    [{ rate: 96_000, channels: 2, bits: 24, flags: 12, bytes: 6 }, 'pcm_s24le'],
    [{ rate: 192_000, channels: 6, bits: 16, flags: 14, bytes: 12 }, 'pcm_s16be'],
    [{ rate: 48_000, channels: 1, bits: 32, flags: 9, bytes: 4 }, 'pcm_f32le'],
    [{ rate: 48_000, channels: 1, bits: 64, flags: 11, bytes: 8 }, 'pcm_f64be'],
    [{ rate: 48_000, channels: 1, bits: 8, flags: 8, bytes: 1 }, 'pcm_u8'],
    [{ rate: 48_000, channels: 2, bits: 24, flags: 4 + 16, bytes: 8 }, 'pcm_s32le'],
    [{ rate: 48_000, channels: 2, bits: 24, flags: 4, bytes: 8 }, 'PCM (lpcm, 24 bits)'],
    [{ rate: 48_000, channels: 2, bits: 16, flags: 4 + 32, bytes: 4 }, 'PCM (lpcm, 16 bits)'],
  ])('lpcm %j', async (options, codec) => {
    const { rate: sampleRate, channels } = options;
    expect(await trackOf(lpcm(options))).toMatchObject({ codec, sampleRate, channels });
  });

  test('speakers from the chan box', async () => {
    const chan = (tag: number, bits = 0) => fullBox('chan', 0, 0, u32(tag, bits, 0));
    const layout = async (channels: number, ...boxes: Uint8Array[]) =>
      (await trackOf(box('twos', entryFields({ channels }), ...boxes))).layout?.join(' ');
    expect(await layout(6, chan(0x790006))).toBe('FL FR FC LFE SL SR');
    expect(await layout(6, chan(0x7c0006))).toBe('FC FL FR SL SR LFE');
    expect(await layout(6, chan(0x710003))).toBe('FL FR FC LFE BL BR');
    expect(await layout(3, chan(0x10000, 0b1011))).toBe('FL FR LFE');
    expect(await layout(1)).toBe('mono');
  });

  test.each([
    [0, 44_100, /says 0 channels/],
    [33, 44_100, /says 33 channels/],
    [2, 500, /rate of 500 Hz/],
  ])('%d channels at %d Hz', async (channels, rate, message) => {
    const error = await audioErrorOf(
      trackOf(box('sowt', entryFields({ channels, rate })), { timeScale: rate }),
    );
    expect(error.message).toMatch(message);
  });

  test('old ADPCM whose table counts frames', async () => {
    const ima = box('ima4', entryFields({ version: 1, channels: 1 }), versionOne(64, 34));
    const sizes = fullBox('stsz', 0, 0, u32(1, 64 * 8));
    const stsc = fullBox('stsc', 0, 0, u32(1, 1, 64 * 8, 1));
    const parts = { entry: ima, sizes, stsc, stts: stts([512, 1]) };
    const { track, packets: found } = await demuxMp4(mp4File(packets, parts));
    expect(found.map(({ length }) => length)).toEqual([8 * 34]);
    expect(track).toMatchObject({ codec: 'adpcm_ima_qt', duration: 512 });

    const microsoft = box('ms\0\x02', entryFields({ version: 1, channels: 1 }), versionOne(182, 96));
    const frames = fullBox('stsz', 0, 0, u32(1, 182 * 3));
    const chunk = fullBox('stsc', 0, 0, u32(1, 1, 182 * 3, 1));
    const blocks = await demuxMp4(mp4File(packets, { entry: microsoft, sizes: frames, stsc: chunk }));
    expect(blocks.packets).toEqual(packets);
  });
});

describe('entries that make no sense', () => {
  test('none at all, or a time scale of 0', async () => {
    const none = box('free', numbers(8, 1));
    expect((await audioErrorOf(trackOf(none.subarray(0, 4)))).message).toMatch(
      /does not say how it is coded/,
    );
    expect((await audioErrorOf(trackOf(box('mp4a'), { timeScale: 0 }))).message).toMatch(
      /time scale .* is 0/,
    );
  });

  test('a compressed header of old QuickTime', async () => {
    const file = Buffer.concat([ftyp, moov([box('cmov', Buffer.alloc(20)), trak({})])]);
    expect((await audioErrorOf(demuxMp4(file))).message).toMatch(/compressed header/);
  });
});
