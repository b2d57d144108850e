/**
 * The file of `--state`: what a sandbox holds, so that the next one goes on with it. The file is written anew after
 * changes, whole or not at all; the bytes of uploads lie beside it in `<file>.files`, each named by its SHA-256, and
 * are there before a file names them.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, unlink } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { readFailure } from '../audio/errors.ts';
import { writeFileAtomic } from '../shared/atomic-file.ts';
import { CliError, errorCode } from '../shared/errors.ts';
import { isObject } from '../shared/json.ts';
import { type TakenLock, takeLock } from '../shared/lock.ts';
import type { SandboxSnapshot } from './snapshot.ts';
import type { Prompt } from './store.ts';

/** Of the form of the file. */
const VERSION = 1;
/** Changes of one moment are written together. */
const GATHER_MS = 20;

const DIGEST = /^[0-9a-f]{64}$/;

/** Where a sandbox's state is kept, held by one sandbox at a time. */
export interface StateFile {
  /** What the file held; undefined when there was none. */
  readonly snapshot: SandboxSnapshot | undefined;
  /** Writes what `take` gives soon; also called while a write is under way. */
  changed(): void;
  /** Writes what is left, and lets others have the file. @throws CliError `usage` when that could not be */
  close(): Promise<void>;
}

/**
 * Opens a state file, which need not be there yet.
 *
 * @param take gives what is to be kept, undefined when there is nothing yet; called after `changed`, and at the end
 * @param failed told of the first write that failed; later ones are tried all the same
 * @throws CliError `usage` for a file that holds something else, cannot be read, or is another sandbox's
 */
export async function openStateFile(
  path: string,
  cwd: string,
  take: () => SandboxSnapshot | undefined,
  failed: (error: CliError) => void,
): Promise<StateFile> {
  const full = resolve(cwd, path);
  const lock = await takeLock(`${full}.lock`, {
    waitMs: 1_000,
    guards: `"${path}"`,
    placeHint: 'Name a --state file in a folder that is there and that you may write to.',
    busy: ({ pid }) =>
      new CliError(
        'usage',
        `"${path}" belongs to another sandbox${pid === undefined ? '' : `, process ${pid}`}`,
        {
          hint: 'End that one, or give each a --state file of its own.',
        },
      ),
  });
  try {
    const snapshot = await readState(path, full);
    const present = await readdir(`${full}.files`).catch((): string[] => []);
    return new Keeper(path, full, lock, snapshot, take, failed, present);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

class Keeper implements StateFile {
  readonly snapshot: SandboxSnapshot | undefined;
  readonly #path: string;
  readonly #full: string;
  readonly #lock: TakenLock;
  readonly #take: () => SandboxSnapshot | undefined;
  readonly #failed: (error: CliError) => void;
  readonly #digests = new WeakMap<Buffer, string>();
  /** The names of bytes that are on the disk: a name says what is in it. */
  readonly #written: Set<string>;
  #dirty = false;
  #closing = false;
  #writing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failure: CliError | undefined;

  constructor(
    path: string,
    full: string,
    lock: TakenLock,
    snapshot: SandboxSnapshot | undefined,
    take: () => SandboxSnapshot | undefined,
    failed: (error: CliError) => void,
    present: readonly string[],
  ) {
    this.#written = new Set(present.filter((name) => DIGEST.test(name)));
    this.#path = path;
    this.#full = full;
    this.#lock = lock;
    this.snapshot = snapshot;
    this.#take = take;
    this.#failed = failed;
  }

  changed(): void {
    this.#dirty = true;
    if (this.#writing !== undefined || this.#timer !== undefined || this.#closing) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#writing = this.#writeAll().finally(() => {
        this.#writing = undefined;
        // What came while the last write ended.
        if (this.#dirty && !this.#closing) this.changed();
      });
    }, GATHER_MS);
  }

  async close(): Promise<void> {
    this.#closing = true;
    clearTimeout(this.#timer);
    await this.#writing;
    this.#dirty = true;
    this.#failure = undefined;
    try {
      await this.#writeAll();
    } finally {
      await this.#lock.release();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #writeAll(): Promise<void> {
    while (this.#dirty) {
      this.#dirty = false;
      try {
        const snapshot = this.#take();
        if (snapshot !== undefined) await this.#write(snapshot);
      } catch (error) {
        const first = this.#failure === undefined;
        this.#failure = new CliError(
          'usage',
          `The state cannot be kept in "${this.#path}": ${errorCode(error) ?? String(error)}`,
          { hint: 'Make room, or name another --state file.', cause: error },
        );
        if (first && !this.#closing) this.#failed(this.#failure);
        return;
      }
    }
  }

  async #write(snapshot: SandboxSnapshot): Promise<void> {
    const files = `${this.#full}.files`;
    const named = new Set<string>();
    const blobs: [string, Buffer][] = [];
    const rows = snapshot.prompts.rows.map(([id, { bytes, ...prompt }]) => {
      const sha256 = this.#digest(bytes);
      named.add(sha256);
      if (!this.#written.has(sha256)) blobs.push([sha256, bytes]);
      return [id, { ...prompt, sha256 }] as const;
    });
    // At once, before anything is waited for: the rows go on living.
    const { prompts, ...rest } = snapshot;
    const text = JSON.stringify({ sandbox: VERSION, ...rest, prompts: { ...prompts, rows } });
    if (blobs.length > 0) await mkdir(files, { recursive: true });
    for (const [sha256, bytes] of blobs) {
      await writeFileAtomic(join(files, sha256), bytes);
      this.#written.add(sha256);
    }
    await writeFileAtomic(this.#full, `${text}\n`);
    await this.#sweep(files, named);
  }

  /** Takes away the bytes that nothing names any more. */
  async #sweep(files: string, named: ReadonlySet<string>): Promise<void> {
    for (const sha256 of [...this.#written].filter((name) => !named.has(name))) {
      this.#written.delete(sha256);
      await unlink(join(files, sha256)).catch(() => {});
    }
    if (!this.#closing) return;
    const left = await readdir(files).catch((): string[] => []);
    // Half-written ones of a sandbox that was killed.
    const stray = left.filter((name) => /^\.[0-9a-f]{64}\..*\.tmp$/.test(name));
    await Promise.all(stray.map((name) => rm(join(files, name), { force: true })));
  }

  #digest(bytes: Buffer): string {
    const known = this.#digests.get(bytes);
    if (known !== undefined) return known;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.#digests.set(bytes, sha256);
    return sha256;
  }
}

function foreign(path: string, why: string): CliError {
  return new CliError('usage', `"${path}" is no state of a sandbox: ${why}`, {
    hint: 'Name another --state file, or remove this one to begin anew.',
  });
}

/** @throws CliError `usage` */
async function readState(path: string, full: string): Promise<SandboxSnapshot | undefined> {
  let text: string;
  try {
    text = await readFile(full, 'utf8');
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw readFailure(path, error);
    return undefined;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw foreign(path, 'it is not JSON');
  }
  if (!isObject(value) || value['sandbox'] === undefined) throw foreign(path, 'it says nothing of a sandbox');
  if (value['sandbox'] !== VERSION)
    throw foreign(path, `it is of the form ${JSON.stringify(value['sandbox'])}`);
  if (!isSnapshot(value)) throw foreign(path, 'a part of it is missing');
  const rows = [];
  for (const [id, prompt] of value.prompts.rows)
    rows.push([id, await withBytes(path, full, prompt)] as const);
  const { groups, users, numbers, collections, seed, seeded_at, calls, sessions } = value;
  const prompts = { ...value.prompts, rows };
  return {
    seed,
    seeded_at,
    ...(calls === undefined ? {} : { calls }),
    groups,
    users,
    prompts,
    numbers,
    collections,
    sessions,
  };
}

type StoredPrompt = Omit<Prompt, 'bytes'> & { sha256: string };

async function withBytes(path: string, full: string, prompt: Prompt | StoredPrompt): Promise<Prompt> {
  const { sha256, ...rest } = prompt as StoredPrompt;
  // The name alone: whoever wrote the file must not make this one read another place.
  const name = basename(String(sha256));
  if (!DIGEST.test(name)) throw foreign(path, 'an upload in it has no SHA-256');
  const file = join(`${full}.files`, name);
  const size = await stat(file).then(
    (found) => found.size,
    () => undefined,
  );
  if (size === undefined) throw foreign(path, `the bytes of an upload are missing (${name.slice(0, 12)}…)`);
  return { ...rest, bytes: await readFile(file) };
}

function isTable(value: unknown): boolean {
  return (
    isObject(value) &&
    Number.isSafeInteger(value['next_id']) &&
    Array.isArray(value['rows']) &&
    value['rows'].every(
      (entry) => Array.isArray(entry) && Number.isSafeInteger(entry[0]) && isObject(entry[1] as unknown),
    )
  );
}

/** Whether it has the outer form; what is in the rows is what a sandbox wrote. */
function isSnapshot(value: object): value is SandboxSnapshot {
  const { groups, users, prompts, numbers, collections, sessions, seed, seeded_at, calls } =
    value as unknown as Record<string, unknown>;
  return (
    [groups, users, prompts, numbers].every(isTable) &&
    isObject(collections) &&
    Object.values(collections).every(isTable) &&
    isObject(sessions) &&
    Array.isArray(sessions['users']) &&
    Array.isArray(sessions['tokens']) &&
    Number.isSafeInteger(seed) &&
    Number.isSafeInteger(seeded_at) &&
    (calls === undefined || Number.isSafeInteger(calls))
  );
}
