import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { createFlacDecoder, FlacDecoder } from '../../src/audio/codecs/flac/index.ts';
import { KernelFrames } from '../../src/audio/codecs/flac/kernel-frames.ts';
import { PlainFrames } from '../../src/audio/codecs/flac/plain-frames.ts';
import { parseFlacConfig, parseStreamInfo } from '../../src/audio/codecs/flac/stream-info.ts';
import { AudioError } from '../../src/audio/errors.ts';
import { wavLayout } from '../../src/audio/layout.ts';
import { DamagedPacket, type PacketDecoder } from '../../src/audio/packets.ts';
import { SEED } from './fixtures.ts';
import {
  block,
  type Coding,
  comment,
  encodeFrame,
  type Frame,
  residualsOf,
  type Stream,
  streamInfo,
} from './flac-helpers.ts';
import { copyOf, randomOf } from './lossless-helpers.ts';
import { emptyTrack } from './samples.ts';

type Frames = typeof KernelFrames | typeof PlainFrames;

const WAYS: [string, Frames][] = [
  ['in the kernel', KernelFrames],
  ['in TypeScript', PlainFrames],
];

function decoderOf(stream: Stream, Frames: Frames): PacketDecoder {
  const info = parseStreamInfo('a.flac', streamInfo(stream));
  const { bitsPerSample, channels, sampleRate } = info;
  const layout = wavLayout(channels, 0);
  return new FlacDecoder(
    { codec: 'flac', sampleRate, channels, layout, bitsPerSample },
    info,
    new Frames(info),
  );
}

/** What both decoders make of a frame; that they agree is checked. */
function decodeBoth(frame: Frame): number[][] {
  const stream = streamOf(frame);
  const packet = encodeFrame(frame);
  const [kernel, plain] = WAYS.map(([, Frames]) => copyOf(decoderOf(stream, Frames).decode(packet)));
  expect(plain).toEqual(kernel);
  return kernel as number[][];
}

function streamOf({ bits, samples }: Frame): Stream {
  return { bits, channels: samples.length, maxBlockSize: Math.max(16, samples[0]?.length ?? 0) };
}

function floatsOf({ samples, bits }: Frame): number[][] {
  return samples.map((channel) => channel.map((value) => Math.fround(value / 2 ** (bits - 1))));
}

function expectExact(frame: Frame): void {
  expect(decodeBoth(frame)).toEqual(floatsOf(frame));
}

/** Samples of `bits` bits: a slow wave, noise, and steps between the extremes. */
function signal(bits: number, count: number, seed: number): number[] {
  const random = randomOf(seed);
  const peak = 2 ** (bits - 1);
  return Array.from({ length: count }, (_, i) => {
    const noise = random() / 2 ** 31 - 1;
    const part = Math.floor((3 * i) / count);
    if (part === 0) return Math.floor((Math.sin(i / 9) * 0.9 + noise * 0.05) * (peak - 1));
    if (part === 1) return Math.floor(noise * peak);
    return noise > 0 ? peak - 1 : -peak;
  });
}

/** The coding, or `verbatim` where its residuals would not fit into 32 bits, or would take very long codes. */
function fitting(samples: number[], coding: Coding): Coding {
  if (coding.kind === 'verbatim') return coding;
  const wasted = samples.map((value) => value / 2 ** (coding.wasted ?? 0));
  const largest = Math.max(...residualsOf(wasted, coding).map(Math.abs));
  if (!(largest < 2 ** 29)) return { kind: 'verbatim', wasted: coding.wasted ?? 0 };
  const least = Math.ceil(Math.log2(largest + 1)) - 4;
  const parameters = (coding.parameters ?? [4]).map((value) => (value < 0 ? value : Math.max(value, least)));
  const isWide = coding.isWide || parameters.some((value) => value > 14);
  return { ...coding, parameters, isWide };
}

describe('exact samples', () => {
  const count = 64;
  test.each([4, 5, 8, 12, 13, 16, 17, 20, 24, 25, 31, 32])('%i bits, every kind of subframe', (bits) => {
    const samples = signal(bits, count, bits);
    const codings: Coding[] = [{ kind: 'verbatim' }];
    for (const order of [0, 1, 2, 3, 4]) codings.push({ kind: 'fixed', order, parameters: [bits] });
    for (const order of [1, 2, 3, 4, 5, 8, 9, 12, 13, 16, 31, 32]) {
      const coefficients = Array.from({ length: order }, (_, i) =>
        i === 0 ? 8000 : ((i * 911) % 4001) - 2000,
      );
      codings.push({ kind: 'lpc', order, precision: 14, shift: 13, coefficients, parameters: [bits] });
    }
    for (const coding of codings) {
      expectExact({ number: 0, bits, samples: [samples], codings: [fitting(samples, coding)] });
    }
    const constant = samples.map(() => -(2 ** (bits - 1)));
    expectExact({ number: 0, bits, samples: [constant], codings: [{ kind: 'constant' }] });
  });

  test.each([
    ['left and side', 8],
    ['side and right', 9],
    ['mid and side', 10],
  ])('%s, whose side has one bit more', (_, assignment) => {
    for (const bits of [4, 16, 24, 31, 32]) {
      const left = signal(bits, count, 5);
      const quiet = signal(bits, count, 5).map((value) => Math.floor(value / 3));
      const extremes = left.map((_, i) => (i % 2 === 0 ? 2 ** (bits - 1) - 1 : -(2 ** (bits - 1))));
      const opposite = extremes.map((value) => -1 - value);
      const plain: Coding = { kind: 'verbatim' };
      expectExact({ number: 1, bits, samples: [extremes, opposite], assignment, codings: [plain, plain] });
      const fixed: Coding = { kind: 'fixed', order: 0, isWide: true, parameters: [-1] };
      expectExact({ number: 1, bits, samples: [left, quiet], assignment, codings: [plain, plain] });
      const constant: Coding = { kind: 'constant' };
      const same = left.map(() => 5);
      const loud = left.map(() => -(2 ** (bits - 1)));
      expectExact({ number: 1, bits, samples: [same, loud], assignment, codings: [constant, constant] });
      if (bits < 31)
        expectExact({ number: 1, bits, samples: [left, quiet], assignment, codings: [fixed, fixed] });
    }
  });

  it('predicts sides of 33 bits', () => {
    // Slopes through the whole range: sides that need 33 bits, with small residuals.
    const up = Array.from({ length: 64 }, (_, i) => -(2 ** 31) + i * 67_108_863);
    const down = up.map((value) => -1 - value);
    const codings: Coding[] = [1, 2, 3, 4].map((order) => ({
      kind: 'fixed',
      order,
      isWide: true,
      parameters: [26],
    }));
    const coefficients = [8191, -4096, 0, 1, -1];
    codings.push({ kind: 'lpc', order: 2, precision: 3, shift: 0, coefficients: [2, -1], parameters: [3] });
    codings.push({
      kind: 'lpc',
      order: 5,
      precision: 14,
      shift: 12,
      coefficients,
      isWide: true,
      parameters: [27],
    });
    for (const assignment of [8, 9, 10]) {
      for (const coding of codings) {
        const first = assignment === 9 ? coding : { kind: 'verbatim' as const };
        const second = assignment === 9 ? { kind: 'verbatim' as const } : coding;
        expectExact({ number: 0, bits: 32, samples: [up, down], assignment, codings: [first, second] });
      }
    }
  });

  it('takes up to 8 channels', () => {
    for (let channels = 1; channels <= 8; channels++) {
      const samples = Array.from({ length: channels }, (_, i) => signal(16, 32, i + 1));
      const codings = samples.map((channel) => fitting(channel, { kind: 'fixed', order: 1 }));
      expectExact({ number: 3, bits: 16, samples, codings });
    }
  });

  it('puts wasted bits back', () => {
    for (const [bits, wasted] of [
      [16, 1],
      [16, 15],
      [24, 8],
      [32, 16],
    ] as const) {
      const samples = signal(bits, 48, 9).map((value) => Math.floor(value / 2 ** wasted) * 2 ** wasted);
      for (const kind of ['verbatim', 'fixed'] as const) {
        expectExact({
          number: 0,
          bits,
          samples: [samples],
          codings: [fitting(samples, { kind, order: 2, wasted })],
        });
      }
    }
    const even = signal(32, 48, 9).map((value) => Math.floor(value / 4) * 4);
    const codings: Coding[] = [{ kind: 'verbatim' }, { kind: 'verbatim', wasted: 2 }];
    expectExact({ number: 0, bits: 32, samples: [even, even.map((v) => -4 - v)], assignment: 8, codings });
  });

  it('reads Rice codes that are longer than any window', () => {
    const samples = Array.from({ length: 32 }, (_, i) => (i === 5 ? 300 : i === 20 ? -400 : i % 3));
    for (const parameter of [0, 1, 5, 12]) {
      const coding: Coding = { kind: 'fixed', order: 0, parameters: [parameter] };
      expectExact({ number: 0, bits: 16, samples: [samples], codings: [coding] });
    }
  });

  it('takes partitions of any number, with and without Rice codes', () => {
    const samples = signal(16, 96, 3);
    for (const partitionOrder of [0, 1, 3, 5]) {
      const coding: Coding = { kind: 'fixed', order: 3, partitionOrder, parameters: [12, -1, 14] };
      expectExact({ number: 0, bits: 16, samples: [samples], codings: [{ ...coding, isWide: true }] });
    }
    const silent = samples.map(() => 0);
    const coding: Coding = { kind: 'fixed', order: 0, isWide: true, parameters: [-1] };
    expectExact({ number: 0, bits: 16, samples: [silent], codings: [coding] });
  });

  it('holds for whatever an encoder may do', () => {
    const coding = fc.record({
      kind: fc.constantFrom('fixed' as const, 'lpc' as const),
      order: fc.nat(32),
      precision: fc.integer({ min: 2, max: 15 }),
      shift: fc.nat(15),
      partitionOrder: fc.nat(4),
      parameters: fc.array(fc.integer({ min: -1, max: 30 }), { minLength: 1, maxLength: 5 }),
      wasted: fc.nat(3),
      seed: fc.integer({ min: 1, max: 1e9 }),
    });
    const frame = fc.record({
      bits: fc.integer({ min: 6, max: 32 }),
      number: fc.nat(2 ** 31 - 1),
      blockSize: fc.constantFrom(16, 48, 80, 512),
      assignment: fc.constantFrom(0, 1, 8, 9, 10),
      codings: fc.tuple(coding, coding),
    });
    fc.assert(
      fc.property(frame, ({ bits, number, blockSize, assignment, codings }) => {
        const channels = assignment === 0 ? 1 : 2;
        const isCoupled = assignment >= 8;
        const samples = codings.slice(0, channels).map(({ wasted, seed }) => {
          const unit = isCoupled ? 1 : 2 ** wasted;
          return signal(bits, blockSize, seed).map((value) => Math.floor(value / unit) * unit);
        });
        const made = codings.slice(0, channels).map((choice, i) => {
          const { kind, precision, shift, seed } = choice;
          const partitionOrder = Math.min(choice.partitionOrder, blockSize === 512 ? 4 : 0);
          const order =
            kind === 'fixed'
              ? choice.order % 5
              : Math.min(Math.max(1, choice.order), blockSize / 2 ** partitionOrder);
          const random = randomOf(seed);
          const coefficients = Array.from(
            { length: order },
            () => (random() % 2 ** precision) - 2 ** (precision - 1),
          );
          const wasted = isCoupled ? 0 : choice.wasted;
          const { parameters } = choice;
          const wish: Coding = {
            kind,
            order,
            precision,
            shift,
            coefficients,
            partitionOrder,
            parameters,
            wasted,
          };
          const coded = isCoupled ? coupledChannel(samples, assignment, i) : (samples[i] as number[]);
          return fitting(coded, { ...wish, isWide: true });
        });
        expectExact({ number, bits, samples, assignment, codings: made });
      }),
      { seed: SEED, numRuns: 150 },
    );
  });
});

function coupledChannel([left = [], right = []]: number[][], assignment: number, channel: number): number[] {
  const side = left.map((value, i) => value - (right[i] as number));
  if (channel === (assignment === 9 ? 0 : 1)) return side;
  if (assignment === 10) return left.map((value, i) => Math.floor((value + (right[i] as number)) / 2));
  return assignment === 8 ? left : right;
}

describe.each(WAYS)('damaged packets %s', (_, Frames) => {
  const samples = [signal(16, 64, 1), signal(16, 64, 2)];
  const codings: Coding[] = [{ kind: 'fixed', order: 2, parameters: [10] }, { kind: 'verbatim' }];
  const frame: Frame = { number: 7, bits: 16, samples, codings };
  const packet = encodeFrame(frame);

  const shared = decoderOf(streamOf(frame), Frames);
  const faultOf = (data: Uint8Array) => {
    try {
      shared.decode(data);
    } catch (error) {
      expect(error).toBeInstanceOf(DamagedPacket);
      return error as DamagedPacket;
    }
    return undefined;
  };

  it('are found wherever a bit is wrong, and last as long as their header says', () => {
    for (let bit = 0; bit < packet.length * 8; bit++) {
      const wrong = Buffer.from(packet);
      wrong[bit >> 3] = (wrong[bit >> 3] as number) ^ (0x80 >> (bit & 7));
      expect(faultOf(wrong)?.frames).toBe(64);
    }
  });

  it('are found wherever they are cut', () => {
    for (let length = 0; length < packet.length; length++) {
      expect(faultOf(packet.subarray(0, length))?.message).toMatch(/header is damaged|ends inside|no sense/);
    }
    expect(faultOf(packet.subarray(0, packet.length - 1))?.message).toBe('it ends inside its samples');
  });

  it('may be followed by something else', () => {
    expect(faultOf(Buffer.concat([packet, Buffer.from('TAG')]))).toBe(undefined);
  });

  it('do not spoil the next one', () => {
    const decoder = decoderOf(streamOf(frame), Frames);
    expect(() => decoder.decode(packet.subarray(0, 100))).toThrow(DamagedPacket);
    decoder.reset();
    expect(copyOf(decoder.decode(packet))).toEqual(floatsOf(frame));
  });

  it('include those larger than STREAMINFO allows, or of another kind', () => {
    const larger = { ...frame, samples: samples.map((channel) => [...channel, 0]) };
    expect(faultOf(encodeFrame(larger))?.message).toBe('its block of 65 samples is larger than 64');
    expect(faultOf(encodeFrame({ ...frame, bits: 24 }))?.message).toBe('its header is damaged');
    expect(faultOf(encodeFrame({ ...frame, samples: [signal(16, 64, 1)] }))?.message).toBe(
      'its header is damaged',
    );
  });

  it('are answered with nothing but DamagedPacket, whatever they hold behind a good header', () => {
    const decoder = decoderOf(streamOf(frame), Frames);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (rest) => {
        expect(() => decoder.decode(Buffer.concat([packet.subarray(0, 9), rest]))).toThrow(DamagedPacket);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });
});

describe('the configuration', () => {
  const stream: Stream = { bits: 16, channels: 2, maxBlockSize: 64, sampleRate: 48_000 };
  const info = streamInfo(stream);
  const mask = comment(['waveformatextensible_channel_mask=0x3F']);

  test.each([
    ['STREAMINFO alone (Ogg)', info],
    [
      'fLaC and blocks (Matroska)',
      Buffer.concat([Buffer.from('fLaC'), block(0, info), block(1, Buffer.alloc(5), true)]),
    ],
    ['version, flags and blocks (MP4)', Buffer.concat([Buffer.alloc(4), block(0, info, true)])],
  ])('%s', async (_, config) => {
    const decoder = await createFlacDecoder('a.ogg', emptyTrack('flac', config), {});
    expect(decoder.format).toEqual({
      codec: 'flac',
      sampleRate: 48_000,
      channels: 2,
      layout: ['FL', 'FR'],
      bitsPerSample: 16,
    });
  });

  it('decodes packets of one frame each, as Ogg, MP4 and Matroska have them', async () => {
    const decoder = await createFlacDecoder('a.ogg', emptyTrack('flac', info), {});
    for (const number of [0, 1, 2]) {
      const samples = [signal(16, 64, number + 1), signal(16, 64, number + 9)];
      const codings: Coding[] = [{ kind: 'verbatim' }, { kind: 'fixed', order: 1, parameters: [14] }];
      const frame = { number, bits: 16, samples, codings };
      expect(copyOf(decoder.decode(encodeFrame(frame)))).toEqual(floatsOf(frame));
    }
  });

  it('names the speakers by the number of channels, or by the mask', async () => {
    const six = block(0, streamInfo({ ...stream, channels: 6 }));
    const layoutOf = async (config: Buffer) =>
      (await createFlacDecoder('a', emptyTrack('flac', config), {})).format.layout;
    const magic = Buffer.from('fLaC');
    expect(await layoutOf(Buffer.concat([magic, six]))).toEqual(['FL', 'FR', 'FC', 'LFE', 'BL', 'BR']);
    expect(
      await layoutOf(Buffer.concat([magic, six, comment(['WAVEFORMATEXTENSIBLE_CHANNEL_MASK=0x60F'])])),
    ).toEqual(['FL', 'FR', 'FC', 'LFE', 'SL', 'SR']);
    expect(await layoutOf(Buffer.concat([magic, six, mask]))).toEqual(['FL', 'FR', 'FC', 'LFE', 'BL', 'BR']);
    expect(
      await layoutOf(Buffer.concat([magic, six, comment(['WAVEFORMATEXTENSIBLE_CHANNEL_MASK=x'])])),
    ).toHaveLength(6);
  });

  test.each([
    ['nothing', Buffer.alloc(0), /has no STREAMINFO/],
    ['something else', Buffer.from('OggS and more'), /has no known form/],
    ['cut', info.subarray(0, 33), /has no known form/],
    [
      'a cut block',
      Buffer.concat([Buffer.from('fLaC'), block(0, info).subarray(0, 30)]),
      /holds 26 bytes instead of 34/,
    ],
    ['3 bits', streamInfo({ ...stream, bits: 3 }), /says 3 bits in a sample/],
    ['1 Hz', streamInfo({ ...stream, sampleRate: 1 }), /says 1 Hz; 1,000 to 768,000 Hz make sense/],
    ['1048575 Hz', streamInfo({ ...stream, sampleRate: 1_048_575 }), /says 1,048,575 Hz/],
  ])('is refused: %s', (_, config, message) => {
    expect(() => parseFlacConfig('a.mka', config)).toThrow(AudioError);
    expect(() => parseFlacConfig('a.mka', config)).toThrow(message);
  });

  it('without a block size allows every block', () => {
    expect(parseFlacConfig('a', streamInfo({ ...stream, maxBlockSize: 0 })).info.maxBlockSize).toBe(65_535);
  });
});
