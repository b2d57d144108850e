import { describe, expect, test } from 'vitest';
import { createAacDecoder } from '../../src/audio/codecs/aac/index.ts';
import { PacketInput } from '../../src/audio/packet-input.ts';
import {
  BitWriter,
  bitsOf,
  copyOf,
  decodeAll,
  decoderOf,
  joined,
  lcConfig,
  rawBlocks,
  trackOf,
} from './aac-helpers.ts';
import { snr } from './samples.ts';

/** Samples by which a decoder of band replication is late, at the rate of the core. */
const DELAY = 481;

const core = rawBlocks('core.aac');
const LC = lcConfig(7, 2);

/** Packets that end with extension payload of a kind, 13 being SBR. */
const extended = (kind: number) =>
  core.map((packet) => {
    const bits = bitsOf(packet);
    const end = bits.lastIndexOf(1) - 2;
    const payload = new BitWriter().append(bits.slice(0, end)).put(3, 6).put(4, 3).put(4, kind).put(20, 0);
    return payload.put(3, 7).align().bytes();
  });

/** Packets that begin with it: no element is there that it could belong to. */
const misplaced = core.map((packet) =>
  new BitWriter().put(3, 6).put(4, 3).put(4, 13).put(20, 0).append(bitsOf(packet)).bytes(),
);

const EXPLICIT = new BitWriter().put(5, 5).put(4, 7).put(4, 2).put(4, 4).put(5, 2).put(3, 0).bytes();
const WITH_PS = new BitWriter().put(5, 29).put(4, 8).put(4, 1).put(4, 5).put(5, 2).put(3, 0).bytes();
const COMPATIBLE = new BitWriter().append(bitsOf(LC)).put(11, 0x2b7).put(5, 5).put(1, 1).put(4, 4).bytes();

describe('HE-AAC', () => {
  test.each([
    ['announced before the core', EXPLICIT, core],
    ['announced behind the core', COMPATIBLE, core],
    ['not announced, but in the packets', LC, extended(13)],
    ['not announced, in the packets with checksums', LC, extended(14)],
  ])('%s, without anything to replicate, is its core at the doubled rate', async (_, config, packets) => {
    const decoder = await decoderOf(config, packets);
    expect(decoder.format).toMatchObject({ profile: 'HE-AAC v1', sampleRate: 44_100, channels: 2 });
    expect(decoder.details).toEqual([]);
    const plain = decodeAll(await decoderOf(LC, core), core);
    const decoded = decodeAll(decoder, packets);
    decoded.forEach((channel, i) => {
      expect(channel).toHaveLength(core.length * 2048);
      const late = Float32Array.from(
        plain[i] as Float32Array,
        (_sample, at) => channel[2 * (at + DELAY)] ?? 0,
      );
      const whole = (plain[i] as Float32Array).length - DELAY;
      expect(snr(late, (plain[i] as Float32Array).subarray(0, whole))).toBeGreaterThan(55);
    });
    decoder.reset();
    expect(decodeAll(decoder, packets)).toEqual(decoded);
  });

  test('v2 is named; its core is on both sides until its stereo begins', async () => {
    const speech = rawBlocks('speech.aac');
    const decoder = await decoderOf(WITH_PS, speech);
    expect(decoder.format).toMatchObject({ profile: 'HE-AAC v2', channels: 2, layout: ['FL', 'FR'] });
    expect(decoder.details).toEqual([]);
    const [left, right] = decodeAll(decoder, speech);
    expect(left?.some((value) => value !== 0)).toBe(true);
    expect(right).toEqual(left);
  });

  test('of a pair can have no parametric stereo', async () => {
    const pair = new BitWriter().put(5, 29).put(4, 7).put(4, 2).put(4, 4).put(5, 2).put(3, 0).bytes();
    expect((await decoderOf(pair, core)).format).toMatchObject({ channels: 2, layout: ['FL', 'FR'] });
  });

  test('is not what the config says it is not', async () => {
    const without = new BitWriter().append(bitsOf(LC)).put(11, 0x2b7).put(5, 5).put(1, 0).put(4, 0).bytes();
    expect((await decoderOf(without, extended(13))).format.profile).toBe('LC');
    expect((await decoderOf(LC, misplaced)).format.profile).toBe('LC');
  });

  test('other extension payload means nothing', async () => {
    const decoder = await decoderOf(LC, extended(11));
    expect(decoder.format.profile).toBe('LC');
    expect(decodeAll(decoder, extended(11))).toEqual(decodeAll(await decoderOf(LC, core), core));
  });

  test('is mixed to mono as AAC-LC is', async () => {
    const decoder = await decoderOf(EXPLICIT, core, { mono: true });
    const [left, right] = decodeAll(await decoderOf(EXPLICIT, core), core) as [Float32Array, Float32Array];
    const [mixed] = decodeAll(decoder, core) as [Float32Array];
    const apart = mixed.map((value, i) =>
      Math.abs(value - 0.5 * ((left[i] as number) + (right[i] as number))),
    );
    expect(apart.reduce((most, value) => Math.max(most, value), 0)).toBeLessThan(1e-6);
  });

  test('is trimmed by a container that counts at the doubled rate', async () => {
    // Encoder delay of 2,048 samples of the core and the delay of band replication, then 5,000 samples of the core.
    const track = trackOf(EXPLICIT, core, {
      timeScale: 44_100,
      skip: 2 * (2048 + DELAY),
      duration: 2 * 5000,
    });
    const source = { path: 'a.m4a', size: 0, close: async () => undefined } as never;
    const type = { container: 'm4a' as const, mimeType: 'audio/mp4', name: 'M4A' };
    const input = new PacketInput(source, type, track, await createAacDecoder('a.m4a', track, {}));
    expect(input.info).toMatchObject({ sampleRate: 44_100, frames: 10_000, profile: 'HE-AAC v1' });
    const parts: Float32Array[][] = [];
    for await (const block of input.blocks()) parts.push(copyOf(block));
    const whole = decodeAll(await decoderOf(EXPLICIT, core), core);
    const first = 2 * (2048 + DELAY);
    expect(joined(parts)).toEqual(whole.map((channel) => channel.slice(first, first + 10_000)));
  });
});
