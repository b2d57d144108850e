import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aLawCodes, muLawCodes } from '../../src/audio/codecs/g711-encode.ts';
import {
  A_LAW,
  createEncoder,
  ENCODINGS,
  type Encoding,
  encodePcm16,
  MemorySource,
  MU_LAW,
  openRaw,
} from '../../src/audio/index.ts';
import { SEED } from './fixtures.ts';
import { fixture } from './pcm-helpers.ts';

/** One channel of `values`, encoded. */
function encoded(encoding: Encoding, values: readonly number[], dither = false): Buffer {
  const block = { frames: values.length, channels: [Float32Array.from(values)] };
  return createEncoder({ encoding, channels: 1, dither })(block);
}

/** Decodes bytes and encodes what comes of them. */
async function again(encoding: Encoding, bytes: Buffer, channels: number): Promise<Buffer> {
  const input = openRaw(new MemorySource('test', bytes), { encoding, sampleRate: 8000, channels });
  const encode = createEncoder({ encoding, channels });
  const parts: Buffer[] = [];
  for await (const block of input.blocks()) parts.push(encode(block));
  return Buffer.concat(parts);
}

describe('what was read is written again, to the bit', () => {
  test('every byte of the 8-bit encodings', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    for (const encoding of ['u8', 'alaw', 'mulaw'] as const)
      expect(await again(encoding, bytes, 1)).toEqual(bytes);
  });

  test('every 16-bit sample, and the ends of 24 bits', async () => {
    const samples = Buffer.from(Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768).buffer);
    expect(await again('s16', samples, 2)).toEqual(samples);
    const ends = Buffer.from('000080010080ffffff000000010000feff7fffff7f', 'hex');
    expect(await again('s24', ends, 1)).toEqual(ends);
  });

  test('any bytes as s24, and any 24 upper bits as s32', async () => {
    const bytes = fc.uint8Array({ minLength: 24, maxLength: 240 });
    await fc.assert(
      fc.asyncProperty(bytes, fc.integer({ min: 1, max: 8 }), async (raw, channels) => {
        const whole = Buffer.from(raw.subarray(0, raw.length - (raw.length % (3 * channels))));
        expect(await again('s24', whole, channels)).toEqual(whole);
        const wide = Buffer.alloc((whole.length / 3) * 4);
        for (let i = 0; i < whole.length / 3; i++) whole.copy(wide, i * 4 + 1, i * 3, i * 3 + 3);
        expect(await again('s32', wide, channels)).toEqual(wide);
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  test('any finite float, those beyond 1 and the negative zero too', async () => {
    const finite = fc.float({ noNaN: true, noDefaultInfinity: true });
    await fc.assert(
      fc.asyncProperty(fc.array(finite, { minLength: 1, maxLength: 50 }), async (values) => {
        const bytes = Buffer.from(Float32Array.from([...values, -0, 4]).buffer);
        expect(await again('f32', bytes, 1)).toEqual(bytes);
      }),
      { seed: SEED, numRuns: 100 },
    );
  });

  test.each([
    ['mulaw', 'mulaw.au'],
    ['alaw', 'alaw.au'],
    ['s24', 's24le.wav'],
  ] as const)('speech as %s', async (encoding, name) => {
    const size = encoding === 's24' ? 2880 : 960;
    const bytes = fixture(name).subarray(-size);
    expect(await again(encoding, bytes, 2)).toEqual(bytes);
  });
});

describe('rounding', () => {
  const LSB: [Encoding, number][] = [
    ['u8', 7],
    ['s16', 15],
    ['s24', 23],
  ];
  test.each(LSB)('%s: to the nearest, ties to even, held at the ends', (encoding, bits) => {
    const scale = 2 ** bits;
    const steps = encoding === 's24' ? [1, 3] : [0.5, 1.5, 2.5, -0.5, -1.5, 0.49, -0.51];
    const values = [...steps.map((step) => step / scale), 1, 1.5, -1, -1.5, Number.NaN, 1e30, -1e30];
    const bytes = encoded(encoding, values);
    const size = (bits + 1) / 8;
    const seen = values.map((_, i) =>
      encoding === 'u8' ? bytes.readUInt8(i) - 128 : bytes.readIntLE(i * size, size),
    );
    const rounded = encoding === 's24' ? [1, 3] : [0, 2, 2, 0, -2, 0, -1];
    const [most, least] = [scale - 1, -scale];
    expect(seen.map((value) => value + 0)).toEqual([...rounded, most, most, least, least, 0, most, least]);
  });

  test('s32 and f32', () => {
    const s32 = encoded('s32', [1, -1, 0.5, Number.NaN, -9]);
    expect([0, 1, 2, 3, 4].map((i) => s32.readInt32LE(i * 4))).toEqual([
      2 ** 31 - 1,
      -(2 ** 31),
      2 ** 30,
      0,
      -(2 ** 31),
    ]);
    const f32 = encoded('f32', [1.5, Number.NaN, -0.25]);
    expect([0, 1, 2].map((i) => f32.readFloatLE(i * 4))).toEqual([1.5, 0, -0.25]);
  });

  test('the laws hold at the ends, and take no number for 0', () => {
    expect(encoded('alaw', [9, -9, Number.NaN, 0])).toEqual(Buffer.from([0xaa, 0x2a, 0xd5, 0xd5]));
    expect(encoded('mulaw', [9, -9, Number.NaN, 0, -0])).toEqual(Buffer.from([0x80, 0x00, 0xff, 0xff, 0x7f]));
  });
});

describe('G.711', () => {
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

  // The codes of all 65,536 samples, as the reference program of ITU-T G.191 gives them; for A-law also Sun's g711.c.
  test('codes of all 16-bit samples', () => {
    expect(sha256(aLawCodes())).toBe('38488f6fd710f4686360edc4d38639f96c491595ef93f8eb8d62d5e07ca6ce7b');
    expect(sha256(muLawCodes())).toBe('90c29de505fb68e766118303bd552a16005dcf810873698bee1d8f3b247ce28c');
  });

  test.each([
    ['A-law', aLawCodes(), A_LAW, 0xd5],
    ['mu-law', muLawCodes(), MU_LAW, 0xff],
  ])(
    '%s: rises with the sample, and errs by at most half a step of its segment',
    (_, codes, values, zero) => {
      expect(codes[32_768]).toBe(zero);
      const wrong: number[] = [];
      let before = -32_768;
      for (let sample = -32_768; sample < 32_768; sample++) {
        const value = values[codes[sample + 32_768] as number] as number;
        const half = Math.max(8, (Math.abs(value) + 132) / 32.9);
        const isHeld = Math.abs(sample) > 32_124 + 512;
        if (value < before || (!isHeld && Math.abs(value - sample) > half)) wrong.push(sample);
        before = value;
      }
      expect(wrong).toEqual([]);
    },
  );
});

describe('blocks', () => {
  test.each(ENCODINGS)(
    '%s interleaves the frames of a block and no more, into a buffer of its own',
    (encoding) => {
      const encode = createEncoder({ encoding, channels: 2 });
      const block = { frames: 2, channels: [Float32Array.of(0.5, -0.5, 1), Float32Array.of(-1, 0.25, 1)] };
      const bytes = encode(block);
      const flat = encoded(encoding, [0.5, -1, -0.5, 0.25]);
      expect(bytes).toEqual(flat);
      const copy = Buffer.from(bytes);
      block.channels[0]?.fill(0);
      encode(block);
      expect(bytes).toEqual(copy);
      expect(encode({ frames: 0, channels: block.channels })).toHaveLength(0);
    },
  );

  test('encodePcm16 is s16', () => {
    const block = { frames: 3, channels: [Float32Array.of(0.1, -0.2, 0.3)] };
    expect(encodePcm16(block)).toEqual(createEncoder({ encoding: 's16', channels: 1 })(block));
  });
});

describe('dither', () => {
  const frames = 20_000;
  const level = 0.3 / 32_768;
  const constant = Array.from({ length: frames }, () => level);
  const samplesOf = (bytes: Buffer) =>
    Array.from({ length: bytes.length / 2 }, (_, i) => bytes.readInt16LE(i * 2));

  test('triangular, of at most one step, and free of bias', () => {
    const samples = samplesOf(encoded('s16', constant, true));
    expect(new Set(samples)).toEqual(new Set([-1, 0, 1]));
    const mean = samples.reduce((sum, value) => sum + value, 0) / frames;
    expect(mean).toBeGreaterThan(0.28);
    expect(mean).toBeLessThan(0.32);
    // The error of rounding and the noise together have the power of a quarter of a step squared.
    const power = samples.reduce((sum, value) => sum + (value - 0.3) ** 2, 0) / frames;
    expect(power).toBeGreaterThan(0.24);
    expect(power).toBeLessThan(0.26);
  });

  test('the same each time, however the audio is cut, and another for each channel', () => {
    const block = { frames, channels: [Float32Array.from(constant), Float32Array.from(constant)] };
    const options = { encoding: 's16', channels: 2, dither: true } as const;
    const whole = createEncoder(options)(block);
    expect(createEncoder(options)(block)).toEqual(whole);
    const encode = createEncoder(options);
    const parts = [0, 7, 4096, 5000].map((start, i, starts) => {
      const end = starts[i + 1] ?? frames;
      return encode({
        frames: end - start,
        channels: block.channels.map((plane) => plane.subarray(start, end)),
      });
    });
    expect(Buffer.concat(parts)).toEqual(whole);
    const samples = samplesOf(whole);
    expect(samples.filter((_, i) => i % 2 === 0)).not.toEqual(samples.filter((_, i) => i % 2 === 1));
  });

  test('leaves float and the laws alone', () => {
    for (const encoding of ['f32', 's32', 'alaw', 'mulaw'] as const)
      expect(encoded(encoding, constant, true)).toEqual(encoded(encoding, constant));
    expect(encoded('u8', constant, true)).not.toEqual(encoded('u8', constant));
    expect(encoded('s24', constant, true)).not.toEqual(encoded('s24', constant));
  });
});
