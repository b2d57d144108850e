import { unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AudioShelf } from '../../src/commands/voice-test-audio.ts';
import type { AudioPart } from '../../src/commands/voice-test-scenario.ts';
import { temporaryFolder } from '../helpers/cli.ts';
import { toneWav } from '../helpers/wav.ts';

async function bytesOf(shelf: AudioShelf, part: AudioPart): Promise<number> {
  let bytes = 0;
  for await (const piece of shelf.say(part)) bytes += piece.length;
  return bytes;
}

async function fileOf(seconds: number): Promise<AudioPart> {
  const path = join(await temporaryFolder(), 'a.wav');
  await writeFile(path, toneWav(seconds, 8_000));
  return { shown: 'a.wav', path, start: undefined, duration: undefined, line: 1, column: 1 };
}

const { signal } = new AbortController();

describe('the audio of scenarios', () => {
  it('is read once where it is short', async () => {
    const part = await fileOf(2);
    const shelf = new AudioShelf(signal);
    await shelf.prepare(part);
    await unlink(part.path);
    expect(await bytesOf(shelf, part)).toBe(2 * 48_000);
    expect(await bytesOf(shelf, part)).toBe(2 * 48_000);
  });

  it('is read each time where it is long', async () => {
    const part = await fileOf(95);
    const shelf = new AudioShelf(signal);
    await shelf.prepare(part);
    expect(await bytesOf(shelf, part)).toBe(95 * 48_000);
    await unlink(part.path);
    await expect(bytesOf(shelf, part)).rejects.toThrow(/no such file/);
  });

  it('may be a part of a file', async () => {
    const part = { ...(await fileOf(2)), start: 0.5, duration: 0.25 };
    const shelf = new AudioShelf(signal);
    await shelf.check(part);
    expect(await bytesOf(shelf, part)).toBe(12_000);
    await expect(shelf.check({ ...part, start: 3 })).rejects.toThrow(/nothing at 3\.000 s/);
  });

  it('is checked for being audio', async () => {
    const part = await fileOf(1);
    await writeFile(part.path, 'hello, text');
    await expect(new AudioShelf(signal).check(part)).rejects.toThrow(/holds text/);
    await unlink(part.path);
    await expect(new AudioShelf(signal).check(part)).rejects.toThrow(/no such file/);
  });
});
