/** A terminal as far as the live screen needs one: what stands on it, and where the cursor is. */
import type { ScreenStream } from '../../src/commands/voice-screen.ts';

export class FakeTerminal implements ScreenStream {
  columns: number;
  /** One for each write. */
  readonly writes: string[] = [];
  cursorHidden = false;
  readonly #rows: string[] = [''];
  #row = 0;
  #column = 0;
  readonly #listeners = new Set<() => void>();

  constructor(columns: number) {
    this.columns = columns;
  }

  /** All rows, those that are empty at the end left out. */
  get rows(): string[] {
    const last = this.#rows.findLastIndex((row) => row.trim() !== '');
    return this.#rows.slice(0, last + 1).map((row) => row.trimEnd());
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  on(_event: 'resize', listener: () => void): void {
    this.#listeners.add(listener);
  }

  off(_event: 'resize', listener: () => void): void {
    this.#listeners.delete(listener);
  }

  resize(columns: number): void {
    this.columns = columns;
    for (const listener of this.#listeners) listener();
  }

  write(text: string): void {
    this.writes.push(text);
    for (const [token] of text.matchAll(/\u001b\[\??\d*[A-Za-z]|[\s\S]/gu)) this.#put(token);
  }

  #put(token: string): void {
    const rows = this.#rows;
    const row = rows[this.#row] ?? '';
    if (token === '\n') {
      this.#row++;
      this.#column = 0;
      if (rows.length <= this.#row) rows.push('');
    } else if (token === '\r') this.#column = 0;
    else if (token === '\u001b[J') {
      rows.splice(this.#row + 1);
      rows[this.#row] = row.slice(0, this.#column);
    } else if (token === '\u001b[K') rows[this.#row] = row.slice(0, this.#column);
    else if (token === '\u001b[?25l') this.cursorHidden = true;
    else if (token === '\u001b[?25h') this.cursorHidden = false;
    else if (/^\u001b\[\d+A$/.test(token))
      this.#row = Math.max(0, this.#row - Number.parseInt(token.slice(2), 10));
    else if (token.startsWith('\u001b')) throw new Error(`unknown sequence ${JSON.stringify(token)}`);
    else {
      rows[this.#row] = row.slice(0, this.#column).padEnd(this.#column) + token + row.slice(this.#column + 1);
      this.#column++;
    }
  }
}
