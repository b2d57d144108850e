/** Where `voice talk` plays: a program of the system, or standard output. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Context } from '../context.ts';
import { CliError } from '../shared/errors.ts';
import { endNow, howItEnded, lastWordsOf } from './programs.ts';
import type { SoundOutput } from './voice-loudspeaker.ts';
import type { LiveProgram } from './voice-programs.ts';
import { SIGNAL_MS } from './voice-recorder.ts';

type Child = ChildProcessByStdio<Writable, null, Readable>;

/** A player that ends well gets so long to play what it holds. */
const END_MS = 1_000;

/**
 * A player program. What it and the sound server hold cannot be taken back, so `cut` kills it and starts it anew.
 */
export class ProgramOutput implements SoundOutput {
  readonly #ctx: Context;
  readonly #player: LiveProgram;
  readonly #gone = new Map<Child, Promise<void>>();
  #child: Child;
  #over = false;
  #fail: (error: CliError) => void = () => {};
  /** Resolves with CliError `usage` when the program cannot be started or ends by itself. */
  readonly failed: Promise<CliError>;

  constructor(ctx: Context, player: LiveProgram) {
    this.#ctx = ctx;
    this.#player = player;
    this.failed = new Promise((settle) => {
      this.#fail = settle;
    });
    this.#child = this.#start();
    ctx.signal.addEventListener('abort', this.#kill, { once: true });
    if (ctx.signal.aborted) this.#kill();
  }

  #start(): Child {
    const { program, args, env } = this.#player;
    const child = spawn(program, args, {
      cwd: this.#ctx.cwd,
      env: { ...this.#ctx.env, ...env } as NodeJS.ProcessEnv,
      stdio: ['pipe', 'ignore', 'pipe'],
      windowsHide: true,
    });
    const lastWords = lastWordsOf(child);
    // How it ended says whether that was meant.
    child.stdin.on('error', () => {});
    const gone = new Promise<void>((settle) => {
      const end = (why: string) => {
        if (child === this.#child && !this.#over) void this.#tell(why, lastWords());
        this.#gone.delete(child);
        settle();
      };
      child.once('error', (error) => end(error.message));
      child.once('close', (code, how) => end(howItEnded(code, how)));
    });
    this.#gone.set(child, gone);
    return child;
  }

  async #tell(why: string, last: string): Promise<void> {
    const { sleep, signal } = this.#ctx;
    await sleep(SIGNAL_MS, signal).catch(() => {});
    const said = last === '' ? '' : `: ${last}`;
    this.#fail(
      new CliError('usage', `The player "${this.#player.name}" ended (${why})${said}`, {
        hint: 'Is there a loudspeaker? convirza voice devices shows what can be named with --player.',
      }),
    );
  }

  get waiting(): number {
    return this.#child.stdin.writableLength;
  }

  write(pcm: Buffer): void {
    if (this.#child.stdin.writable) this.#child.stdin.write(pcm);
  }

  cut(): void {
    if (this.#over) return;
    const old = this.#child;
    this.#child = this.#start();
    old.stdin.destroy();
    old.kill('SIGKILL');
  }

  readonly #kill = (): void => {
    this.#over = true;
    for (const child of this.#gone.keys()) {
      child.stdin.destroy();
      child.kill('SIGKILL');
    }
  };

  async end(): Promise<void> {
    const { signal, sleep } = this.#ctx;
    this.#over = true;
    const child = this.#child;
    child.stdin.end();
    const patience = new AbortController();
    const all = Promise.all(this.#gone.values()).then(() => patience.abort());
    await sleep(END_MS, patience.signal).catch(() => {});
    if (this.#gone.has(child)) endNow(child);
    await all;
    signal.removeEventListener('abort', this.#kill);
  }
}

/** Standard output; who reads it may hold audio of its own, which nobody can take back. */
export class PipeOutput implements SoundOutput {
  readonly #stream: Writable;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  get waiting(): number {
    return this.#stream.writableLength;
  }

  write(pcm: Buffer): void {
    this.#stream.write(pcm);
  }

  cut(): void {}

  async end(): Promise<void> {}
}
