/** What a bulk run is given, and what it tells. */
import type { JournalEvent } from './journal-file.ts';
import type { Known } from './journal-record.ts';

interface OfItem<Item> {
  item: Item;
  key: string;
  /** Place in the list, from 0. */
  index: number;
}

/** What became of an item; every item of a run gets exactly one. */
export type Outcome<Item, Result> = OfItem<Item> &
  (
    | { state: 'done'; result: Result /** Found to be done by an earlier run. */; settled: boolean }
    | { state: 'failed'; error: unknown }
    /** It was sent, and nobody knows whether it took effect. */
    | { state: 'in_doubt'; error: unknown }
    /** The journal says that an earlier run did it; its result is there (`Journal.last`). */
    | { state: 'skipped' }
    /** The run stopped before its turn, and nothing was sent. */
    | { state: 'not_started' }
  );

/** What a waiting person may want to see. */
export type RunEvent<Item> = OfItem<Item> &
  (
    | { type: 'preparing' }
    | { type: 'started' }
    /** Bytes of this attempt so far; after a retry they begin anew. */
    | { type: 'progress'; bytes: number; total: number | undefined }
    | { type: 'retried'; reason: string; delayMs: number }
    | { type: 'failed'; error: unknown; inDoubt: boolean }
    | { type: 'finished'; state: 'done' | 'skipped' }
  );

/** What the functions for a single item are given beside it. */
export interface ItemContext {
  key: string;
  index: number;
  /** Aborts when the run is interrupted. */
  signal: AbortSignal;
  /** What the journal knew of it before. */
  known: Known;
  progress(bytes: number, total?: number): void;
  retried(reason: string, delayMs: number): void;
}

/** The part of a journal that a run needs. */
export interface RunJournal {
  /** @param hash undefined while nobody has asked for it: the item then counts as unchanged */
  lookup(key: string, hash: string | undefined): Known;
  record(event: JournalEvent): Promise<void>;
}

export interface PrepareStep<Item, Prepared> {
  run(item: Item, context: ItemContext): Promise<Prepared>;
  /** How many are prepared at once. */
  concurrency: number;
  /** How many may be prepared or in preparation before a worker has taken them; at least 1. */
  ahead: number;
  /** Called once for everything prepared: after its work, or when there will be none. */
  release?: (prepared: Prepared, item: Item) => void | Promise<void>;
}

export interface RunOptions<Item, Prepared, Result> {
  /** What names the item in the journal; no two items share it. */
  key: (item: Item) => string;
  /**
   * Fingerprint of the content that is sent, so that a changed item is not taken for done. Asked once, when it is the
   * item's turn, and only where there is a journal; what it throws is the item's failure.
   */
  hash?: ((item: Item) => string | Promise<string>) | undefined;
  /** How many items are worked on at once. */
  concurrency: number;
  /** Does the item. Whatever it throws is that item's failure. */
  work: (item: Item, prepared: Prepared, context: ItemContext) => Promise<Result>;
  /** Goes before `work` in step with it; without it `prepared` is undefined. */
  prepare?: PrepareStep<Item, Prepared> | undefined;
  journal?: RunJournal | undefined;
  /** What of a result the journal keeps; the whole without it. */
  keep?: ((result: Result, item: Item) => unknown) | undefined;
  /**
   * Looks whether an item that was in doubt took effect: its result, or undefined when it has to be done.
   * Without it such an item stays in doubt and is not sent.
   */
  settle?: ((item: Item, context: ItemContext) => Promise<Result | undefined>) | undefined;
  /** What to do with an item that was done, but has another content now. `again` without it. */
  changed?: 'again' | 'skip' | undefined;
  /** Errors after which the rest cannot do better. */
  isFatal?: ((error: unknown) => boolean) | undefined;
  /** Whether nobody knows if the item took effect. */
  isInDoubt?: ((error: unknown) => boolean) | undefined;
  /** Interrupts the run. */
  signal?: AbortSignal | undefined;
  /** How long items that are under way may go on after that; 5 seconds without it. */
  graceMs?: number | undefined;
  sleep?: ((ms: number, signal?: AbortSignal) => Promise<void>) | undefined;
  onEvent?: ((event: RunEvent<Item>) => void) | undefined;
  /** One call at a time; workers wait for it. */
  onOutcome?: ((outcome: Outcome<Item, Result>) => void | Promise<void>) | undefined;
  /** Outcomes come in the order of the items rather than as they end. */
  ordered?: boolean | undefined;
}

/** `aborted` by the signal; `fatal` by an item's error; the journal or the caller's own functions may fail too. */
export interface Stopped {
  why: 'aborted' | 'fatal' | 'journal' | 'output';
  error: unknown;
}

export interface RunSummary<Item> {
  /** The five counts below add up to it. */
  total: number;
  done: number;
  failed: number;
  inDoubt: number;
  skipped: number;
  notStarted: number;
  /** Those that failed or are in doubt, in the order of the items. */
  failures: (OfItem<Item> & { error: unknown; inDoubt: boolean })[];
  /** Why the run ended early. */
  stopped?: Stopped;
}
