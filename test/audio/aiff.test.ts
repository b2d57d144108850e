import { describe, expect, test } from 'vitest';
import { audioErrorOf, int16 } from './fixtures.ts';
import { be, decodeBytes, fixture, latin, survivesDamage } from './pcm-helpers.ts';

function chunk(id: string, body: Uint8Array, { size = body.length, pad = true } = {}): Buffer {
  return Buffer.concat([latin(id), be(4, size), body, Buffer.alloc(pad ? body.length % 2 : 0)]);
}

function form(kind: 'AIFF' | 'AIFC', ...chunks: Uint8Array[]): Buffer {
  return chunk('FORM', Buffer.concat([latin(kind), ...chunks]), { pad: false });
}

const EIGHT_KHZ = Buffer.from('400bfa00000000000000', 'hex');

interface Common {
  channels?: number;
  count?: number;
  bits?: number;
  rate?: Uint8Array;
  coding?: string;
}

function comm({ channels = 1, count = 3, bits = 16, rate = EIGHT_KHZ, coding }: Common = {}): Buffer {
  const name = coding === undefined ? Buffer.alloc(0) : Buffer.concat([latin(coding), be(2, 0)]);
  return chunk('COMM', Buffer.concat([be(2, channels), be(4, count), be(2, bits), rate, name]));
}

function ssnd(data: Uint8Array, options: { offset?: number; size?: number | undefined } = {}): Buffer {
  const { offset = 0 } = options;
  const { size = data.length + 8 + offset } = options;
  return chunk('SSND', Buffer.concat([be(4, offset, 0), Buffer.alloc(offset), data]), { size });
}

const DATA = int16(100, 200, 300).swap16();
const SAMPLES = [100, 200, 300];

async function decoded(file: Uint8Array, options = {}) {
  const { info, samples } = await decodeBytes(file, options);
  return { info, samples: [...samples].map((value) => value * 32_768) };
}

async function errorOf(file: Uint8Array, options = {}) {
  const error = await audioErrorOf(decodeBytes(file, options));
  expect(error.hint).toBeTruthy();
  return error.message;
}

describe('chunks', () => {
  const odd = Buffer.from('abc');
  test.each([
    ['plain', [comm(), ssnd(DATA)]],
    ['COMM after SSND', [ssnd(DATA), comm()]],
    ['an offset before the samples', [comm(), ssnd(DATA, { offset: 6 })]],
    ['others around', [chunk('FVER', be(4, 1)), chunk('MARK', odd), comm(), chunk('APPL', odd), ssnd(DATA)]],
    ['an odd one without its pad byte', [chunk('MARK', odd, { pad: false }), comm(), ssnd(DATA)]],
    ['chunks behind', [comm(), ssnd(DATA), chunk('ID3 ', odd)]],
    ['a second COMM', [comm(), comm({ bits: 8 }), ssnd(DATA)]],
    ['no count in COMM', [comm({ count: 0 }), ssnd(DATA)]],
  ])('%s', async (_, chunks) => {
    const { info, samples } = await decoded(form('AIFF', ...chunks));
    expect(samples).toEqual(SAMPLES);
    expect(info).toMatchObject({ container: 'aiff', codec: 'pcm_s16be', frames: 3, sampleRate: 8000 });
  });

  test.each([
    ['0, as ffmpeg pipes it', 0, 0],
    ['8 with samples behind', 8, 0],
    ['0x7F000008, as sox pipes it', 0x7f000008, 0x7f000000 / 2],
    ['0xFFFFFFFF', 0xffffffff, 0],
    ['0xFFFFFFFF and a count', 0xffffffff, 3],
  ])('SSND of size %s reaches to the end of the file', async (_, size, count) => {
    const { samples } = await decoded(form('AIFF', comm({ count }), ssnd(DATA, { size })));
    expect(samples).toEqual(SAMPLES);
  });

  test('the smaller count holds', async () => {
    expect((await decoded(form('AIFF', comm({ count: 2 }), ssnd(DATA)))).samples).toEqual([100, 200]);
    expect((await decoded(form('AIFF', comm({ count: 9 }), ssnd(DATA)))).samples).toEqual(SAMPLES);
  });

  test('texts are tags', async () => {
    const texts = [
      chunk('NAME', latin('Waltz')),
      chunk('AUTH', latin('J\xfcrgen\0\0')),
      chunk('ANNO', latin(' ')),
    ];
    const { info } = await decoded(form('AIFF', ...texts, comm(), ssnd(DATA)));
    expect(info.tags).toEqual({ title: 'Waltz', artist: 'Jürgen' });
  });
});

describe('COMM', () => {
  test.each([
    ['400eac44000000000000', 44_100],
    ['400fbb80000000000000', 96_000],
    ['400daddd1745d1745d17', 22_255],
    ['40108000000000000000', 131_072],
  ])('rate %s is %d Hz', async (rate, hertz) => {
    const file = form('AIFF', comm({ rate: Buffer.from(rate, 'hex') }), ssnd(DATA));
    expect((await decoded(file)).info.sampleRate).toBe(hertz);
  });

  test('samples of 12 bits are the upper ones of 16', async () => {
    const { info, samples } = await decoded(form('AIFF', comm({ bits: 12 }), ssnd(DATA)));
    expect(info).toMatchObject({ codec: 'pcm_s16be', bitsPerSample: 12 });
    expect(samples).toEqual(SAMPLES);
  });

  test.each([
    ['NONE', 16, 'pcm_s16be'],
    ['twos', 16, 'pcm_s16be'],
    ['sowt', 16, 'pcm_s16le'],
    ['sowt', 24, 'pcm_s24le'],
    ['in24', 24, 'pcm_s24be'],
    ['in32', 32, 'pcm_s32be'],
    ['42ni', 24, 'pcm_s24le'],
    ['23ni', 32, 'pcm_s32le'],
    ['fl32', 32, 'pcm_f32be'],
    ['FL32', 32, 'pcm_f32be'],
    ['fl64', 64, 'pcm_f64be'],
    ['FL64', 64, 'pcm_f64be'],
    ['alaw', 16, 'pcm_alaw'],
    ['ALAW', 8, 'pcm_alaw'],
    ['ulaw', 16, 'pcm_mulaw'],
    ['ULAW', 8, 'pcm_mulaw'],
    ['raw ', 8, 'pcm_u8'],
  ])('AIFF-C %s of %d bits is %s', async (coding, bits, codec) => {
    const file = form('AIFC', comm({ coding, bits, count: 0 }), ssnd(Buffer.alloc(24)));
    const { info } = await decoded(file);
    expect(info.codec).toBe(codec);
    expect((info.frames ?? 0) * (info.bitsPerSample / 8)).toBe(24);
  });

  test('IMA 4:1 counts packets, or frames where that is more than there are', async () => {
    const blocks = Buffer.alloc(34 * 3);
    const frames = async (count: number, size?: number) =>
      (await decoded(form('AIFC', comm({ coding: 'ima4', count }), ssnd(blocks, { size })))).info.frames;
    expect(await frames(3)).toBe(192);
    expect(await frames(2)).toBe(128);
    expect(await frames(150)).toBe(150);
    expect(await frames(0)).toBe(192);
    expect(await frames(0, 0)).toBe(192);
  });
});

describe('refused', () => {
  const cases: [string, Buffer, RegExp][] = [
    ['no COMM', form('AIFF', ssnd(DATA)), /no "COMM" chunk/],
    ['no SSND', form('AIFF', comm()), /no "SSND" chunk/],
    ['no SSND and nothing promised', form('AIFF', comm({ count: 0 })), /holds no audio/],
    ['an empty SSND', form('AIFF', comm({ count: 0 }), ssnd(Buffer.alloc(0))), /holds no audio/],
    [
      'a short COMM',
      form('AIFF', chunk('COMM', Buffer.alloc(10)), ssnd(DATA)),
      /holds 10 bytes instead of 18/,
    ],
    ['a short COMM of AIFF-C', form('AIFC', comm(), ssnd(DATA)), /holds 18 bytes instead of 22/],
    ['no channels', form('AIFF', comm({ channels: 0 }), ssnd(DATA)), /says 0 channels/],
    ['many channels', form('AIFF', comm({ channels: 33 }), ssnd(DATA)), /says 33 channels/],
    ['no rate', form('AIFF', comm({ rate: Buffer.alloc(10) }), ssnd(DATA)), /says 0 Hz/],
    ['an infinite rate', form('AIFF', comm({ rate: Buffer.alloc(10, 0x7f) }), ssnd(DATA)), /says ∞ Hz/],
    ['a negative rate', form('AIFF', comm({ rate: Buffer.alloc(10, 0xc1) }), ssnd(DATA)), /says -.* Hz/],
    ['no bits', form('AIFF', comm({ bits: 0 }), ssnd(DATA)), /PCM of 0 bits/],
    ['too many bits', form('AIFF', comm({ bits: 33 }), ssnd(DATA)), /PCM of 33 bits/],
    ['MACE', form('AIFC', comm({ coding: 'MAC3' }), ssnd(DATA)), /holds MACE 3:1 \("MAC3"\), which cannot/],
    ['QDesign', form('AIFC', comm({ coding: 'QDMC' }), ssnd(DATA)), /holds QDesign Music \("QDMC"\)/],
    ['something unknown', form('AIFC', comm({ coding: 'zz\x01z' }), ssnd(DATA)), /the coding "zz\\u0001z"/],
    [
      'chunks without end',
      form('AIFF', ...Array(10_001).fill(chunk('JUNK', be(1, 0)))),
      /more than 10000 chunks/,
    ],
  ];
  test.each(cases)('%s', async (_, file, message) => {
    expect(await errorOf(file)).toMatch(message);
  });

  test('a file that is cut off, unless that is allowed', async () => {
    const whole = form('AIFF', comm({ count: 8000 }), ssnd(Buffer.alloc(16_000)));
    const cut = whole.subarray(0, whole.length - 12_000);
    expect(await errorOf(cut)).toMatch(
      /promises 1\.000 s of audio \(16,000 bytes\), the file holds 0\.250 s/,
    );
    expect((await decoded(cut, { allowTruncated: true })).info.frames).toBe(2000);
    const ima = form('AIFC', comm({ coding: 'ima4', count: 100 }), ssnd(Buffer.alloc(3400)));
    const cutIma = ima.subarray(0, ima.length - 3400 + 341);
    expect(await errorOf(cutIma)).toMatch(/is cut off: its header promises 0\.800 s/);
    expect((await decoded(cutIma, { allowTruncated: true })).info.frames).toBe(640);
  });
});

test.each(['s16be.aiff', 'f64be.aiff', 'ima4-stereo.aiff', 'pipe.aiff', 'sox-pipe.aiff'])(
  'damage to %s leads to audio or an AudioError',
  (name) => survivesDamage(fixture(name)),
);
