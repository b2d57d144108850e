/** What a person sees of a bulk run while it goes on. */
import { reasonOf } from '../bulk/failures.ts';
import { ProgressMeter, type ProgressPieces, progressPieces } from '../bulk/progress.ts';
import type { RunEvent } from '../bulk/run-types.ts';
import { cleanLine } from '../output/clean.ts';
import { type Progress, startProgress } from '../output/progress.ts';
import type { Invocation } from './invocation.ts';

/** Off a terminal a line is written so often. */
const LINE_MS = 5_000;
/** A terminal is redrawn so often, however much happens. */
const REDRAW_MS = 100;
/** So many failures are told as they happen; a run in which everything fails should not fill a log. */
const MAX_TOLD = 20;
const MAX_NAMES = 3;
const BAR = 20;

/** `[#####···············]`; full only when everything is done. */
export function progressBar(fraction: number, unicode: boolean): string {
  const full = Math.min(BAR, Math.max(0, Math.floor(fraction * BAR)));
  const [done, open] = unicode ? ['█', '░'] : ['#', '-'];
  return unicode
    ? done.repeat(full) + open.repeat(BAR - full)
    : `[${done.repeat(full)}${open.repeat(BAR - full)}]`;
}

/** The spinner before the bar, and the blanks around it. */
const SPINNER_COLUMNS = 4;

export interface Counts {
  failed: number;
  skipped: number;
  inFlight: number;
  /** Requests that were sent again. */
  retried: number;
  heldMs: number;
}

/** One line of what is known: `12 of 340, 3 %, 4 in flight, 2 failed, 2.3/s, 3 min left`. */
export function progressLine(pieces: ProgressPieces, counts: Counts): string {
  return [
    pieces.items,
    pieces.percent,
    pieces.bytes,
    counts.inFlight > 0 ? `${counts.inFlight} in flight` : undefined,
    counts.skipped > 0 ? `${counts.skipped} left out` : undefined,
    counts.failed > 0 ? `${counts.failed} failed` : undefined,
    counts.retried > 0 ? `${counts.retried} sent again` : undefined,
    pieces.rate,
    pieces.byteRate,
    counts.heldMs > 0 ? `paused for ${Math.ceil(counts.heldMs / 1_000)} s by the service` : pieces.left,
  ]
    .filter((piece) => piece !== undefined)
    .join(', ');
}

/** As `progressLine`, without what matters least where that would not fit into `columns`. */
export function fittingLine(pieces: ProgressPieces, counts: Counts, columns: number): string {
  const { byteRate: _rate, ...withoutRate } = pieces;
  const { bytes: _bytes, ...withoutBytes } = withoutRate;
  const lines = [pieces, withoutRate, withoutBytes].map((some) => progressLine(some, counts));
  return lines.find((line) => line.length <= columns) ?? progressLine(withoutBytes, counts);
}

/** The names of what is under way, not all of them when they are many. */
export function namesInFlight(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).map((name) => cleanLine(name));
  if (names.length > MAX_NAMES) shown.push(`${names.length - MAX_NAMES} more`);
  return shown.join(', ');
}

export interface BulkProgressOptions<Item> {
  label: (item: Item) => string;
  bytes?: ((item: Item) => number) | undefined;
  /** `Uploading`. */
  heading: string;
  heldMs: () => number;
}

/** Takes the events of a run and shows them: bar and line at a terminal, a line every 5 seconds elsewhere. */
export class BulkProgress<Item> {
  readonly #invocation: Invocation;
  readonly #options: BulkProgressOptions<Item>;
  readonly #meter: ProgressMeter;
  readonly #progress: Progress;
  readonly #inFlight = new Map<number, { label: string; bytes: number }>();
  readonly #timer: NodeJS.Timeout;
  readonly #redraws: boolean;
  /** Of a single item more is told on the way, and its failure by the error at the end. */
  readonly #isAlone: boolean;
  #failed = 0;
  #skipped = 0;
  #retried = 0;

  private constructor(
    invocation: Invocation,
    items: readonly Item[],
    options: BulkProgressOptions<Item>,
    progress: Progress,
  ) {
    const { bytes } = options;
    this.#invocation = invocation;
    this.#options = options;
    this.#progress = progress;
    this.#isAlone = items.length === 1;
    this.#redraws = invocation.terminal.canRedraw;
    const totalBytes = bytes === undefined ? undefined : items.reduce((sum, item) => sum + bytes(item), 0);
    this.#meter = new ProgressMeter({ totalItems: items.length, totalBytes }, invocation.ctx.clock());
    this.#timer = setInterval(() => this.#show(), this.#redraws ? REDRAW_MS : LINE_MS);
    this.#timer.unref();
  }

  static async open<Item>(
    invocation: Invocation,
    items: readonly Item[],
    options: BulkProgressOptions<Item>,
  ): Promise<BulkProgress<Item>> {
    const { ctx, terminal, flags } = invocation;
    const progress = await startProgress(options.heading, {
      redraw: terminal.canRedraw && flags.quiet !== true,
      stream: ctx.stderr,
      colour: terminal.colourErr,
      notes: invocation.say,
    });
    return new BulkProgress(invocation, items, options, progress);
  }

  readonly onEvent = (event: RunEvent<Item>): void => {
    switch (event.type) {
      case 'preparing':
        return;
      case 'retried':
        this.retried();
        if (this.#isAlone)
          this.note(`${cleanLine(this.#options.label(event.item))}: ${cleanLine(event.reason)}`);
        return;
      case 'started':
        this.#inFlight.set(event.index, { label: this.#options.label(event.item), bytes: 0 });
        return;
      case 'progress':
        this.#moved(event.index, event.bytes);
        return;
      case 'failed':
        this.#failed++;
        this.#ended(event.index, event.item, false);
        this.#tellFailure(event.item, event.error, event.inDoubt);
        return;
      case 'finished':
        if (event.state === 'skipped') this.#skipped++;
        this.#ended(event.index, event.item, true);
    }
  };

  /** A request was sent again; of many workers a line for each would say nothing. */
  retried(): void {
    this.#retried++;
  }

  /** A line that stays. */
  note(text: string): void {
    this.#progress.note(text);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#progress.stop();
  }

  #moved(index: number, bytes: number): void {
    const entry = this.#inFlight.get(index);
    if (entry === undefined || this.#options.bytes === undefined) return;
    this.#meter.add(this.#invocation.ctx.clock(), 0, bytes - entry.bytes);
    entry.bytes = bytes;
  }

  #ended(index: number, item: Item, whole: boolean): void {
    const sent = this.#inFlight.get(index)?.bytes ?? 0;
    this.#inFlight.delete(index);
    const size = this.#options.bytes?.(item) ?? 0;
    this.#meter.add(this.#invocation.ctx.clock(), 1, whole ? size - sent : -sent);
    if (!whole) this.#meter.addToTotalBytes(-size);
  }

  #tellFailure(item: Item, error: unknown, inDoubt: boolean): void {
    if (this.#isAlone || this.#failed > MAX_TOLD + 1) return;
    if (this.#failed === MAX_TOLD + 1) {
      this.note('Further failures are counted, and told at the end.');
      return;
    }
    const { message } = reasonOf(error);
    const word = this.#invocation.colourErr.red(inDoubt ? 'in doubt:' : 'failed:');
    this.note(`${word} ${cleanLine(this.#options.label(item))}: ${cleanLine(message)}`);
  }

  #show(): void {
    const pieces = this.#meter.snapshot(this.#invocation.ctx.clock());
    const counts: Counts = {
      failed: this.#failed,
      skipped: this.#skipped,
      inFlight: this.#inFlight.size,
      retried: this.#retried,
      heldMs: this.#options.heldMs(),
    };
    const known = progressPieces(pieces);
    if (!this.#redraws) {
      this.#invocation.say(`${this.#options.heading}: ${progressLine(known, counts)}`);
      return;
    }
    const bar = progressBar(pieces.fraction, this.#invocation.terminal.drawsUnicode);
    const columns = this.#invocation.ctx.stderr.columns ?? 80;
    const line = fittingLine(known, counts, columns - bar.length - SPINNER_COLUMNS);
    const names = namesInFlight([...this.#inFlight.values()].map(({ label }) => label));
    this.#progress.update(`${bar} ${line}${names === '' ? '' : `\n  ${names}`}`);
  }
}
