/** How fast a run goes, and how long it will take: numbers and the pieces of a line, nothing that prints. */

export interface ProgressSnapshot {
  items: number;
  totalItems: number;
  bytes: number;
  totalBytes: number | undefined;
  /** From 0 to 1, by bytes where their total is known, else by items. */
  fraction: number;
  /** Over the sliding window; undefined until enough has been seen. */
  itemsPerSecond: number | undefined;
  bytesPerSecond: number | undefined;
  /** Milliseconds; undefined while nothing moves. */
  leftMs: number | undefined;
}

export interface ProgressOptions {
  totalItems: number;
  totalBytes?: number | undefined;
  /** Length of the sliding window in milliseconds; 15 seconds without it. */
  windowMs?: number | undefined;
}

interface Sample {
  at: number;
  items: number;
  bytes: number;
}

/** So many samples a window has at most; what comes in between is added to the newest. */
const SAMPLES = 30;
/** A rate out of less time than this says nothing. */
const MIN_SPAN_MS = 500;

/** Counts items and bytes against a clock of the caller's. */
export class ProgressMeter {
  readonly #totalItems: number;
  #totalBytes: number | undefined;
  readonly #windowMs: number;
  /** Oldest first; the first one may lie before the window. */
  readonly #samples: Sample[];
  #items = 0;
  #bytes = 0;

  constructor(options: ProgressOptions, now: number) {
    this.#totalItems = options.totalItems;
    this.#totalBytes = options.totalBytes;
    this.#windowMs = options.windowMs ?? 15_000;
    this.#samples = [{ at: now, items: 0, bytes: 0 }];
  }

  /** What has come since the last call; bytes of an attempt that failed are taken back by a negative number. */
  add(now: number, items: number, bytes = 0): void {
    this.#items += items;
    this.#bytes += bytes;
    const newest = this.#samples.at(-1);
    if (this.#samples.length > 1 && newest !== undefined && now - newest.at < this.#windowMs / SAMPLES) {
      newest.items = this.#items;
      newest.bytes = this.#bytes;
      return;
    }
    this.#samples.push({ at: Math.max(now, newest?.at ?? now), items: this.#items, bytes: this.#bytes });
    while ((this.#samples[1]?.at ?? now) <= now - this.#windowMs) this.#samples.shift();
  }

  /** Items whose bytes turn out to be others than thought, or that are left out, change the total. */
  addToTotalBytes(bytes: number): void {
    if (this.#totalBytes !== undefined) this.#totalBytes = Math.max(0, this.#totalBytes + bytes);
  }

  snapshot(now: number): ProgressSnapshot {
    const [items, bytes] = [this.#items, this.#bytes];
    const oldest = this.#samples[0] ?? { at: now, items, bytes };
    const span = now - oldest.at;
    const rate = (done: number) => (span < MIN_SPAN_MS ? undefined : Math.max(0, (done * 1_000) / span));
    const itemsPerSecond = rate(items - oldest.items);
    const bytesPerSecond = rate(bytes - oldest.bytes);
    const byBytes = this.#totalBytes !== undefined && this.#totalBytes > 0;
    const total = byBytes ? (this.#totalBytes ?? 0) : this.#totalItems;
    const done = byBytes ? bytes : items;
    const perSecond = byBytes ? bytesPerSecond : itemsPerSecond;
    const left = Math.max(0, total - done);
    return {
      items,
      totalItems: this.#totalItems,
      bytes,
      totalBytes: this.#totalBytes,
      fraction: total === 0 ? 1 : Math.min(1, Math.max(0, done / total)),
      itemsPerSecond,
      bytesPerSecond,
      leftMs:
        left === 0 ? 0 : perSecond === undefined || perSecond === 0 ? undefined : (left / perSecond) * 1_000,
    };
  }
}

/** `1.2 MB`; decimal units, as the limits of services are given. */
export function sizeText(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = Math.max(0, bytes);
  let unit = 0;
  while (unit < units.length - 1 && value >= 999.5) {
    value /= 1_000;
    unit++;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${units[unit] ?? ''}`;
}

/** `40 s`, `3 min 20 s`, `2 h 5 min`. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 600) return parts(Math.floor(seconds / 60), 'min', seconds % 60, 's');
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return parts(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

function parts(great: number, greatUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${great} ${greatUnit}` : `${great} ${greatUnit} ${small} ${smallUnit}`;
}

/** The pieces of one line; those of which nothing is known are missing. */
export interface ProgressPieces {
  /** `12 of 340`. */
  items: string;
  /** `3 %`; 100 % only when everything is done. */
  percent: string;
  /** `1.2 MB of 30 MB`. */
  bytes?: string;
  /** `2.3/s`, or `8/min` when it is slow. */
  rate?: string;
  /** `1.1 MB/s`. */
  byteRate?: string;
  /** `3 min 20 s left`. */
  left?: string;
}

export function progressPieces(snapshot: ProgressSnapshot): ProgressPieces {
  const { items, totalItems, bytes, totalBytes, fraction, itemsPerSecond, bytesPerSecond, leftMs } = snapshot;
  const pieces: ProgressPieces = {
    items: `${items} of ${totalItems}`,
    percent: `${Math.floor(fraction * 100)} %`,
  };
  if (totalBytes !== undefined) pieces.bytes = `${sizeText(bytes)} of ${sizeText(totalBytes)}`;
  if (itemsPerSecond !== undefined && itemsPerSecond > 0)
    pieces.rate =
      itemsPerSecond >= 1
        ? `${itemsPerSecond.toFixed(itemsPerSecond < 9.95 ? 1 : 0)}/s`
        : `${(itemsPerSecond * 60).toFixed(itemsPerSecond < 0.16 ? 1 : 0)}/min`;
  if (bytesPerSecond !== undefined && bytesPerSecond > 0) pieces.byteRate = `${sizeText(bytesPerSecond)}/s`;
  if (leftMs !== undefined && leftMs > 0) pieces.left = `${durationText(leftMs)} left`;
  return pieces;
}
