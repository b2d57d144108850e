import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'rolldown';
import { describe, expect, it, onTestFinished } from 'vitest';
import { withLock } from '../../src/shared/lock.ts';
import { failureOf, testFolder } from './folder.ts';

const OLD = new Date(Date.now() - 3_600_000);
const HOST = Buffer.from(hostname(), 'utf8').toString('hex').slice(0, 64) || '0';

/** Runs a script in a process of its own that has `withLock`, and the folder of the lock as `folder`. */
async function startProcess(folder: string, script: string): Promise<ChildProcess> {
  const bundle = join(folder, '..', 'lock.mjs');
  if (!existsSync(bundle))
    await build({
      input: fileURLToPath(new URL('../../src/shared/lock.ts', import.meta.url)),
      platform: 'node',
      external: /^node:/,
      output: { file: bundle, format: 'esm' },
    });
  const code = `
    import { appendFile, readFile, writeFile } from 'node:fs/promises';
    import { withLock } from ${JSON.stringify(pathToFileURL(bundle).href)};
    const folder = ${JSON.stringify(folder)};
    ${script}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

/** A lock whose owner is a process of this machine that was killed while it held it. */
async function lockOfTheDead(folder: string): Promise<void> {
  const child = await startProcess(
    folder,
    `await withLock(folder, () => { console.log('held'); return new Promise(() => setInterval(() => {}, 1e6)); });`,
  );
  await once(child.stdout ?? child, 'data');
  expect(await readdir(folder)).toHaveLength(1);
  child.kill('SIGKILL');
  await once(child, 'exit');
}

describe('withLock', () => {
  it('runs the work, gives back what it gives, and leaves nothing', async () => {
    const folder = join(await testFolder(), 'lock');
    const result = await withLock(folder, async (lock) => {
      await lock.assertHeld();
      expect(await readdir(folder)).toEqual([
        expect.stringMatching(new RegExp(`^${process.pid}\\.${HOST}\\.[0-9a-f]{16}$`)),
      ]);
      return 42;
    });
    expect(result).toBe(42);
    expect(existsSync(folder)).toBe(false);
  });

  it('is let go when the work fails, with its failure', async () => {
    const folder = join(await testFolder(), 'lock');
    const failure = new Error('work failed');
    await expect(withLock(folder, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(existsSync(folder)).toBe(false);
    expect(await withLock(folder, async () => 'again')).toBe('again');
  });

  it('lets one in at a time within a process', async () => {
    const folder = join(await testFolder(), 'lock');
    let inside = 0;
    let done = 0;
    const work = async () => {
      expect(++inside).toBe(1);
      await new Promise(setImmediate);
      expect(inside--).toBe(1);
      done++;
    };
    await Promise.all(Array.from({ length: 8 }, () => withLock(folder, work)));
    expect(done).toBe(8);
  });

  it('different folders do not wait for one another', async () => {
    const folder = await testFolder();
    const inner = withLock(join(folder, 'a'), () => withLock(join(folder, 'b'), async () => 'both'));
    expect(await inner).toBe('both');
  });

  it('loses no update of 8 processes that write 25 times each', async () => {
    const folder = join(await testFolder(), 'lock');
    const counter = join(folder, '..', 'counter');
    const log = join(folder, '..', 'log');
    await writeFile(counter, '0');
    const script = `
      for (let round = 0; round < 25; round++)
        await withLock(folder, async (lock) => {
          await appendFile(${JSON.stringify(log)}, 'in ' + process.pid + '\\n');
          const count = Number(await readFile(${JSON.stringify(counter)}, 'utf8'));
          await new Promise(setImmediate);
          await lock.assertHeld();
          await writeFile(${JSON.stringify(counter)}, String(count + 1));
          await appendFile(${JSON.stringify(log)}, 'out ' + process.pid + '\\n');
        });`;
    // The first builds the bundle that the others share.
    const first = await startProcess(folder, script);
    const others = await Promise.all(Array.from({ length: 7 }, () => startProcess(folder, script)));
    const codes = await Promise.all(
      [first, ...others].map((child) => once(child, 'exit').then(([code]) => code)),
    );
    expect(codes).toEqual(Array(8).fill(0));
    expect(await readFile(counter, 'utf8')).toBe('200');
    const lines = (await readFile(log, 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(400);
    for (let index = 0; index < lines.length; index += 2)
      expect(lines[index + 1]).toBe(lines[index]?.replace('in', 'out'));
    expect(new Set(lines).size).toBe(16);
    expect(existsSync(folder)).toBe(false);
  });
});

describe('what a dead owner left', () => {
  it('is taken over at once when its process was killed', async () => {
    const folder = join(await testFolder(), 'lock');
    await lockOfTheDead(folder);
    const begun = performance.now();
    expect(await withLock(folder, async () => 'mine')).toBe('mine');
    expect(performance.now() - begun).toBeLessThan(5_000);
    expect(existsSync(folder)).toBe(false);
  });

  it('is taken over by one of many who want it, then by the next', async () => {
    const folder = join(await testFolder(), 'lock');
    await lockOfTheDead(folder);
    let inside = 0;
    let most = 0;
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise(setImmediate);
      inside--;
    };
    await Promise.all(Array.from({ length: 12 }, () => withLock(folder, work)));
    expect(most).toBe(1);
  });

  it.each([
    ['an owner of another machine', `4711.${Buffer.from('elsewhere').toString('hex')}.0123456789abcdef`],
    ['a living process of this machine that gives no sign', `${process.pid}.${HOST}.0123456789abcdef`],
    ['a file that nobody knows', '.DS_Store'],
  ])('is swept when it is stale: %s', async (_, file) => {
    const folder = join(await testFolder(), 'lock');
    await mkdir(folder);
    await writeFile(join(folder, file), '');
    await utimes(join(folder, file), OLD, OLD);
    expect(await withLock(folder, async () => 'mine')).toBe('mine');
  });

  it('is swept when it is an empty folder', async () => {
    const folder = join(await testFolder(), 'lock');
    await mkdir(folder);
    await utimes(folder, OLD, OLD);
    expect(await withLock(folder, async () => 'mine')).toBe('mine');
  });

  it.each([
    ['an owner of another machine', `4711.${Buffer.from('elsewhere').toString('hex')}.0123456789abcdef`],
    ['a living process of this machine', `${process.pid}.${HOST}.0123456789abcdef`],
    ['a file that nobody knows', 'readme.txt'],
  ])('is respected while it is fresh: %s', async (_, file) => {
    const folder = join(await testFolder(), 'lock');
    await mkdir(folder);
    await writeFile(join(folder, file), '');
    let ran = false;
    const error = await failureOf(() =>
      withLock(
        folder,
        async () => {
          ran = true;
        },
        { waitMs: 60 },
      ),
    );
    expect(error).toMatchObject({ type: 'internal', hint: expect.stringContaining('delete the folder') });
    expect(error.message).toBe(`Another convirza process has held ${folder} for 0.06 seconds`);
    expect(ran).toBe(false);
    expect(await readdir(folder)).toEqual([file]);
  });
});

describe('an owner that was taken over', () => {
  it('is told so by assertHeld, and does no harm to its successor when it ends', async () => {
    const folder = join(await testFolder(), 'lock');
    await withLock(folder, async (lost) => {
      const [own] = await readdir(folder);
      await utimes(join(folder, own ?? ''), OLD, OLD);
      await withLock(folder, async (held) => {
        const error = await failureOf(() => lost.assertHeld());
        expect(error).toMatchObject({ type: 'internal', hint: 'Run the command again.' });
        await held.assertHeld();
      });
      await expect(lost.assertHeld()).rejects.toThrow('took over');
    });
    expect(existsSync(folder)).toBe(false);
  });

  it('leaves the lock of a successor that still works', async () => {
    const folder = join(await testFolder(), 'lock');
    let finish: () => void = () => {};
    let successor: Promise<void> | undefined;
    await withLock(folder, async () => {
      await rm(folder, { recursive: true });
      await new Promise<void>((inside) => {
        successor = withLock(folder, async (held) => {
          inside();
          await new Promise<void>((resolve) => {
            finish = resolve;
          });
          await held.assertHeld();
        });
      });
    });
    expect(await readdir(folder)).toHaveLength(1);
    finish();
    await successor;
    expect(existsSync(folder)).toBe(false);
  });
});

describe('giving up', () => {
  it('while another holds the lock ends with the reason, and leaves the lock', async () => {
    const folder = join(await testFolder(), 'lock');
    const reason = new Error('interrupted');
    const stop = new AbortController();
    await withLock(folder, async (lock) => {
      const waiting = withLock(folder, async () => 'never', { signal: stop.signal });
      setImmediate(() => stop.abort(reason));
      await expect(waiting).rejects.toBe(reason);
      await lock.assertHeld();
    });
  });

  it('a lock in a folder that is not there cannot be made, which is no fault of the program', async () => {
    const folder = join(await testFolder(), 'none', 'lock');
    expect(await failureOf(() => withLock(folder, async () => {}))).toMatchObject({
      type: 'usage',
      message: `The lock ${folder} cannot be made (ENOENT)`,
    });
  });
});
