import { describe, expect, it, test } from 'vitest';
import { crc8 } from '../../src/audio/codecs/flac/crc.ts';
import { parseStreamInfo } from '../../src/audio/codecs/flac/stream-info.ts';
import { FrameCutter } from '../../src/audio/containers/flac-frames.ts';
import { AudioError } from '../../src/audio/errors.ts';
import { openAudio } from '../../src/audio/index.ts';
import { audioErrorOf, decode, useFolder } from './fixtures.ts';
import {
  block,
  type Coding,
  comment,
  encodeFrame,
  type Frame,
  flacFile,
  type Stream,
  streamInfo,
} from './flac-helpers.ts';
import { fixture, hashOf, randomOf } from './lossless-helpers.ts';

const folder = useFolder();

/** Opens and decodes `bytes`, with the notes at the end. */
async function decodeBytes(bytes: Uint8Array, options: { allowTruncated?: boolean } = {}) {
  const path = await folder.file(`${Math.random()}.flac`, bytes);
  const input = await openAudio(path, options);
  try {
    const samples: number[][] = Array.from({ length: input.info.channels }, () => []);
    for await (const { frames, channels } of input.blocks()) {
      for (const [i, channel] of channels.entries()) samples[i]?.push(...channel.subarray(0, frames));
    }
    return { info: input.info, samples, notes: (input.notes ?? []).map(({ text }) => text) };
  } finally {
    await input.close();
  }
}

async function errorOf(bytes: Uint8Array, options: { allowTruncated?: boolean } = {}): Promise<string> {
  const error = await audioErrorOf(decodeBytes(bytes, options));
  expect(error.hint).toBeTruthy();
  return error.message;
}

const SIZES = [64, 64, 64, 64, 40];
const STREAM: Stream = { bits: 16, channels: 2, maxBlockSize: 64, total: 296 };
const CODINGS: Coding[] = [{ kind: 'fixed', order: 1, parameters: [10] }, { kind: 'verbatim' }];

/** Frames of the given sizes with noise in them; in streams of blocks that vary they are numbered by samples. */
function framesOf(sizes: number[], isVariable = false): Frame[] {
  let position = 0;
  return sizes.map((size, i) => {
    const random = randomOf(i + 1);
    const channel = () => Array.from({ length: size }, () => (random() >>> 16) - 32_768);
    const number = isVariable ? position : i;
    position += size;
    return { number, isVariable, bits: 16, samples: [channel(), channel()], codings: CODINGS };
  });
}

function samplesOf(frames: Frame[]): number[][] {
  return [0, 1].map((i) => frames.flatMap(({ samples }) => samples[i] as number[]).map((v) => v / 32_768));
}

/** The same with silence in the place of the frames numbered `which`. */
function silenced(frames: Frame[], which: number[]): number[][] {
  return samplesOf(
    frames.map((frame, i) =>
      which.includes(i) ? { ...frame, samples: frame.samples.map((channel) => channel.map(() => 0)) } : frame,
    ),
  );
}

const FRAMES = framesOf(SIZES);
const CODED = FRAMES.map(encodeFrame);
const WHOLE = flacFile(STREAM, CODED);
const UNKNOWN = flacFile({ ...STREAM, total: 0 }, CODED);

describe('files of flac(1) and ffmpeg', () => {
  test.each([
    ['16-stereo.flac', 'f90d7605ad8b87dea837495ae0fbd6dddd0be4136bcbee88fd366c103fc9760c', 8820],
    ['16-pipe.flac', 'f90d7605ad8b87dea837495ae0fbd6dddd0be4136bcbee88fd366c103fc9760c', undefined],
    ['16-surround.flac', 'ccf0165f58219e1f3584802909c4b0a2a85aaf5dec7b3a19bff1d8b00e5828c8', 2400],
    ['24-stereo.flac', '89dcff3765ee8775df578e76fe718f86ed901eda4d3ea4bc61706e90c5121138', 8820],
  ])('%s is exact', async (name, hash, frames) => {
    const { info, samples, notes } = await decodeBytes(fixture(name));
    expect(hashOf(samples, info.layout)).toBe(hash);
    expect(info.frames).toBe(frames);
    expect(notes).toEqual([]);
  });

  it('are described', async () => {
    const { info } = await decodeBytes(fixture('16-stereo.flac'));
    expect(info).toMatchObject({
      container: 'flac',
      codec: 'flac',
      sampleRate: 44_100,
      channels: 2,
      bitsPerSample: 16,
      seconds: 0.2,
      layout: ['FL', 'FR'],
      tags: { title: 'Speech', artist: 'Espeak' },
    });
    expect((await decodeBytes(fixture('16-surround.flac'))).info.layout).toEqual([
      'FL',
      'FR',
      'FC',
      'LFE',
      'BL',
      'BR',
    ]);
  });
});

describe('streams', () => {
  it('are decoded twice to the same', async () => {
    const input = await openAudio(await folder.file('twice.flac', WHOLE));
    for (let i = 0; i < 2; i++) {
      let frames = 0;
      for await (const part of input.blocks()) frames += part.frames;
      expect(frames).toBe(296);
    }
    await input.close();
  });

  it('end when asked to', async () => {
    const input = await openAudio(await folder.file('abort.flac', WHOLE));
    await expect(input.blocks(AbortSignal.abort(new Error('enough'))).next()).rejects.toThrow('enough');
    await input.close();
  });

  it('may have an ID3v2 tag in front and one of ID3v1 behind', async () => {
    const id3 = Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\x01\x05', 'latin1'), Buffer.alloc(133, 0xff)]);
    const { samples, notes, info } = await decodeBytes(
      Buffer.concat([id3, WHOLE, Buffer.from('TAG'), Buffer.alloc(125)]),
    );
    expect(samples).toEqual(samplesOf(FRAMES));
    expect([info.frames, notes]).toEqual([296, []]);
    const unknown = await decodeBytes(Buffer.concat([id3, UNKNOWN, Buffer.from('TAG'), Buffer.alloc(125)]));
    expect([unknown.samples, unknown.notes]).toEqual([samplesOf(FRAMES), []]);
  });

  it('may have blocks of any sizes', async () => {
    const sizes = [17, 64, 1, 30, 64, 2, 63];
    const frames = framesOf(sizes, true);
    for (const total of [0, 241]) {
      const { samples, info } = await decodeBytes(flacFile({ ...STREAM, total }, frames.map(encodeFrame)));
      expect(samples).toEqual(samplesOf(frames));
      expect(info.frames).toBe(total || undefined);
    }
  });

  it('may have one frame', async () => {
    for (const total of [0, 40]) {
      const frames = framesOf([40]);
      const { samples } = await decodeBytes(flacFile({ ...STREAM, total }, frames.map(encodeFrame)));
      expect(samples).toEqual(samplesOf(frames));
    }
  });

  it('may hold frame headers that are none', async () => {
    // Samples that read as headers with a number that is not due, in a frame without prediction.
    const header = (number: number) => encodeFrame({ ...(FRAMES[0] as Frame), number }).subarray(0, 9);
    for (const number of [0, 1, 77]) {
      const fake = Buffer.concat([header(number), Buffer.alloc(1)]);
      const channel = Array.from({ length: 64 }, (_, i) => (i < 5 ? fake.readInt16BE(2 * i) : i));
      const frames = FRAMES.map((frame, i) => {
        const samples = [channel, channel];
        return i === 1
          ? { ...frame, samples, codings: [{ kind: 'verbatim' as const }, { kind: 'verbatim' as const }] }
          : frame;
      });
      const { samples, notes } = await decodeBytes(flacFile(STREAM, frames.map(encodeFrame)));
      expect([samples, notes]).toEqual([samplesOf(frames), []]);
    }
  });

  it('may begin with a later frame', async () => {
    const { samples, info } = await decodeBytes(flacFile(STREAM, CODED.slice(2)));
    expect(samples).toEqual(samplesOf(FRAMES.slice(2)));
    expect(info.frames).toBe(168);
  });

  it('give their tags, speakers and nothing of other blocks', async () => {
    const blocks = [
      block(1, Buffer.alloc(3000)),
      comment([
        'TITLE=a=b',
        'title=second',
        'Artist=Ünï',
        'no equals sign',
        'METADATA_BLOCK_PICTURE=AAAA',
        '=x',
        'WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x600',
      ]),
      block(6, Buffer.alloc(70_000, 0xff)),
      block(120, Buffer.alloc(0)),
    ];
    const { info, samples } = await decodeBytes(flacFile(STREAM, CODED, blocks));
    expect(info.tags).toEqual({ title: 'a=b', artist: 'Ünï', waveformatextensible_channel_mask: '0x600' });
    expect(info.layout).toEqual(['SL', 'SR']);
    expect(samples).toEqual(samplesOf(FRAMES));
  });
});

describe('files that are cut off', () => {
  it('are refused when STREAMINFO promises more', async () => {
    const starts = CODED.map((_, i) => WHOLE.length - Buffer.concat(CODED.slice(i)).length);
    for (let length = 60; length < WHOLE.length; length += 11) {
      const frames = 64 * Math.max(0, starts.filter((start) => start <= length).length - 1);
      expect(await errorOf(WHOLE.subarray(0, length))).toMatch(
        `is cut off: its header promises 0.007 s of audio, the file holds ${(frames / 44_100).toFixed(3)} s.`,
      );
    }
  });

  it('give what there is when that is asked for', async () => {
    const cut = WHOLE.subarray(0, WHOLE.length - 1);
    const { samples, info, notes } = await decodeBytes(cut, { allowTruncated: true });
    expect(samples).toEqual(samplesOf(FRAMES.slice(0, 4)));
    expect([info.frames, notes]).toEqual([256, []]);
  });

  it('just end when STREAMINFO promises nothing', async () => {
    const { samples, notes } = await decodeBytes(UNKNOWN.subarray(0, UNKNOWN.length - 100));
    expect([samples, notes]).toEqual([samplesOf(FRAMES.slice(0, 4)), []]);
  });

  it('are refused when there is no whole frame', async () => {
    expect(await errorOf(UNKNOWN.subarray(0, 42))).toMatch(/holds no audio: there is no whole frame/);
    expect(await errorOf(UNKNOWN.subarray(0, 50))).toMatch(/holds no audio/);
    expect(await errorOf(UNKNOWN.subarray(0, 100))).toMatch(/holds no audio/);
    expect(await errorOf(WHOLE.subarray(0, 42))).toMatch(/the file holds 0\.000 s/);
    expect(await errorOf(WHOLE.subarray(0, 100), { allowTruncated: true })).toMatch(/holds no audio/);
  });

  it('are refused inside their metadata', async () => {
    for (let length = 4; length < 42; length++) {
      expect(await errorOf(WHOLE.subarray(0, length))).toMatch(
        /is cut off: it ends after .* inside the metadata block at byte 4/,
      );
    }
  });
});

it('another file behind the first is left out, and that is told', async () => {
  const first = await decodeBytes(WHOLE);
  const { samples, notes } = await decodeBytes(Buffer.concat([WHOLE, WHOLE]));
  expect(samples).toEqual(first.samples);
  expect(first.notes).toEqual([]);
  expect(notes).toEqual([
    expect.stringMatching(/holds another FLAC file behind the first, which is left out/),
  ]);
});

describe('damage', () => {
  const starts = CODED.map((_, i) => WHOLE.length - Buffer.concat(CODED.slice(i)).length);

  /** The file with bytes of frame `i` spoilt, `from` bytes behind its beginning. */
  function spoilt(file: Buffer, i: number, from: number, count = 1): Buffer {
    const bytes = Buffer.from(file);
    for (let at = (starts[i] as number) + from; count > 0; at++, count--)
      bytes[at] = (bytes[at] as number) ^ 0x55;
    return bytes;
  }

  it.each([
    ['of known length', WHOLE],
    ['of unknown length', UNKNOWN],
  ])('inside a frame is silence as long as the frame, in files %s', async (_, file) => {
    for (const frame of [0, 1, 3, 4]) {
      const { samples, notes } = await decodeBytes(spoilt(file, frame, 60));
      expect(samples).toEqual(silenced(FRAMES, [frame]));
      expect(notes).toHaveLength(1);
      expect(notes[0]).toMatch(/is damaged: silence stands in the place of 1 packet of 5 \(the first: /);
    }
  });

  it.each([
    ['of known length', WHOLE],
    ['of unknown length', UNKNOWN],
  ])('of headers is silence as long as the frames, in files %s', async (_, file) => {
    for (const which of [[0], [1], [2, 3], [0, 1, 2]]) {
      const bytes = which.reduce((spoiled, frame) => spoilt(spoiled, frame, 2), file);
      const { samples, notes } = await decodeBytes(bytes);
      expect(samples).toEqual(silenced(FRAMES, which));
      expect(notes[0]).toMatch(/\(the first: its header is damaged\)/);
    }
  });

  it('of a frame and the headers behind it is bridged in streams of varying blocks', async () => {
    const frames = framesOf([17, 64, 10, 30, 64, 2, 63], true);
    const coded = frames.map(encodeFrame);
    for (const i of [1, 2, 3]) coded[i]?.fill(0x11);
    const { samples } = await decodeBytes(flacFile({ ...STREAM, total: 250 }, coded));
    expect(samples).toEqual(silenced(frames, [1, 2, 3]));
  });

  it('by inserted bytes is skipped', async () => {
    const junk = Buffer.alloc(5000, 0xff);
    const file = flacFile(STREAM, [...CODED.slice(0, 2), junk, ...CODED.slice(2)]);
    expect((await decodeBytes(file)).samples).toEqual(samplesOf(FRAMES));
  });

  it('of everything behind the metadata is an error', async () => {
    const noise = Buffer.alloc(5000, 0x37);
    expect(await errorOf(flacFile(STREAM, [noise]))).toMatch(
      /is a damaged FLAC file: no frame can be found behind its metadata/,
    );
    const frames = CODED.map((frame) => Buffer.concat([frame.subarray(0, 9), noise]));
    expect(await errorOf(flacFile(STREAM, frames))).toMatch(/nothing of it can be decoded/);
  });

  it('of the metadata is an error', async () => {
    const change = (at: number, value: number) => {
      const bytes = Buffer.from(WHOLE);
      bytes[at] = value;
      return bytes;
    };
    expect(await errorOf(change(4, 0xff))).toMatch(/metadata block at byte 4 has the invalid type 127/);
    expect(await errorOf(change(4, 0x81))).toMatch(/has no STREAMINFO block/);
    expect(await errorOf(change(7, 30))).toMatch(/STREAMINFO block holds 30 bytes instead of 34/);
    const many = Array.from({ length: 10_001 }, () => block(1, Buffer.alloc(0)));
    expect(await errorOf(flacFile(STREAM, CODED, many))).toMatch(/10,000 blocks before it/);
  });
});

describe('hostile files', () => {
  const seeds = [fixture('16-surround.flac').subarray(0, 9000), WHOLE, UNKNOWN];

  it('end with AudioError or with samples, never with anything else', async () => {
    const random = randomOf(7);
    for (let run = 0; run < 300; run++) {
      const bytes = Buffer.from(seeds[run % seeds.length] as Buffer);
      for (let i = random() % 6; i >= 0; i--) {
        const range = random() % 2 === 0 ? Math.min(100, bytes.length) : bytes.length;
        bytes[4 + (random() % (range - 4))] = random() & 255;
      }
      const cut = random() % 3 === 0 ? bytes.subarray(0, 5 + (random() % bytes.length)) : bytes;
      await decodeBytes(cut, { allowTruncated: run % 2 === 0 }).catch((error: unknown) => {
        expect(error).toBeInstanceOf(AudioError);
      });
    }
  });

  it('do not become hours of silence by a number that jumps', async () => {
    const frames = FRAMES.map((frame, i) => (i < 3 ? frame : { ...frame, number: 2_000_000_000 + i }));
    const { samples } = await decodeBytes(flacFile({ ...STREAM, total: 0 }, frames.map(encodeFrame)));
    expect(samples[0]?.length).toBe(192);
  });

  it('do not make a search of megabytes out of every frame', () => {
    const stream: Stream = { bits: 32, channels: 8, maxBlockSize: 65_535 };
    const info = parseStreamInfo('a.flac', streamInfo(stream));
    const samples = Array.from({ length: 8 }, () => new Array<number>(100).fill(0));
    const codings = samples.map((): Coding => ({ kind: 'constant' }));
    // No frame has the number that is due; searching all of the 4 MB that a frame may take would take hours.
    const frames = Array.from({ length: 100_000 }, (_, i) => {
      const frame = i === 0 ? encodeFrame({ number: 5000, bits: 32, samples, codings }) : Buffer.alloc(16);
      return frame.subarray(0, 16);
    });
    const header = frames[0] as Buffer;
    for (const [i, frame] of frames.entries()) {
      header.copy(frame);
      const number = 5000 + 2 * (i % 25_000);
      frame.set([0xe0 | (number >> 12), 0x80 | ((number >> 6) & 63), 0x80 | (number & 63)], 4);
      frame[9] = crc8(frame, 0, 9);
    }
    const cutter = new FrameCutter({
      info,
      isVariable: false,
      blockSize: 100,
      firstSample: 500_000,
      endSample: undefined,
    });
    const { packets, used } = cutter.cut(Buffer.concat(frames), true);
    expect(used).toBe(1_600_000);
    expect(packets.filter(({ data }) => data.length > 0).length).toBeGreaterThan(20_000);
  });

  it('with promises of more than a year are cut off', async () => {
    expect(await errorOf(flacFile({ ...STREAM, total: 2 ** 36 - 1 }, CODED))).toMatch(
      /is cut off: its header promises 1558/,
    );
  });
});

it('decodes what decode() of the other tests does', async () => {
  const { samples } = await decode(await folder.file('same.flac', WHOLE));
  expect(samples).toEqual(samplesOf(FRAMES));
});
