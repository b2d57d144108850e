/** What is said while files are converted. */
import { cleanLine } from '../output/clean.ts';
import { type Progress, startProgress } from '../output/progress.ts';
import { textAbout } from './audio-files.ts';
import type { PlannedConversion } from './audio-plan.ts';
import type { Invocation } from './invocation.ts';

/** As `Invocation.progress`, but its notes are failures and warnings, which `--quiet` does not silence. */
export function openProgress({ ctx, terminal, flags }: Invocation, text: string): Promise<Progress> {
  return startProgress(text, {
    redraw: terminal.canRedraw && flags.quiet !== true,
    stream: ctx.stderr,
    colour: terminal.colourErr,
    notes: (line) => ctx.stderr.write(`${line}\n`),
  });
}

/** Which file is at work, or how many of how many, and how much of it. */
export class Status {
  readonly #progress: Progress;
  readonly #count: number;
  readonly #position = new Map<PlannedConversion, number>();
  readonly #running = new Map<PlannedConversion, number>();
  #done = 0;

  constructor(plan: readonly PlannedConversion[], progress: Progress) {
    this.#progress = progress;
    this.#count = plan.length;
    for (const [index, entry] of plan.entries()) this.#position.set(entry, index + 1);
  }

  started(entry: PlannedConversion): void {
    this.moved(entry, 0);
  }

  moved(entry: PlannedConversion, done: number): void {
    this.#running.set(entry, done);
    this.#update();
  }

  finished(entry: PlannedConversion): void {
    this.#running.delete(entry);
    this.#done++;
    if (this.#running.size > 0) this.#update();
  }

  failed(invocation: Invocation, message: string): void {
    this.#progress.note(`${invocation.colourErr.red('failed:')} ${cleanLine(message)}`);
  }

  warn(invocation: Invocation, { file }: PlannedConversion, text: string): void {
    this.#progress.note(`${invocation.colourErr.magenta('warning:')} ${cleanLine(textAbout(text, file))}`);
  }

  #update(): void {
    const [alone] = this.#running;
    if (alone !== undefined && this.#running.size === 1) {
      const [entry, done] = alone;
      const position = this.#count === 1 ? '' : `${this.#position.get(entry)} of ${this.#count}: `;
      const percent = done === 0 ? '' : ` ${Math.floor(done * 100)} %`;
      this.#progress.update(`${position}${cleanLine(entry.file.shown)}${percent}`);
      return;
    }
    const parts = [...this.#running.values()].reduce((sum, done) => sum + done, this.#done);
    const percent = Math.floor((100 * parts) / this.#count);
    this.#progress.update(
      `${this.#done} of ${this.#count} files, ${this.#running.size} at once, ${percent} %`,
    );
  }
}
