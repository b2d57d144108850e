/**
 * A lock between processes, on nothing but a file system.
 *
 * The lock is a folder that holds one file named after its owner. Making the folder is atomic; a stale lock is
 * taken over by removing that owner's file by its name, which succeeds for exactly one process and can never hit a
 * newer owner; an owner whose folder was swept away while it was still empty notices, because it then cannot make
 * its file in it, or finds that of another owner beside its own where the folder was made anew.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rmdir, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { CliError, errorCode } from '../shared/errors.ts';
import { sleep } from '../shared/wait.ts';

export interface LockOptions {
  signal?: AbortSignal | undefined;
  /** How long to wait for another owner, in milliseconds. */
  waitMs?: number;
  /** An owner that gave no sign of life for so long is gone. */
  staleMs?: number;
}

export interface HeldLock {
  /** @throws CliError `internal` when another process took the lock over meanwhile */
  assertHeld(): Promise<void>;
}

const RETRY_MS = 25;
const HEARTBEAT_MS = 2_000;

interface Owner {
  file: string;
  pid: number;
  host: string;
}

function ownerName(): string {
  const host = Buffer.from(hostname(), 'utf8').toString('hex').slice(0, 64) || '0';
  return `${process.pid}.${host}.${randomBytes(8).toString('hex')}`;
}

function parseOwner(file: string): Owner | undefined {
  const match = /^(\d+)\.([0-9a-f]+)\.[0-9a-f]+$/.exec(file);
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : { file, pid: Number(match[1]), host: match[2] };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) !== 'ESRCH';
  }
}

async function ageMs(path: string): Promise<number | undefined> {
  try {
    return Date.now() - (await stat(path)).mtimeMs;
  } catch {
    return undefined;
  }
}

async function tryAcquire(folder: string, name: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw new CliError(
      'usage',
      `The lock ${folder} cannot be made (${errorCode(error) ?? 'unknown error'})`,
      {
        hint: 'Point CONVIRZA_CONFIG_DIR at a folder you may write to, or give the token in CONVIRZA_TOKEN.',
        cause: error,
      },
    );
  }
  const file = join(folder, name);
  try {
    await writeFile(file, '', { flag: 'wx', mode: 0o600 });
    // Of two in one folder at least the one that wrote last sees both and gives way; both may, never neither.
    if ((await readdir(folder)).length === 1) return true;
    await unlink(file);
    return false;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Clears away what a dead owner left; does nothing when the owner lives. */
async function sweep(folder: string, staleMs: number): Promise<void> {
  let files: string[];
  try {
    files = await readdir(folder);
  } catch {
    return;
  }
  const own = parseOwner(ownerName());
  for (const file of files) {
    const owner = parseOwner(file);
    const age = await ageMs(join(folder, file));
    if (age === undefined) continue;
    const dead = owner !== undefined && owner.host === own?.host && !isAlive(owner.pid);
    if (dead || age > staleMs) await unlink(join(folder, file)).catch(() => {});
    else return;
  }
  const empty = await ageMs(folder);
  // An empty folder is between two steps of a living owner, or of one that died there.
  if (files.length > 0 || (empty !== undefined && empty > 1_000)) await rmdir(folder).catch(() => {});
}

/**
 * Runs `work` while no other process holds the lock at `folder`.
 *
 * @throws CliError `internal` after `waitMs`; whatever `work` throws; the signal's reason
 */
export async function withLock<T>(
  folder: string,
  work: (lock: HeldLock) => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const { signal, waitMs = 60_000, staleMs = 15_000 } = options;
  const name = ownerName();
  const file = join(folder, name);
  const deadline = Date.now() + waitMs;
  while (!(await tryAcquire(folder, name))) {
    await sweep(folder, staleMs);
    if (Date.now() > deadline)
      throw new CliError(
        'internal',
        `Another convirza process has held ${folder} for ${waitMs / 1000} seconds`,
        {
          hint: 'End that process, or delete the folder if there is none.',
        },
      );
    await sleep(RETRY_MS + Math.random() * RETRY_MS, signal);
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {});
  }, HEARTBEAT_MS);
  heartbeat.unref();
  try {
    return await work({
      assertHeld: async () => {
        if ((await ageMs(file)) === undefined)
          throw new CliError('internal', 'Another process took over the lock of the credential store', {
            hint: 'Run the command again.',
          });
      },
    });
  } finally {
    clearInterval(heartbeat);
    await unlink(file).catch(() => {});
    await rmdir(folder).catch(() => {});
  }
}
