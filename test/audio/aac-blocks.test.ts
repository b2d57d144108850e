import { describe, expect, test } from 'vitest';
import { bandTables } from '../../src/audio/codecs/aac/bands.ts';
import { ChannelStream } from '../../src/audio/codecs/aac/channel-stream.ts';
import { PlainEngine } from '../../src/audio/codecs/aac/plain-engine.ts';
import { DamagedPacket } from '../../src/audio/packets.ts';
import { BitWriter, bitsOf, decodeAll, decoderOf, lcConfig, random, rawBlocks } from './aac-helpers.ts';

const STEREO = lcConfig(4, 2);
const packets = rawBlocks('stereo.aac').slice(0, 6);

/** Packets with elements put in front of what they hold. */
function led(elements: (bits: BitWriter) => BitWriter): Uint8Array[] {
  return packets.map((packet) => elements(new BitWriter()).append(bitsOf(packet)).bytes());
}

async function decoded(blocks: readonly Uint8Array[], config = STEREO) {
  return decodeAll(await decoderOf(config, blocks), blocks);
}

/** `individual_channel_stream` of a long window without any band. */
function silentChannel(bits: BitWriter): BitWriter {
  return bits.put(8, 100).put(1, 0).put(2, 0).put(1, 0).put(6, 0).put(1, 0).put(3, 0);
}

/** The same with noise in its first band. */
function noisyChannel(bits: BitWriter): BitWriter {
  const shape = bits.put(8, 200).put(1, 0).put(2, 0).put(1, 0).put(6, 1).put(1, 0);
  return shape.put(4, 13).put(5, 1).put(9, 256).put(3, 0);
}

describe('elements beside the channels', () => {
  test.each([
    ['a fill element', (bits: BitWriter) => bits.put(3, 6).put(4, 3).put(4, 0).put(20, 0xabcde)],
    ['an empty fill element', (bits: BitWriter) => bits.put(3, 6).put(4, 0)],
    [
      'a fill element of 300 bytes',
      (bits: BitWriter) =>
        bits
          .put(3, 6)
          .put(4, 15)
          .put(8, 255)
          .put(4, 1)
          .append(Array(269 * 8 - 4).fill(1)),
    ],
    ['a data element', (bits: BitWriter) => bits.put(3, 4).put(4, 1).put(1, 0).put(8, 2).put(16, 0xffff)],
    [
      'an aligned data element',
      (bits: BitWriter) => bits.put(3, 4).put(4, 1).put(1, 1).put(8, 2).align().put(16, 0xffff),
    ],
    [
      'a data element of 300 bytes',
      (bits: BitWriter) =>
        bits
          .put(3, 4)
          .put(4, 1)
          .put(1, 1)
          .put(8, 255)
          .put(8, 45)
          .align()
          .append(Array(300 * 8).fill(1)),
    ],
    [
      'a program config',
      (bits: BitWriter) =>
        bits
          .put(3, 5)
          .put(4, 0)
          .put(2, 1)
          .put(4, 4)
          .put(4, 1)
          .put(4, 0)
          .put(4, 0)
          .put(9, 0)
          .put(3, 0)
          .put(5, 16)
          .align()
          .put(8, 1)
          .put(8, 0x21),
    ],
    [
      'a coupling channel',
      (bits: BitWriter) => {
        // Dependent, two targets, the second a pair on both sides: three lists of gains, two of them written.
        bits.put(3, 2).put(4, 0).put(1, 0).put(3, 1).put(1, 0).put(4, 3).put(1, 1).put(4, 0).put(2, 3);
        silentChannel(bits.put(1, 0).put(1, 0).put(2, 1));
        return bits.put(1, 1).put(1, 0).put(1, 0);
      },
    ],
  ])('%s is passed over', async (_, elements) => {
    expect(await decoded(led(elements))).toEqual(await decoded(packets));
  });

  test('coupling is told of', async () => {
    const blocks = led((bits) =>
      silentChannel(bits.put(3, 2).put(4, 0).put(1, 1).put(3, 0).put(5, 16).put(6, 3)).put(1, 0),
    );
    const decoder = await decoderOf(STEREO, blocks);
    expect(decoder.details).toEqual(['Its coupling channels are not decoded.']);
  });
});

describe('elements that are not as announced', () => {
  const silent = (bits: BitWriter, kind: number, tag: number) => silentChannel(bits.put(3, kind).put(4, tag));

  test('a missing bass channel is silent', async () => {
    const packet = silent(new BitWriter(), 0, 0);
    for (const tag of [0, 1]) silentChannel(silentChannel(packet.put(3, 1).put(4, tag).put(1, 0)));
    const blocks = [packet.put(3, 7).bytes()];
    const samples = await decoded(blocks, lcConfig(3, 6));
    expect(samples.map((channel) => channel.every((value) => value === 0))).toEqual(Array(6).fill(true));
  });

  test('a bass channel written as a plain one is taken for what it is', async () => {
    const packet = silent(new BitWriter(), 0, 0);
    for (const tag of [0, 1]) silentChannel(silentChannel(packet.put(3, 1).put(4, tag).put(1, 0)));
    noisyChannel(packet.put(3, 0).put(4, 1));
    const blocks = [packet.put(3, 7).bytes()];
    const samples = await decoded(blocks, lcConfig(3, 6));
    const isSilent = samples.map((channel) => channel.every((value) => value === 0));
    expect(isSilent).toEqual([true, true, true, true, true, false]);
  });

  test('a pair where the config says mono is stereo, and the other way round', async () => {
    expect((await decoderOf(lcConfig(4, 1), packets)).format.layout).toEqual(['FL', 'FR']);
    const speech = rawBlocks('speech.aac');
    expect((await decoderOf(lcConfig(8, 2), speech)).format.layout).toEqual(['mono']);
  });

  test('channel configuration 0 without a program config is judged by the elements', async () => {
    const bits = new BitWriter().put(3, 5).put(4, 0).put(2, 1).put(4, 4).put(4, 2).put(17, 0).put(3, 0);
    const program = bits.put(5, 0).put(5, 1).align().put(8, 0).bits;
    const two = silent(silent(new BitWriter(), 0, 0), 0, 1).put(3, 7);
    const header = adts(0);
    const plain = await decoderOf(new Uint8Array(0), [framed(header, two.bytes())]);
    expect(plain.format.layout).toEqual(['unknown', 'unknown']);
    const described = new BitWriter().append(program).append(two.bits).bytes();
    expect((await decoderOf(new Uint8Array(0), [framed(header, described)])).format.layout).toEqual([
      'FL',
      'FR',
    ]);
  });

  test('a packet without its end, if it has all channels, is whole', async () => {
    const packet = silent(new BitWriter(), 0, 0);
    expect(packet.bits.length % 8).toBeGreaterThan(3);
    const whole = packet.bytes();
    const decoder = await decoderOf(lcConfig(4, 1), [whole]);
    expect(decoder.decode(whole).frames).toBe(1024);
  });
});

/** Header bits of ADTS for AAC-LC at 44.1 kHz, without a checksum, up to the length. */
function adts(configuration: number): BitWriter {
  return new BitWriter()
    .put(15, 0x7ff8)
    .put(1, 1)
    .put(2, 1)
    .put(4, 4)
    .put(1, 0)
    .put(3, configuration)
    .put(4, 0);
}

function framed(header: BitWriter, block: Uint8Array): Uint8Array {
  const bits = new BitWriter()
    .append(header.bits)
    .put(13, block.length + 7)
    .put(11, 0x7ff)
    .put(2, 0);
  return bits.append(bitsOf(block)).bytes();
}

describe('packets that make no sense', () => {
  const start = () => new BitWriter().put(3, 0).put(4, 0).put(8, 100);
  const long = (bits: BitWriter, bands: number) => bits.put(1, 0).put(2, 0).put(1, 0).put(6, bands).put(1, 0);
  test.each([
    ['prediction', start().put(1, 0).put(2, 0).put(1, 0).put(6, 0).put(1, 1), /asks for prediction/],
    ['too many bands', long(start(), 50), /more bands than there are/],
    ['a reserved codebook', long(start(), 2).put(4, 12).put(5, 2), /codebook that does not exist/],
    ['sections beyond the bands', long(start(), 2).put(4, 1).put(5, 3), /sections are longer/],
    ['endless sections of no length', long(start(), 2).append(Array(4000).fill(0)), /ends too early/],
    ['gain control', long(start(), 0).put(2, 0).put(1, 1), /asks for gain control/],
    [
      'pulses in short windows',
      start().put(1, 0).put(2, 2).put(1, 0).put(4, 0).put(7, 0).put(1, 1),
      /pulses in short/,
    ],
    ['pulses outside', long(start(), 0).put(1, 1).put(2, 0).put(6, 49).put(9, 0), /begin outside/],
    [
      'pulses beyond the end',
      long(start(), 0)
        .put(1, 1)
        .put(2, 3)
        .put(6, 48)
        .put(5, 31)
        .put(4, 0)
        .put(5, 31)
        .put(4, 0)
        .put(5, 31)
        .put(4, 0)
        .put(5, 31)
        .put(4, 0),
      /lie outside/,
    ],
    [
      'long filters',
      long(start(), 0).put(1, 0).put(1, 1).put(2, 1).put(1, 0).put(6, 1).put(5, 13),
      /filter is too long/,
    ],
    [
      'a scale factor below 0',
      long(new BitWriter().put(3, 0).put(4, 0).put(8, 0), 1).put(4, 1).put(5, 1).put(4, 11),
      /out of range/,
    ],
    [
      'a coefficient too large',
      long(start(), 1).put(4, 11).put(5, 1).put(1, 0).put(3, 0).append(escaped(9)),
      /coefficient is out of range/,
    ],
    [
      'a reserved mask',
      long(new BitWriter().put(3, 1).put(4, 0).put(1, 1), 0).put(2, 3),
      /mask is of a reserved kind/,
    ],
    [
      'too many elements',
      new BitWriter().append(Array(80).fill([1, 1, 0, 0, 0, 0, 0]).flat()),
      /too many elements/,
    ],
    ['nothing', new BitWriter(), /ends too early/],
  ])('%s', async (_, bits, message) => {
    const packet = bits.put(24, 0).bytes();
    const decoder = await decoderOf(lcConfig(4, 1), [packet]);
    const cut = _ === 'nothing' ? new Uint8Array(0) : packet;
    expect(() => decoder.decode(cut)).toThrow(DamagedPacket);
    expect(() => decoder.decode(cut)).toThrow(message);
  });

  /** The code word for two escapes of book 11, two signs, and an escape of so many ones. */
  function escaped(ones: number): number[] {
    return new BitWriter()
      .put(5, 4)
      .put(2, 0)
      .put(ones, 2 ** ones - 1)
      .put(1, 0)
      .put(30, 0).bits;
  }

  test('other channels than at the beginning', async () => {
    const decoder = await decoderOf(STEREO, packets);
    const mono = silentChannel(new BitWriter().put(3, 0).put(4, 0)).put(3, 7).bytes();
    expect(() => decoder.decode(mono)).toThrow('its channels are not those of the beginning');
  });

  test('more bytes than a packet can have', async () => {
    const decoder = await decoderOf(STEREO, packets);
    expect(() => decoder.decode(new Uint8Array(70_000))).toThrow('longer than any AAC packet');
  });
});

test.each(['stereo', 'lean', 'surround'])(
  'packets of %s cut anywhere or with flipped bits do no harm',
  async (name) => {
    const blocks = rawBlocks(`${name}.aac`).slice(0, 8);
    const decoder = await decoderOf(name === 'surround' ? lcConfig(3, 6) : lcConfig(3, 2), blocks);
    const next = random(4711);
    const attempt = (packet: Uint8Array) => {
      try {
        expect(decoder.decode(packet).frames).toBe(1024);
      } catch (error) {
        expect(error).toBeInstanceOf(DamagedPacket);
      }
    };
    for (const block of blocks) {
      for (let length = 0; length < block.length; length++) attempt(block.subarray(0, length));
      for (let i = 0; i < 200; i++) {
        const copy = block.slice();
        for (let flips = next(4); flips >= 0; flips--) copy[next(copy.length)] = next(256);
        attempt(copy);
      }
    }
    decoder.reset();
    const after = decodeAll(decoder, blocks);
    expect(after).toEqual(
      decodeAll(await decoderOf(name === 'surround' ? lcConfig(3, 6) : lcConfig(3, 2), blocks), blocks),
    );
  },
);

describe('pulses', () => {
  /** A long block of two bands of four coefficients in book 1, all zeros and 1 0 0 0, with three pulses, the last
   * one beyond the bands. */
  function pulsed(bands: number): BitWriter {
    const bits = new BitWriter().put(8, 108).put(1, 0).put(2, 0).put(1, 0).put(6, bands).put(1, 0);
    bits.put(4, 1).put(5, bands).put(bands, 0);
    // Three pulses from band 0 on, at 1, 4 and 30, of 3, 2 and 5.
    bits.put(1, 1).put(2, 2).put(6, 0).put(5, 1).put(4, 3).put(5, 3).put(4, 2).put(5, 26).put(4, 5);
    return bits.put(2, 0).put(1, 0).put(5, 16).put(40, 0);
  }

  test('are added to the quantized values, away from zero', () => {
    const engine = new PlainEngine();
    const stream = new ChannelStream(bandTables(44_100, engine.i32), engine);
    engine.bits.load(pulsed(2).bytes());
    stream.read(engine.bits, false);
    const gain = 2 ** ((108 - 100) / 4);
    const expected = new Float32Array(1024);
    expected[1] = -gain * 3 ** (4 / 3);
    expected[4] = gain * 3 ** (4 / 3);
    expect([...stream.spectrum]).toEqual([...expected]);
  });
});
