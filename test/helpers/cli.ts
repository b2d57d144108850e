/** Runs the built program as a child process with a home and settings of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, onTestFinished } from 'vitest';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/index.ts';

export const BIN = fileURLToPath(new URL('../../bin/convirza.js', import.meta.url));
export const PROMPTS = fileURLToPath(new URL('../../src/demo/prompts/', import.meta.url));

/** A folder that goes when the test has ended. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'convirza-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder that goes when all tests of the file have ended. */
export async function sharedFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'convirza-test-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface Result {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  env?: Record<string, string | undefined>;
  /** Text for standard input; without it the input is closed at once. */
  input?: string | Uint8Array;
  cwd?: string;
  /** Called with the child as soon as it runs. */
  onStart?: (child: ChildProcess) => void;
  /** Arguments for Node itself. */
  node?: string[];
}

/** Nothing of this machine's own settings reaches the program. */
export function cleanEnv(home: string, env: Record<string, string | undefined> = {}): NodeJS.ProcessEnv {
  const base: Record<string, string | undefined> = {
    PATH: process.env['PATH'],
    TZ: 'UTC',
    LANG: 'C.UTF-8',
    HOME: home,
    USERPROFILE: home,
    CONVIRZA_CONFIG_DIR: join(home, 'config'),
    CONVIRZA_RETRY_DELAY: '1',
    CONVIRZA_CREDENTIALS_BACKEND: 'file',
    ...env,
  };
  return Object.fromEntries(
    Object.entries(base).filter(([, value]) => value !== undefined),
  ) as NodeJS.ProcessEnv;
}

/** Starts the program and waits for its end. */
export function run(args: readonly string[], home: string, options: RunOptions = {}): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...(options.node ?? []), BIN, ...args], {
      env: cleanEnv(home, options.env),
      cwd: options.cwd ?? home,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    // A program that ends without reading its input is no failure of the test.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    options.onStart?.(child);
  });
}

/** A sandbox, a home, and the program pointed at both. */
export interface Bench {
  sandbox: Sandbox;
  home: string;
  /** Runs the program signed in by a token from the environment. */
  signedIn: (args: readonly string[], options?: RunOptions) => Promise<Result>;
  /** Runs the program with the addresses of the sandbox and no credentials. */
  anonymous: (args: readonly string[], options?: RunOptions) => Promise<Result>;
}

function addresses(sandbox: Sandbox): Record<string, string | undefined> {
  return { ...sandbox.env, CONVIRZA_EMAIL: undefined, CONVIRZA_PASSWORD: undefined };
}

async function makeBench(options: SandboxOptions, home: string): Promise<Bench> {
  const sandbox = await startSandbox(options);
  const run_ =
    (extra: Record<string, string | undefined>) =>
    (args: readonly string[], given: RunOptions = {}) =>
      run(args, home, { ...given, env: { ...addresses(sandbox), ...extra, ...given.env } });
  return {
    sandbox,
    home,
    signedIn: (args, given) => run_({ CONVIRZA_TOKEN: sandbox.issueTokens().access_token })(args, given),
    anonymous: run_({}),
  };
}

/** For one test. */
export async function startBench(options: SandboxOptions = {}): Promise<Bench> {
  const bench = await makeBench(options, await temporaryFolder());
  onTestFinished(() => bench.sandbox.close());
  return bench;
}

/** For all tests of a file: they must not disturb one another. */
export async function startSharedBench(options: SandboxOptions = {}): Promise<Bench> {
  const bench = await makeBench(options, await sharedFolder());
  afterAll(() => bench.sandbox.close());
  return bench;
}

/** The one line that a person sees of an error. */
export function errorLine(result: Result): string {
  const lines = result.stderr.split('\n').filter((line) => line.startsWith('error: '));
  if (lines.length !== 1) throw new Error(`expected one error line, got:\n${result.stderr}`);
  return lines[0] as string;
}
