/** The screen of `voice talk`: lines that stay, and below them two that are redrawn; elsewhere plain lines. */
import { displayWidth } from '../output/table.ts';
import {
  type Colour,
  conversationLine,
  type FrameStyle,
  liveLines,
  spokenText,
} from './voice-screen-frame.ts';
import type { TalkLine, TalkSnapshot } from './voice-talk-model.ts';

/** How a talk is shown. */
export interface TalkView {
  line(line: TalkLine): void;
  note(text: string): void;
  /** Something that the live lines show may be different now. */
  changed(): void;
  /** Resolves when everything is written; afterwards nothing of it moves any more. */
  close(): Promise<void>;
}

/** What is asked of a terminal. */
export interface ScreenStream {
  write(text: string): unknown;
  readonly columns?: number | undefined;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

export interface ScreenOptions extends FrameStyle {
  stream: ScreenStream;
  /** A clock that never goes back, in milliseconds. */
  clock: () => number;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** When it aborts, nothing is redrawn any more, and the cursor is back: the next signal may end the process. */
  signal: AbortSignal;
  snapshot: () => TalkSnapshot;
}

/** At most 15 times a second. */
const FRAME_MS = 67;
/** Time goes on, and levels fall, without an event. */
const TICK_MS = 250;

const HIDE = '\u001b[?25l';
const SHOW = '\u001b[?25h';
const CLEAR_BELOW = '\u001b[J';
const CLEAR_RIGHT = '\u001b[K';
const up = (rows: number): string => (rows > 0 ? `\u001b[${rows}A` : '');

export class LiveScreen implements TalkView {
  readonly #options: ScreenOptions;
  readonly #closed = new AbortController();
  #waiting: string[] = [];
  /** The live lines on the screen. */
  #drawn: readonly string[] = [];
  #drawnAt = Number.NEGATIVE_INFINITY;
  #resized = false;
  #due = false;

  constructor(options: ScreenOptions) {
    this.#options = options;
    options.stream.on('resize', this.#onResize);
    options.signal.addEventListener('abort', this.#end, { once: true });
    if (options.signal.aborted) this.#end();
    else {
      options.stream.write(HIDE);
      this.#draw();
      void this.#tick();
    }
  }

  readonly #onResize = (): void => {
    this.#resized = true;
    this.changed();
  };

  async #tick(): Promise<void> {
    const { signal } = this.#closed;
    while (!signal.aborted) {
      await this.#options.sleep(TICK_MS, signal).catch(() => {});
      this.changed();
    }
  }

  line(line: TalkLine): void {
    this.#stay(conversationLine({ ...line, text: spokenText(line) }, this.#options.colour));
  }

  note(text: string): void {
    this.#stay(this.#options.colour.dim(text));
  }

  #stay(text: string): void {
    if (this.#closed.signal.aborted) {
      this.#options.stream.write(`${text}\n`);
      return;
    }
    this.#waiting.push(text);
    this.changed();
  }

  changed(): void {
    if (this.#due || this.#closed.signal.aborted) return;
    const { clock, sleep } = this.#options;
    const wait = this.#drawnAt + FRAME_MS - clock();
    if (wait <= 0) {
      this.#draw();
      return;
    }
    this.#due = true;
    sleep(wait, this.#closed.signal).then(
      () => {
        this.#due = false;
        this.#draw();
      },
      () => {},
    );
  }

  #draw(): void {
    const { stream, clock, snapshot } = this.#options;
    const columns = stream.columns || 80;
    const live = liveLines(snapshot(), columns, this.#options);
    const same = live.every((text, index) => text === this.#drawn[index]);
    if (same && this.#waiting.length === 0 && !this.#resized) return;
    const lines = live.map((text) => text + CLEAR_RIGHT).join('\n');
    const fresh = this.#waiting.length > 0 || this.#resized ? CLEAR_BELOW : '';
    stream.write(this.#toTop(columns) + fresh + this.#takeWaiting() + lines);
    this.#drawn = live;
    this.#drawnAt = clock();
    this.#resized = false;
  }

  /** The way from the end of the live lines to their beginning. A terminal that became narrower has wrapped them. */
  #toTop(columns: number): string {
    const rows = this.#drawn.reduce(
      (sum, text) => sum + Math.max(1, Math.ceil(displayWidth(text) / columns)),
      0,
    );
    return `\r${up(rows - 1)}`;
  }

  #takeWaiting(): string {
    const lines = this.#waiting.map((text) => `${text}\n`).join('');
    this.#waiting = [];
    return lines;
  }

  readonly #end = (): void => {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort();
    const { stream, signal } = this.#options;
    stream.off('resize', this.#onResize);
    signal.removeEventListener('abort', this.#end);
    stream.write(this.#toTop(stream.columns || 80) + CLEAR_BELOW + this.#takeWaiting() + SHOW);
    this.#drawn = [];
  };

  async close(): Promise<void> {
    this.#end();
  }
}

export interface PlainOptions {
  /** Where lines of the conversation go; undefined: they are not shown. */
  write: ((text: string) => Promise<void>) | undefined;
  colour: Colour;
  say: (text: string) => void;
}

/** Lines alone, for logs, pipes and programs. */
export class PlainView implements TalkView {
  readonly #options: PlainOptions;
  #queue: Promise<void> = Promise.resolve();

  constructor(options: PlainOptions) {
    this.#options = options;
  }

  line(line: TalkLine): void {
    const { write, colour } = this.#options;
    if (write === undefined) return;
    const text = `${conversationLine({ ...line, text: spokenText(line) }, colour)}\n`;
    this.#queue = this.#queue.then(() => write(text));
    // A reader that went away ends the command by its signal.
    this.#queue.catch(() => {});
  }

  note(text: string): void {
    this.#options.say(text);
  }

  changed(): void {}

  async close(): Promise<void> {
    await this.#queue.catch(() => {});
  }
}

/** Two at once: a screen for the person, and lines for a file. */
export function both(first: TalkView, second: TalkView): TalkView {
  return {
    line: (line) => {
      first.line(line);
      second.line(line);
    },
    note: (text) => {
      first.note(text);
      second.note(text);
    },
    changed: () => {
      first.changed();
      second.changed();
    },
    close: async () => {
      await first.close();
      await second.close();
    },
  };
}
