import { mkdir, readdir, readFile, readlink, stat, symlink } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeFailure } from '../../src/audio/errors.ts';
import {
  ENCODINGS,
  type Encoding,
  identify,
  openAudio,
  RawFileWriter,
  toPcm16,
  WavFileWriter,
  wavHeader,
  wavLayout,
  wavOrder,
} from '../../src/audio/index.ts';
import { audioErrorOf, int16, SEED, useFolder } from './fixtures.ts';
import { decodeBytes, hashOf } from './pcm-helpers.ts';

const folder = useFolder();
const MONO = { sampleRate: 24_000, channels: 1 };

/** A new folder in the temporary one, and what is in it. */
async function subfolder(name: string) {
  await mkdir(folder.path(name));
  return {
    path: (file: string) => `${folder.path(name)}/${file}`,
    list: () => readdir(folder.path(name)),
  };
}

describe('wavHeader', () => {
  test('is the 44 bytes of a PCM file', () => {
    const header = wavHeader({ sampleRate: 24_000, channels: 2, dataBytes: 1000 });
    expect(header.toString('hex')).toBe(
      '524946460c04000057415645666d74201000000001000200c05d0000007701000400100064617461e8030000',
    );
    expect(identify(header)?.container).toBe('wav');
  });

  test('leaves the length open when it is not known', () => {
    const header = wavHeader(MONO);
    expect([header.readUInt32LE(4), header.readUInt32LE(40)]).toEqual([0xffffffff, 0xffffffff]);
  });
});

describe('headers of other encodings', () => {
  const header = (options: object) =>
    wavHeader({ sampleRate: 8000, channels: 1, dataBytes: 4, ...options }).toString('hex');
  const ascii = (text: string) => Buffer.from(text, 'latin1').toString('hex');

  test.each([
    ['u8', '0100', '401f0000', '0100', '0800'],
    ['s24', '0100', 'c05d0000', '0300', '1800'],
    ['s32', '0100', '007d0000', '0400', '2000'],
  ] as const)('%s is plain PCM', (encoding, tag, byteRate, blockAlign, bits) => {
    const format = `10000000${tag}0100401f0000${byteRate}${blockAlign}${bits}`;
    const riff = `${ascii('RIFF')}28000000${ascii('WAVEfmt ')}${format}${ascii('data')}04000000`;
    expect(header({ encoding })).toBe(riff);
  });

  test.each([
    ['f32', '0300', '007d0000', '0400', '2000', '01000000'],
    ['alaw', '0600', '401f0000', '0100', '0800', '04000000'],
    ['mulaw', '0700', '401f0000', '0100', '0800', '04000000'],
  ] as const)(
    '%s has the longer format and its length in frames',
    (encoding, tag, rate, align, bits, frames) => {
      const format = `12000000${tag}0100401f0000${rate}${align}${bits}0000`;
      const fact = `${ascii('fact')}04000000${frames}`;
      const riff = `${ascii('RIFF')}36000000${ascii('WAVEfmt ')}${format}${fact}${ascii('data')}04000000`;
      expect(header({ encoding })).toBe(riff);
    },
  );

  test('more than two channels are WAVE_FORMAT_EXTENSIBLE with the mask of their speakers', () => {
    const layout = ['FL', 'FR', 'FC', 'LFE', 'SL', 'SR'] as const;
    const format =
      'feff0600401f0000007701000c001000' + '160010000f060000' + '0100000000001000800000aa00389b71';
    const bytes = header({ channels: 6, layout, dataBytes: 12 });
    expect(bytes).toContain(`${ascii('fmt ')}28000000${format}${ascii('data')}0c000000`);
    expect(header({ channels: 6, dataBytes: 12 })).toContain('1600100000000000');
    expect(header({ channels: 3, layout: ['FL', 'FL', 'FC'], dataBytes: 6 })).toContain('1600100000000000');
  });

  test('a stream leaves the length in frames open as well', () => {
    const bytes = wavHeader({ ...MONO, encoding: 'f32' });
    expect([4, 46, 54].map((at) => bytes.readUInt32LE(at))).toEqual([0xffffffff, 0, 0xffffffff]);
  });

  test('a long file is RIFF with room to spare up to 4 GiB, and RF64 beyond', () => {
    const long = { ...MONO, long: true };
    const short = wavHeader({ ...long, dataBytes: 1000 });
    expect(short.toString('latin1', 0, 20)).toBe('RIFF\x30\x04\0\0WAVEJUNK\x1c\0\0\0');
    expect(short.readUInt32LE(76)).toBe(1000);
    const dataBytes = 6_000_000_000;
    const rf64 = wavHeader({ ...long, dataBytes });
    expect(rf64).toHaveLength(80);
    expect(rf64.toString('latin1', 0, 20)).toBe('RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0');
    expect([20, 28, 36].map((at) => Number(rf64.readBigUInt64LE(at)))).toEqual([
      dataBytes + 72,
      dataBytes,
      3e9,
    ]);
    expect([44, 76].map((at) => rf64.readUInt32LE(at))).toEqual([0, 0xffffffff]);
    const edge = 2 ** 32 - 1 - 72;
    expect(wavHeader({ ...long, dataBytes: edge - 1 }).toString('latin1', 0, 4)).toBe('RIFF');
    expect(wavHeader({ ...long, dataBytes: edge + 1 }).toString('latin1', 0, 4)).toBe('RF64');
  });

  test('the order of a WAV file', () => {
    expect(wavOrder(['FC', 'FL', 'FR', 'SL', 'SR', 'LFE'])).toEqual([1, 2, 0, 5, 3, 4]);
    expect(wavOrder(wavLayout(8, 0))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(wavOrder(['FR', 'unknown'])).toEqual([0, 1]);
    expect(wavOrder(['mono'])).toEqual([0]);
  });
});

describe('every encoding', () => {
  const sizes: Record<Encoding, number> = { u8: 1, s16: 2, s24: 3, s32: 4, f32: 4, alaw: 1, mulaw: 1 };
  /** Floats that are numbers: others do not come back. */
  const bytesOf = (encoding: Encoding, raw: readonly number[]) =>
    encoding === 'f32'
      ? Buffer.from(Float32Array.from(raw, (value) => value / 255 - 0.5).buffer)
      : Buffer.from(raw.flatMap((value) => Array(sizes[encoding]).fill(value)));

  test.each(ENCODINGS)(
    '%s: the reader finds what was written, with and without a header',
    async (encoding) => {
      const samples = fc.array(fc.nat(255), { minLength: 8, maxLength: 40 });
      await fc.assert(
        fc.asyncProperty(
          samples,
          fc.integer({ min: 1, max: 8 }),
          fc.boolean(),
          async (raw, channels, long) => {
            const bytes = bytesOf(encoding, raw);
            const layout = wavLayout(channels, 0);
            const options = { sampleRate: 16_000, channels, encoding, layout, long };
            const path = folder.path(`any-${encoding}.wav`);
            const writer = await WavFileWriter.create(path, options);
            await writer.write(bytes);
            const written = await writer.finish();
            const file = await readFile(path);
            const frames = Math.floor(raw.length / channels);
            expect(written).toEqual({ path, bytes: file.length, seconds: frames / 16_000 });
            expect(file.length % 2).toBe(0);
            expect(file.readUInt32LE(4)).toBe(file.length - 8);
            const { info, samples: seen } = await decodeBytes(file);
            expect(info).toMatchObject({ sampleRate: 16_000, channels, frames, layout });
            expect(info.codec).toBe(`pcm_${encoding}${sizes[encoding] > 1 ? 'le' : ''}`);

            const rawPath = folder.path(`any-${encoding}.raw`);
            const rawWriter = await RawFileWriter.create(rawPath, options);
            await rawWriter.write(bytes);
            const data = bytes.subarray(0, frames * channels * sizes[encoding]);
            expect(await rawWriter.finish()).toEqual({
              path: rawPath,
              bytes: data.length,
              seconds: frames / 16_000,
            });
            expect(await readFile(rawPath)).toEqual(data);
            const header = wavHeader({ ...options, dataBytes: data.length });
            expect(file.subarray(header.length, header.length + data.length)).toEqual(data);
            const stream = Buffer.concat([wavHeader({ ...options, long: false }), data]);
            expect(hashOf((await decodeBytes(stream)).samples)).toBe(hashOf(seen));
          },
        ),
        { seed: SEED, numRuns: 25 },
      );
    },
  );

  test('an odd file is filled up with a zero', async () => {
    const path = folder.path('odd.wav');
    const writer = await WavFileWriter.create(path, { sampleRate: 8000, channels: 1, encoding: 'mulaw' });
    await writer.write(Buffer.from([1, 2, 3]));
    expect(await writer.finish()).toEqual({ path, bytes: 62, seconds: 3 / 8000 });
    expect((await readFile(path)).subarray(54).toString('hex')).toBe('0300000001020300');
  });

  test('RF64 is read again', async () => {
    const header = wavHeader({ ...MONO, long: true, dataBytes: 5_000_000_000 });
    header.writeBigUInt64LE(6n, 28);
    const { info } = await decodeBytes(Buffer.concat([header, int16(1, 2, 3)]));
    expect(info).toMatchObject({ container: 'wav', codec: 'pcm_s16le', frames: 3 });
  });
});

describe('WavFileWriter', () => {
  test('what is written is what is read, however it is cut into writes', async () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(pieces, fc.constantFrom(1, 2), async (parts, channels) => {
        const path = folder.path('round.wav');
        const writer = await WavFileWriter.create(path, { sampleRate: 16_000, channels });
        await Promise.all(parts.map((part) => writer.write(part)));
        const whole = Buffer.concat(parts);
        const frames = Math.floor(whole.length / (2 * channels));
        const data = whole.subarray(0, frames * 2 * channels);
        expect(await writer.finish()).toEqual({ path, bytes: 44 + data.length, seconds: frames / 16_000 });
        const header = wavHeader({ sampleRate: 16_000, channels, dataBytes: data.length });
        expect(await readFile(path)).toEqual(Buffer.concat([header, data]));
      }),
      { seed: SEED, numRuns: 60 },
    );
  });

  test('its files are opened by the reader', async () => {
    const path = folder.path('back.wav');
    const writer = await WavFileWriter.create(path, MONO);
    await writer.write(int16(1, -2, 3));
    await writer.finish();
    const input = await openAudio(path);
    expect(input.info).toMatchObject({ codec: 'pcm_s16le', sampleRate: 24_000, channels: 1, frames: 3 });
    for await (const part of toPcm16(input, { sampleRate: 24_000, channels: 1 }))
      expect(part).toEqual(int16(1, -2, 3));
    await input.close();
  });

  test('no write at all gives a valid file without audio', async () => {
    const path = folder.path('none.wav');
    const result = await (await WavFileWriter.create(path, MONO)).finish();
    expect(result).toEqual({ path, bytes: 44, seconds: 0 });
    expect(await readFile(path)).toEqual(wavHeader({ ...MONO, dataBytes: 0 }));
  });

  test('the file is there only when it is complete; until then an older one stays', async () => {
    const { path, list } = await subfolder('replace');
    await folder.file('replace/a.wav', 'old');
    const writer = await WavFileWriter.create(path('a.wav'), MONO);
    await writer.write(int16(1));
    expect(await readFile(path('a.wav'), 'utf8')).toBe('old');
    expect(await list()).toHaveLength(2);
    await writer.finish();
    expect(await list()).toEqual(['a.wav']);
    expect((await stat(path('a.wav'))).size).toBe(46);
  });

  test('abort leaves nothing, and after finish does nothing', async () => {
    const { path, list } = await subfolder('abort');
    const given = await WavFileWriter.create(path('a.wav'), MONO);
    void given.write(int16(1, 2, 3));
    await given.abort();
    await given.abort();
    expect(await list()).toEqual([]);
    await expect(given.write(int16(1))).rejects.toThrow(/already closed/);

    const kept = await WavFileWriter.create(path('b.wav'), MONO);
    await kept.finish();
    await kept.abort();
    expect(await list()).toEqual(['b.wav']);
  });

  test('two writers of one path do not disturb each other: the last to finish wins', async () => {
    const { path, list } = await subfolder('two');
    const writers = await Promise.all([1, 2].map(() => WavFileWriter.create(path('a.wav'), MONO)));
    await Promise.all(writers.map((writer, i) => writer.write(int16(i, i))));
    for (const writer of writers) await writer.finish();
    expect(await list()).toEqual(['a.wav']);
    expect((await readFile(path('a.wav'))).subarray(44)).toEqual(int16(1, 1));
  });

  test.skipIf(process.platform === 'win32')(
    'a symbolic link stays, and what it names is replaced',
    async () => {
      const { path, list } = await subfolder('link');
      await folder.file('link/real.wav', 'old');
      await symlink('real.wav', path('link.wav'));
      await (await WavFileWriter.create(path('link.wav'), MONO)).finish();
      expect(await readlink(path('link.wav'))).toBe('real.wav');
      expect((await stat(path('real.wav'))).size).toBe(44);
      expect((await list()).sort()).toEqual(['link.wav', 'real.wav']);
    },
  );
});

describe('failures', () => {
  test('the folder does not exist', async () => {
    const error = await audioErrorOf(WavFileWriter.create(folder.path('no/where/a.wav'), MONO));
    expect(error.message).toContain(`the folder "${folder.path('no/where')}" does not exist`);
    expect(error.hint).toContain('Create the folder');
    expect(error.exitCode).toBe(2);
  });

  test('the path is a folder', async () => {
    await mkdir(folder.path('taken.wav'));
    const error = await audioErrorOf(WavFileWriter.create(folder.path('taken.wav'), MONO));
    expect(error.message).toMatch(/it is a folder/);
  });

  test('the folder is a file', async () => {
    const file = await folder.file('file', 'x');
    expect((await audioErrorOf(WavFileWriter.create(`${file}/a.wav`, MONO))).message).toMatch(
      /is not a folder/,
    );
  });

  test.skipIf(process.platform === 'win32')(
    'the path is a device, which renaming would replace',
    async () => {
      const error = await audioErrorOf(WavFileWriter.create('/dev/null', MONO));
      expect(error.message).toMatch(/not a regular file/);
    },
  );

  test('the target becomes a folder before finish: an error, and nothing left behind', async () => {
    const { path, list } = await subfolder('late');
    const writer = await WavFileWriter.create(path('a.wav'), MONO);
    await mkdir(path('a.wav'));
    const error = await audioErrorOf(writer.finish());
    expect(error.message).toContain(path('a.wav'));
    expect(await list()).toEqual(['a.wav']);
  });

  test('more than 4 GiB is refused, and finish says so again', async () => {
    const { path, list } = await subfolder('large');
    const writer = await WavFileWriter.create(path('a.wav'), MONO);
    const error = await audioErrorOf(writer.write({ length: 2 ** 32 } as Uint8Array));
    expect(error.message).toMatch(/at most 4 GiB/);
    expect(await audioErrorOf(writer.write(int16(1)))).toBe(error);
    expect(await audioErrorOf(writer.finish())).toBe(error);
    expect(await list()).toEqual([]);
  });

  test.each([
    ['ENOSPC', /no space is left on the disk/],
    ['EACCES', /no permission to write there/],
    ['EROFS', /the disk is read-only/],
    ['EIO', /the system reports EIO/],
  ])('%s', (code, message) => {
    const error = writeFailure('a.wav', '.', Object.assign(new Error('no'), { code }));
    expect(error.message).toMatch(message);
    expect(error.hint).toBeTruthy();
  });
});
