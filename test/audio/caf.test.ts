import { describe, expect, test } from 'vitest';
import { decoderConfig } from '../../src/audio/containers/caf-cookie.ts';
import { cafLayout } from '../../src/audio/containers/caf-layout.ts';
import { audioErrorOf, int16 } from './fixtures.ts';
import { be, decodeBytes, fixture, hashOf, latin, openBytes, survivesDamage } from './pcm-helpers.ts';

function chunk(id: string, body: Uint8Array, size: number | undefined = body.length): Buffer {
  return Buffer.concat([latin(id), be(8, size), body]);
}

interface Description {
  rate?: number;
  id?: string;
  flags?: number;
  packetBytes?: number;
  packetFrames?: number;
  channels?: number;
  bits?: number;
}

const LITTLE = 2;

function desc(description: Description = {}): Buffer {
  const { rate = 8000, id = 'lpcm', flags = LITTLE, packetFrames = 1, channels = 1, bits = 16 } = description;
  const { packetBytes = (channels * bits) / 8 } = description;
  const head = Buffer.alloc(8);
  head.writeDoubleBE(rate);
  return chunk(
    'desc',
    Buffer.concat([head, latin(id), be(4, flags, packetBytes, packetFrames, channels, bits)]),
  );
}

function data(bytes: Uint8Array, size?: number): Buffer {
  return chunk('data', Buffer.concat([be(4, 0), bytes]), size);
}

function caf(...chunks: Uint8Array[]): Buffer {
  return Buffer.concat([latin('caff'), be(2, 1, 0), ...chunks]);
}

const DATA = int16(100, 200, 300);

async function errorOf(file: Uint8Array, options = {}) {
  const error = await audioErrorOf(decodeBytes(file, options));
  expect(error.hint).toBeTruthy();
  return error.message;
}

describe('chunks', () => {
  const strings = Buffer.concat([be(4, 3), latin('title\0A waltz\0comments\0yes\0title\0other\0')]);
  test.each([
    ['plain', [desc(), data(DATA)]],
    ['an open size', [desc(), data(DATA, -1)]],
    ['others around', [desc(), chunk('free', Buffer.alloc(7)), data(DATA), chunk('uuid', Buffer.alloc(3))]],
    ['tags behind the audio', [desc(), data(DATA), chunk('info', strings)]],
  ])('%s', async (_, chunks) => {
    const { info, samples } = await decodeBytes(caf(...chunks));
    expect([...samples].map((value) => value * 32_768)).toEqual([100, 200, 300]);
    expect(info).toMatchObject({ container: 'caf', codec: 'pcm_s16le', sampleRate: 8000, frames: 3 });
  });

  test('strings are tags', async () => {
    const { info } = await decodeBytes(caf(desc(), chunk('info', strings), data(DATA)));
    expect(info.tags).toEqual({ title: 'A waltz', comment: 'yes' });
  });

  test('a hostile key is a key', async () => {
    const body = Buffer.concat([be(4, 1), latin('__proto__\0x\0')]);
    const { info } = await decodeBytes(caf(desc(), chunk('info', body), data(DATA)));
    expect(Object.entries(info.tags ?? {})).toEqual([['__proto__', 'x']]);
  });
});

describe('linear PCM', () => {
  test.each([
    [0, 8, 1, 'pcm_s8'],
    [0, 16, 2, 'pcm_s16be'],
    [2, 24, 3, 'pcm_s24le'],
    [0, 32, 4, 'pcm_s32be'],
    [1, 32, 4, 'pcm_f32be'],
    [3, 32, 4, 'pcm_f32le'],
    [1, 64, 8, 'pcm_f64be'],
    [3, 64, 8, 'pcm_f64le'],
    [0, 20, 3, 'pcm_s24be'],
    [2, 24, 4, 'pcm_s32le'],
  ])('flags %d, %d bits in %d bytes: %s', async (flags, bits, bytes, codec) => {
    const file = caf(
      desc({ flags, bits, packetBytes: bytes * 2, channels: 2 }),
      data(Buffer.alloc(bytes * 6)),
    );
    const { info } = await decodeBytes(file);
    expect(info).toMatchObject({ codec, frames: 3, bitsPerSample: bits, channels: 2 });
  });
});

describe('packets with a table', () => {
  /** A packet table; sizes of one byte. */
  const pakt = (sizes: number[], { valid = 0, priming = 0, remainder = 0, packets = sizes.length } = {}) =>
    chunk('pakt', Buffer.concat([be(8, packets, valid), be(4, priming, remainder), Buffer.from(sizes)]));
  const variable = desc({ id: 'ima4', packetBytes: 0, packetFrames: 64, bits: 0 });
  // IMA 4:1 as if its packets had sizes of their own: what it decodes to is known.
  const blocks = fixture('ima4-mono.caf').subarray(-34 * 38);
  const whole = async () => (await decodeBytes(fixture('ima4-mono.caf'))).samples;

  test('are cut to the frames that count', async () => {
    const table = pakt(Array(38).fill(34), { valid: 2000, priming: 100, remainder: 332 });
    const { info, samples, notes } = await decodeBytes(caf(variable, table, data(blocks)));
    expect(info).toMatchObject({ codec: 'adpcm_ima_qt', frames: 2000, bitsPerSample: 0 });
    expect(hashOf(samples)).toBe(hashOf((await whole()).subarray(100, 2100)));
    expect(notes).toEqual([]);
  });

  test('a table behind the audio, with frames for each packet, and empty packets', async () => {
    const open = desc({ id: 'ima4', packetBytes: 0, packetFrames: 0, bits: 0 });
    const sizes = [...Array(38).fill([34, 64]).flat(), 0, 64];
    const table = pakt(sizes, { packets: 39, valid: 2432 });
    const { info, samples } = await decodeBytes(caf(open, data(blocks), table));
    expect(info.frames).toBe(2432);
    expect(hashOf(samples)).toBe(hashOf(await whole()));
  });

  test('sizes of more than 7 bits', async () => {
    // 340 bytes are 2 * 128 + 84; a packet of ten blocks.
    const table = pakt([0x82, 84, 0x82, 84], { packets: 2 });
    const { samples } = await decodeBytes(caf(variable, table, data(blocks.subarray(0, 680))));
    expect(hashOf(samples.subarray(0, 128))).toBe(hashOf((await whole()).subarray(0, 128)));
  });

  test('without valid frames the number of packets counts, less priming and remainder', async () => {
    const table = pakt(Array(38).fill(34), { priming: 100, remainder: 32 });
    expect((await decodeBytes(caf(variable, table, data(blocks)))).info.frames).toBe(2300);
  });

  const cases: [string, Buffer, RegExp][] = [
    ['no table', caf(variable, data(blocks)), /has no packet table/],
    ['a table of nothing', caf(variable, pakt([]), data(blocks)), /holds no audio/],
    ['a cut table', caf(variable, chunk('pakt', be(8, 1)), data(blocks)), /has no packet table/],
    [
      'an endless size',
      caf(variable, pakt([255, 255, 255, 255, 255, 1], { packets: 1 }), data(blocks)),
      /without an end/,
    ],
    [
      'a huge packet',
      caf(variable, pakt([255, 255, 255, 127], { packets: 1 }), data(blocks)),
      /packet of 268435455 bytes/,
    ],
    [
      'sizes past the audio',
      caf(variable, pakt([34, 34, 34]), data(blocks.subarray(0, 80))),
      /table goes on where its audio/,
    ],
  ];
  test.each(cases)('%s', async (_, file, message) => {
    expect(await errorOf(file)).toMatch(message);
  });

  test('a file that is cut off gives what is there, when that is allowed', async () => {
    const file = caf(variable, pakt(Array(38).fill(34), { valid: 2432 }), data(blocks));
    const cut = file.subarray(0, file.length - 34 * 20 - 5);
    expect(await errorOf(cut)).toMatch(/is cut off: its header promises 0\.304 s/);
    const { samples } = await decodeBytes(cut, { allowTruncated: true });
    expect(hashOf(samples)).toBe(hashOf((await whole()).subarray(0, 17 * 64)));
  });
});

describe('refused', () => {
  const cases: [string, Buffer, RegExp][] = [
    ['no desc', caf(data(DATA)), /its "desc" chunk holds 0 bytes instead of 32/],
    ['no data', caf(desc()), /has no "data" chunk/],
    ['no samples', caf(desc(), data(Buffer.alloc(0))), /holds no audio/],
    ['no rate', caf(desc({ rate: 0 }), data(DATA)), /says 0 Hz/],
    ['no number as rate', caf(desc({ rate: Number.NaN }), data(DATA)), /says NaN Hz/],
    ['no channels', caf(desc({ channels: 0 }), data(DATA)), /says 0 channels/],
    [
      'half float',
      caf(desc({ flags: 1, bits: 16 }), data(DATA)),
      /1 channel of 16 bits in a frame of 2 bytes/,
    ],
    [
      'a frame too small',
      caf(desc({ packetBytes: 1 }), data(DATA)),
      /1 channel of 16 bits in a frame of 1 byte/,
    ],
    [
      'a negative size',
      caf(desc(), chunk('free', be(1, 0), -5), data(DATA)),
      /chunk at byte 52 has a negative size/,
    ],
    [
      'odd blocks',
      caf(desc({ id: 'ima4', packetBytes: 33, packetFrames: 64 }), data(DATA)),
      /packets of 33 bytes/,
    ],
    ['AC-3', caf(desc({ id: 'ac-3' }), data(DATA)), /holds AC-3 \("ac-3"\), which cannot be decoded/],
    ['MACE', caf(desc({ id: 'MAC6' }), data(DATA)), /holds MACE 6:1 \("MAC6"\)/],
    ['something unknown', caf(desc({ id: 'what' }), data(DATA)), /holds the coding "what"/],
    ['a cut', caf(desc(), data(DATA, 16_004)), /promises 1\.000 s of audio \(16,000 bytes\)/],
    ['chunks without end', caf(...Array(10_001).fill(chunk('free', be(1, 0)))), /more than 10000 chunks/],
  ];
  test.each(cases)('%s', async (_, file, message) => {
    expect(await errorOf(file)).toMatch(message);
  });
});

describe('configuration of decoders', () => {
  const context = { channels: 2, sampleRate: 48_000, primingFrames: 312 };
  const config = (codec: string, cookie: Uint8Array) =>
    Buffer.from(decoderConfig(codec, { ...context, cookie })).toString('hex');
  const alac = '0000100000102d0a0e0200ff0000400400177000000bb80000'.slice(0, 48);

  test('ALAC, bare and in the atoms of older files', () => {
    expect(config('alac', Buffer.from(alac, 'hex'))).toBe(alac);
    const boxed = Buffer.concat([
      ...[be(4, 12), latin('frmaalac'), be(4, 36), latin('alac'), be(4, 0), Buffer.from(alac, 'hex')],
    ]);
    expect(config('alac', boxed)).toBe(alac);
  });

  test('AAC, inside an ES_Descriptor with sizes of one and of four bytes', () => {
    const decoder = `4015${'00'.repeat(11)}`;
    const from = (...hex: string[]) => config('aac', Buffer.from(hex.join(''), 'hex'));
    expect(from('0316000100', `0411${decoder}`, '05021210', '060102')).toBe('1210');
    expect(from('03808080220001', '00', `0480808014${decoder}`, '05808080021190', '060102')).toBe('1190');
    // All that the flags can announce: another stream, an address of two letters, a clock.
    expect(from('031e0001e0', '0007', '026162', '0009', `0411${decoder}`, '05021210')).toBe('1210');
    expect(
      from('00000030', latin('esds').toString('hex'), '00000000', '0316000100', `0411${decoder}`, '05021210'),
    ).toBe('1210');
    expect(config('aac', Buffer.alloc(0))).toBe('');
    expect(config('aac', Buffer.alloc(50, 0xff))).toBe('');
  });

  test('Opus, made up where there is none', () => {
    expect(config('opus', Buffer.alloc(0))).toBe('4f707573486561640102380180bb0000000000');
    expect(config('opus', latin('OpusHead...'))).toBe(latin('OpusHead...').toString('hex'));
  });

  test('FLAC, bare and in its box', () => {
    const blocks = Buffer.from('80000022aabb', 'hex');
    expect(config('flac', blocks)).toBe('80000022aabb');
    const boxed = Buffer.concat([be(4, 12 + blocks.length), latin('dfLa'), be(4, 0), blocks]);
    expect(config('flac', boxed)).toBe('664c614380000022aabb');
  });
});

test('other codecs get their packets', async () => {
  // Codecs that are not built say so by name; the container itself is understood.
  const file = caf(desc({ id: 'QDM2', packetBytes: 0 }), data(DATA));
  expect(await errorOf(file)).toMatch(/QDesign Music 2/);
  const input = await openBytes(fixture('ima4-stereo.caf'));
  expect(input.info).toMatchObject({ codec: 'adpcm_ima_qt', channels: 2, layout: ['FL', 'FR'] });
});

test('channel layouts', () => {
  const tag = (value: number) => Buffer.concat([be(4, value, 0, 0)]);
  expect(cafLayout(6, tag(121 * 65_536 + 6))).toEqual(['FL', 'FR', 'FC', 'LFE', 'SL', 'SR']);
  expect(cafLayout(6, tag(124 * 65_536 + 6))).toEqual(['FC', 'FL', 'FR', 'SL', 'SR', 'LFE']);
  expect(cafLayout(4, tag(121 * 65_536 + 6))).toEqual(['FL', 'FR', 'BL', 'BR']);
  expect(cafLayout(2, be(4, 0x10000, 0x600, 0))).toEqual(['SL', 'SR']);
  const label = (value: number) => be(4, value, 0, 0, 0, 0);
  const described = Buffer.concat([be(4, 0, 0, 4), label(3), label(33), label(18), label(999)]);
  expect(cafLayout(4, described)).toEqual(['FC', 'BL', 'TBR', 'unknown']);
  expect(cafLayout(3, described)).toEqual(['FL', 'FR', 'FC']);
  expect(cafLayout(1, tag(0))).toEqual(['mono']);
  expect(cafLayout(2, Buffer.alloc(0))).toEqual(['FL', 'FR']);
});

test.each(['s16le.caf', 'f64be.caf', 'ima4-stereo.caf', 'pipe.caf'])(
  'damage to %s leads to audio or an AudioError',
  (name) => survivesDamage(fixture(name)),
);

test('damage to a packet table leads to audio or an AudioError', async () => {
  const table = Buffer.concat([be(8, 12, 700), be(4, 20, 48), Buffer.alloc(12, 34)]);
  const blocks = fixture('ima4-mono.caf').subarray(-34 * 12);
  const variable = desc({ id: 'ima4', packetBytes: 0, packetFrames: 64, bits: 0 });
  await survivesDamage(caf(variable, chunk('pakt', table), data(blocks)), 800);
});
