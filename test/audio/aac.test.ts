import { describe, expect, test } from 'vitest';
import { AacDecoder } from '../../src/audio/codecs/aac/aac-decoder.ts';
import { planOf } from '../../src/audio/codecs/aac/channel-plan.ts';
import { KernelEngine } from '../../src/audio/codecs/aac/kernel-engine.ts';
import { PlainEngine } from '../../src/audio/codecs/aac/plain-engine.ts';
import { hasKernels } from '../../src/audio/kernel.ts';
import { decodeAll, decoderOf, lcConfig, rawBlocks, reference } from './aac-helpers.ts';
import { snr } from './samples.ts';

/**
 * Between them the fixtures have every codebook, intensity in and out of phase, noise, mid/side, TNS, all window
 * sequences and both shapes, groups of short windows, and pairs whose channels differ in their windows.
 */
const CASES = [
  { name: 'stereo', rateIndex: 4, configuration: 2, rate: 44_100, layout: ['FL', 'FR'] },
  { name: 'lean', rateIndex: 3, configuration: 2, rate: 48_000, layout: ['FL', 'FR'] },
  { name: 'speech', rateIndex: 8, configuration: 1, rate: 16_000, layout: ['mono'] },
  {
    name: 'surround',
    rateIndex: 3,
    configuration: 6,
    rate: 48_000,
    layout: ['FC', 'FL', 'FR', 'BL', 'BR', 'LFE'],
  },
];

/** Channels of ffmpeg in the order of ours. */
const FFMPEG_ORDER: Record<number, number[]> = { 1: [0], 2: [0, 1], 6: [2, 0, 1, 4, 5, 3] };

describe.each(CASES)('$name', ({ name, rateIndex, configuration, rate, layout }) => {
  const packets = rawBlocks(`${name}.aac`);
  const config = lcConfig(rateIndex, configuration);

  test('is decoded as by ffmpeg, to 120 dB', async () => {
    const decoder = await decoderOf(config, packets);
    expect(decoder.format).toEqual({
      codec: 'aac',
      profile: 'LC',
      sampleRate: rate,
      channels: layout.length,
      layout,
      bitsPerSample: 0,
    });
    expect(decoder.details).toEqual([]);
    const decoded = decodeAll(decoder, packets);
    expect(decoded.map(({ length }) => length)).toEqual(layout.map(() => packets.length * 1024));
    const expected = reference(name, layout.length);
    decoded.forEach((channel, i) => {
      const place = FFMPEG_ORDER[layout.length]?.[i] as number;
      expect(snr(channel, expected[place] as Float32Array)).toBeGreaterThan(120);
    });
  });

  test('is the same after a reset', async () => {
    const decoder = await decoderOf(config, packets);
    const first = decodeAll(decoder, packets);
    decoder.reset();
    expect(decodeAll(decoder, packets)).toEqual(first);
  });

  test.runIf(hasKernels())('is the same with and without a kernel', () => {
    const plan = planOf(configuration) ?? [];
    const stream = {
      sampleRate: rate,
      plan,
      isAdts: false,
      profile: 'LC' as const,
      isReplicated: false,
      hasCoupling: false,
    };
    const [fast, plain] = [new KernelEngine(layout.length), new PlainEngine()].map((engine) =>
      decodeAll(new AacDecoder(stream, false, engine), packets),
    );
    fast?.forEach((channel, i) => {
      const apart = channel.map((value, n) => Math.abs(value - (plain?.[i]?.[n] as number)));
      expect(apart.reduce((most, value) => Math.max(most, value), 0)).toBeLessThan(1e-6);
    });
  });
});

describe('a mono mix before the filter bank', () => {
  test.each(['stereo', 'lean'])('is half of both channels of %s, to 120 dB', async (name) => {
    const packets = rawBlocks(`${name}.aac`);
    const config = lcConfig(name === 'lean' ? 3 : 4, 2);
    const [left, right] = decodeAll(await decoderOf(config, packets), packets) as [
      Float32Array,
      Float32Array,
    ];
    const decoder = await decoderOf(config, packets, { mono: true });
    expect(decoder.format).toMatchObject({ channels: 1, layout: ['mono'] });
    const [mixed] = decodeAll(decoder, packets);
    const expected = left.map((value, i) => 0.5 * (value + (right[i] as number)));
    expect(snr(mixed, expected)).toBeGreaterThan(120);
  });

  test('begins anew after a reset in the middle', async () => {
    const packets = rawBlocks('stereo.aac');
    const decoder = await decoderOf(lcConfig(4, 2), packets, { mono: true });
    const whole = decodeAll(decoder, packets);
    for (let cut = 1; cut < packets.length; cut++) {
      decoder.reset();
      decodeAll(decoder, packets.slice(0, cut));
      decoder.reset();
      expect(decodeAll(decoder, packets.slice(0, 3))[0]).toEqual(whole[0]?.slice(0, 3 * 1024));
    }
  });

  test('is left to others where there are more channels', async () => {
    const packets = rawBlocks('surround.aac');
    expect((await decoderOf(lcConfig(3, 6), packets, { mono: true })).format.channels).toBe(6);
  });
});
