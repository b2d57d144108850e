/** The items of a run: what names them, what is known of them, and what became of each. */
import { CliError } from '../shared/errors.ts';
import { Delivery } from './delivery.ts';
import type { Known } from './journal-record.ts';
import type { ItemContext, Outcome, RunEvent, RunOptions, RunSummary } from './run-types.ts';

const NEW: Known = { state: 'new', changed: false };

/** An outcome without what every outcome has. */
export type End<Result> =
  | { state: 'done'; result: Result; settled: boolean }
  | { state: 'failed' | 'in_doubt'; error: unknown }
  | { state: 'skipped' | 'not_started' };

/** An event without what every event has. */
type Told =
  | { type: 'preparing' | 'started' }
  | { type: 'progress'; bytes: number; total: number | undefined }
  | { type: 'retried'; reason: string; delayMs: number }
  | { type: 'failed'; error: unknown; inDoubt: boolean }
  | { type: 'finished'; state: 'done' | 'skipped' };

/** Counts every item's end once, and tells the caller of it. */
export class Ledger<Item, Prepared, Result> {
  readonly summary: RunSummary<Item>;
  readonly #items: readonly Item[];
  readonly #keys: readonly string[];
  /** Of the items whose turn has come; reading them all before the first is worked on would take long. */
  readonly #hashes: (string | undefined)[] = [];
  readonly #ended: Uint8Array;
  readonly #options: RunOptions<Item, Prepared, Result>;
  readonly #signal: AbortSignal;
  readonly #delivery: Delivery<Outcome<Item, Result>>;
  readonly #onError: (error: unknown) => void;

  /** @param onError is told what the caller's own functions throw */
  constructor(
    items: readonly Item[],
    options: RunOptions<Item, Prepared, Result>,
    signal: AbortSignal,
    onError: (error: unknown) => void,
  ) {
    this.#items = items;
    this.#options = options;
    this.#signal = signal;
    this.#onError = onError;
    this.#keys = uniqueKeys(items.map((item) => options.key(item)));
    const { onOutcome = () => {}, ordered = false } = options;
    this.#ended = new Uint8Array(items.length);
    this.#delivery = new Delivery(onOutcome, ordered, onError);
    this.summary = {
      total: items.length,
      done: 0,
      failed: 0,
      inDoubt: 0,
      skipped: 0,
      notStarted: 0,
      failures: [],
    };
  }

  /** Resolves when the caller has taken all outcomes that are due. */
  get idle(): Promise<void> {
    return this.#delivery.idle;
  }

  hasEnded(index: number): boolean {
    return this.#ended[index] === 1;
  }

  end(index: number, end: End<Result>): void {
    this.#ended[index] = 1;
    const { summary } = this;
    const of = { item: this.item(index), key: this.key(index), index };
    switch (end.state) {
      case 'done':
      case 'skipped':
        summary[end.state]++;
        this.tell(index, { type: 'finished', state: end.state });
        break;
      case 'not_started':
        summary.notStarted++;
        break;
      default: {
        const inDoubt = end.state === 'in_doubt';
        summary[inDoubt ? 'inDoubt' : 'failed']++;
        summary.failures.push({ ...of, error: end.error, inDoubt });
        this.tell(index, { type: 'failed', error: end.error, inDoubt });
      }
    }
    this.#delivery.add({ ...of, ...end });
  }

  item(index: number): Item {
    return this.#items[index] as Item;
  }

  key(index: number): string {
    return this.#keys[index] as string;
  }

  /** Finds out the fingerprint of an item where the journal will want it. @throws what the caller's function throws */
  async readHash(index: number): Promise<void> {
    const { hash, journal } = this.#options;
    if (hash !== undefined && journal !== undefined) this.#hashes[index] = await hash(this.item(index));
  }

  /** The fingerprint that was read; empty without one. */
  hash(index: number): string {
    return this.#hashes[index] ?? '';
  }

  known(index: number): Known {
    const { hash, journal } = this.#options;
    const current = hash === undefined ? '' : this.#hashes[index];
    return journal?.lookup(this.key(index), current) ?? NEW;
  }

  context(index: number, known: Known): ItemContext {
    return {
      key: this.key(index),
      index,
      signal: this.#signal,
      known,
      progress: (bytes, total) => this.tell(index, { type: 'progress', bytes, total }),
      retried: (reason, delayMs) => this.tell(index, { type: 'retried', reason, delayMs }),
    };
  }

  tell(index: number, event: Told): void {
    try {
      this.#options.onEvent?.({
        item: this.item(index),
        key: this.key(index),
        index,
        ...event,
      } as RunEvent<Item>);
    } catch (error) {
      this.#onError(error);
    }
  }
}

function uniqueKeys(keys: string[]): string[] {
  const seen = new Set<string>();
  for (const key of keys) {
    if (seen.has(key))
      throw new CliError('usage', `${JSON.stringify(key)} is there more than once`, {
        hint: 'Leave the repetition out.',
      });
    seen.add(key);
  }
  return keys;
}
