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
import { CliError, errorCode } from './errors.ts';
import { sleep } from './wait.ts';

export interface LockOptions {
  signal?: AbortSignal | undefined;
  /** How long to wait for another owner, in milliseconds. */
  waitMs?: number;
  /** An owner that gave no sign of life for so long is gone. */
  staleMs?: number;
  /** What the lock guards, for messages. */
  guards?: string;
  /** Hint for a lock that cannot be made at its place. */
  placeHint?: string;
  /**
   * The error when another owner keeps the lock for longer than `waitMs`.
   *
   * @param pid of that owner where it is on this machine
   */
  busy?: ((owner: { pid: number | undefined }) => CliError) | undefined;
}

export interface HeldLock {
  /** @throws CliError `internal` when another process took the lock over meanwhile */
  assertHeld(): Promise<void>;
}

/** A lock that is held until it is let go. */
export interface TakenLock extends HeldLock {
  release(): Promise<void>;
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

async function tryAcquire(folder: string, name: string, placeHint: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw new CliError(
      'usage',
      `The lock ${folder} cannot be made (${errorCode(error) ?? 'unknown error'})`,
      {
        hint: placeHint,
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

/** The process on this machine that holds the lock, or undefined when it is elsewhere or gone. */
async function ownerPid(folder: string): Promise<number | undefined> {
  const [file = ''] = await readdir(folder).catch((): string[] => []);
  const owner = parseOwner(file);
  return owner?.host === parseOwner(ownerName())?.host ? owner?.pid : undefined;
}

async function stillBusy(folder: string, waitMs: number, busy: LockOptions['busy']): Promise<CliError> {
  if (busy !== undefined) return busy({ pid: await ownerPid(folder) });
  return new CliError(
    'internal',
    `Another convirza process has held ${folder} for ${waitMs / 1000} seconds`,
    { hint: 'End that process, or delete the folder if there is none.' },
  );
}

/**
 * Takes the lock at `folder`, and keeps it until `release`.
 *
 * @throws CliError after `waitMs`, `internal` or what `busy` makes; `usage` when the lock cannot be made there; the
 * signal's reason
 */
export async function takeLock(folder: string, options: LockOptions = {}): Promise<TakenLock> {
  const { signal, waitMs = 60_000, staleMs = 15_000, guards = 'the credential store' } = options;
  const {
    placeHint = 'Point CONVIRZA_CONFIG_DIR at a folder you may write to, or give the token in CONVIRZA_TOKEN.',
  } = options;
  const name = ownerName();
  const file = join(folder, name);
  const deadline = Date.now() + waitMs;
  while (!(await tryAcquire(folder, name, placeHint))) {
    await sweep(folder, staleMs);
    if (Date.now() > deadline) throw await stillBusy(folder, waitMs, options.busy);
    await sleep(RETRY_MS + Math.random() * RETRY_MS, signal);
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {});
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return {
    assertHeld: async () => {
      if ((await ageMs(file)) === undefined)
        throw new CliError('internal', `Another process took over the lock of ${guards}`, {
          hint: 'Run the command again.',
        });
    },
    release: async () => {
      clearInterval(heartbeat);
      await unlink(file).catch(() => {});
      await rmdir(folder).catch(() => {});
    },
  };
}

/**
 * Runs `work` while no other process holds the lock at `folder`.
 *
 * @throws what `takeLock` throws, and whatever `work` throws
 */
export async function withLock<T>(
  folder: string,
  work: (lock: HeldLock) => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const lock = await takeLock(folder, options);
  try {
    return await work(lock);
  } finally {
    await lock.release();
  }
}
