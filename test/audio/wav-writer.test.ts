import { mkdir, readdir, readFile, readlink, stat, symlink } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeFailure } from '../../src/audio/errors.ts';
import { identify, openAudio, toPcm16, WavFileWriter, wavHeader } from '../../src/audio/index.ts';
import { audioErrorOf, int16, SEED, useFolder } from './fixtures.ts';

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
