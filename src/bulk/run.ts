/** Runs the work of many items: so many at once, with every end in the journal, and none lost. */
import { CliError } from '../shared/errors.ts';
import { sleep } from '../shared/wait.ts';
import { Channel } from './channel.ts';
import { reasonOf } from './failures.ts';
import type { Known } from './journal-record.ts';
import { type End, Ledger } from './ledger.ts';
import type { RunOptions, RunSummary, Stopped } from './run-types.ts';
import { GivenUp, UnderWay } from './under-way.ts';

export type {
  ItemContext,
  Outcome,
  PrepareStep,
  RunEvent,
  RunJournal,
  RunOptions,
  RunSummary,
  Stopped,
} from './run-types.ts';

const NEW: Known = { state: 'new', changed: false };
const GRACE_MS = 5_000;
/** What a function that was interrupted throws. */
const INTERRUPTIONS: readonly unknown[] = ['cancelled', 'interrupted', 'terminated'];

/**
 * Runs all items. A failure is its item's own and stops nothing, unless it is fatal: then nothing new starts, and
 * what is under way ends in its time. After an abort that is given up when the grace time is over, and is in doubt.
 *
 * @returns the counts; it does not reject for what happens to items, the journal or the caller's functions, but says
 * so in `stopped`
 * @throws CliError `usage` when two items share a key
 */
export async function runBulk<Item, Result, Prepared = undefined>(
  items: readonly Item[],
  options: RunOptions<Item, Prepared, Result>,
): Promise<RunSummary<Item>> {
  return new BulkRun(items, options).run();
}

class BulkRun<Item, Result, Prepared> {
  readonly #count: number;
  readonly #options: RunOptions<Item, Prepared, Result>;
  readonly #signal: AbortSignal;
  readonly #ledger: Ledger<Item, Prepared, Result>;
  readonly #underWay = new UnderWay();
  /** Places for what is prepared and not yet taken; a taker gets undefined when there will be none. */
  readonly #places = new Channel<true>();
  readonly #prepared = new Channel<{ index: number; value: Prepared }>();
  #next = 0;
  #stopped: Stopped | undefined;

  constructor(items: readonly Item[], options: RunOptions<Item, Prepared, Result>) {
    this.#count = items.length;
    this.#options = options;
    this.#signal = options.signal ?? new AbortController().signal;
    this.#ledger = new Ledger(items, options, this.#signal, (error) => this.#stop('output', error));
  }

  async run(): Promise<RunSummary<Item>> {
    const grace = new AbortController();
    const { graceMs = GRACE_MS, sleep: wait = sleep } = this.#options;
    const onAbort = () => {
      this.#stop('aborted', this.#signal.reason);
      wait(graceMs, grace.signal).then(
        () => this.#underWay.giveUp(),
        () => {},
      );
    };
    if (this.#signal.aborted) this.#stop('aborted', this.#signal.reason);
    else this.#signal.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.all(this.#startAll());
    } finally {
      this.#signal.removeEventListener('abort', onAbort);
      grace.abort();
    }
    for (let index = 0; index < this.#count; index++)
      if (!this.#ledger.hasEnded(index)) this.#ledger.end(index, this.#endOfOpen(index));
    await this.#ledger.idle;
    this.#ledger.summary.failures.sort((a, b) => a.index - b.index);
    return this.#stopped === undefined
      ? this.#ledger.summary
      : { ...this.#ledger.summary, stopped: this.#stopped };
  }

  /** What there is to say of an item when the run stopped before its turn: an earlier run may have said it. */
  #endOfOpen(index: number): End<Result> {
    const known = index >= this.#next ? this.#ledger.known(index) : NEW;
    if (this.#isDone(known)) return { state: 'skipped' };
    return known.state === 'in_doubt' ? { state: 'in_doubt', error: oldDoubt() } : { state: 'not_started' };
  }

  #isDone(known: Known): boolean {
    return known.state === 'done' && (!known.changed || this.#options.changed === 'skip');
  }

  #startAll(): Promise<void>[] {
    const { prepare, concurrency } = this.#options;
    const atMost = (count: number) => Math.max(1, Math.min(Math.floor(count) || 1, this.#count));
    const workers = atMost(concurrency);
    if (prepare === undefined) return repeat(workers, () => this.#workAlone());
    repeat(atMost(prepare.ahead), () => this.#places.put(true));
    const preparers = Promise.all(repeat(atMost(prepare.concurrency), () => this.#prepareSome()));
    return [preparers.then(() => this.#prepared.close()), ...repeat(workers, () => this.#workPrepared())];
  }

  /** The place of the next item that nobody has taken; undefined when there is none or the run has stopped. */
  #takeNext(): number | undefined {
    return this.#stopped === undefined && this.#next < this.#count ? this.#next++ : undefined;
  }

  async #workAlone(): Promise<void> {
    for (let index = this.#takeNext(); index !== undefined; index = this.#takeNext()) {
      if (await this.#isToDo(index)) await this.#work(index, undefined as Prepared);
      await this.#ledger.idle;
    }
  }

  async #prepareSome(): Promise<void> {
    while ((await this.#places.take()) !== undefined) {
      const index = this.#takeNext();
      if (index === undefined) {
        // Whoever else waits for a place has nothing to do with it either.
        this.#places.close();
        return;
      }
      const prepared = (await this.#isToDo(index)) ? await this.#prepare(index) : undefined;
      if (prepared === undefined) this.#places.put(true);
      else this.#prepared.put({ index, value: prepared.value });
      await this.#ledger.idle;
    }
  }

  async #workPrepared(): Promise<void> {
    for (let next = await this.#prepared.take(); next !== undefined; next = await this.#prepared.take()) {
      this.#places.put(true);
      await this.#work(next.index, next.value);
      await this.#release(next.index, next.value);
      await this.#ledger.idle;
    }
  }

  /** Whether an item is to be worked on; else its outcome is known. */
  async #isToDo(index: number): Promise<boolean> {
    try {
      await this.#ledger.readHash(index);
    } catch (error) {
      // An item that was interrupted here was not started.
      if (this.#signal.aborted) return false;
      this.#ledger.end(index, { state: 'failed', error });
      if (this.#ask(this.#options.isFatal, error)) this.#stop('fatal', error);
      return false;
    }
    const known = this.#ledger.known(index);
    if (this.#isDone(known)) {
      this.#ledger.end(index, { state: 'skipped' });
      return false;
    }
    return known.state !== 'in_doubt' || this.#settle(index, known);
  }

  async #settle(index: number, known: Known): Promise<boolean> {
    const { settle } = this.#options;
    if (settle === undefined) {
      const error = new CliError(
        'partial',
        'an earlier run sent it, and whether it took effect is not known',
      );
      this.#ledger.end(index, { state: 'in_doubt', error });
      return false;
    }
    try {
      const result = await this.#underWay.run(() =>
        settle(this.#ledger.item(index), this.#ledger.context(index, known)),
      );
      if (result === undefined) return this.#stopped === undefined;
      await this.#done(index, result, true);
    } catch (error) {
      this.#ledger.end(index, { state: 'in_doubt', error });
      if (this.#ask(this.#options.isFatal, error)) this.#stop('fatal', error);
    }
    return false;
  }

  async #prepare(index: number): Promise<{ value: Prepared } | undefined> {
    const { prepare } = this.#options;
    if (prepare === undefined || this.#stopped !== undefined) return undefined;
    this.#ledger.tell(index, { type: 'preparing' });
    const context = this.#ledger.context(index, this.#ledger.known(index));
    try {
      const value = await this.#underWay.run(
        () => prepare.run(this.#ledger.item(index), context),
        (late) => void this.#release(index, late),
      );
      return { value };
    } catch (error) {
      // Nothing was sent: an item that was interrupted here was not started.
      if (this.#signal.aborted) return undefined;
      await this.#fail(index, error, false);
      return undefined;
    }
  }

  async #release(index: number, value: Prepared): Promise<void> {
    try {
      await this.#options.prepare?.release?.(value, this.#ledger.item(index));
    } catch {
      // A temporary file that stays does the run no harm.
    }
  }

  async #work(index: number, prepared: Prepared): Promise<void> {
    if (this.#stopped !== undefined) return;
    const known = this.#ledger.known(index);
    if (!(await this.#record(index, { event: 'sent' }))) return;
    if (this.#isStopped()) {
      const error = { type: 'cancelled', message: 'it was not sent, since the run was ended' };
      await this.#record(index, { event: 'failed', error, inDoubt: false });
      return;
    }
    this.#ledger.tell(index, { type: 'started' });
    let result: Result;
    try {
      const context = this.#ledger.context(index, known);
      result = await this.#underWay.run(() =>
        this.#options.work(this.#ledger.item(index), prepared, context),
      );
    } catch (error) {
      await this.#fail(index, error, this.#isInDoubt(error));
      return;
    }
    await this.#done(index, result, false);
  }

  async #done(index: number, result: Result, settled: boolean): Promise<void> {
    let kept: unknown = result;
    try {
      if (this.#options.keep !== undefined) kept = this.#options.keep(result, this.#ledger.item(index));
    } catch (error) {
      this.#stop('output', error);
    }
    await this.#record(index, { event: 'done', result: kept });
    this.#ledger.end(index, { state: 'done', result, settled });
  }

  async #fail(index: number, error: unknown, inDoubt: boolean): Promise<void> {
    // Before the journal is written: what starts meanwhile would only fail in the same way.
    if (this.#ask(this.#options.isFatal, error)) this.#stop('fatal', error);
    await this.#record(index, { event: 'failed', error: reasonOf(error), inDoubt });
    this.#ledger.end(index, { state: inDoubt ? 'in_doubt' : 'failed', error });
  }

  /** What the caller thinks of an error; a caller that fails at it ends the run, and no item gets lost by it. */
  #ask(opinion: ((error: unknown) => boolean) | undefined, error: unknown): boolean {
    try {
      return opinion?.(error) === true;
    } catch (failure) {
      this.#stop('output', failure);
      return false;
    }
  }

  #isInDoubt(error: unknown): boolean {
    if (error instanceof GivenUp || this.#ask(this.#options.isInDoubt, error)) return true;
    if (!this.#signal.aborted) return false;
    if (error === this.#signal.reason) return true;
    const { name, type } = (error ?? {}) as { name?: unknown; type?: unknown };
    return name === 'AbortError' || INTERRUPTIONS.includes(type);
  }

  /** @returns whether it is in the journal; when not, the run has stopped */
  async #record(
    index: number,
    event:
      | { event: 'sent' }
      | { event: 'done'; result: unknown }
      | { event: 'failed'; error: { type: string; message: string }; inDoubt: boolean },
  ): Promise<boolean> {
    const { journal } = this.#options;
    if (journal === undefined) return true;
    try {
      await journal.record({ key: this.#ledger.key(index), hash: this.#ledger.hash(index), ...event });
      return true;
    } catch (error) {
      this.#stop('journal', error);
      return false;
    }
  }

  /** The first reason counts. */
  #stop(why: Stopped['why'], error: unknown): void {
    this.#stopped ??= { why, error };
    this.#places.close();
  }

  /** Asked again after waiting, when it may have changed. */
  #isStopped(): boolean {
    return this.#stopped !== undefined;
  }
}

function repeat<T>(times: number, start: () => T): T[] {
  return Array.from({ length: times }, start);
}

function oldDoubt(): CliError {
  return new CliError('partial', 'an earlier run sent it, and whether it took effect is not known');
}
