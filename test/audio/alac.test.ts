import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { AlacDecoder, createAlacDecoder } from '../../src/audio/codecs/alac/index.ts';
import { KernelPackets } from '../../src/audio/codecs/alac/kernel-packets.ts';
import { parseMagicCookie } from '../../src/audio/codecs/alac/magic-cookie.ts';
import { PlainPackets } from '../../src/audio/codecs/alac/plain-packets.ts';
import { AudioError } from '../../src/audio/errors.ts';
import { DamagedPacket, type PacketDecoder } from '../../src/audio/packets.ts';
import { readAlac } from './alac-helpers.ts';
import { SEED } from './fixtures.ts';
import { copyOf, fixture, hashOf, randomOf } from './lossless-helpers.ts';
import { emptyTrack } from './samples.ts';

type Packets = typeof KernelPackets | typeof PlainPackets;

const WAYS: [string, Packets][] = [
  ['in the kernel', KernelPackets],
  ['in TypeScript', PlainPackets],
];

function decoderOf(cookie: Uint8Array, Packets: Packets): PacketDecoder {
  const config = parseMagicCookie('a.m4a', cookie);
  const { bitsPerSample, channels, layout, sampleRate } = config;
  return new AlacDecoder({ codec: 'alac', sampleRate, channels, layout, bitsPerSample }, new Packets(config));
}

/** A magic cookie: 16-bit stereo at 44.1 kHz in packets of 4,096 samples unless told otherwise. */
function cookieOf({
  frames = 4096,
  bits = 16,
  kb = 14,
  channels = 2,
  rate = 44_100,
  version = 0,
} = {}): Buffer {
  const cookie = Buffer.alloc(24);
  cookie.writeUInt32BE(frames, 0);
  cookie.set([version, bits, 40, 10, kb, channels], 4);
  cookie.writeUInt16BE(255, 10);
  cookie.writeUInt32BE(rate, 20);
  return cookie;
}

/** Bits as text, spaces for the reader, as a packet. */
function packetOf(...bits: string[]): Buffer {
  const text = bits.join('').replaceAll(' ', '');
  const bytes = text.padEnd(Math.ceil(text.length / 8) * 8, '0').match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}

/** `value` in `count` bits of two's complement. */
function binary(value: number, count: number): string {
  return BigInt.asUintN(count, BigInt(value)).toString(2).padStart(count, '0');
}

/** Begin of an element: tag, instance, unused bits, partial, shift, plain, and the number of samples. */
function element(tag: string, samples: number, { shift = 0, isPlain = true } = {}): string {
  return `${tag} 0000 000000000000 1 ${binary(shift, 2)} ${isPlain ? 1 : 0} ${binary(samples, 32)}`;
}

describe.each(WAYS)('files of ffmpeg %s', (_, Packets) => {
  test.each([
    ['16-stereo.m4a', 'f90d7605ad8b87dea837495ae0fbd6dddd0be4136bcbee88fd366c103fc9760c', 8820],
    ['16-surround.m4a', 'ccf0165f58219e1f3584802909c4b0a2a85aaf5dec7b3a19bff1d8b00e5828c8', 2400],
    ['24-mono.m4a', 'd63441b3318a40b7243e9b2c92fa50f9fe6b5d06bb0a1390b98bf51d0fb80495', 8820],
    ['24-stereo.m4a', '89dcff3765ee8775df578e76fe718f86ed901eda4d3ea4bc61706e90c5121138', 8820],
    ['24-wide.m4a', '635f061d5d620818c58f219d157c3ec81bcb7c1c911932ea9189bad6ba5f7c36', 1440],
  ])('%s is exact', (name, hash, frames) => {
    const { cookie, packets } = readAlac(fixture(name));
    const decoder = decoderOf(cookie, Packets);
    const samples: number[][] = Array.from({ length: decoder.format.channels }, () => []);
    for (const packet of packets) {
      for (const [i, channel] of copyOf(decoder.decode(packet)).entries()) samples[i]?.push(...channel);
    }
    expect(samples[0]).toHaveLength(frames);
    expect(hashOf(samples, decoder.format.layout)).toBe(hash);
  });
});

describe.each(WAYS)('packets by hand %s', (_, Packets) => {
  const decode = (packet: Uint8Array, cookie = cookieOf()) =>
    copyOf(decoderOf(cookie, Packets).decode(packet));

  it('hold plain samples of any width', () => {
    for (const bits of [16, 20, 24, 32]) {
      const peak = 2 ** (bits - 1);
      const values = [-peak, peak - 1, 0, -1, 1, 77];
      const samples = values.map((value) => binary(value, bits)).join('');
      expect(decode(packetOf(element('001', 3), samples, '111'), cookieOf({ bits }))).toEqual([
        [-1, 0, 1 / peak],
        [Math.fround((peak - 1) / peak), -1 / peak, 77 / peak],
      ]);
      expect(decode(packetOf(element('000', 6), samples, '111'), cookieOf({ bits, channels: 1 }))).toEqual([
        values.map((value) => Math.fround(value / peak)),
      ]);
    }
  });

  it('hold several elements, data and filling, in the order of the channels', () => {
    const samples = (...values: number[]) => values.map((value) => binary(value, 16)).join('');
    const fill = `110 0010 ${'1'.repeat(16)} 110 1111 00000011 ${'01'.repeat(17 * 4)}`;
    const data = `100 0000 0 00000001 ${'1'.repeat(8)}`;
    const packet = packetOf(
      ...[fill, element('000', 2), samples(1, 2), data, element('001', 2), samples(3, 4, 5, 6)],
      ...[element('011', 2), samples(7, 8), '111'],
    );
    const scaled = [
      [1, 2],
      [3, 5],
      [4, 6],
      [7, 8],
    ].map((pair) => pair.map((value) => value / 32_768));
    expect(decode(packet, cookieOf({ channels: 4 }))).toEqual(scaled);
  });

  it('leave channels silent that they do not hold', () => {
    const packet = packetOf(element('000', 1), binary(9, 16), '111');
    expect(decode(packet, cookieOf({ channels: 3 }))).toEqual([[9 / 32_768], [0], [0]]);
  });

  it('may have low bits of their own, runs of zeros and no predictor', () => {
    // Of the predictor: mix, mode, shift, factor, order.
    const header = `${element('000', 3, { shift: 1, isPlain: false })} ${'0'.repeat(16)} 0000 0000 100 00000`;
    const low = ['00000001', '00000010', '00000011'].join('');
    // A 1 (which is -1), a run of no zeros, a 1 (which is 2 behind a run, which is 1), a run of one zero.
    const codes = '10 000 10 010';
    const packet = packetOf(header, low, codes, '0'.repeat(40));
    const [channel] = decode(packet, cookieOf({ bits: 24, channels: 1 }));
    expect(channel?.map((value) => value * 2 ** 23)).toEqual([-256 + 1, 256 + 2, 3]);
  });

  it('take a filter of order 31 and a mode for the difference to the sample before', () => {
    const tail = '0'.repeat(64);
    for (const [mode, order, expected] of [
      ['0000', '00000', [1, 1, 1]],
      ['0000', '11111', [1, 2, 3]],
      ['1111', '00000', [1, 2, 3]],
      ['1111', '11111', [1, 3, 6]],
    ] as const) {
      const coefficients = order === '11111' ? '0'.repeat(31 * 16) : '';
      const header = `${element('000', 3, { isPlain: false })} ${'0'.repeat(16)} ${mode} 0000 000 ${order}`;
      // The factor 0 keeps the mean at 255: no runs, and 2 (which is 1) is written 110.
      const packet = packetOf(header, coefficients, '110'.repeat(3), tail);
      const cookie = cookieOf({ channels: 1 });
      cookie.writeUInt8(0, 6);
      cookie.writeUInt8(255, 7);
      const [channel] = decode(packet, cookie);
      expect(channel?.map((value) => value * 32_768)).toEqual(expected);
    }
  });

  test.each([
    ['nothing', packetOf(), /ends inside/],
    ['no element', packetOf('111'), /makes no sense/],
    ['a coupling channel', packetOf(element('010', 1)), /makes no sense/],
    ['a program', packetOf(element('101', 1)), /makes no sense/],
    ['no samples', packetOf(element('001', 0), '111'), /makes no sense/],
    ['more samples than the cookie says', packetOf(element('001', 4097), '0'.repeat(99)), /makes no sense/],
    ['2^31 samples', packetOf(element('001', -1)), /makes no sense/],
    ['unused bits that are used', packetOf('001 0000 000000000001 0000', '0'.repeat(99)), /makes no sense/],
    [
      'a shift of 3 bytes',
      packetOf(element('001', 1, { shift: 3, isPlain: false }), '0'.repeat(99)),
      /makes no sense/,
    ],
    [
      'elements of different lengths',
      packetOf(element('000', 1), '0'.repeat(16), element('000', 2), '0'.repeat(32)),
      /makes no sense/,
    ],
    [
      'a pair where one channel is left',
      packetOf(element('000', 1), '0'.repeat(16), element('001', 1), '0'.repeat(32)),
      /makes no sense/,
    ],
    ['too few samples', packetOf(element('001', 2), '0'.repeat(48)), /ends inside/],
    ['filling that is longer than the packet', packetOf('110 1111 11111111'), /ends inside/],
    [
      'a run that is too long',
      packetOf(
        element('000', 3, { isPlain: false }),
        '0'.repeat(32),
        '0',
        '111111111',
        '1'.repeat(16),
        '0'.repeat(64),
      ),
      /makes no sense/,
    ],
  ])('are damaged with %s', (_name, packet, message) => {
    const decoder = decoderOf(cookieOf(), Packets);
    expect(() => decoder.decode(packet)).toThrow(DamagedPacket);
    expect(() => decoder.decode(packet)).toThrow(message);
  });
});

describe('hostile packets', () => {
  const files = ['16-stereo.m4a', '16-surround.m4a', '24-mono.m4a', '24-wide.m4a'].map((name) =>
    readAlac(fixture(name)),
  );

  it('are the same to the kernel and to TypeScript, wherever bits are wrong or missing', () => {
    for (const [i, { cookie, packets }] of files.entries()) {
      const random = randomOf(i + 1);
      const decoders = WAYS.map(([, Packets]) => decoderOf(cookie, Packets));
      for (let run = 0; run < 40; run++) {
        const packet = Buffer.from(packets[run % packets.length] as Buffer);
        const range = run % 2 === 0 ? 40 : packet.length;
        packet[random() % range] = random() & 255;
        const cut = run % 3 === 0 ? packet.subarray(0, random() % packet.length) : packet;
        const [kernel, plain] = decoders.map((decoder) => resultOf(decoder, cut));
        expect(plain).toEqual(kernel);
      }
    }
  });

  it('are the same when they are noise behind a good header', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(7), fc.nat(2), (noise, tag, shift) => {
        const start = packetOf(element(binary(tag, 3), 100, { shift, isPlain: false })).subarray(0, 6);
        const [kernel, plain] = WAYS.map(([, Packets]) =>
          resultOf(decoderOf(cookieOf({ frames: 128, bits: 24 }), Packets), Buffer.concat([start, noise])),
        );
        expect(plain).toEqual(kernel);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});

/** Samples, or what is wrong with the packet. */
function resultOf(decoder: PacketDecoder, packet: Uint8Array): number[][] | string {
  try {
    return copyOf(decoder.decode(packet));
  } catch (error) {
    expect(error).toBeInstanceOf(DamagedPacket);
    return (error as Error).message;
  }
}

describe('the magic cookie', () => {
  const chan = (tag: number) => {
    const info = Buffer.alloc(24);
    info.writeUInt32BE(24, 0);
    info.write('chan', 4, 'latin1');
    info.writeUInt32BE(tag, 12);
    return info;
  };
  const frma = Buffer.from('\0\0\0\x0cfrmaalac\0\0\0\x24alac\0\0\0\0', 'latin1');

  test.each([
    ['alone', cookieOf()],
    ['in old boxes', Buffer.concat([frma, cookieOf(), Buffer.from('\0\0\0\x08\0\0\0\0', 'latin1')])],
    ['in its box of MP4', Buffer.concat([frma.subarray(12), cookieOf()])],
    ['with a layout', Buffer.concat([cookieOf(), chan(101 * 65_536 + 2)])],
  ])('%s', async (_, cookie) => {
    const decoder = await createAlacDecoder('a.m4a', emptyTrack('alac', cookie), {});
    expect(decoder.format).toEqual({
      codec: 'alac',
      sampleRate: 44_100,
      channels: 2,
      layout: ['FL', 'FR'],
      bitsPerSample: 16,
    });
  });

  it('names the speakers, the centre first', () => {
    const layouts = [1, 2, 3, 4, 5, 6, 7, 8].map(
      (channels) => parseMagicCookie('a', cookieOf({ channels })).layout,
    );
    expect(layouts.map((layout) => layout.join(' '))).toEqual([
      'mono',
      'FL FR',
      'FC FL FR',
      'FC FL FR BC',
      'FC FL FR BL BR',
      'FC FL FR BL BR LFE',
      'FC FL FR BL BR BC LFE',
      'FC FLC FRC FL FR BL BR LFE',
    ]);
    const wrong = Buffer.concat([cookieOf({ channels: 6 }), chan(101 * 65_536 + 2)]);
    expect(parseMagicCookie('a', wrong).layout).toHaveLength(6);
  });

  test.each([
    ['nothing', Buffer.alloc(0), /holds 0 bytes instead of 24/],
    ['one cut', cookieOf().subarray(0, 23), /holds 23 bytes instead of 24/],
    ['another version', cookieOf({ version: 1 }), /is of version 1/],
    ['8 bits', cookieOf({ bits: 8 }), /says 8 bits in a sample/],
    ['no channels', cookieOf({ channels: 0 }), /says 0 channels/],
    ['9 channels', cookieOf({ channels: 9 }), /says 9 channels/],
    ['999 Hz', cookieOf({ rate: 999 }), /says 999 Hz/],
    ['no samples', cookieOf({ frames: 0 }), /says 0 samples in a packet/],
    ['2^32 samples', cookieOf({ frames: 2 ** 32 - 1 }), /says 4,294,967,295 samples in a packet/],
    ['long codes', cookieOf({ kb: 31 }), /says 31 bits in a code/],
  ])('is refused: %s', (_, cookie, message) => {
    expect(() => parseMagicCookie('a.m4a', cookie)).toThrow(AudioError);
    expect(() => parseMagicCookie('a.m4a', cookie)).toThrow(message);
  });
});
