/**
 * The journal of a bulk run: what happened to every item, on disk before anything else happens.
 *
 * A file of JSON lines that is only ever appended to. `sent` is on disk before the request leaves, so an item without
 * an end was interrupted on its way, and nobody knows whether it took effect.
 */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { writeFileAtomic } from '../shared/atomic-file.ts';
import { CliError, errorCode } from '../shared/errors.ts';
import { type TakenLock, takeLock } from '../shared/lock.ts';
import {
  compareOwners,
  headerLine,
  type JournalHeader,
  type JournalOwner,
  linesOf,
  parseEvent,
  parseHeader,
} from './journal-file.ts';
import { type Entry, fileFailure, Journal, OTHER_FILE, stateAfter } from './journal-record.ts';

export type { JournalEvent, JournalHeader, JournalOwner } from './journal-file.ts';
export { type ItemState, Journal, type Known } from './journal-record.ts';

export interface JournalOptions extends JournalOwner {
  /**
   * `new` refuses a file that is there, `resume` one that is not; `either` goes on with what is there and else begins.
   */
  mode: 'new' | 'resume' | 'either';
  /** Unix milliseconds. */
  now: () => number;
  signal?: AbortSignal | undefined;
}

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
