/** Lists that answer a limited period at a time: a longer one is asked for in windows. */
import { isObject } from '../shared/json.ts';
import type { Endpoint } from './catalogue/types.ts';
import type { ConvirzaClient } from './client.ts';
import { type Page, type WalkOptions, walk } from './paging.ts';

export interface Period {
  /** ISO 8601 UTC. */
  start: string;
  end: string;
}

const DAY_MS = 86_400_000;

function iso(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/**
 * Cuts a period into windows of at most `maxDays`, oldest first. Neighbours share their seam, so that no row can fall
 * between them whether the service counts the ends in or not.
 */
export function splitPeriod({ start, end }: Period, maxDays: number): Period[] {
  // Whole seconds, as they are sent: a fraction would make a last window that is empty.
  const [from, to] = [start, end].map((time) => Math.floor(Date.parse(time) / 1000) * 1000) as [
    number,
    number,
  ];
  const windows: Period[] = [];
  for (let at = from; at < to || windows.length === 0; at += maxDays * DAY_MS)
    windows.push({ start: iso(at), end: iso(Math.min(at + maxDays * DAY_MS, to)) });
  return windows;
}

/** What tells a row from another: its id where it has one, else all of it. */
function identity(row: unknown, idKey: string | undefined): string {
  if (isObject(row)) {
    const id = row[idKey ?? ''] ?? row['id'];
    if (typeof id === 'string' || typeof id === 'number') return String(id);
  }
  return JSON.stringify(row);
}

/** Names of points in time, the likeliest first; `talk_time` is none, and its values do not look like one. */
const TIME_KEYS = [/start|began/i, /created/i, /date|time/i];
/** Unix time in seconds, or in milliseconds: a smaller number is a duration or a count. */
const FIRST_UNIX_TIME = 1e9;

function timeOf(value: unknown): number {
  if (typeof value === 'number') return value >= FIRST_UNIX_TIME ? value : Number.NaN;
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value) ? Date.parse(value) : Number.NaN;
}

/** Whether rows come newest first; undefined where they do not say. The order is not documented. */
function isNewestFirst(rows: readonly unknown[]): boolean | undefined {
  const [first, last] = [rows[0], rows.at(-1)];
  if (!isObject(first) || !isObject(last)) return undefined;
  const keys = Object.keys(first);
  for (const key of TIME_KEYS.flatMap((pattern) => keys.filter((name) => pattern.test(name)))) {
    const [a, b] = [timeOf(first[key]), timeOf(last[key])];
    if (a !== b && !Number.isNaN(a) && !Number.isNaN(b)) return a > b;
  }
  return undefined;
}

/** Drops the rows of a window that its neighbour has shown, and those that `offset` skips. */
class Seams {
  readonly #idKey: string | undefined;
  #skip: number;
  #left: number;
  #previous = new Set<string>();
  #current = new Set<string>();

  constructor(idKey: string | undefined, skip: number, limit: number) {
    this.#idKey = idKey;
    this.#skip = skip;
    this.#left = limit;
  }

  get full(): boolean {
    return this.#left <= 0;
  }

  nextWindow(): void {
    this.#previous = this.#current;
    this.#current = new Set();
  }

  take(page: Page): Page {
    const fresh = page.rows.filter((row) => {
      const id = identity(row, this.#idKey);
      this.#current.add(id);
      return !this.#previous.has(id);
    });
    const skipped = Math.min(this.#skip, fresh.length);
    this.#skip -= skipped;
    const rows = fresh.slice(skipped, skipped + this.#left);
    this.#left -= rows.length;
    // The totals are those of single windows and say nothing about the whole.
    return { ...page, rows, total: undefined };
  }
}

/**
 * As `walk`, over a period of any length: window by window in the order in which the service gives its rows, without
 * one lost or doubled at the seams.
 *
 * @param names of the two query parameters
 */
export async function* walkWindows(
  client: ConvirzaClient,
  endpoint: Endpoint,
  options: WalkOptions,
  windows: readonly Period[],
  names: { start: string; end: string },
): AsyncGenerator<Page> {
  const { limit, query, ...rest } = options;
  const pages = async function* (order: readonly Period[]): AsyncGenerator<Page | 'seam'> {
    for (const window of order) {
      const within = { ...query, [names.start]: window.start, [names.end]: window.end, offset: undefined };
      yield* walk(client, endpoint, { ...rest, query: within, limit: Number.POSITIVE_INFINITY });
      yield 'seam';
    }
  };
  const offset = Number(query?.['offset'] ?? 0);
  const newestFirst = await ordersNewestFirst(pages([...windows].reverse()));
  const seams = new Seams(endpoint.idKey, offset, limit);
  for await (const page of pages(newestFirst ? [...windows].reverse() : windows)) {
    if (page === 'seam') seams.nextWindow();
    else yield seams.take(page);
    if (seams.full) return;
  }
}

/** Reads from the newest window on until the rows tell their order; where none do, either order is right. */
async function ordersNewestFirst(pages: AsyncIterable<Page | 'seam'>): Promise<boolean> {
  for await (const page of pages) {
    const newest = page === 'seam' ? undefined : isNewestFirst(page.rows);
    if (newest !== undefined) return newest;
  }
  return true;
}
