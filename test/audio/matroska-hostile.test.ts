import { expect, test } from 'vitest';
import { ID } from '../../src/audio/containers/matroska/ebml.ts';
import { AudioError, identify } from '../../src/audio/index.ts';
import { SEED } from './fixtures.ts';
import {
  cluster,
  ebmlHeader,
  el,
  matroska,
  open,
  simpleBlock,
  trackEntry,
  tracks,
} from './matroska-helpers.ts';
import { demuxMatroska, fixture, MemorySource } from './mp4-helpers.ts';
import { mutants } from './mutants.ts';

const FILES = [
  'opus.webm',
  'opus-clusters.webm',
  'opus-live.webm',
  'mkvmerge-groups.mka',
  'video-first.webm',
  'vorbis.webm',
  'pcm-s16.mka',
  'adpcm-ms.mka',
];

/** Demuxes what may be anything: only an AudioError may come out, and no more than the file holds. */
async function survive(bytes: Uint8Array, allowTruncated: boolean): Promise<boolean> {
  const source = new MemorySource(bytes);
  identify(bytes);
  try {
    const { track, packets } = await demuxMatroska(source, { allowTruncated });
    expect(packets.reduce((sum, { length }) => sum + length, 0)).toBeLessThanOrEqual(bytes.length);
    expect(track.skip).toBeGreaterThanOrEqual(0);
    return true;
  } catch (error) {
    if (!(error instanceof AudioError)) throw error;
    return false;
  } finally {
    expect(source.largest).toBeLessThanOrEqual(131_072 + 2 * bytes.length);
  }
}

test.each(FILES.slice(0, 4))('%s cut at every byte', async (name) => {
  const file = fixture(`matroska/${name}`);
  for (let length = 0; length < file.length; length++) {
    const isFine = await survive(file.subarray(0, length), length % 2 === 0);
    if (!name.includes('live') && length % 2 === 1) expect(isFine).toBe(false);
  }
});

test.each(FILES)('%s with bytes and sizes changed', async (name) => {
  const file = fixture(`matroska/${name}`);
  let fine = 0;
  for (const mutant of mutants(file, { seed: SEED, count: 500, to: 1000 })) {
    if (await survive(mutant.bytes, mutant.index % 3 === 0)) fine++;
  }
  for (const mutant of mutants(file, { seed: SEED + 1, count: 200 })) {
    if (await survive(mutant.bytes, true)) fine++;
  }
  expect(fine).toBeGreaterThan(100);
});

test('a million empty elements, outside and inside a cluster', async () => {
  const empty = Buffer.concat(new Array<Buffer>(1_000_000).fill(Buffer.from([ID.void, 0x80])));
  expect(await survive(matroska(empty, tracks(trackEntry()), cluster()), false)).toBe(false);
  const file = matroska(tracks(trackEntry()), cluster(empty, simpleBlock(Buffer.alloc(9))));
  expect(await survive(file, false)).toBe(true);
});

test('clusters in clusters, and identifiers of clusters in rubbish', async () => {
  const start = open(ID.cluster);
  const nested = Buffer.concat(new Array<Buffer>(50_000).fill(start));
  const head = [ebmlHeader, open(ID.segment, tracks(trackEntry()))];
  expect(await survive(Buffer.concat([...head, nested]), false)).toBe(false);
  const rubbish = Buffer.concat(new Array<Buffer>(50_000).fill(Buffer.from('1f43b6758080e7', 'hex')));
  const file = Buffer.concat([...head, rubbish, cluster(simpleBlock(Buffer.alloc(9)))]);
  expect(await survive(file, false)).toBe(true);
});

test('a tracks element that claims gigabytes', async () => {
  const size = Buffer.from('1654ae6b08ffffffff', 'hex');
  expect(await survive(Buffer.concat([ebmlHeader, open(ID.segment), size, Buffer.alloc(99)]), false)).toBe(
    false,
  );
  expect(await survive(matroska(el(ID.tracks, Buffer.alloc(99))), false)).toBe(false);
});
