import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SampleReader } from '../../src/sandbox/voice/inbound.ts';
import { findReplies, loadReplies, recordedReplies } from '../../src/sandbox/voice/replies.ts';

describe('replies', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'voice-replies-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const loudest = (pcm: Buffer) =>
    new SampleReader().read(pcm).reduce((most, s) => Math.max(most, Math.abs(s)), 0);

  it('come from the list of a folder; a broken file is left out and told of', async () => {
    const list = [1, 2, 3].map((n) => ({ file: `${n}.wav`, text: `Text ${n}` }));
    await writeFile(join(folder, 'replies.json'), JSON.stringify(list));
    const set = await loadReplies(folder, async (path) => {
      if (path.endsWith('2.wav')) throw new Error('2.wav is broken');
      return Buffer.from(path.slice(-5));
    });
    expect(set.replies.map(({ text, pcm }) => [text, pcm.toString()])).toEqual([
      ['Text 1', '1.wav'],
      ['Text 3', '3.wav'],
    ]);
    expect(set.problem).toBe('2.wav is broken');
  });

  it('fall back to an audible sound that says what it is', async () => {
    await writeFile(join(folder, 'replies.json'), '[{"file": 1}]');
    for (const where of [undefined, folder, join(folder, 'none')]) {
      const { replies, problem } = await loadReplies(where, async () => Buffer.alloc(2));
      expect(problem).toBeTruthy();
      expect(replies).toHaveLength(1);
      expect(replies[0]?.text).toContain('made-up sound');
      expect(loudest(replies[0]?.pcm ?? Buffer.alloc(0))).toBe(16_384);
    }
  });

  it('are found from the source and from the bundle', async () => {
    for (const [place, module] of [
      ['src/sandbox/replies', 'src/sandbox/voice/replies.ts'],
      ['dist/assets/sandbox/replies', 'dist/main.js'],
      ['dist/assets/sandbox/replies', 'dist/chunks/voice-ABC.js'],
    ] as const) {
      await mkdir(join(folder, place), { recursive: true });
      await writeFile(join(folder, place, 'replies.json'), '[]');
      const found = findReplies(pathToFileURL(join(folder, module)).href);
      expect(found).toBe(join(folder, place, '/'));
    }
    expect(findReplies(pathToFileURL(join(folder, 'elsewhere/a/b.js')).href)).toBeUndefined();
  });

  it('that are recorded can all be heard', async () => {
    const { replies, problem } = await recordedReplies();
    expect(problem).toBeUndefined();
    expect(replies.length).toBeGreaterThan(1);
    for (const { text, pcm } of replies) {
      expect(text.trim()).not.toBe('');
      expect(pcm.length).toBeGreaterThan(48_000 / 2);
      expect(loudest(pcm)).toBeGreaterThan(1_000);
    }
  });
});
