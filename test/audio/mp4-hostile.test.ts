import { expect, test } from 'vitest';
import { AudioError, identify } from '../../src/audio/index.ts';
import { SEED } from './fixtures.ts';
import { demuxMp4, fixture, MemorySource } from './mp4-helpers.ts';
import { mutants } from './mutants.ts';

const FILES = [
  'aac-moov-last.m4a',
  'aac-faststart.mp4',
  'aac-fragments.mp4',
  'aac-fragments-hybrid.mp4',
  'aac-fragments-dash.mp4',
  'aac-quicktime.mov',
  'opus.mp4',
  'vorbis.mp4',
  'pcm-sowt.mov',
  'pcm-lpcm-96k.mov',
  'ima4.mov',
  'video-first.mp4',
];

/** Demuxes what may be anything: only an AudioError may come out, and no more than the file holds. */
async function survive(bytes: Uint8Array, allowTruncated: boolean): Promise<boolean> {
  const source = new MemorySource(bytes);
  identify(bytes);
  try {
    const { track, packets } = await demuxMp4(source, { allowTruncated });
    expect(packets.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(bytes.length);
    expect(track.skip).toBeGreaterThanOrEqual(0);
    expect(track.duration ?? 1).toBeGreaterThan(0);
    expect(track.timeScale).toBeGreaterThan(0);
    return true;
  } catch (error) {
    if (!(error instanceof AudioError)) throw error;
    return false;
  } finally {
    expect(source.largest).toBeLessThanOrEqual(Math.max(65_536, 2 * bytes.length));
  }
}

test.each(FILES.filter((_, i) => i % 2 === 0))('%s cut at every byte', async (name) => {
  const file = fixture(`mp4/${name}`);
  for (let length = 0; length < file.length; length++) {
    const isFine = await survive(file.subarray(0, length), length % 2 === 0);
    if (!name.includes('fragments') && length % 2 === 1) {
      // Behind the data there may be nothing but tags.
      expect(isFine && length < file.length - 100).toBe(false);
    }
  }
});

test.each(FILES)('%s with bytes and sizes changed', async (name) => {
  const file = fixture(`mp4/${name}`);
  const header = Math.max(0, file.lastIndexOf('moov') - 4);
  const end = name.includes('fragments') || name.includes('faststart') ? file.length : header + 1500;
  let fine = 0;
  for (const mutant of mutants(file, { seed: SEED, count: 400, from: header, to: end })) {
    if (await survive(mutant.bytes, mutant.index % 3 === 0)) fine++;
  }
  expect(fine).toBeGreaterThan(80);
});
