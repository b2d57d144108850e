/**
 * The one gap of a lock that is a folder: its owner stands between making the folder and putting its name into it.
 * Here that owner is held up just there, which no real process can be made to do reliably.
 */
import { mkdir as realMkdir, rmdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { type HeldLock, withLock } from '../../src/shared/lock.ts';
import { testFolder } from './folder.ts';

/** Steps run after the nth folder was made, and before its maker goes on; calls counts who tried. */
const afterMkdir = vi.hoisted(() => ({ steps: [] as ((folder: string) => Promise<void>)[], calls: 0 }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const mkdir: typeof real.mkdir = (async (path: string, options: object) => {
    afterMkdir.calls++;
    const made = await real.mkdir(path, options);
    await afterMkdir.steps.shift()?.(path);
    return made;
  }) as typeof real.mkdir;
  return { ...real, mkdir };
});

beforeEach(() => {
  afterMkdir.steps.length = 0;
  afterMkdir.calls = 0;
});

/** Work that notes how many are inside at once; the first to come stays until the other is in, or was kept out. */
function counted() {
  const seen = { inside: 0, most: 0, done: 0 };
  const work = async (lock: HeldLock) => {
    seen.most = Math.max(seen.most, ++seen.inside);
    const calls = afterMkdir.calls;
    while (seen.done === 0 && seen.inside === 1 && afterMkdir.calls === calls)
      await new Promise(setImmediate);
    await lock.assertHeld();
    seen.inside--;
    seen.done++;
  };
  return { seen, work };
}

/** Makes the folder look as if its owner had died there, so that the next one sweeps it. */
async function makeOld(folder: string): Promise<void> {
  const old = new Date(Date.now() - 3_600_000);
  await utimes(folder, old, old);
}

it('an owner whose empty folder was swept and made anew by another gives way to that one', async () => {
  const folder = join(await testFolder(), 'lock');
  const { seen, work } = counted();
  let second: Promise<void> | undefined;
  afterMkdir.steps.push(async (path) => {
    await makeOld(path);
    await new Promise<void>((inside) => {
      second = withLock(folder, (lock) => {
        inside();
        return work(lock);
      });
    });
  });
  await withLock(folder, work);
  await second;
  expect(seen).toEqual({ inside: 0, most: 1, done: 2 });
});

it('an owner that comes back before the other put its name down keeps the other out', async () => {
  const folder = join(await testFolder(), 'lock');
  const { seen, work } = counted();
  let second: Promise<void> | undefined;
  let release: () => void = () => {};
  afterMkdir.steps.push(async (path) => {
    await makeOld(path);
    await new Promise<void>((made) => {
      afterMkdir.steps.push(() => {
        made();
        return new Promise((resolve) => {
          release = resolve;
        });
      });
      second = withLock(folder, work);
    });
  });
  await withLock(folder, (lock) => {
    release();
    return work(lock);
  });
  await second;
  expect(seen).toEqual({ inside: 0, most: 1, done: 2 });
});

it('an owner whose empty folder was swept away starts again', async () => {
  const folder = join(await testFolder(), 'lock');
  afterMkdir.steps.push((path) => rmdir(path));
  expect(await withLock(folder, async () => 'mine')).toBe('mine');
  expect(afterMkdir.calls).toBe(2);
});

it('the hold-up is real: folders are made through it', async () => {
  const folder = join(await testFolder(), 'folder');
  const made: string[] = [];
  afterMkdir.steps.push(async (path) => {
    made.push(path);
  });
  await realMkdir(folder);
  expect(made).toEqual([folder]);
});
