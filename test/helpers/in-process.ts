/** Runs the program inside the test's own process: milliseconds where a child process takes a tenth of a second. */
import { PassThrough, Writable } from 'node:stream';
import { reportFailure } from '../../src/commands/failure.ts';
import type { Context } from '../../src/context.ts';
import { runProgram } from '../../src/program.ts';
import { ExitWith } from '../../src/shared/errors.ts';
import { cleanEnv } from './cli.ts';
import { fakeContext } from './context.ts';

export interface InProcessOptions {
  env?: Record<string, string | undefined>;
  /** Text for standard input; without it the input is empty. */
  input?: string | Uint8Array;
  cwd?: string;
  /** Unix milliseconds; the real clock by default. */
  now?: () => number;
  /** Called for every pause instead of waiting. */
  sleep?: (ms: number) => void | Promise<void>;
  signal?: AbortSignal;
}

export interface InProcessResult {
  code: number;
  stdout: string;
  stderr: string;
}

function sink(): { stream: NodeJS.WriteStream; text: () => string } {
  const parts: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      parts.push(Buffer.from(chunk));
      done();
    },
  });
  return {
    stream: stream as unknown as NodeJS.WriteStream,
    text: () => Buffer.concat(parts).toString('utf8'),
  };
}

/**
 * Runs one command line with a context of its own, and reports failures as `main` does. Pauses take no time.
 *
 * @param home folder that the program takes for the home directory; settings are in `home/config`
 */
export async function runHere(
  words: readonly string[],
  home: string,
  options: InProcessOptions = {},
): Promise<InProcessResult> {
  const stdout = sink();
  const stderr = sink();
  const stdin = new PassThrough();
  stdin.end(options.input ?? '');
  const ctx: Context = {
    ...fakeContext(),
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: cleanEnv(home, options.env),
    cwd: options.cwd ?? home,
    home,
    now: options.now ?? Date.now,
    clock: () => performance.now(),
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      await options.sleep?.(ms);
      signal?.throwIfAborted();
    },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
  let code = 0;
  try {
    await runProgram(ctx, words);
  } catch (error) {
    code = error instanceof ExitWith ? error.exitCode : await reportFailure(error, ctx, words);
  }
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}
