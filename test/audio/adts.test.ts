import { describe, expect, test } from 'vitest';
import { AudioError, openAudio } from '../../src/audio/index.ts';
import {
  decodeAll,
  decoderOf,
  fixture,
  joined,
  lcConfig,
  random,
  rawBlocks,
  reference,
} from './aac-helpers.ts';
import { audioErrorOf, useFolder } from './fixtures.ts';
import { snr } from './samples.ts';

const folder = useFolder();
const stereo = fixture('stereo.aac');
const blocks = rawBlocks('stereo.aac');

interface FrameOptions {
  hasChecksum?: boolean;
  rateIndex?: number;
  configuration?: number;
  profile?: number;
  mpeg2?: boolean;
}

/** An ADTS frame of one to four raw data blocks; checksums are not checked by anybody and are rubbish here. */
function frame(raw: readonly Uint8Array[], options: FrameOptions = {}): Uint8Array {
  const { hasChecksum = false, rateIndex = 4, configuration = 2, profile = 1, mpeg2 = false } = options;
  const several = raw.length > 1;
  const checksum = hasChecksum ? [0xab, 0xcd] : [];
  const positions = hasChecksum ? raw.slice(1).flatMap(() => [0, 1]) : [];
  const body = raw.flatMap((block) => [...block, ...(several ? checksum : [])]);
  const length = 7 + positions.length + checksum.length + body.length;
  const header = [
    0xff,
    0xf0 | (mpeg2 ? 8 : 0) | (hasChecksum ? 0 : 1),
    (profile << 6) | (rateIndex << 2) | (configuration >> 2),
    ((configuration & 3) << 6) | (length >> 11),
    (length >> 3) & 255,
    ((length & 7) << 5) | 0x1f,
    0xfc | (raw.length - 1),
  ];
  return Uint8Array.from([...header, ...positions, ...checksum, ...body]);
}

const concat = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const text = (characters: string) => new Uint8Array(Buffer.from(characters, 'latin1'));

/** An ID3v2.4 tag with a body that looks like ADTS headers. */
function id3(length: number): Uint8Array {
  const body = Uint8Array.from({ length }, (_, i) => stereo[i % 7] as number);
  return concat(text('ID3'), Uint8Array.of(4, 0, 0, 0, 0, length >> 7, length & 127), body);
}

async function decode(bytes: Uint8Array, wanted = {}) {
  const input = await openAudio(await folder.file('case.aac', bytes), { wanted });
  try {
    const parts: Float32Array[][] = [];
    for await (const { channels, frames } of input.blocks()) {
      parts.push(channels.map((channel) => channel.slice(0, frames)));
    }
    return { info: input.info, samples: joined(parts), notes: input.notes ?? [] };
  } finally {
    await input.close();
  }
}

describe('an ADTS file', () => {
  test('is opened and decoded whole, with nothing cut off', async () => {
    const { info, samples, notes } = await decode(stereo);
    expect(info).toEqual({
      container: 'aac',
      codec: 'aac',
      sampleRate: 44_100,
      channels: 2,
      bitsPerSample: 0,
      frames: undefined,
      seconds: undefined,
      layout: ['FL', 'FR'],
      profile: 'LC',
      tags: undefined,
    });
    expect(samples.map(({ length }) => length)).toEqual([19 * 1024, 19 * 1024]);
    reference('stereo', 2).forEach((expected, i) => {
      expect(snr(samples[i], expected)).toBeGreaterThan(120);
    });
    expect(notes).toEqual([]);
  });

  test('is decoded to mono where that is wanted', async () => {
    const { info, samples } = await decode(stereo, { mono: true });
    expect(info).toMatchObject({ channels: 1, layout: ['mono'] });
    expect(samples).toHaveLength(1);
  });

  test('has its channels from a program config', async () => {
    const { info, samples } = await decode(fixture('quad.aac'));
    expect(info.layout).toEqual(['FL', 'FR', 'BL', 'BR']);
    expect(samples.every((channel) => channel.some((value) => Math.abs(value) > 0.01))).toBe(true);
  });
});

describe('forms of the stream that make no difference', () => {
  test.each([
    ['checksums', () => blocks.map((block) => frame([block], { hasChecksum: true }))],
    ['the version bit of MPEG-2', () => blocks.map((block) => frame([block], { mpeg2: true }))],
    ['several blocks in a frame', () => inGroups(blocks, 4).map((group) => frame(group))],
    [
      'several blocks in a frame, with checksums',
      () => inGroups(blocks, 3).map((group) => frame(group, { hasChecksum: true })),
    ],
    [
      'frames of one block and of more',
      () => [
        ...blocks.slice(0, 5).map((b) => frame([b])),
        frame(blocks.slice(5, 7)),
        ...blocks.slice(7).map((b) => frame([b])),
      ],
    ],
    ['an ID3 tag before it', () => [id3(1500), stereo]],
    [
      'an ID3 tag before it that is longer than what is probed',
      () => [id3(16_000), id3(16_000), id3(16_000), id3(16_000), id3(16_000), stereo],
    ],
    [
      'ID3 tags between frames',
      () => inGroups(blocks, 3).flatMap((group) => [...group.map((block) => frame([block])), id3(100)]),
    ],
    ['garbage before it', () => [text('\xff\xf1\x50\x80\x01\x00 garbage \xff'), stereo]],
    ['an ID3v1 tag behind it', () => [stereo, text(`TAG${'x'.repeat(125)}`)]],
    ['a last frame that is cut off', () => [stereo, frame([blocks[0] as Uint8Array]).subarray(0, 60)]],
    ['a last header that is cut off', () => [stereo, stereo.subarray(0, 5)]],
  ])('%s', async (_, parts) => {
    const { samples, notes } = await decode(concat(...parts()));
    expect(samples).toEqual((await decode(stereo)).samples);
    expect(notes).toEqual([]);
  });

  test('garbage between frames is passed over, even if it looks like a header', async () => {
    const frames = blocks.map((block) => frame([block]));
    const fake = concat(stereo.subarray(0, 7), text('not a frame at all'));
    const { samples } = await decode(concat(...frames.slice(0, 8), fake, ...frames.slice(8)));
    expect(samples).toEqual((await decode(stereo)).samples);
  });

  test('a file of one frame', async () => {
    const { samples } = await decode(frame(blocks.slice(0, 1))).catch(() => ({ samples: [] }));
    const whole = (await decode(stereo)).samples;
    // One header alone proves nothing to the probe, which is not ours to say.
    if (samples.length > 0) expect(samples[0]).toEqual(whole[0]?.slice(0, 1024));
  });

  test('packets with headers of a container that has a config', async () => {
    const config = lcConfig(4, 2);
    const framed = blocks.map((block) => frame([block]));
    const decoded = decodeAll(await decoderOf(config, framed), framed);
    expect(decoded).toEqual(decodeAll(await decoderOf(config, blocks), blocks));
  });

  test('a long file goes through the reader in pieces', async () => {
    const many = concat(...Array.from({ length: 60 }, () => stereo));
    const { samples } = await decode(many);
    expect(samples[0]).toHaveLength(60 * 19 * 1024);
  });
});

function inGroups<T>(items: readonly T[], size: number): T[][] {
  const groups: T[][] = [];
  for (let at = 0; at < items.length; at += size) groups.push(items.slice(at, at + size));
  return groups;
}

describe('what is not as it should be', () => {
  const errorOf = async (bytes: Uint8Array) => {
    const error = await audioErrorOf(decode(bytes));
    expect(error.exitCode).toBe(2);
    expect(error.hint).toBeTruthy();
    return error;
  };

  test.each([
    [0, 'AAC Main (audio object type 1)'],
    [2, 'AAC SSR (audio object type 3)'],
    [3, 'AAC LTP (audio object type 4)'],
  ])('profile %i is named', async (profile, name) => {
    const error = await errorOf(concat(...blocks.map((block) => frame([block], { profile }))));
    expect(error.message).toContain(`holds ${name}, which cannot be decoded`);
  });

  test('ADIF and LOAS are named', async () => {
    expect((await errorOf(concat(text('ADIF'), new Uint8Array(100).fill(3)))).message).toContain(
      'in ADIF, which',
    );
    const loas = Uint8Array.of(0x56, 0xe0, 0x05, 1, 2, 3, 4, 5);
    const error = await errorOf(concat(loas, loas, loas, loas));
    expect(error.message).toContain('in LOAS/LATM, which cannot be decoded');
    expect(error.hint).toContain('-c copy output.m4a');
  });

  test('a damaged packet is bridged by silence and told of', async () => {
    const frames = blocks.map((block) => frame([block]));
    frames[5] = frame([(blocks[5] as Uint8Array).subarray(0, 20)]);
    const { samples, notes } = await decode(concat(...frames));
    expect(samples[0]).toHaveLength(19 * 1024);
    expect(samples[0]?.slice(5 * 1024, 6 * 1024).every((value) => value === 0)).toBe(true);
    expect(notes).toHaveLength(1);
    expect(notes[0]?.text).toMatch(
      /silence stands in the place of 1 packet of 19 \(the first: it ends too early\)/,
    );
  });

  test('a stream that goes on at another rate', async () => {
    const others = blocks.map((block) => frame([block], { rateIndex: 3 }));
    const { notes } = await decode(concat(stereo, ...others));
    expect(notes[0]?.text).toMatch(
      /19 packets of 38 \(the first: its sample rate is another one \(48000 Hz\)\)/,
    );
  });

  test('files cut or mutated anywhere give samples or an AudioError', async () => {
    const small = concat(...blocks.slice(0, 3).map((block) => frame([block])));
    const next = random(99);
    const attempt = async (bytes: Uint8Array) => {
      try {
        const { samples } = await decode(bytes);
        expect((samples[0]?.length ?? 0) % 1024).toBe(0);
      } catch (error) {
        expect(error).toBeInstanceOf(AudioError);
      }
    };
    for (let length = 0; length < small.length; length += 9) await attempt(small.subarray(0, length));
    for (let i = 0; i < 80; i++) {
      const copy = small.slice();
      for (let flips = next(6); flips >= 0; flips--) copy[next(i % 2 === 0 ? 16 : copy.length)] = next(256);
      await attempt(copy);
    }
  });
});
