import { afterEach, describe, expect, test, vi } from 'vitest';
import { createOpusDecoder } from '../../src/audio/codecs/opus/index.ts';
import { opusOutputRate, opusPacketDuration, parseOpusHead } from '../../src/audio/codecs/opus/opus-head.ts';
import { AudioError } from '../../src/audio/errors.ts';
import { DamagedPacket, type PacketTrack } from '../../src/audio/packets.ts';
import { audioErrorOf, useFolder } from './fixtures.ts';
import {
  changePage,
  fixture,
  fixtureBytes,
  makePage,
  muxed,
  packetsOf,
  pagesOf,
  reference,
} from './ogg-helpers.ts';
import { decodeFile, snrOfAll } from './samples.ts';
import { randomOf } from './vorbis-random.ts';

const folder = useFolder();

const decodeBytes = async (bytes: Uint8Array, options = {}) =>
  decodeFile(await folder.file('case.opus', bytes), options);

interface HeadParts {
  version?: number;
  channels?: number;
  preSkip?: number;
  gain?: number;
  family?: number;
  mapping?: number[];
}

function headOf(parts: HeadParts = {}): Buffer {
  const { version = 1, channels = 2, preSkip = 312, gain = 0, family = 0, mapping = [] } = parts;
  const head = Buffer.alloc(19);
  head.write('OpusHead', 0, 'latin1');
  head[8] = version;
  head[9] = channels;
  head.writeUInt16LE(preSkip, 10);
  head.writeInt16LE(gain, 16);
  head[18] = family;
  return Buffer.concat([head, Buffer.from(mapping)]);
}

/** The fixture with another OpusHead. */
function withHead(parts: HeadParts): Buffer {
  return changeHead(fixtureBytes('stereo.opus'), (head) =>
    headOf({ preSkip: head.readUInt16LE(10), ...parts }),
  );
}

function changeHead(file: Buffer, change: (head: Buffer) => Buffer): Buffer {
  const [first, ...pages] = pagesOf(file) as [Buffer, ...Buffer[]];
  const head = first.subarray(27 + (first[26] ?? 0));
  return Buffer.concat([
    makePage({ packets: [change(head)], serial: first.readUInt32LE(14), isFirst: true }),
    ...pages,
  ]);
}

describe('the header', () => {
  test('tells channels, pre-skip and gain', () => {
    expect(parseOpusHead('x', headOf({ gain: -1536 }))).toEqual({
      channels: 2,
      preSkip: 312,
      gain: 10 ** (-6 / 20),
      family: 0,
      streams: 1,
      coupled: 1,
      mapping: [0, 1],
    });
    expect(parseOpusHead('x', headOf({ channels: 1 }))).toMatchObject({
      channels: 1,
      coupled: 0,
      mapping: [0],
    });
  });

  test('may be missing: stereo then', () => {
    expect(parseOpusHead('x', new Uint8Array(0))).toMatchObject({
      channels: 2,
      preSkip: 0,
      gain: 1,
      coupled: 1,
    });
  });

  test('has a table of channels in families 1 and 255', () => {
    const mapping = [4, 2, 0, 4, 1, 2, 3, 5];
    const head = parseOpusHead('x', headOf({ channels: 6, family: 1, mapping }));
    expect(head).toMatchObject({ streams: 4, coupled: 2, mapping: [0, 4, 1, 2, 3, 5] });
    const silent = headOf({ channels: 2, family: 255, mapping: [1, 0, 0, 255] });
    expect(parseOpusHead('x', silent)).toMatchObject({ streams: 1, coupled: 0, mapping: [0, 255] });
  });

  test.each([
    ['cut off', headOf().subarray(0, 18), 'cut off'],
    ['of another kind', Buffer.from('OpusTags'.padEnd(30)), 'missing'],
    ['of version 16', headOf({ version: 16 }), 'version 16'],
    ['without channels', headOf({ channels: 0 }), '0 channels'],
    ['of family 0 with 3 channels', headOf({ channels: 3 }), '3 channels'],
    ['of family 1 with 9 channels', headOf({ channels: 9, family: 1 }), '9 channels'],
    ['of ambisonics', headOf({ channels: 4, family: 2 }), 'family 2 (ambisonics)'],
    ['of family 7', headOf({ family: 7 }), 'family 7'],
    ['with half a table', headOf({ channels: 3, family: 1, mapping: [2, 1, 0, 2] }), 'mapping is damaged'],
    ['with a channel that is not there', headOf({ family: 1, mapping: [1, 1, 0, 2] }), 'mapping is damaged'],
    ['without streams', headOf({ family: 1, mapping: [0, 0, 255, 255] }), 'mapping is damaged'],
    ['with more pairs than streams', headOf({ family: 1, mapping: [1, 2, 0, 1] }), 'mapping is damaged'],
    ['with 255 streams', headOf({ family: 1, mapping: [255, 0, 0, 1] }), 'mapping is damaged'],
  ])('%s is refused', (_, head, message) => {
    expect(() => parseOpusHead('a.opus', head)).toThrow(AudioError);
    expect(() => parseOpusHead('a.opus', head)).toThrow(message);
  });
});

describe('packets', () => {
  test.each([
    [0 << 3, 0, 480],
    [3 << 3, 0, 2880],
    [12 << 3, 0, 480],
    [15 << 3, 0, 960],
    [16 << 3, 0, 120],
    [31 << 3, 0, 960],
    [(31 << 3) | 1, 0, 1920],
    [(28 << 3) | 2, 0, 240],
    [(16 << 3) | 3, 48, 5760],
    [(16 << 3) | 3, 0xc0, 0],
  ])('of %d %d last %d samples', (toc, second, samples) => {
    expect(opusPacketDuration(Uint8Array.of(toc, second))).toBe(samples);
  });

  test('that are empty last nothing', () => {
    expect(opusPacketDuration(new Uint8Array(0))).toBe(0);
  });

  test('are decoded to the wanted rate where Opus has it', () => {
    expect([8000, 12_000, 16_000, 24_000, 48_000, 44_100, undefined].map(opusOutputRate)).toEqual([
      8000, 12_000, 16_000, 24_000, 48_000, 48_000, 48_000,
    ]);
  });
});

describe('decoding', () => {
  test('stereo is as libopus decodes it', async () => {
    const { info, frames, channels, notes } = await decodeFile(fixture('stereo.opus'));
    const expected = reference('stereo-opus.f32', 2);
    expect(info).toMatchObject({
      codec: 'opus',
      sampleRate: 48_000,
      channels: 2,
      frames: 14_400,
      seconds: 0.3,
    });
    expect(info.tags).toMatchObject({ title: 'A title' });
    expect([frames, expected[0]?.length]).toEqual([14_400, 14_400]);
    expect(snrOfAll(channels, expected)).toBeGreaterThan(70);
    expect(notes).toEqual([]);
  });

  test('5.1 is as libopus decodes it, in the order of Vorbis', async () => {
    const { info, channels } = await decodeFile(fixture('surround.opus'));
    expect(info).toMatchObject({ channels: 6, layout: ['FL', 'FC', 'FR', 'BL', 'BR', 'LFE'], frames: 9600 });
    const wav = reference('surround-opus.f32', 6);
    const expected = [0, 2, 1, 4, 5, 3].map((channel) => wav[channel] as Float32Array);
    expect(snrOfAll(channels, expected)).toBeGreaterThan(70);
  });

  test.each([8000, 12_000, 16_000, 24_000])(
    'at %d Hz pre-skip and end are cut to the sample',
    async (sampleRate) => {
      const full = await decodeFile(fixture('stereo.opus'));
      const { info, frames, channels } = await decodeFile(fixture('stereo.opus'), { wanted: { sampleRate } });
      expect(info).toMatchObject({
        sampleRate,
        channels: 2,
        frames: (14_400 * sampleRate) / 48_000,
        seconds: 0.3,
      });
      expect(frames).toBe(info.frames);
      // In time with the decode at 48 kHz: the best match of what both have below 1 kHz is at no delay.
      const step = 48_000 / sampleRate;
      const smooth = lowPassed(full.channels[0] as Float32Array, 48).filter((_, i) => i % step === 0);
      const other = lowPassed(channels[0] as Float32Array, 48 / step);
      const scores = [-2, -1, 0, 1, 2].map((delay) => correlation(smooth, other, delay));
      expect(Math.max(...scores)).toBe(scores[2]);
      expect(scores[2]).toBeGreaterThan(0.99);
    },
  );

  test('mono is the mix when it is wanted', async () => {
    // libopus leaves out what only tells the channels apart, which at low bit rates is coded in another way.
    for (const [name, likeness] of [
      ['rich.opus', 100],
      ['stereo.opus', 10],
    ] as const) {
      const stereo = await decodeFile(fixture(name));
      const { info, frames, channels } = await decodeFile(fixture(name), { wanted: { mono: true } });
      expect(info).toMatchObject({ sampleRate: 48_000, channels: 1, layout: ['mono'], frames: 14_400 });
      expect(frames).toBe(14_400);
      const [left, right] = stereo.channels as [Float32Array, Float32Array];
      const mix = left.map((value, i) => 0.5 * (value + (right[i] ?? 0)));
      expect(snrOfAll(channels, [mix])).toBeGreaterThan(likeness);
    }
    const surround = await decodeFile(fixture('surround.opus'), { wanted: { mono: true } });
    expect(surround.info.channels).toBe(6);
  });

  test('mono files stay mono', async () => {
    const { info, frames } = await decodeFile(fixture('mono.opus'));
    expect(info).toMatchObject({ channels: 1, layout: ['mono'], frames: 14_400 });
    expect(frames).toBe(14_400);
  });

  test('the output gain is applied', async () => {
    const plain = await decodeFile(fixture('stereo.opus'));
    const louder = await decodeBytes(withHead({ gain: 3 * 256 }));
    const factor = 10 ** (3 / 20);
    expect(
      snrOfAll(
        louder.channels,
        plain.channels.map((samples) => samples.map((value) => value * factor)),
      ),
    ).toBeGreaterThan(120);
  });

  test('pre-skip is cut at the beginning and not at the end', async () => {
    const plain = await decodeFile(fixture('stereo.opus'));
    const preSkip = packetsOf(fixtureBytes('stereo.opus'))[0]?.readUInt16LE(10) ?? 0;
    const { info, channels } = await decodeBytes(withHead({ preSkip: preSkip + 1000 }));
    expect(info.frames).toBe(13_400);
    expect(channels).toEqual(plain.channels.map((samples) => samples.subarray(1000)));
  });

  test('the last position cuts the end', async () => {
    const plain = await decodeFile(fixture('stereo.opus'));
    const bytes = changePage(fixtureBytes('stereo.opus'), -1, (page) => {
      page.writeBigInt64LE(page.readBigInt64LE(6) - 500n, 6);
    });
    const { info, channels } = await decodeBytes(bytes);
    expect(info.frames).toBe(13_900);
    expect(channels).toEqual(plain.channels.map((samples) => samples.subarray(0, 13_900)));
  });

  test('a stream that was joined while it ran has its own length', async () => {
    const plain = await decodeFile(fixture('stereo.opus'));
    const [head, tags, ...audio] = packetsOf(fixtureBytes('stereo.opus')) as [Buffer, Buffer, ...Buffer[]];
    const start = 48_000_000_000;
    const ends = audio.map((_, i) => start + (i + 1) * 960);
    const preSkip = head.readUInt16LE(10);
    const { info, channels } = await decodeBytes(muxed([head, tags, ...audio], [0, 0, ...ends]));
    expect(info.frames).toBe(audio.length * 960 - preSkip);
    expect(channels.map((samples) => samples.subarray(0, 14_400))).toEqual(plain.channels);
  });

  test('a second run gives the same samples', async () => {
    for (const name of ['stereo.opus', 'mono.opus', 'surround.opus']) {
      const once = await decodeFile(fixture(name));
      const again = await decodeFile(fixture(name), {}, 3);
      expect(again.channels).toEqual(once.channels);
    }
  });
});

/** A running mean over `width` samples, twice, which has no delay over all. */
function lowPassed(samples: Float32Array, width: number): Float32Array {
  const half = Math.round(width / 2);
  return samples.map((_, i) => {
    let sum = 0;
    for (let k = i - half; k <= i + half; k++)
      sum += (samples[k] ?? 0) * (Math.abs(k - i) === half ? 0.5 : 1);
    return sum / (2 * half);
  });
}

/** Correlation of two signals, the second one moved by `delay`; both are read finely enough by linear steps. */
function correlation(first: Float32Array, second: Float32Array, delay: number): number {
  let both = 0;
  let one = 0;
  let other = 0;
  for (let i = 10; i < Math.min(first.length, second.length) - 10; i++) {
    const a = first[i] as number;
    const b = second[i + delay] as number;
    both += a * b;
    one += a * a;
    other += b * b;
  }
  return both / Math.sqrt(one * other);
}

const trackOf = (config: Uint8Array) => ({ config }) as PacketTrack;

describe('damage', () => {
  const [head, tags, ...audio] = packetsOf(fixtureBytes('stereo.opus')) as [Buffer, Buffer, ...Buffer[]];

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test('in a packet is bridged by silence and told, and nothing is printed', async () => {
    const print = vi.spyOn(console, 'error');
    const packets = [...audio];
    // Code 3 with 63 frames of 20 ms: longer than a packet may last.
    packets[5] = Buffer.from([0xff, 63]);
    const ends = packets.map((_, i) => (i + 1) * 960);
    const { frames, channels, notes } = await decodeBytes(muxed([head, tags, ...packets], [0, 0, ...ends]));
    expect(frames).toBe(packets.length * 960 - head.readUInt16LE(10));
    const from = 5 * 960 - head.readUInt16LE(10);
    expect(channels[0]?.subarray(from, from + 960).every((value) => value === 0)).toBe(true);
    expect(notes.map(({ text }) => text.replace(/".*"/, 'X'))).toEqual([
      `X is damaged: silence stands in the place of 1 packet of ${packets.length} (the first: it is corrupted).`,
    ]);
    expect(print).not.toHaveBeenCalled();
  });

  test('in every packet is an error', async () => {
    const error = await audioErrorOf(
      decodeBytes(muxed([head, tags, Buffer.from([0xff, 63])], [0, 0, 960 * 3])),
    );
    expect(error.message).toMatch(/nothing of it can be decoded/);
  });

  test('cannot make libopus run out of stack', async () => {
    // 60 ms of SILK and then CELT, in stereo at 48 kHz, is what needs most of it.
    const random = randomOf(5);
    const decoder = await createOpusDecoder('x', trackOf(head), {});
    const reasons = new Set<string>();
    for (let i = 0; i < 600; i++) {
      const silk = Uint8Array.from({ length: 12 + random(60) }, () => random(256));
      silk[0] = [3, 7, 11][i % 3] as number;
      silk[0] = (silk[0] << 3) | 4;
      for (const packet of [silk, audio[i % audio.length] as Buffer]) {
        try {
          expect(decoder.decode(packet).frames).toBeGreaterThan(0);
        } catch (error) {
          reasons.add((error as Error).message);
        }
      }
    }
    expect([...reasons].filter((reason) => reason !== 'it is corrupted')).toEqual([]);
  });

  test('of any kind leads to damaged packets only, thousands of times', async () => {
    const random = randomOf(7);
    const decoder = await createOpusDecoder('x', trackOf(head), {});
    let damaged = 0;
    for (let i = 0; i < 3000; i++) {
      const packet = Uint8Array.from(audio[i % audio.length] as Buffer);
      const changed = i % 3 === 0 ? Uint8Array.from({ length: random(80) }, () => random(256)) : packet;
      if (i % 3 === 1) changed[random(changed.length)] = random(256);
      try {
        const { frames, channels } = decoder.decode(changed);
        expect(frames).toBeLessThanOrEqual(5760);
        expect(channels[0]?.length).toBe(frames);
      } catch (error) {
        expect(error).toBeInstanceOf(DamagedPacket);
        decoder.reset();
        damaged++;
      }
    }
    expect(damaged).toBeGreaterThan(100);
    decoder.reset();
    const first = decoder.decode(audio[0] as Buffer).channels.map((samples) => samples.slice());
    const fresh = await createOpusDecoder('x', trackOf(head), {});
    expect(fresh.decode(audio[0] as Buffer).channels).toEqual(first);
  });

  test('longer than any packet is told', async () => {
    const decoder = await createOpusDecoder('x', trackOf(head), {});
    expect(() => decoder.decode(new Uint8Array(61_441))).toThrow('it has 61441 bytes');
    expect(() => decoder.decode(new Uint8Array(0))).toThrow(DamagedPacket);
  });

  test('without WebAssembly there is a clear error', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    const work = Promise.resolve(createOpusDecoder('a.opus', trackOf(head), {}));
    const error = await audioErrorOf(work);
    expect([error.message, error.hint]).toEqual([
      '"a.opus" cannot be decoded: Opus needs WebAssembly, which is switched off.',
      'Run Node.js without --jitless.',
    ]);
  });
});
