/** Everything that a command may know of the world outside. `main` makes one; a test makes its own. */
import type { Env } from './settings/settings.ts';

export interface Context {
  /** Opened at its first use: a command that reads nothing should not pay for it. */
  readonly stdin: NodeJS.ReadStream;
  readonly stdinIsTerminal: boolean;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Env;
  readonly cwd: string;
  readonly home: string;
  readonly platform: string;
  /** The interpreter and the program file, to start the program anew. */
  readonly program: { readonly interpreter: string; readonly file: string };
  /** Aborts on SIGINT and SIGTERM with the error to end with, and when nobody reads standard output any more. */
  readonly signal: AbortSignal;
  /**
   * Something to do, with synchronous calls alone, when a second signal ends the process at once.
   *
   * @returns takes it back
   */
  readonly onKill: (lastAct: () => void) => () => void;
  /**
   * From now on signals are only told to `listener`, SIGHUP too: they neither abort `signal` nor end the process. For
   * a command that only waits for another program.
   *
   * @returns gives them back
   */
  readonly takeSignals: (listener: (signal: NodeJS.Signals) => void) => () => void;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Milliseconds that never go back. */
  readonly clock: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}
