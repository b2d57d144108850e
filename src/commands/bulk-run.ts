/** One command's work on many items: journal, gate, progress, rows, and the error or the summary at the end. */
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Journal, JournalOwner } from '../bulk/journal.ts';
import type { ManifestValues } from '../bulk/manifest.ts';
import { type RunOptions, type RunSummary, runBulk } from '../bulk/run.ts';
import type { Outcome, PrepareStep } from '../bulk/run-types.ts';
import { isInDoubt } from '../convirza/retry.ts';
import { createRowSink, type RowSink } from '../output/rows.ts';
import { CliError } from '../shared/errors.ts';
import type { JsonObject } from '../shared/json.ts';
import { type BulkFlags, DEFAULT_CONCURRENCY } from './bulk-flags.ts';
import type { BulkGate } from './bulk-gate.ts';
import { doubtsPath, itemsOfShard, journalPathOf, openJournalOf } from './bulk-places.ts';
import { BulkProgress } from './bulk-progress.ts';
import { countsText, endError, outcomeRow, reasonLines, summaryObject, writeFailed } from './bulk-report.ts';
import type { Invocation } from './invocation.ts';

export type { BulkFlags } from './bulk-flags.ts';
export { BulkGate } from './bulk-gate.ts';
export { doubtsPath, graceSignal, itemsOfShard, journalPathOf } from './bulk-places.ts';

export interface BulkJob<Item, Prepared, Result>
  extends Pick<
    RunOptions<Item, Prepared, Result>,
    'hash' | 'prepare' | 'work' | 'settle' | 'isFatal' | 'isInDoubt' | 'changed' | 'keep'
  > {
  /** `prompts upload`. */
  command: string;
  /** What else a journal must be of: service, profile, manifest. */
  fingerprint: Readonly<Record<string, string>>;
  /** The default place of the journal; without it there is one only by `--journal`. */
  journalPath: string | undefined;
  /** The gate that the client of `work` goes through (`invocation.client(gate)`). */
  gate: BulkGate;
  items: readonly Item[];
  key(item: Item): string;
  /** What a person knows the item by. */
  label(item: Item): string;
  bytes?: (item: Item) => number;
  /** The item as a row of a manifest. */
  values(item: Item): ManifestValues;
  /** The item as a row of the output; without a result where there is none. */
  row(item: Item, result: Result | undefined): JsonObject;
  /** Columns of the table. */
  columns: readonly string[];
  /** What was done, for the summary: `uploaded`. */
  verb: string;
  /** `Uploading`. */
  heading: string;
  /** Asks whether so many items are to be worked on; throws when not. */
  confirm?: ((count: number) => Promise<void>) | undefined;
  /**
   * Where what failed is written, unless `--failed-to` says it: beside the journal without it; false where it cannot be
   * given again.
   */
  failedPath?: string | false | undefined;
  /** Ending of the default manifest of what failed. `csv` without it; `ndjson` keeps types. */
  failedFormat?: 'csv' | 'ndjson';
  /** Whether what is in doubt may be given again with what failed, since it is looked up first. */
  resendsDoubts?: boolean;
}

/**
 * Errors after which the rest cannot do better: no credentials, or a wall of refusals. A 403 may be of one item alone, in
 * a group that the account may not change.
 */
export function stopsAll(error: unknown): boolean {
  if (!(error instanceof CliError)) return false;
  return error.type === 'rate_limited' || (error.type === 'auth' && error.status !== 403);
}

/**
 * Opens the journal of a run for as long as `work` takes, so that no other process goes on with it meanwhile.
 *
 * @throws CliError as `openJournalOf`, and what `work` throws
 */
export async function withJournal<T>(
  invocation: Invocation,
  owner: JournalOwner & { journalPath: string | undefined },
  flags: BulkFlags,
  work: (journal: Journal | undefined) => Promise<T>,
): Promise<T> {
  const journal = await openJournalOf(invocation, owner, flags);
  try {
    return await work(journal);
  } finally {
    // A run that began nothing leaves nothing that would stand in the way of the next.
    if (journal?.keys().next().done === true) await journal.remove();
    else await journal?.close();
  }
}

/**
 * Runs all items of a job, and prints what became of them.
 *
 * @throws CliError `partial` when some failed; the item's own error when there is one item; what stopped the run; the
 * reason of an interruption
 */
export async function runBulkCommand<Item, Prepared, Result>(
  invocation: Invocation,
  job: BulkJob<Item, Prepared, Result>,
  flags: BulkFlags,
  /** For a caller that had to look into it before; else it is opened here. */
  opened?: Journal,
): Promise<void> {
  if (opened !== undefined) return new BulkCommand(invocation, job, flags, opened).run();
  return withJournal(invocation, job, flags, (journal) =>
    new BulkCommand(invocation, job, flags, journal).run(),
  );
}

class BulkCommand<Item, Prepared, Result> {
  readonly #invocation: Invocation;
  readonly #job: BulkJob<Item, Prepared, Result>;
  readonly #flags: BulkFlags;
  readonly #journal: Journal | undefined;
  readonly #items: readonly Item[];

  constructor(
    invocation: Invocation,
    job: BulkJob<Item, Prepared, Result>,
    flags: BulkFlags,
    journal: Journal | undefined,
  ) {
    this.#invocation = invocation;
    this.#job = job;
    this.#flags = flags;
    this.#journal = journal;
    this.#items = this.#chosen();
  }

  async run(): Promise<void> {
    const invocation = this.#invocation;
    const job = this.#job;
    this.#tellStart();
    await this.#confirm();
    const started = invocation.ctx.clock();
    const sink = createRowSink(invocation.rowsOptions(job.columns));
    const progress = await BulkProgress.open(invocation, this.#items, {
      label: (item) => job.label(item),
      bytes: job.bytes,
      heading: job.heading,
      heldMs: () => job.gate.heldMs,
    });
    invocation.hearsRetries = () => progress.retried();
    let summary: RunSummary<Item>;
    try {
      summary = await runBulk<Item, Result, Prepared>(this.#items, {
        ...this.#steps(),
        key: job.key,
        hash: job.hash,
        concurrency: this.#flags.concurrency ?? DEFAULT_CONCURRENCY,
        settle: job.settle,
        changed: job.changed,
        keep: job.keep,
        journal: this.#journal,
        isFatal: job.isFatal ?? stopsAll,
        isInDoubt: job.isInDoubt ?? isInDoubt,
        signal: invocation.ctx.signal,
        onEvent: progress.onEvent,
        onOutcome: (outcome) => this.#print(sink, outcome),
        // A table is printed at the end, and may as well be in the order of what was named.
        ordered: invocation.format === 'table',
      });
    } finally {
      progress.stop();
      invocation.hearsRetries = undefined;
    }
    // Nobody reads the rest of the output, where writing is what failed.
    if (summary.stopped?.why !== 'output') await sink.end();
    await this.#conclude(summary, invocation.ctx.clock() - started);
  }

  /** The items of this part, and of `--retry-failed` those that failed. */
  #chosen(): readonly Item[] {
    const { items, key } = this.#job;
    const { retryFailed, resume } = this.#flags;
    const chosen = itemsOfShard(items, key, this.#flags);
    const journal = this.#journal;
    if (retryFailed !== true || resume === true || journal === undefined) return chosen;
    return chosen.filter((item) => {
      const { state } = journal.lookup(key(item), undefined);
      return state === 'failed' || state === 'in_doubt';
    });
  }

  async #confirm(): Promise<void> {
    const { confirm, key, hash } = this.#job;
    if (confirm === undefined) return;
    let open = 0;
    for (const item of this.#items) {
      const known = this.#journal?.lookup(key(item), await hash?.(item));
      if (known?.state !== 'done' || (known.changed && this.#job.changed !== 'skip')) open++;
    }
    if (open > 0) await confirm(open);
  }

  #tellStart(): void {
    const all = this.#job.items.length;
    const { length } = this.#items;
    if (this.#flags.shard !== undefined || this.#flags.retryFailed === true)
      this.#invocation.say(`${length} of ${all} are to be done by this run.`);
    if ((this.#journal?.cutBytes ?? 0) > 0)
      this.#invocation.say('The last line of the journal was torn, and was cut off.');
  }

  /**
   * An item takes its place at the gate before the journal says that it was sent; where preparing is work of its own,
   * it does so after that.
   */
  #steps(): Pick<RunOptions<Item, Prepared, Result>, 'prepare' | 'work'> {
    const { prepare, work, gate } = this.#job;
    if (prepare !== undefined)
      return {
        prepare,
        work: async (item, prepared, context) => {
          const leave = await gate.enter(context.signal).catch(() => {
            throw new Error('it was not sent, since the run was ended');
          });
          try {
            return await work(item, prepared, context);
          } finally {
            leave();
          }
        },
      };
    const places = new Map<Item, () => void>();
    const count = this.#flags.concurrency ?? DEFAULT_CONCURRENCY;
    const enter: PrepareStep<Item, Prepared> = {
      concurrency: count,
      ahead: count,
      run: async (item, context) => {
        places.set(item, await gate.enter(context.signal));
        return undefined as Prepared;
      },
      release: (_prepared, item) => {
        places.get(item)?.();
        places.delete(item);
      },
    };
    return { prepare: enter, work };
  }

  async #print(sink: RowSink, outcome: Outcome<Item, Result>): Promise<void> {
    const { format } = this.#invocation;
    const result = outcome.state === 'done' ? outcome.result : undefined;
    const fields = this.#job.row(outcome.item, result);
    // A table has columns for what was done; what failed has been told. Other shapes are for scripts.
    if (format === 'table') {
      if (outcome.state === 'done') await sink.page([fields]);
      return;
    }
    await sink.page([outcomeRow(outcome, fields)]);
  }

  async #conclude(summary: RunSummary<Item>, took: number): Promise<void> {
    const invocation = this.#invocation;
    const { failedTo, doubtsTo } = await this.#writeFailed(summary);
    const journal = this.#journal?.path;
    const reasons = reasonLines(summary, (item) => this.#job.label(item));
    await this.#tellSummary(summary, { failedTo, doubtsTo, journal });
    const forPerson = invocation.format === 'table' && invocation.flags.quiet !== true;
    if (forPerson && summary.total > 1) for (const reason of reasons) invocation.say(`  ${reason}`);
    const { verb } = this.#job;
    const error = endError(summary, { verb, reasons: forPerson ? [] : reasons, failedTo, doubtsTo, journal });
    if (error !== undefined) throw error;
    const seconds = took < 950 ? '' : ` in ${(took / 1000).toFixed(1)} s`;
    const counts = countsText(summary, verb);
    invocation.say(summary.total === 0 ? 'There was nothing to do.' : `${capital(counts)}${seconds}.`);
  }

  /** For scripts: the last line of NDJSON, and on standard error beside one JSON list. */
  async #tellSummary(
    summary: RunSummary<Item>,
    places: { failedTo: string | undefined; doubtsTo: string | undefined; journal: string | undefined },
  ): Promise<void> {
    const { format } = this.#invocation;
    if (format !== 'json' && format !== 'ndjson') return;
    const line = JSON.stringify({ summary: summaryObject(summary, places) });
    if (format === 'json') this.#invocation.say(line);
    else if (summary.stopped?.why !== 'output') await this.#invocation.write(`${line}\n`);
  }

  async #writeFailed(
    summary: RunSummary<Item>,
  ): Promise<{ failedTo?: string | undefined; doubtsTo?: string | undefined }> {
    const { failedTo } = this.#flags;
    const shown = failedTo ?? this.#defaultFailedPath();
    if (shown === undefined) return {};
    const { resendsDoubts = false, values } = this.#job;
    const failures = summary.failures.map((failure) => ({ ...failure, values: values(failure.item) }));
    const failed = failures.filter(({ inDoubt }) => resendsDoubts || !inDoubt);
    const doubts = failures.filter(({ inDoubt }) => !resendsDoubts && inDoubt);
    const write = async (path: string, items: typeof failures): Promise<string | undefined> => {
      const full = resolve(this.#invocation.ctx.cwd, path);
      if (items.length > 0 && this.#job.items.length > 1) {
        await writeFailed(full, items);
        return path;
      }
      // What an earlier run left must not be given again by mistake.
      if (summary.stopped === undefined && failedTo === undefined && this.#job.failedPath === undefined)
        await rm(full, { force: true });
      return undefined;
    };
    return {
      failedTo: await write(shown, failed),
      doubtsTo: await write(doubtsPath(shown), doubts),
    };
  }

  #defaultFailedPath(): string | undefined {
    const { failedPath, journalPath, failedFormat = 'csv' } = this.#job;
    if (failedPath === false) return undefined;
    if (failedPath !== undefined) return failedPath;
    const journal = journalPathOf(journalPath, this.#flags);
    return journal === undefined ? undefined : `${journal.replace(/\.journal$/, '')}.failed.${failedFormat}`;
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
