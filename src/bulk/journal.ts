/**
 * The journal of a bulk run: what happened to every item, on disk before anything else happens.
 *
 * A file of JSON lines that is only ever appended to. `sent` is on disk before the request leaves, so an item without
 * an end was interrupted on its way, and nobody knows whether it took effect.
 */
import { type FileHandle, open, stat, unlink } from 'node:fs/promises';
import { writeFileAtomic } from '../shared/atomic-file.ts';
import { CliError, errorCode } from '../shared/errors.ts';
import { type TakenLock, takeLock } from '../shared/lock.ts';
import {
  compareOwners,
  eventLine,
  headerLine,
  type JournalEvent,
  type JournalHeader,
  type JournalOwner,
  linesOf,
  parseEvent,
  parseHeader,
} from './journal-file.ts';

export type { JournalEvent, JournalHeader, JournalOwner } from './journal-file.ts';

/** `new` was never sent, or certainly failed before it was; `in_doubt` was sent and has no known end. */
export type ItemState = 'new' | 'done' | 'failed' | 'in_doubt';

/** What a journal knows of an item. */
export interface Known {
  state: ItemState;
  /** Whether the item's content is another than that which the state is about. */
  changed: boolean;
}

export interface JournalOptions extends JournalOwner {
  /**
   * `new` refuses a file that is there, `resume` one that is not; `either` goes on with what is there and else begins.
   */
  mode: 'new' | 'resume' | 'either';
  /** Unix milliseconds. */
  now: () => number;
  signal?: AbortSignal | undefined;
}

/** The newest event of an item; its line is read again when it is asked for. */
interface Entry {
  state: ItemState;
  hash: string;
  offset: number;
  length: number;
}

const OTHER_FILE = 'Choose a file in a folder you may write to.';
/** A process that just ended may take so long to let go of the lock. */
const LOCK_WAIT_MS = 1_500;
/** Longer than for other locks: a process may be busy, or stopped for a while. */
const LOCK_STALE_MS = 60_000;

/**
 * Opens a journal, and keeps other processes from it until it is closed.
 *
 * @throws CliError `usage`: it is there already, or not there, or another run's, or damaged, or in use by another process
 */
export async function openJournal(path: string, options: JournalOptions): Promise<Journal> {
  const lock = await takeLock(`${path}.lock`, {
    signal: options.signal,
    waitMs: LOCK_WAIT_MS,
    staleMs: LOCK_STALE_MS,
    guards: `the journal ${path}`,
    placeHint: OTHER_FILE,
    busy: ({ pid }) =>
      new CliError('usage', `${path} is in use by another process${pid === undefined ? '' : ` (${pid})`}`, {
        hint: `Wait until it has ended. If there is none, delete the folder ${path}.lock.`,
      }),
  });
  try {
    return await openLocked(path, options, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function openLocked(path: string, options: JournalOptions, lock: TakenLock): Promise<Journal> {
  const { mode, command, fingerprint } = options;
  const there = await exists(path);
  if (there && mode === 'new')
    throw new CliError('usage', `The journal ${path} is there already`, {
      hint: 'Go on with that run by --resume, or remove the file to begin anew.',
    });
  if (!there && mode === 'resume')
    throw new CliError('usage', `There is no journal ${path} to go on with`, {
      hint: 'Check the path, or leave out --resume.',
    });
  const header = { command, fingerprint, created: new Date(options.now()).toISOString() };
  try {
    // Written whole or not at all, so that a journal always has its first line.
    if (!there) await writeFileAtomic(path, headerLine(header), 0o600);
    const file = await open(path, 'r+');
    try {
      return await replay(path, file, options, lock);
    } catch (error) {
      await file.close();
      throw error;
    }
  } catch (error) {
    throw fileFailure(path, error);
  }
}

/** Whether something is there that is more than an empty file. */
async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).size > 0;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw fileFailure(path, error);
  }
}

function fileFailure(path: string, error: unknown): unknown {
  if (error instanceof CliError || errorCode(error) === undefined) return error;
  return new CliError('usage', `The journal ${path} cannot be used (${errorCode(error)})`, {
    hint: errorCode(error) === 'ENOSPC' ? 'The disk is full.' : OTHER_FILE,
    cause: error,
  });
}

/** What a power cut leaves at the end of a file whose size was written before its bytes. */
function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}

async function replay(
  path: string,
  file: FileHandle,
  options: JournalOptions,
  lock: TakenLock,
): Promise<Journal> {
  const entries = new Map<string, Entry>();
  let header: JournalHeader | undefined;
  let end = 0;
  let damaged: number | undefined;
  for await (const { number, offset, bytes, whole } of linesOf(file)) {
    if (damaged !== undefined) {
      if (!whole && isBlank(bytes)) continue;
      throw new CliError('usage', `The journal ${path} is damaged on line ${damaged}`, {
        hint: 'Remove that line if it can be done without: its item is then sent again, or looked up.',
      });
    }
    const text = bytes.toString('utf8');
    if (header === undefined) {
      header = parseHeader(text, path);
      compareOwners(path, header, options);
    } else {
      const event = whole ? parseEvent(text) : undefined;
      if (event === undefined) {
        damaged = number;
        continue;
      }
      entries.set(event.key, { state: stateAfter(event), hash: event.hash, offset, length: bytes.length });
    }
    if (!whole) break;
    end = offset + bytes.length + 1;
  }
  if (header === undefined || end === 0)
    throw new CliError('usage', `${path} is no journal of this program`, { hint: 'Give another file name.' });
  const size = (await file.stat()).size;
  if (size > end) {
    await file.truncate(end);
    await file.datasync();
  }
  return new Journal({ path, file, lock, header, entries, end, cut: size - end, now: options.now });
}

function stateAfter(event: JournalEvent): ItemState {
  if (event.event === 'sent') return 'in_doubt';
  if (event.event === 'done') return 'done';
  return event.inDoubt ? 'in_doubt' : 'failed';
}

interface Parts {
  path: string;
  file: FileHandle;
  lock: TakenLock;
  header: JournalHeader;
  entries: Map<string, Entry>;
  end: number;
  cut: number;
  now: () => number;
}

interface Waiting {
  event: JournalEvent;
  line: Buffer;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** An open journal; `openJournal` makes it. */
export class Journal {
  readonly path: string;
  readonly header: JournalHeader;
  /** How many bytes of a torn last line were cut off. */
  readonly cutBytes: number;
  readonly #file: FileHandle;
  readonly #lock: TakenLock;
  readonly #entries: Map<string, Entry>;
  readonly #now: () => number;
  #end: number;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #broken: unknown;
  #closed: Promise<void> | undefined;

  constructor({ path, file, lock, header, entries, end, cut, now }: Parts) {
    this.path = path;
    this.header = header;
    this.cutBytes = cut;
    this.#file = file;
    this.#lock = lock;
    this.#entries = entries;
    this.#end = end;
    this.#now = now;
  }

  /** How many items of each state there are; `new` ones have no entry. */
  get counts(): Readonly<Record<Exclude<ItemState, 'new'>, number>> {
    const counts = { done: 0, failed: 0, in_doubt: 0 };
    for (const { state } of this.#entries.values()) if (state !== 'new') counts[state]++;
    return counts;
  }

  /** The keys of all items that anything is known of, in the order in which they first came. */
  keys(): IterableIterator<string> {
    return this.#entries.keys();
  }

  lookup(key: string, hash: string): Known {
    const entry = this.#entries.get(key);
    return entry === undefined
      ? { state: 'new', changed: false }
      : { state: entry.state, changed: entry.hash !== hash };
  }

  /** The newest event of an item, with its result or its error, from the disk; undefined when there is none. */
  async last(key: string): Promise<JournalEvent | undefined> {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    const bytes = Buffer.alloc(entry.length);
    await this.#file.read(bytes, 0, entry.length, entry.offset);
    return parseEvent(bytes.toString('utf8'));
  }

  /**
   * Appends an event. Resolves when it is on disk, in the order of the calls; events that wait share one fsync.
   *
   * @throws CliError `usage` when the disk refuses it, or another process took the journal over; so does then every
   * later call
   */
  record(event: JournalEvent): Promise<void> {
    if (this.#closed !== undefined) return Promise.reject(new Error(`the journal ${this.path} is closed`));
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    const line = Buffer.from(eventLine(event, new Date(this.#now()).toISOString()), 'utf8');
    const written = new Promise<void>((resolve, reject) => {
      this.#waiting.push({ event, line, resolve, reject });
    });
    this.#writing ??= this.#writeAll();
    return written;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        if (this.#broken !== undefined) throw this.#broken;
        await this.#lock.assertHeld();
        await this.#append(Buffer.concat(batch.map(({ line }) => line)));
      } catch (error) {
        this.#broken ??= fileFailure(this.path, error);
        for (const { reject } of batch) reject(this.#broken);
        continue;
      }
      for (const { event, line, resolve } of batch) {
        const entry = {
          state: stateAfter(event),
          hash: event.hash,
          offset: this.#end,
          length: line.length - 1,
        };
        this.#entries.set(event.key, entry);
        this.#end += line.length;
        resolve();
      }
    }
    this.#writing = undefined;
  }

  async #append(bytes: Buffer): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, this.#end + done);
      done += bytesWritten;
    }
    await this.#file.datasync();
  }

  /** Waits for what is being written, and lets other processes have the journal. */
  close(): Promise<void> {
    this.#closed ??= this.#close(false);
    return this.#closed;
  }

  /** Closes the journal and deletes its file: everything is done and nobody will ask again. */
  remove(): Promise<void> {
    this.#closed ??= this.#close(true);
    return this.#closed;
  }

  async #close(remove: boolean): Promise<void> {
    await this.#writing;
    try {
      await this.#file.close();
      if (remove) await unlink(this.path);
    } finally {
      await this.#lock.release();
    }
  }
}
