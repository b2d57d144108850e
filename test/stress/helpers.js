/** The built program and a sandbox of it, as child processes. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const BIN = fileURLToPath(new URL('../../bin/convirza.js', import.meta.url));

/**
 * @typedef {{ code: number | null, stdout: string, stderr: string }} Result
 * @typedef {{ run: (args: string[], options?: { input?: string, onStart?: (child: import('node:child_process').ChildProcess) => void }) => Promise<Result>, control: (method: string, name: string, body?: unknown) => Promise<any>, home: string, url: string, close: () => Promise<void> }} Bench
 */

/** @returns {Promise<Bench>} a sandbox with spent-token detection, a home, and somebody signed in there */
export async function startBench() {
  const home = await mkdtemp(join(tmpdir(), 'convirza-stress-'));
  const base = {
    PATH: process.env['PATH'],
    HOME: home,
    CONVIRZA_CONFIG_DIR: join(home, 'config'),
    CONVIRZA_CREDENTIALS_BACKEND: 'file',
    CONVIRZA_RETRY_DELAY: '1',
  };
  const server = spawn(process.execPath, [BIN, 'sandbox', 'start', '--port', '0', '--json'], {
    env: base,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ready = await new Promise((resolve, reject) => {
    let text = '';
    server.stdout.setEncoding('utf8').on('data', (part) => {
      text += part;
      if (text.includes('\n')) resolve(JSON.parse(text));
    });
    server.on('close', () => reject(new Error('the sandbox ended')));
  });
  const { CONVIRZA_EMAIL: _email, CONVIRZA_PASSWORD: _password, ...addresses } = ready.env;
  const env = { ...base, ...addresses };
  /** @type {Bench['run']} */
  const run = (args, { input = '', onStart } = {}) =>
    new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [BIN, ...args], { env, cwd: home, stdio: 'pipe' });
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text) => {
        stdout += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text) => {
        stderr += text;
      });
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, stdout, stderr }));
      child.stdin.on('error', () => {});
      child.stdin.end(input);
      onStart?.(child);
    });
  /** @type {Bench['control']} */
  const control = async (method, name, body) => {
    const answer = await fetch(`${ready.url}/_sandbox/${name}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (!answer.ok) throw new Error(`${method} ${name}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  return {
    run,
    control,
    home,
    url: ready.url,
    close: async () => {
      server.kill('SIGINT');
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** Signs in with a pair from a new session. @param {Bench} bench @param {{ email: string, password: string }} account */
export async function signIn(bench, account) {
  const result = await bench.run(['auth', 'login', '--email', account.email, '--password-stdin'], {
    input: account.password,
  });
  if (result.code !== 0) throw new Error(`sign-in failed: ${result.stderr}`);
}
