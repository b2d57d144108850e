import { mkdir, truncate } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { readFailure } from '../../src/audio/errors.ts';
import { openAudio } from '../../src/audio/index.ts';
import { CliError } from '../../src/shared/errors.ts';
import {
  audioErrorOf,
  chunk,
  decode,
  extension,
  type Format,
  fmt,
  int16,
  riff,
  samplesOf,
  useFolder,
  wav,
} from './fixtures.ts';

const folder = useFolder();

async function errorOf(bytes: Uint8Array | string, options: { allowTruncated?: boolean } = {}) {
  const error = await audioErrorOf(decode(await folder.file('case.wav', bytes), options));
  expect(error).toBeInstanceOf(CliError);
  expect(error.exitCode).toBe(2);
  expect(error.message).toContain(folder.path('case.wav'));
  expect(error.hint).toBeTruthy();
  return error;
}

describe('files that are not there or not files', () => {
  test('missing', async () => {
    const error = await audioErrorOf(openAudio(folder.path('nothing.wav')));
    expect(error.message).toBe(`Cannot read "${folder.path('nothing.wav')}": there is no such file.`);
    expect(error.hint).toContain('spelling');
  });

  test('a folder', async () => {
    await mkdir(folder.path('folder.wav'));
    const error = await audioErrorOf(openAudio(folder.path('folder.wav')));
    expect(error.message).toMatch(/it is a folder/);
  });

  test('a file taken for a folder', async () => {
    const path = await folder.file('plain', 'x');
    expect((await audioErrorOf(openAudio(`${path}/a.wav`))).message).toMatch(/is a file, not a folder/);
  });

  test.skipIf(process.platform === 'win32')('a device', async () => {
    expect((await audioErrorOf(openAudio('/dev/null'))).message).toMatch(/not a regular file/);
  });

  test('no permission, and whatever else the system reports', () => {
    const failure = (code: string) => readFailure('a.wav', Object.assign(new Error('no'), { code }));
    expect(failure('EACCES').message).toMatch(/no permission to read it/);
    expect(failure('EIO').message).toBe('Cannot read "a.wav": the system reports EIO.');
    expect(failure('EMFILE').hint).toMatch(/fewer files/);
  });
});

describe('contents that are no WAV', () => {
  test.each([
    ['', /is empty \(0 bytes\)/],
    ['Please find the recording attached.\n', /holds text, not audio \(36 bytes\)/],
    ['<!DOCTYPE html><html><body>Not found</body></html>', /holds HTML, not audio/],
    ['%PDF-1.7\n', /holds a PDF, not audio/],
    [Buffer.from('0b77aa5504', 'hex'), /is in no known audio format \(5 bytes of unknown binary data\)/],
    [Buffer.from('RIFX....WAVE', 'latin1'), /big-endian WAV \(RIFX\)/],
  ])('%j', async (bytes, message) => {
    expect((await errorOf(bytes)).message).toMatch(message);
  });

  test('another audio format is named, with what to do', async () => {
    const error = await errorOf(Buffer.concat([Buffer.from('wvpk'), Buffer.alloc(40)]));
    expect(error.message).toMatch(/is WavPack audio, which cannot be decoded\.$/);
    expect(error.hint).toMatch(/^Convert it to WAV first/);
  });
});

describe('headers', () => {
  test('cut inside the first 12 bytes', async () => {
    expect((await errorOf(wav(int16(1)).subarray(0, 7))).message).toMatch(/is cut off: it has only 7 bytes/);
  });

  test('cut inside the fmt chunk', async () => {
    const { message } = await errorOf(wav(int16(1)).subarray(0, 30));
    expect(message).toMatch(/only 30 bytes, and the "fmt" chunk at byte 12 takes 24 bytes/);
  });

  test('no data chunk', async () => {
    expect((await errorOf(riff([fmt()]))).message).toMatch(/there is no "data" chunk.* in its 36 bytes/);
  });

  test('no data chunk, because another claims more than there is', async () => {
    const { message } = await errorOf(riff([fmt(), chunk('LIST', Buffer.alloc(4), { size: 1000 })]));
    expect(message).toMatch(
      /its "LIST" chunk at byte 36 claims 1,000 bytes, but the file ends after 48 bytes/,
    );
  });

  test('no fmt chunk', async () => {
    expect((await errorOf(riff([chunk('data', int16(1))]))).message).toMatch(/there is no "fmt" chunk/);
  });

  test('more chunks than any real file has', async () => {
    const many = Array.from({ length: 10_001 }, () => chunk('JUNK', Buffer.alloc(0)));
    expect((await errorOf(riff(many))).message).toMatch(/more than 10,000 chunks/);
  });

  const odd: [string, Format, RegExp][] = [
    ['no channels', { channels: 0 }, /says 0 channels/],
    ['too many channels', { channels: 33 }, /says 33 channels; at most 32 make sense/],
    ['a rate too low', { rate: 999 }, /says 999 Hz; 1,000 to 768,000 Hz make sense/],
    ['a rate too high', { rate: 768_001 }, /says 768,001 Hz/],
    ['a frame too small', { channels: 2, blockAlign: 2 }, /2 channels of 16 bits in a frame of 2 bytes/],
    ['a frame that does not divide', { channels: 2, blockAlign: 5 }, /in a frame of 5 bytes/],
    ['no bits', { bits: 0, blockAlign: 0 }, /1 channel of 0 bits in a frame of 0 bytes/],
    ['MP3 without a frame', { tag: 0x55, blockAlign: 1 }, /holds no audio: there is no MPEG frame/],
    ['GSM', { tag: 0x31, blockAlign: 65, bits: 0 }, /holds GSM 6\.10 \(format tag 0x0031\)/],
    ['AAC', { tag: 0xff, blockAlign: 1 }, /holds AAC \(format tag 0x00ff\)/],
    ['IMA ADPCM of 3 bits', { tag: 0x11, bits: 3, blockAlign: 256 }, /ADPCM with 3 bits; 4 can be decoded/],
    [
      'MS ADPCM of 3 channels',
      { tag: 2, bits: 4, channels: 3, blockAlign: 256 },
      /3 channels; it has 1 or 2/,
    ],
    ['blocks too small', { tag: 2, bits: 4, channels: 2, blockAlign: 14 }, /blocks of 14 bytes, too few/],
    ['blocks of nothing', { tag: 0x11, bits: 4, blockAlign: 0 }, /blocks of 0 bytes, too few/],
    ['an unknown tag', { tag: 0x1234 }, /holds an unknown coding \(format tag 0x1234\)/],
    ['64-bit PCM', { bits: 64 }, /holds 64-bit PCM/],
    ['half float', { tag: 3, bits: 16 }, /holds 16-bit float/],
    [
      'extensible without the extension',
      { tag: 0xfffe },
      /extensible "fmt" chunk holds 16 bytes instead of 40/,
    ],
    [
      'an extensible tag',
      { tag: 0xfffe, rest: extension(0x31, 0, 0) },
      /holds GSM 6\.10 \(format tag 0x0031\)/,
    ],
    [
      'an unknown SubFormat',
      { tag: 0xfffe, rest: Buffer.alloc(24, 0xab) },
      /SubFormat abababab-abab-abab-abab-abababababab/,
    ],
  ];
  test.each(odd)('%s', async (_, format, message) => {
    expect((await errorOf(riff([fmt(format), chunk('data', Buffer.alloc(512))]))).message).toMatch(message);
  });

  test('a fmt chunk of 12 bytes', async () => {
    const bytes = riff([chunk('fmt ', Buffer.alloc(12, 1)), chunk('data', int16(1))]);
    expect((await errorOf(bytes)).message).toMatch(/its "fmt" chunk holds 12 bytes instead of 16/);
  });
});

describe('samples', () => {
  test.each([
    ['and nothing after it', []],
    ['and other chunks after it', [chunk('LIST', Buffer.from('abc')), chunk('id3 ', Buffer.alloc(10))]],
  ])('a data chunk of no bytes %s holds no audio', async (_, after) => {
    const { message } = await errorOf(riff([fmt(), chunk('data', Buffer.alloc(0)), ...after]));
    expect(message).toMatch(/holds no audio/);
  });

  test('data that is cut off is refused with both lengths', async () => {
    const whole = wav(Buffer.alloc(16_000));
    const { message, hint } = await errorOf(whole.subarray(0, 44 + 4_000));
    expect(message).toMatch(
      /promises 1\.000 s of audio \(16,000 bytes\), the file holds 0\.250 s \(4,000 bytes\)/,
    );
    expect(hint).toContain('--allow-truncated');
  });

  test('allowTruncated uses the whole frames that are there', async () => {
    const whole = wav(int16(1, 2, 3, 4), { channels: 2 });
    const path = await folder.file('cut.wav', whole.subarray(0, whole.length - 1));
    const { info, samples } = await decode(path, { allowTruncated: true });
    expect(info.frames).toBe(1);
    expect(samples.map((channel) => channel.map((value) => value * 32_768))).toEqual([[1], [2]]);
  });

  test('allowTruncated does not make audio out of nothing', async () => {
    const { message } = await errorOf(wav(int16(1)).subarray(0, 45), { allowTruncated: true });
    expect(message).toMatch(/holds no audio/);
  });

  test('a file that shrinks while it is read', async () => {
    const path = await folder.file('shrinks.wav', wav(Buffer.alloc(1000)));
    const input = await openAudio(path);
    await truncate(path, 500);
    expect((await audioErrorOf(samplesOf(input))).message).toMatch(/became shorter while it was being read/);
    await input.close();
  });
});
