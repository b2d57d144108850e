/** An open journal: appends events, and knows the newest of each item. */
import { type FileHandle, unlink } from 'node:fs/promises';
import { CliError, errorCode } from '../shared/errors.ts';
import type { TakenLock } from '../shared/lock.ts';
import { eventLine, type JournalEvent, type JournalHeader, parseEvent } from './journal-file.ts';

/** `new`: nothing is known of it. `failed`: without an effect. `in_doubt`: sent, and nobody knows what came of it. */
export type ItemState = 'new' | 'done' | 'failed' | 'in_doubt';

/** What a journal knows of an item. */
export interface Known {
  state: ItemState;
  /** Whether the item's content is another than that which the state is about. */
  changed: boolean;
}

/** The newest event of an item; its line is read again when it is asked for. */
export interface Entry {
  state: ItemState;
  hash: string;
  offset: number;
  length: number;
}

export const OTHER_FILE = 'Choose a file in a folder you may write to.';

/** A failed operation on the file in words; anything else as it is. */
export function fileFailure(path: string, error: unknown): unknown {
  if (error instanceof CliError || errorCode(error) === undefined) return error;
  return new CliError('usage', `The journal ${path} cannot be used (${errorCode(error)})`, {
    hint: errorCode(error) === 'ENOSPC' ? 'The disk is full.' : OTHER_FILE,
    cause: error,
  });
}

export function stateAfter(event: JournalEvent): ItemState {
  if (event.event === 'sent') return 'in_doubt';
  if (event.event === 'done') return 'done';
  return event.inDoubt ? 'in_doubt' : 'failed';
}

export interface JournalParts {
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

  constructor({ path, file, lock, header, entries, end, cut, now }: JournalParts) {
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

  /** @param hash undefined where it is not known: the item then counts as unchanged */
  lookup(key: string, hash: string | undefined): Known {
    const entry = this.#entries.get(key);
    return entry === undefined
      ? { state: 'new', changed: false }
      : { state: entry.state, changed: hash !== undefined && entry.hash !== hash };
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
