/**
 * Damaged files of every format: cut short, and changed at random places. `CONVIRZA_FUZZ` is the number of changed
 * files (`npm run stress` tries 50,000); with it files are cut at more places too.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getHeapStatistics } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { AudioError, MemorySource, openSource } from '../../src/audio/index.ts';
import { SEED } from './fixtures.ts';

const FORMATS = /\.(wav|aiff?|aifc|au|caf|mp3|mp2|m4a|mp4|mov|3gp|aac|ogg|oga|opus|webm|mkv|mka|flac)$/;
const folder = fileURLToPath(new URL('./fixtures/', import.meta.url));
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => FORMATS.test(name))
  .sort();

const isStress = process.env['CONVIRZA_FUZZ'] !== undefined;
const runs = Number(process.env['CONVIRZA_FUZZ'] ?? files.length * 12);
const runsOfEach = Math.ceil(runs / files.length);

/** Bytes that a decoder may take beside a multiple of its input: tables and the memories of kernels. */
const OWN_BYTES = 48_000_000;

/** Frames that so many bytes can stand for at most: some codecs need next to nothing for silence. */
const FRAMES_PER_BYTE = 70_000;

/**
 * Decodes as users do, with and without `allowTruncated`.
 *
 * @returns frames; undefined when it was refused as it should be
 */
async function decode(bytes: Uint8Array, allowTruncated: boolean): Promise<number | undefined> {
  const before = getHeapStatistics().external_memory;
  let frames = 0;
  try {
    const input = await openSource(new MemorySource('hostile', bytes), { allowTruncated });
    try {
      for await (const block of input.blocks()) {
        frames += block.frames;
        expect(block.channels).toHaveLength(input.info.channels);
        for (const channel of block.channels) expect(channel.length).toBeGreaterThanOrEqual(block.frames);
      }
    } finally {
      await input.close();
    }
  } catch (error) {
    if (!(error instanceof AudioError)) throw error;
    expect(error.message).toMatch(/hostile/);
    return undefined;
  } finally {
    const taken = getHeapStatistics().external_memory - before;
    expect(taken).toBeLessThan(OWN_BYTES + 40 * bytes.length);
  }
  expect(frames).toBeLessThanOrEqual(FRAMES_PER_BYTE * bytes.length);
  return frames;
}

/** A small generator of random numbers that gives the same ones at each run (Marsaglia, xorshift32). */
function random(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Values that sizes, counts and offsets break at. */
const EDGES = [0, 1, 0x7f, 0x80, 0xfe, 0xff];

function mutated(original: Uint8Array, below: (limit: number) => number): Uint8Array {
  let bytes = Uint8Array.from(original);
  for (let change = 0; change <= below(6); change++) {
    const at = below(below(2) === 0 ? Math.min(bytes.length, 512) : bytes.length);
    const kind = below(6);
    if (kind === 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
    else if (kind === 1) bytes[at] = below(256);
    else if (kind === 2) bytes.fill(EDGES[below(EDGES.length)] ?? 0, at, at + 1 + below(8));
    else if (kind === 3)
      bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(at + 1 + below(64))]);
    else if (kind === 4) bytes.copyWithin(at, below(bytes.length), below(bytes.length));
    else
      bytes = Uint8Array.from([
        ...bytes.subarray(0, at),
        ...bytes.subarray(at >> 1, at),
        ...bytes.subarray(at),
      ]);
  }
  return bytes.length === 0 ? original : bytes.slice(0, 4 * original.length);
}

it('there are fixtures of every format', () => {
  const formats = new Set(files.map((name) => extname(name)));
  for (const format of [
    '.wav',
    '.aiff',
    '.au',
    '.caf',
    '.mp3',
    '.m4a',
    '.aac',
    '.ogg',
    '.opus',
    '.webm',
    '.flac',
  ])
    expect(formats).toContain(format);
});

describe('changed at random places', () => {
  it.each(files)(
    '%s',
    async (name) => {
      const original = readFileSync(join(folder, name));
      const below = random(SEED ^ [...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7));
      for (let run = 0; run < runsOfEach; run++) {
        await decode(mutated(original, below), run % 2 === 0).catch((error: unknown) => {
          throw new Error(`run ${run}: ${String(error)}`, { cause: error });
        });
      }
    },
    3_600_000,
  );
});

describe('cut short', () => {
  const smallest = new Map<string, string>();
  for (const name of files) {
    const size = (file: string) => readFileSync(join(folder, file)).length;
    const other = smallest.get(extname(name));
    if (other === undefined || size(name) < size(other)) smallest.set(extname(name), name);
  }

  it.each([...smallest.values()])(
    '%s',
    async (name) => {
      const original = readFileSync(join(folder, name));
      const whole = (await decode(original, false)) ?? Number.POSITIVE_INFINITY;
      // Headers at every byte, and what follows at a few places; opening thousands of files takes its time.
      const [header, places] = isStress ? [1024, 200] : [320, 60];
      const step = Math.max(1, Math.floor((original.length - header) / places));
      let count = 0;
      for (let length = 0; length < original.length; length += length < header ? 1 : step, count++) {
        const cut = original.subarray(0, length);
        const allowTruncated = count % 2 === 0;
        const frames = await decode(cut, allowTruncated);
        if (isStress) await decode(cut, !allowTruncated);
        if (frames !== undefined) expect(frames).toBeLessThanOrEqual(whole);
      }
    },
    600_000,
  );
});
