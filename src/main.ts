/** The only file that knows the process: arguments, environment, streams and signals in, an exit code out. */
import { homedir } from 'node:os';
import { isatty } from 'node:tty';
import { fileURLToPath } from 'node:url';
import type { Context } from './context.ts';
import { CliError, EXIT_CODES, ExitWith, errorCode } from './shared/errors.ts';
import { VERSION } from './shared/version.ts';
import { sleep } from './shared/wait.ts';

/** Nobody reads what is written any more; that is how `| head` ends a command, and no failure. */
class ReaderGone extends Error {}

function cannotWrite(error: Error): CliError {
  const reason = errorCode(error) === 'ENOSPC' ? 'no space is left' : (errorCode(error) ?? error.message);
  return new CliError('usage', `The output cannot be written: ${reason}`, {
    hint: 'Write it to another place.',
    cause: error,
  });
}

/** What is still done when a second signal ends the process at once. */
const lastActs = new Set<() => void>();

function kill(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  for (const act of lastActs) {
    try {
      act();
    } catch {
      // The others are still to be done, and nobody is left to be told.
    }
  }
  process.kill(process.pid, signal);
}

/** Who hears of signals in place of everything else. */
let signalsGoTo: ((signal: NodeJS.Signals) => void) | undefined;

function takeSignals(listener: (signal: NodeJS.Signals) => void): () => void {
  const onHangUp = () => listener('SIGHUP');
  process.on('SIGHUP', onHangUp);
  signalsGoTo = listener;
  return () => {
    process.removeListener('SIGHUP', onHangUp);
    signalsGoTo = undefined;
  };
}

/** The first signal asks the command to end well; a second one ends it at once. */
function listenForSignals(abort: AbortController): void {
  const signals = [
    ['SIGINT', 'interrupted', 'Interrupted'],
    ['SIGTERM', 'terminated', 'Terminated'],
  ] as const;
  for (const [signal, type, message] of signals) {
    process.on(signal, () => {
      if (signalsGoTo !== undefined) signalsGoTo(signal);
      else if (abort.signal.aborted) kill(signal);
      else abort.abort(new CliError(type, message));
    });
  }
}

let inputOpened = false;

function makeContext(abort: AbortController): Context {
  return {
    get stdin() {
      inputOpened = true;
      return process.stdin;
    },
    stdinIsTerminal: isatty(0),
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    home: homedir(),
    platform: process.platform,
    program: {
      interpreter: process.execPath,
      file: process.argv[1] ?? fileURLToPath(import.meta.url),
    },
    signal: abort.signal,
    onKill: (act) => {
      lastActs.add(act);
      return () => lastActs.delete(act);
    },
    takeSignals,
    now: Date.now,
    clock: () => performance.now(),
    random: Math.random,
    sleep,
  };
}

/** Runs the command line of this process and sets its exit code; never calls `process.exit`, which cuts output. */
export async function main(): Promise<void> {
  const words = process.argv.slice(2);
  const abort = new AbortController();
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error) => {
      const gone = errorCode(error) === 'EPIPE';
      abort.abort(gone ? new ReaderGone() : cannotWrite(error));
      if (!gone) process.exitCode = EXIT_CODES.usage;
    });
  if (words.length === 1 && (words[0] === '--version' || words[0] === '-v')) {
    process.stdout.write(`${VERSION}\n`);
    return;
  }
  listenForSignals(abort);
  const ctx = makeContext(abort);
  try {
    const { runProgram } = await import('./program.ts');
    await runProgram(ctx, words);
    // A failed write is known a moment after it was made.
    await new Promise((resolve) => setImmediate(resolve));
    if (abort.signal.reason instanceof CliError && abort.signal.reason.type === 'usage')
      throw abort.signal.reason;
  } catch (error) {
    const { reason } = abort.signal;
    const readerGone = reason instanceof ReaderGone || errorCode(error) === 'EPIPE';
    const cause = reason instanceof CliError && reason.type === 'usage' ? reason : error;
    if (cause instanceof ExitWith) process.exitCode = cause.exitCode;
    else if (!readerGone)
      process.exitCode = await (await import('./commands/failure.ts')).reportFailure(cause, ctx, words);
  }
  // An open standard input would keep the process waiting for input that nobody needs.
  if (inputOpened) process.stdin.destroy();
}
