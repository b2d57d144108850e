import { describe, expect, test } from 'vitest';
import type { FilterBank } from '../../src/audio/codecs/mp3/filter-bank.ts';
import { MpegDecoder } from '../../src/audio/codecs/mp3/index.ts';
import { KernelFilterBank } from '../../src/audio/codecs/mp3/kernel-filter-bank.ts';
import { PlainFilterBank } from '../../src/audio/codecs/mp3/plain-filter-bank.ts';
import { DamagedPacket } from '../../src/audio/packets.ts';
import { id3Length } from '../../src/audio/probe/file-type.ts';
import { type MpegHeader, mpegHeaderAt } from '../../src/audio/probe/mpeg-header.ts';
import { useFolder } from './fixtures.ts';
import { fixture, fixturePath, framePositions, peakOf, reference } from './mp3-helpers.ts';
import { decodeFile, interleaved, snr } from './samples.ts';

const folder = useFolder();

/** A decoder for the stream of a fixture, and its frames. */
function parts(name: string, outputs: number, bank: FilterBank = new KernelFilterBank(2)) {
  const file = fixture(name);
  const bytes = file.subarray(id3Length(file));
  const positions = framePositions(bytes);
  const frames = positions.slice(1).map((end, i) => bytes.subarray(positions[i], end));
  return { decoder: new MpegDecoder(mpegHeaderAt(bytes, 0) as MpegHeader, outputs, bank), frames };
}

describe('against the decoders of ffmpeg', () => {
  test.each([
    ['joint-44100.mp3', 'mp3', 44100, 2, 26460],
    ['vbr-48000.mp3', 'mp3', 48000, 2, 28800],
    ['mono-32000.mp3', 'mp3', 32000, 1, 20736],
    ['stereo-22050.mp3', 'mp3', 22050, 2, 14400],
    ['crc-16000.mp3', 'mp3', 16000, 2, 10944],
    ['mono-8000.mp3', 'mp3', 8000, 1, 6336],
    ['intensity-32000.mp3', 'mp3', 32000, 2, 20736],
    ['joint-48000.mp2', 'mp2', 48000, 2, 28800],
    ['stereo-22050.mp2', 'mp2', 22050, 2, 13824],
  ])('%s', async (name, codec, sampleRate, channels, frames) => {
    const decoded = await decodeFile(fixturePath(name));
    expect(decoded.info).toMatchObject({ container: 'mp3', codec, sampleRate, channels, bitsPerSample: 0 });
    expect(decoded.info.layout).toEqual(channels === 1 ? ['mono'] : ['FL', 'FR']);
    expect(decoded.frames).toBe(frames);
    const expected = reference(name);
    expect(snr(interleaved(decoded.channels, expected.length / channels), expected)).toBeGreaterThan(110);
    expect(decoded.notes).toEqual([]);
  });

  test.each([
    ['free-44100.mp3', 44100, 27648],
    ['joint-24000.mp3', 24000, 15552],
  ])(
    '%s, which ffmpeg does not decode well: against the 16 bits of lame',
    async (name, sampleRate, frames) => {
      const decoded = await decodeFile(fixturePath(name));
      expect(decoded.info).toMatchObject({ codec: 'mp3', sampleRate, channels: 2 });
      expect(decoded.frames).toBe(frames);
      const bytes = fixture(`${name}.s16`);
      const expected = Float32Array.from(
        { length: bytes.length / 2 },
        (_, i) => bytes.readInt16LE(i * 2) / 32768,
      );
      // Without a Xing header nothing is cut; lame cuts the delay of a decoder all the same.
      const behindDelay = decoded.channels.map((samples) => samples.subarray(529));
      expect(snr(interleaved(behindDelay, expected.length / 2), expected)).toBeGreaterThan(75);
    },
  );
});

describe('the mono that was asked for', () => {
  test.each([
    'joint-44100.mp3',
    'vbr-48000.mp3',
    'stereo-22050.mp3',
    'intensity-32000.mp3',
    'joint-48000.mp2',
  ])('%s is the mean of both channels', async (name) => {
    const stereo = await decodeFile(fixturePath(name));
    const mono = await decodeFile(fixturePath(name), { wanted: { mono: true } });
    expect(mono.info).toMatchObject({ channels: 1, layout: ['mono'] });
    expect(mono.frames).toBe(stereo.frames);
    const [left, right] = stereo.channels as [Float32Array, Float32Array];
    const mean = left.map((x, i) => 0.5 * (x + (right[i] as number)));
    expect(snr(mono.channels[0] as Float32Array, mean)).toBeGreaterThan(115);
  });
});

describe('filter banks', () => {
  test.each(['joint-44100.mp3', 'stereo-22050.mp3', 'joint-48000.mp2'])(
    '%s: the one without vectors gives the same',
    (name) => {
      const fast = parts(name, 2);
      const plain = parts(name, 2, new PlainFilterBank(2));
      let difference = 0;
      fast.frames.forEach((frame, i) => {
        const a = fast.decoder.decode(frame);
        const b = plain.decoder.decode(plain.frames[i] as Uint8Array);
        expect(a.frames).toBe(b.frames);
        a.channels.forEach((samples, channel) => {
          for (let k = 0; k < a.frames; k++) {
            const other = b.channels[channel]?.[k] as number;
            difference = Math.max(difference, Math.abs((samples[k] as number) - other));
          }
        });
      });
      expect(difference).toBeLessThan(1e-6);
    },
  );

  test.each([
    [0, false, 32],
    [1, false, 20],
    [2, false, 32],
    [2, true, 32],
    [2, true, 1],
    [3, true, 7],
    [1, true, 32],
  ])('block type %i, mixed %s, %i subbands: both give the same', (blockType, isMixed, count) => {
    const banks = [new KernelFilterBank(1), new PlainFilterBank(1)];
    let seed = 1;
    const noise = Float32Array.from({ length: 576 }, (_, i) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return i % 32 < count ? seed / 2 ** 31 - 1 : 0;
    });
    const outputs = banks.map((bank) => {
      for (const slot of [0, 18]) {
        bank.spectrum.set(noise);
        bank.hybrid(0, slot, blockType, isMixed, count);
      }
      const peak = bank.synthesize(0, 36);
      return { peak, samples: (bank.output[0] as Float32Array).slice(0, 1152) };
    });
    const [fast, plain] = outputs as [(typeof outputs)[number], (typeof outputs)[number]];
    expect(snr(fast.samples, plain.samples)).toBeGreaterThan(115);
    expect(fast.peak).toBeCloseTo(peakOf([fast.samples]), 6);
    expect(plain.peak).toBeCloseTo(peakOf([plain.samples]), 6);
  });
});

describe('packets', () => {
  test('several frames in a packet give what they give one by one', () => {
    const single = parts('joint-44100.mp3', 2);
    const several = parts('joint-44100.mp3', 2);
    const frames = single.frames.slice(1, 7);
    const expected = frames.map((frame) => {
      const { channels } = single.decoder.decode(frame);
      return (channels[1] as Float32Array).slice(0, 1152);
    });
    const block = several.decoder.decode(Buffer.concat([...frames, Buffer.alloc(3)]));
    expect(block.frames).toBe(6 * 1152);
    expect([...(block.channels[1] as Float32Array).subarray(0, block.frames)]).toEqual(
      expected.flatMap((samples) => [...samples]),
    );
  });

  test('other channels than the first: one is doubled, two are mixed', () => {
    const mono = parts('mono-32000.mp3', 2);
    const doubled = mono.decoder.decode(mono.frames[4] as Uint8Array);
    expect(doubled.channels[1]?.slice(0, 1152)).toEqual(doubled.channels[0]?.slice(0, 1152));

    const stereo = parts('intensity-32000.mp3', 1);
    const mixed = stereo.frames.slice(0, 6).map((frame) => stereo.decoder.decode(frame).channels.length);
    expect(mixed).toEqual([1, 1, 1, 1, 1, 1]);
  });

  test('a stream that turns from stereo to mono and back goes on', async () => {
    const stereo = fixture('intensity-32000.mp3');
    const mono = fixture('mono-32000.mp3');
    const path = await folder.file('turns.mp3', Buffer.concat([stereo, mono, stereo]));
    const decoded = await decodeFile(path);
    expect(decoded.info.channels).toBe(2);
    expect(decoded.frames).toBe(3 * 20736);
    expect(peakOf(decoded.channels)).toBeLessThan(1);
  });

  test('another sample rate is damage, and so are nonsense and nothing', () => {
    const { decoder } = parts('joint-44100.mp3', 2);
    const other = parts('vbr-48000.mp3', 2).frames[1] as Uint8Array;
    expect(() => decoder.decode(other)).toThrow('its sample rate is 48000 Hz');
    expect(() => decoder.decode(Uint8Array.of(1, 2, 3, 4, 5))).toThrow('no frame header');
    expect(() => decoder.decode(new Uint8Array(0))).toThrow('a frame is missing');
    expect(() => decoder.decode(other.subarray(0, 20))).toThrow(DamagedPacket);
  });

  test('layer I: bit by bit, one subband with one scale factor', () => {
    // 48 kHz, 32 kbit/s, mono: a frame of 32 bytes; subband 0 has 3 bits for each sample, the others none.
    const bits = ['11111111', '11111111', '00010100', '11000000', '0010', ...Array(31).fill('0000')];
    bits.push('000011', ...Array.from({ length: 12 }, () => '110'));
    const text = bits.join('').padEnd(64 * 8, '0');
    const frame = Uint8Array.from({ length: 64 }, (_, i) => Number.parseInt(text.slice(i * 8, i * 8 + 8), 2));
    const header = mpegHeaderAt(frame, 0) as MpegHeader;
    expect(header).toMatchObject({ codec: 'mp1', length: 32, samples: 384, channels: 1, sampleRate: 48000 });

    const bank = new PlainFilterBank(2);
    const block = new MpegDecoder(header, 1, bank).decode(frame.subarray(0, 32));
    expect(block.frames).toBe(384);
    // Code 6 of 7 steps around 3 is 6/7, and the scale factor of index 3 is 1.
    expect([...(bank.subbands[0] as Float32Array).subarray(0, 12)]).toEqual(
      Array(12).fill(Math.fround(6 / 7)),
    );
    expect(peakOf([bank.subbands[0]?.subarray(12) as Float32Array])).toBe(0);
  });
});
