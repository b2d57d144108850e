import { describe, expect, test } from 'vitest';
import { createAacDecoder } from '../../src/audio/codecs/aac/index.ts';
import {
  BitWriter,
  decodeAll,
  decoderOf,
  fixture,
  lcConfig,
  random,
  rawBlocks,
  reference,
  trackOf,
} from './aac-helpers.ts';
import { PsWriter } from './ps-writer.ts';
import { snr } from './samples.ts';
import { adtsFrames, withPayload } from './sbr-streams.ts';
import { SbrWriter } from './sbr-writer.ts';

const EXPLICIT = new BitWriter().put(5, 5).put(4, 7).put(4, 2).put(4, 4).put(5, 2).put(3, 0).bytes();
const core = rawBlocks('core.aac');

const NOTHING = new Uint8Array(0);

function peakOf(channels: readonly Float32Array[]): number {
  return Math.max(
    ...channels.map((samples) => samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0)),
  );
}

describe('as ffmpeg decodes it', () => {
  test.each([
    ['he-mono', 1, 'HE-AAC v1', 32_000],
    ['he-pair', 2, 'HE-AAC v1', 44_100],
    ['he-stereo', 2, 'HE-AAC v2', 32_000],
  ])('%s', async (name, channels, profile, sampleRate) => {
    const packets = adtsFrames(fixture(`${name}.aac`));
    const decoder = await decoderOf(NOTHING, packets);
    expect(decoder.format).toMatchObject({ profile, channels, sampleRate });
    expect(decoder.details).toEqual([]);
    const expected = reference(name, channels);
    const decoded = decodeAll(decoder, packets);
    decoded.forEach((samples, i) => {
      expect(samples).toHaveLength(2048 * packets.length);
      expect(snr(samples, expected[i] as Float32Array)).toBeGreaterThan(105);
    });
    decoder.reset();
    expect(decodeAll(decoder, packets)).toEqual(decoded);
  });
});

describe('mono', () => {
  test('of a pair is half of each channel', async () => {
    const packets = adtsFrames(fixture('he-pair.aac'));
    const decoder = await decoderOf(NOTHING, packets, { mono: true });
    expect(decoder.format).toMatchObject({ channels: 1, layout: ['mono'], sampleRate: 44_100 });
    const [left, right] = decodeAll(await decoderOf(NOTHING, packets), packets) as [
      Float32Array,
      Float32Array,
    ];
    const [mixed] = decodeAll(decoder, packets);
    const both = left.map((value, i) => 0.5 * (value + (right[i] as number)));
    expect(snr(mixed, both)).toBeGreaterThan(120);
  });

  test('of parametric stereo is what the channels are made of', async () => {
    const plain = rawBlocks('speech.aac');
    const [payloads, others] = [random(7), random(7)].map((draw) => new SbrWriter(draw, 1, 32_000, {}));
    const stereo = new PsWriter(random(7), {});
    const v1 = plain.map((block) => withPayload(block, payloads?.payload()));
    const v2 = plain.map((block) => withPayload(block, others?.payload(stereo.extension())));
    const config = lcConfig(8, 1);
    const decoder = await decoderOf(config, v2, { mono: true });
    expect(decoder.format).toMatchObject({ profile: 'HE-AAC v2', channels: 1, layout: ['mono'] });
    expect(decodeAll(decoder, v2)).toEqual(decodeAll(await decoderOf(config, v1), v1));
  });
});

describe('how much is decoded', () => {
  // The replicated bands begin above 8 kHz.
  const payloads = new SbrWriter(random(1), 2, 44_100, {});
  Object.assign(payloads, payloads.spectrum({ startFreq: 13, stopFreq: 9 }));
  const packets = core.map((block) => withPayload(block, payloads.payload()));

  test.each([
    ['nothing said', {}, 44_100],
    ['as much as the core has', { sampleRate: 22_050 }, 44_100],
    ['more than the core has', { sampleRate: 48_000 }, 44_100],
    ['no more than is below the replicated bands', { sampleRate: 16_000 }, 22_050],
  ])('%s', async (_, wanted, sampleRate) => {
    const decoder = await decoderOf(lcConfig(7, 2), packets, wanted);
    expect(decoder.format).toMatchObject({ profile: 'HE-AAC v1', sampleRate, channels: 2 });
    expect(decodeAll(decoder, packets)[0]).toHaveLength((packets.length * 1024 * sampleRate) / 22_050);
  });

  test('the core alone comes as late as the whole', async () => {
    const wanted = { sampleRate: 16_000 };
    const [alone] = decodeAll(await decoderOf(lcConfig(7, 2), packets, wanted), packets) as [Float32Array];
    const [plain] = decodeAll(await decoderOf(lcConfig(7, 2), core), core) as [Float32Array];
    expect(alone.slice(481)).toEqual(plain.slice(0, -481));
    // Without payloads the filters only double the rate.
    const [doubled] = decodeAll(await decoderOf(EXPLICIT, core), core) as [Float32Array];
    const early = alone.map((_, i) => doubled[2 * i] as number);
    expect(snr(early, alone)).toBeGreaterThan(55);
  });
});

describe('damage', () => {
  const rate = 44_100;

  /** Payloads of which some are replaced. */
  function damaged(from: number, to: number, replace: (payload: BitWriter) => BitWriter | undefined) {
    const payloads = new SbrWriter(random(3), 2, rate, { header: 100, coupled: 50, inTime: 0 });
    return core.map((block, i) => {
      const payload = payloads.payload() as BitWriter;
      return withPayload(block, i >= from && i < to ? replace(payload) : payload);
    });
  }

  const impossible = () => new BitWriter().put(1, 1).put(1, 0).put(4, 15).put(4, 0).put(5, 0).put(2, 0);
  const cut = ({ bits }: BitWriter) => new BitWriter().append(bits.slice(0, 120));

  test.each([
    ['with an impossible header', impossible],
    ['that ends too early', cut],
  ])(
    'a payload %s leaves the core of its block, and the next header brings back the rest',
    async (_, replace) => {
      const all = async (blocks: readonly Uint8Array[]) =>
        decodeAll(await decoderOf(lcConfig(7, 2), blocks), blocks);
      const decoded = await all(damaged(6, 7, replace));
      const part = (channels: readonly Float32Array[], from: number, to: number) =>
        channels.map((samples) => samples.slice(2048 * from, 2048 * to));
      expect(part(decoded, 0, 6)).toEqual(part(await all(damaged(0, 0, replace)), 0, 6));
      expect(decoded).toEqual(await all(damaged(6, 7, () => undefined)));
      const never = await all(damaged(6, core.length, () => undefined));
      expect(part(decoded, 6, 7)).toEqual(part(never, 6, 7));
      const [high, low] = [decoded, never].map(
        (channels) => part(channels, 8, core.length)[0] as Float32Array,
      );
      expect(snr(high, low as Float32Array)).toBeLessThan(40);
      expect(peakOf(part(decoded, 5, 8))).toBeLessThan(1.2 * peakOf(part(never, 5, 8)));
    },
  );

  test('whatever stands in payloads, blocks are whole and finite', async () => {
    const draw = random(11);
    for (let round = 0; round < 40; round++) {
      const payloads = new SbrWriter(draw, 1, 32_000, {
        variable: 50,
        inTime: 50,
        sinusoids: 30,
        inverse: 50,
      });
      const stereo = new PsWriter(draw, { header: 20, variable: 50, otherModes: 60 });
      const packets = rawBlocks('speech.aac').map((block) => {
        const payload = payloads.payload(stereo.extension()) as BitWriter;
        const bits = payload.bits.map((bit) => (draw(200) === 0 ? 1 - bit : bit));
        return withPayload(block, new BitWriter().append(bits));
      });
      const track = trackOf(lcConfig(8, 1), packets);
      for (const samples of decodeAll(await createAacDecoder('a.m4a', track, {}), packets)) {
        expect(samples).toHaveLength(2048 * packets.length);
        expect(samples.every((value) => Number.isFinite(value))).toBe(true);
      }
    }
  });
});
