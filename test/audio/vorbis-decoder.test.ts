import { beforeAll, describe, expect, test, vi } from 'vitest';
import { parseVorbisConfig, xiphLaced } from '../../src/audio/codecs/vorbis/config.ts';
import { createVorbisDecoder } from '../../src/audio/codecs/vorbis/index.ts';
import { durationMeter } from '../../src/audio/codecs/vorbis/packet-duration.ts';
import * as kernel from '../../src/audio/kernel.ts';
import { DamagedPacket, type PacketDecoder, type PacketTrack } from '../../src/audio/packets.ts';
import { useFolder } from './fixtures.ts';
import { fixture, fixtureBytes, packetsOf, reference } from './ogg-helpers.ts';
import { decodeFile, snrOfAll } from './samples.ts';
import { randomVorbisFile } from './vorbis-random.ts';

const folder = useFolder();

/** What `work` gives without kernels. */
async function withoutKernels<T>(work: () => Promise<T>): Promise<T> {
  const spy = vi.spyOn(kernel, 'hasKernels').mockReturnValue(false);
  try {
    return await work();
  } finally {
    spy.mockRestore();
  }
}

function mixOf([left, right]: Float32Array[]): Float32Array[] {
  return [(left as Float32Array).map((value, i) => 0.5 * (value + ((right as Float32Array)[i] ?? 0)))];
}

describe('decoding', () => {
  test('stereo is as ffmpeg decodes it', async () => {
    const { frames, channels } = await decodeFile(fixture('stereo.ogg'));
    const expected = reference('stereo.f32', 2);
    expect(frames).toBe(expected[0]?.length);
    expect(snrOfAll(channels, expected)).toBeGreaterThan(120);
  });

  test('5.1 is as ffmpeg decodes it, in the order of Vorbis', async () => {
    const { info, channels } = await decodeFile(fixture('surround.ogg'));
    expect(info.layout).toEqual(['FL', 'FC', 'FR', 'BL', 'BR', 'LFE']);
    const wav = reference('surround.f32', 6);
    // ffmpeg gives FL FR FC LFE BL BR.
    const expected = [0, 2, 1, 4, 5, 3].map((channel) => wav[channel] as Float32Array);
    expect(channels.map((samples) => samples.length)).toEqual(expected.map((samples) => samples.length));
    expect(snrOfAll(channels, expected)).toBeGreaterThan(120);
  });

  test('mono is the mix of stereo when it is wanted, and nothing else changes', async () => {
    const stereo = await decodeFile(fixture('stereo.ogg'));
    const mono = await decodeFile(fixture('stereo.ogg'), { wanted: { mono: true } });
    expect(mono.info).toMatchObject({
      channels: 1,
      layout: ['mono'],
      frames: stereo.frames,
      sampleRate: 44_100,
    });
    expect(mono.frames).toBe(stereo.frames);
    expect(snrOfAll(mono.channels, mixOf(stereo.channels))).toBeGreaterThan(120);
    const surround = await decodeFile(fixture('surround.ogg'), { wanted: { mono: true } });
    expect(surround.info.channels).toBe(6);
  });

  /**
   * Streams that no encoder makes: floors of both types, residues of all three, several submaps, coupling, all ways
   * of writing codebooks, packets that end anywhere. References: libvorbis.
   */
  test.each([
    [4, 'floor 0, residues 1 and 2, lookup 1'],
    [20, 'floor 0, residues 2 and 0, 3 channels'],
    [24, 'floor 0, residues 0 and 1, mono'],
    [25, 'floor 1, coupled, residues 1 and 2'],
    [35, 'floor 1, 3 channels, lookup 2'],
    [19, 'floor 1, stereo, lookup 2'],
    [43, 'floor 1, stereo, lookup 2'],
  ])('random stream %d (%s) is as libvorbis decodes it', async (seed) => {
    const path = await folder.file(`random-${seed}.ogg`, randomVorbisFile(seed));
    const { info, frames, channels } = await decodeFile(path);
    const expected = reference(`random-${seed}.f32`, info.channels);
    expect(frames).toBe(expected[0]?.length);
    expect(snrOfAll(channels, expected)).toBeGreaterThan(100);
    const plain = await withoutKernels(() => decodeFile(path));
    expect(snrOfAll(plain.channels, channels)).toBeGreaterThan(110);
  });
});

describe('without kernels', () => {
  test.each(['stereo.ogg', 'mono16.ogg', 'surround.ogg'])('%s sounds the same', async (name) => {
    const fast = await decodeFile(fixture(name));
    const plain = await withoutKernels(() => decodeFile(fixture(name)));
    expect(plain.frames).toBe(fast.frames);
    let worst = 0;
    fast.channels.forEach((samples, channel) => {
      samples.forEach((value, i) => {
        worst = Math.max(worst, Math.abs(value - (plain.channels[channel]?.[i] ?? 0)));
      });
    });
    expect(worst).toBeLessThan(1e-6);
  });

  test('the mono mix is the same', async () => {
    const wanted = { mono: true };
    const fast = await decodeFile(fixture('stereo.ogg'), { wanted });
    const plain = await withoutKernels(() => decodeFile(fixture('stereo.ogg'), { wanted }));
    expect(snrOfAll(plain.channels, fast.channels)).toBeGreaterThan(120);
  });
});

describe('packets', () => {
  const [id, comments, setup, ...audio] = packetsOf(fixtureBytes('stereo.ogg')) as [
    Buffer,
    Buffer,
    Buffer,
    ...Buffer[],
  ];
  const config = xiphLaced([id, comments, setup]);
  const track = { config } as PacketTrack;
  let decoder: PacketDecoder;

  beforeAll(async () => {
    decoder = await createVorbisDecoder('a.ogg', track, {});
  });

  const decodeAll = () => audio.map((packet) => decoder.decode(packet).frames);

  test('the first one gives nothing, the others what the meter says', () => {
    decoder.reset();
    const { identification, setup: parsed } = parseVorbisConfig('a.ogg', config);
    const measure = durationMeter(identification, parsed);
    const frames = decodeAll();
    expect(frames[0]).toBe(0);
    expect(frames).toEqual(audio.map(measure));
    expect(new Set(frames.slice(1)).size).toBeGreaterThan(1);
  });

  test('after a reset everything is as at first', () => {
    const run = () => {
      decoder.reset();
      return audio.map((packet) => {
        const { frames, channels } = decoder.decode(packet);
        return channels.map((samples) => samples.slice(0, frames));
      });
    };
    expect(run()).toEqual(run());
  });

  test.each([
    ['an empty one', new Uint8Array(0), 'it is missing'],
    ['a header', id, 'it is no audio packet'],
    ['one without its window flags', Uint8Array.of(), 'it is missing'],
    ['one of 200,000 bytes', new Uint8Array(200_000), 'it has 200000 bytes'],
  ])('%s is damaged', (_, packet, message) => {
    expect(() => decoder.decode(packet)).toThrow(DamagedPacket);
    expect(() => decoder.decode(packet)).toThrow(message);
  });

  test('one that is cut anywhere is decoded as far as it goes', () => {
    decoder.reset();
    const whole = decodeAll();
    decoder.reset();
    decoder.decode(audio[0] as Buffer);
    const packet = audio[1] as Buffer;
    for (let length = 1; length < packet.length; length += 7) {
      decoder.reset();
      decoder.decode(audio[0] as Buffer);
      const { frames, channels } = decoder.decode(packet.subarray(0, length));
      expect(frames).toBe(whole[1]);
      expect(channels.every((samples) => samples.every(Number.isFinite))).toBe(true);
    }
  });
});
