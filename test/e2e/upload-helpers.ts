/** Many small prompts, and faults by the dozen. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { FaultRule } from '../../src/sandbox/index.ts';
import type { Bench } from '../helpers/cli.ts';
import { toneWav } from '../helpers/wav.ts';

export const UPLOADS = '/v3/media-prompts';

/** Short WAV files, no two alike, by names such as `p07.wav` or those given. @returns their names */
export async function makePrompts(folder: string, names: number | readonly string[]): Promise<string[]> {
  const list =
    typeof names === 'number'
      ? Array.from({ length: names }, (_, index) => `p${String(index).padStart(2, '0')}.wav`)
      : [...names];
  for (const [index, name] of list.entries()) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), toneWav(0.02 + index / 1000));
  }
  return list;
}

export const posts = (bench: Bench) =>
  bench.sandbox.requests.filter(({ method, path }) => method === 'POST' && path === UPLOADS);

/** How often each name is on the service; those that a sandbox begins with left out. */
export function storedNames(bench: Bench): string[] {
  return bench.sandbox.state
    .rows('prompts')
    .map((row) => String(row['filename']))
    .filter((name) => /^p\d+$/.test(name))
    .sort();
}

/** Numbers from 0 to 1, the same for the same seed (Park and Miller). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** One in five of so many uploads and lists is dropped, delayed or failed, some after the file was stored. */
export function faults(requests: number, random: () => number): FaultRule[] {
  const kinds: Omit<FaultRule, 'path'>[] = [
    { reset: 'before' },
    { reset: 'after' },
    { status: 500, takesEffect: true },
    { status: 503 },
    { status: 502, takesEffect: true },
    { delayMs: 40 },
    { status: 429, headers: { 'retry-after': '0' } },
    { cutAfterBytes: 20 },
  ];
  return Array.from({ length: Math.ceil(requests / 5) }, () => {
    const kind = kinds[Math.floor(random() * kinds.length)];
    const method = random() < 0.85 ? 'POST' : 'GET';
    return { ...kind, method, path: UPLOADS, after: Math.floor(random() * requests), times: 1 };
  });
}
