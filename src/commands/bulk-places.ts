/** Where a bulk run keeps what it knows, which part of the items it does, and how long it may take to end. */
import { basename, extname, resolve } from 'node:path';
import { type Journal, type JournalOwner, openJournal } from '../bulk/journal.ts';
import { isInShard, parseShard } from '../bulk/shard.ts';
import { CliError } from '../shared/errors.ts';
import type { BulkFlags } from './bulk-flags.ts';
import type { Invocation } from './invocation.ts';

/** The items of the part that `--shard` names. */
export function itemsOfShard<Item>(
  items: readonly Item[],
  key: (item: Item) => string,
  { shard: text }: BulkFlags,
): readonly Item[] {
  if (text === undefined) return items;
  const shard = parseShard(text);
  return items.filter((item) => isInShard(key(item), shard));
}

/** Where the journal is; each part of a run has its own. */
export function journalPathOf(defaultPath: string | undefined, flags: BulkFlags): string | undefined {
  const { journal, shard } = flags;
  if (journal !== undefined || defaultPath === undefined || shard === undefined)
    return journal ?? defaultPath;
  const { index, count } = parseShard(shard);
  return `${defaultPath.replace(/\.journal$/, '')}.${index}-of-${count}.journal`;
}

/**
 * Opens the journal of a run; undefined where it has none.
 *
 * @throws CliError `usage` as `openJournal`, and when there is nothing to go on with
 */
export async function openJournalOf(
  { ctx }: Invocation,
  job: JournalOwner & { journalPath: string | undefined },
  flags: BulkFlags,
): Promise<Journal | undefined> {
  const path = journalPathOf(job.journalPath, flags);
  const goesOn = flags.resume === true || flags.retryFailed === true;
  if (path === undefined) {
    if (!goesOn) return undefined;
    throw new CliError('usage', `--${flags.resume === true ? 'resume' : 'retry-failed'} needs a journal`, {
      hint: 'Give the file that the earlier run was given with --journal.',
    });
  }
  return openJournal(resolve(ctx.cwd, path), {
    command: job.command,
    fingerprint: job.fingerprint,
    mode: goesOn ? 'resume' : 'new',
    now: ctx.now,
    signal: ctx.signal,
  });
}

/** `users.csv.failed.csv` → `users.csv.in-doubt.csv`. */
export function doubtsPath(failedPath: string): string {
  const ending = extname(failedPath);
  const name = basename(failedPath, ending).replace(/\.failed$/, '');
  return `${failedPath.slice(0, failedPath.length - basename(failedPath).length)}${name}.in-doubt${ending || '.csv'}`;
}

/**
 * A signal for requests that are under way when the run is interrupted: they get `graceMs` to end well, which leaves
 * nothing in doubt.
 */
export function graceSignal({ ctx }: Invocation, graceMs = 4_000): AbortSignal {
  const late = new AbortController();
  const onAbort = () => {
    setTimeout(() => late.abort(ctx.signal.reason), graceMs).unref();
  };
  if (ctx.signal.aborted) late.abort(ctx.signal.reason);
  else ctx.signal.addEventListener('abort', onAbort, { once: true });
  return late.signal;
}
