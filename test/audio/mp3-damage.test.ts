import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FrameScanner, LOOK_AHEAD } from '../../src/audio/containers/mpeg-frames.ts';
import { AudioError } from '../../src/audio/index.ts';
import type { Packet } from '../../src/audio/packets.ts';
import { SEED, useFolder } from './fixtures.ts';
import { fixture, framePositions, peakOf } from './mp3-helpers.ts';
import { type Decoded, decodeFile } from './samples.ts';

const folder = useFolder();

/** Numbers from 0 to 1, the same at each run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Decodes bytes; undefined when they are refused with an AudioError. Any other error is thrown. */
async function decodeOrRefuse(bytes: Uint8Array): Promise<Decoded | undefined> {
  try {
    return await decodeFile(await folder.file('case.mp3', bytes), { allowTruncated: true });
  } catch (error) {
    if (error instanceof AudioError) return undefined;
    throw error;
  }
}

describe('damaged stretches', () => {
  test.each([
    ['vbr-48000.mp3', 400],
    ['stereo-22050.mp3', 400],
    ['intensity-32000.mp3', 400],
    ['joint-48000.mp2', 400],
    ['mono-8000.mp3', 150],
    ['vbr-48000.mp3', 30],
  ])('%s, %i bytes: never a pop, and the length stays', async (name, length) => {
    const good = fixture(name);
    const whole = await decodeFile(await folder.file('good.mp3', good));
    const random = randomNumbers(length);
    const start = (framePositions(good)[2] as number) + 1;
    for (let run = 0; run < 25; run++) {
      const bytes = Buffer.from(good);
      const at = start + Math.floor(random() * (good.length * 0.8 - start - length));
      for (let i = 0; i < length; i++) bytes[at + i] = Math.floor(random() * 256);
      const decoded = await decodeFile(await folder.file('bad.mp3', bytes));
      // With a variable bit rate, how many frames a gap held is a guess.
      expect(Math.abs(decoded.frames - whole.frames)).toBeLessThanOrEqual(name.startsWith('vbr') ? 1152 : 0);
      expect(peakOf(decoded.channels)).toBeLessThan(1.5);
    }
  });

  test('a lost header: silence for the frame and the one before, and a note', async () => {
    const good = fixture('stereo-22050.mp3');
    const bytes = Buffer.from(good);
    const positions = framePositions(good);
    bytes.fill(0, (positions[10] as number) - 40, (positions[10] as number) + 60);
    const path = await folder.file('lost.mp3', bytes);
    const decoded = await decodeFile(path);
    expect(decoded.frames).toBe(25 * 576);
    const silent = decoded.channels[0]?.subarray(9 * 576, 11 * 576) as Float32Array;
    expect(peakOf([silent])).toBe(0);
    expect(decoded.notes.at(-1)).toEqual({
      level: 'warning',
      text: `"${path}" is damaged: silence stands in the place of 2 packets of 25 (the first: a frame is missing).`,
    });
  });

  test('main data that are missing: a granule is silenced, and there is a detail', async () => {
    const good = fixture('vbr-48000.mp3');
    const positions = framePositions(good);
    const decoded = await decodeFile(await folder.file('late.mp3', good.subarray(positions[6])));
    expect(decoded.notes[0]).toEqual({
      level: 'detail',
      text: 'Some of it is silenced, since the data that it refers to are missing or damaged.',
    });
    expect(peakOf([decoded.channels[0]?.subarray(0, 500) as Float32Array])).toBe(0);
  });

  test('side information that makes no sense is damage', async () => {
    const bytes = Buffer.from(fixture('mono-32000.mp3'));
    const at = framePositions(bytes)[5] as number;
    // Granule 0: 12 bits of length, 9 of big values, behind 18 bits of other things.
    bytes.fill(0xff, at + 4 + 2, at + 4 + 6);
    const path = await folder.file('side.mp3', bytes);
    const decoded = await decodeFile(path);
    expect(decoded.notes.at(-1)?.text).toContain('its side information names more lines than there are');
    expect(decoded.frames).toBe(20736);
  });

  test('nothing but damage is an error', async () => {
    const bytes = Buffer.from(fixture('mono-32000.mp3'));
    for (const at of framePositions(bytes).slice(0, -1)) bytes.fill(0xff, at + 4, at + 20);
    const path = await folder.file('all.mp3', bytes);
    await expect(decodeFile(path)).rejects.toThrow('nothing of it can be decoded');
  });
});

describe('hostile files', () => {
  test.each(['mono-8000.mp3', 'joint-44100.mp3', 'stereo-22050.mp2', 'free-44100.mp3'])(
    '%s with any bytes changed ends well',
    async (name) => {
      const good = fixture(name).subarray(0, 3500);
      const random = randomNumbers(good.length);
      for (let run = 0; run < 60; run++) {
        const bytes = Buffer.from(good);
        const changes = 1 + Math.floor(random() * 40);
        for (let i = 0; i < changes; i++) {
          // Headers and side information more often than the rest.
          const range = random() < 0.5 ? 60 : bytes.length;
          bytes[Math.floor(random() * range)] = Math.floor(random() * 256);
        }
        const decoded = await decodeOrRefuse(bytes);
        expect(decoded === undefined || peakOf(decoded.channels) <= 8).toBe(true);
      }
    },
  );

  test.each(['mono-8000.mp3', 'joint-44100.mp3', 'stereo-22050.mp2'])(
    '%s cut anywhere ends well',
    async (name) => {
      const good = fixture(name);
      for (let length = 0; length < 1300; length += 13) {
        const decoded = await decodeOrRefuse(good.subarray(0, length));
        expect(decoded === undefined || decoded.frames < 9000).toBe(true);
      }
    },
  );

  test('frames of random bits', async () => {
    const random = randomNumbers(5);
    for (const header of [
      [0xff, 0xfb, 0xe0, 0x40],
      [0xff, 0xfb, 0xe0, 0x70],
      [0xff, 0xf3, 0xe4, 0x70],
      [0xff, 0xe3, 0xe8, 0xc0],
      [0xff, 0xfd, 0xe4, 0x40],
      [0xff, 0xff, 0xe4, 0x40],
    ]) {
      const frames = Array.from({ length: 30 }, () => {
        const frame = Buffer.from(Array.from({ length: 5000 }, () => Math.floor(random() * 256)));
        frame.set(header);
        return frame;
      });
      const length = framePositions(frames[0] as Buffer)[1] as number;
      const decoded = await decodeOrRefuse(Buffer.concat(frames.map((frame) => frame.subarray(0, length))));
      expect(decoded === undefined || peakOf(decoded.channels) <= 8).toBe(true);
    }
  });
});

describe('the scanner', () => {
  /** Frames found when the bytes are handed over in windows of so many. */
  function scanAll(bytes: Uint8Array, window: number): { lengths: number[]; steps: number } {
    const scanner = new FrameScanner();
    const lengths: number[] = [];
    let at = 0;
    let steps = 0;
    while (at < bytes.length) {
      const piece = bytes.subarray(at, at + window);
      const packets: Packet[] = [];
      at += scanner.scan(piece, at + window >= bytes.length, packets);
      lengths.push(...packets.map(({ data }) => data.length));
      steps++;
    }
    return { lengths, steps };
  }

  test('finds the same frames whatever the window', () => {
    const many = Buffer.concat(Array(12).fill(fixture('intensity-32000.mp3')));
    const lengths = Array(many.length / 432).fill(432);
    expect(scanAll(many, many.length).lengths).toEqual(lengths);
    expect(scanAll(many, LOOK_AHEAD + 1000).lengths).toEqual(lengths);
    expect(scanAll(many, LOOK_AHEAD + 17).lengths).toEqual(lengths);
  });

  test('goes on through any bytes, and never far behind the end but for a tag', () => {
    const tags = [
      Buffer.from('ID3\x04\0\0\x7f\x7f\x7f\x7f', 'latin1'),
      Buffer.from('APETAGEX'),
      Buffer.from('TAG'),
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...tags, Buffer.alloc(0)),
        fc.uint8Array({ maxLength: 3000 }),
        (tag, body) => {
          const bytes = Buffer.concat([body, tag, body]);
          expect(scanAll(bytes, 1 << 20).steps).toBeLessThanOrEqual(1);
        },
      ),
      { seed: SEED, numRuns: 200 },
    );
  });

  test('false headers of free format cost a bounded number of searches', () => {
    // Each header differs from those around it, so that looking for the next one like it always takes long.
    const bytes = Buffer.alloc(400_000);
    for (let at = 0; at + 40 <= bytes.length; at += 40) {
      const kind = (at / 40) % 250;
      bytes.set([0xff, [0xfb, 0xf3, 0xe3, 0xfd, 0xf5][kind % 5] as number, (kind % 3) << 2, kind >> 2], at);
    }
    expect(scanAll(bytes, bytes.length).lengths.length).toBeLessThan(10);
  });
});
