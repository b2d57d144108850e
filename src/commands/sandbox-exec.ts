/** `sandbox exec`: another program with a sandbox of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanLine } from '../output/clean.ts';
import { CliError, ExitWith, errorCode } from '../shared/errors.ts';
import type { Invocation } from './invocation.ts';
import { sandboxEnvironment } from './sandbox.ts';
import { environmentOf, type ServerFlags, startServer } from './sandbox-server.ts';

/** @throws ExitWith with the exit code of the command, or 128 and the number of the signal that ended it */
export async function runSandboxExec(
  invocation: Invocation,
  words: readonly string[],
  flags: ServerFlags,
): Promise<void> {
  const { ctx } = invocation;
  const folder = await mkdtemp(join(tmpdir(), 'convirza-sandbox-'));
  const forget = ctx.onKill(() => fs.rmSync(folder, { recursive: true, force: true }));
  invocation.onClose(async () => {
    forget();
    await rm(folder, { recursive: true, force: true });
  });
  const sandbox = await startServer(invocation, flags);
  const env = {
    ...sandboxEnvironment(ctx, sandbox, folder),
    ...environmentOf(sandbox),
    // Or the command would start one inside of each of its own.
    CONVIRZA_SANDBOX: undefined,
  };
  const code = await runChild(invocation, words, env);
  if (code !== 0) throw new ExitWith(code);
}

async function runChild(
  { ctx }: Invocation,
  [program = '', ...args]: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const given = Object.entries(env).filter(([, value]) => value !== undefined);
  let child: ChildProcess | undefined;
  // A terminal tells everybody in the foreground of Ctrl-C and of its end, and what the command makes of that is its
  // own business: a shell goes on.
  const giveBack = ctx.takeSignals((signal) => {
    if (signal === 'SIGTERM' || !ctx.stdinIsTerminal) child?.kill(signal);
  });
  try {
    return await new Promise<number>((resolve, reject) => {
      child = spawn(program, args, {
        cwd: ctx.cwd,
        env: Object.fromEntries(given) as NodeJS.ProcessEnv,
        stdio: 'inherit',
      });
      child.once('error', (error) => reject(cannotStart(program, error)));
      child.once('exit', (code, signal) =>
        resolve(signal === null ? (code ?? 1) : 128 + (constants.signals[signal] ?? 0)),
      );
    });
  } finally {
    giveBack();
  }
}

function cannotStart(program: string, error: unknown): CliError {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such command',
    EACCES: 'you may not run it',
  };
  const code = errorCode(error) ?? String(error);
  return new CliError('usage', `${cleanLine(program)} cannot be started: ${reasons[code] ?? code}`, {
    hint: 'Check its name. A line for a shell goes behind: sh -c.',
    cause: error,
  });
}
