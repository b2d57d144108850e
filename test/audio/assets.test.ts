import { readdir, readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { identifyFile, openAudio, toPcm16 } from '../../src/audio/index.ts';

const prompts = fileURLToPath(new URL('../../src/demo/prompts/', import.meta.url));
const replies = fileURLToPath(new URL('../../src/sandbox/replies/', import.meta.url));

/** Highest sample of a file as 24 kHz mono, 0 to 1. */
async function peakOf(path: string): Promise<number> {
  const input = await openAudio(path);
  let peak = 0;
  for await (const part of toPcm16(input, { sampleRate: 24_000, channels: 1 })) {
    for (let at = 0; at < part.length; at += 2) peak = Math.max(peak, Math.abs(part.readInt16LE(at)));
  }
  await input.close();
  return peak / 32_768;
}

describe('prompts of the demo', () => {
  test.each([
    ['welcome.wav', 'wav', undefined],
    ['menu.mp3', 'mp3', 'mp3'],
    ['hold.ogg', 'ogg', 'opus'],
    ['voicemail.m4a', 'm4a', undefined],
    ['survey.flac', 'flac', 'flac'],
    ['closed.webm', 'webm', 'opus'],
  ])('%s is %s', async (name, container, codec) => {
    const { type } = await identifyFile(prompts + name);
    expect(type?.container).toBe(container);
    expect(type?.mimeType).toMatch(/^audio\//);
    if (codec !== undefined) expect(type?.codec).toBe(codec);
  });

  test('are six, and small', async () => {
    const names = await readdir(prompts);
    const sizes = await Promise.all(names.map(async (name) => (await stat(prompts + name)).size));
    expect(names).toHaveLength(6);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(250_000);
  });

  test('welcome.wav can be streamed to a voice', async () => {
    const input = await openAudio(`${prompts}welcome.wav`);
    expect(input.info).toMatchObject({ codec: 'pcm_s16le', sampleRate: 16_000, channels: 1 });
    expect(input.info.seconds).toBeGreaterThan(3);
    expect(input.info.seconds).toBeLessThan(4);
    await input.close();
    expect(await peakOf(`${prompts}welcome.wav`)).toBeGreaterThan(0.5);
  });
});

test('replies of the sandbox are listed, short mu-law speech, and own up to what they are', async () => {
  const list: { file: string; text: string }[] = JSON.parse(await readFile(`${replies}replies.json`, 'utf8'));
  const files = (await readdir(replies)).filter((name) => name.endsWith('.wav'));
  expect(list.map(({ file }) => file).sort()).toEqual(files.sort());
  for (const { file, text } of list) {
    expect(text).toMatch(/sandbox/);
    expect((await stat(replies + file)).size).toBeLessThan(75_000);
    const input = await openAudio(replies + file);
    expect(input.info).toMatchObject({ codec: 'pcm_mulaw', sampleRate: 24_000, channels: 1 });
    expect(input.info.seconds).toBeGreaterThan(1.5);
    expect(input.info.seconds).toBeLessThan(3);
    await input.close();
    const peak = await peakOf(replies + file);
    expect(peak).toBeGreaterThan(0.5);
    expect(peak).toBeLessThan(0.95);
  }
});

describe('the script that made them', () => {
  const script = readFile(new URL('../../src/demo/make-speech.sh', import.meta.url), 'utf8');
  const made = async (word: string) =>
    [...(await script).matchAll(new RegExp(`^${word} (\\S+) .*?'(.*)'`, 'gm'))].map(([, file, text]) => ({
      file,
      text,
    }));

  test('makes every prompt that is there', async () => {
    expect((await made('prompt')).map(({ file }) => file).sort()).toEqual((await readdir(prompts)).sort());
  });

  test('makes every reply, with the text that the sandbox says it has', async () => {
    expect(await made('reply')).toEqual(JSON.parse(await readFile(`${replies}replies.json`, 'utf8')));
  });
});
