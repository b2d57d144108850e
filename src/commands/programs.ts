/** Programs of the system that this one starts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { Context } from '../context.ts';
import { cleanLine } from '../output/clean.ts';

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The file of a program, as a shell would find it. */
export function findProgram({ env, platform, cwd }: Context, name: string): string | undefined {
  const windows = platform === 'win32';
  const names = windows && !/\.\w+$/.test(name) ? [`${name}.exe`, `${name}.com`] : [name];
  if (/[\\/]/.test(name)) return names.map((file) => resolve(cwd, file)).find(isProgram);
  const path = env['PATH'] ?? env['Path'] ?? '';
  const folders = path.split(delimiter).filter((folder) => isAbsolute(folder));
  return folders.flatMap((folder) => names.map((file) => join(folder, file))).find(isProgram);
}

const STOP_MS = 500;

/** Asks a child to end, and makes it when it does not within half a second. */
export function endNow(child: ChildProcess): void {
  child.stdin?.destroy();
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  child.once('close', () => clearTimeout(timer));
}

const KEPT_TALK = 2_000;

/** Listens to the standard error of a child. @returns gives its last line, made safe for a terminal, or '' */
export function lastWordsOf(child: ChildProcess): () => string {
  let talk = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    talk = (talk + text).slice(-KEPT_TALK);
  });
  return () => cleanLine(talk.trim().split('\n').at(-1) ?? '').slice(0, 200);
}

/** How a child ended: `code 3`, `SIGKILL`. */
export function howItEnded(code: number | null, signal: string | null): string {
  return signal === null ? `code ${code}` : signal;
}

const MOST_OUTPUT = 1024 * 1024;

/**
 * What a program prints on standard output, at most 1 MB of it; undefined when it cannot be started, fails or takes
 * longer than `limitMs`.
 */
export function outputOf(
  { cwd, env, signal }: Context,
  [program, ...args]: readonly [string, ...string[]],
  limitMs: number,
): Promise<string | undefined> {
  return new Promise((settle) => {
    const child = spawn(program, args, {
      cwd,
      // What a program says of its devices is read by its English words.
      env: { ...env, LC_ALL: 'C.UTF-8' } as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
    });
    let output = '';
    const end = (result: string | undefined) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      settle(result);
    };
    const giveUp = () => {
      child.kill('SIGKILL');
      child.stdout.destroy();
      end(undefined);
    };
    const timer = setTimeout(giveUp, limitMs);
    signal.addEventListener('abort', giveUp, { once: true });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (output.length < MOST_OUTPUT) output += text;
    });
    child.once('error', () => end(undefined));
    child.once('close', (code) => end(code === 0 ? output : undefined));
  });
}
