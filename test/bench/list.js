/** One list call against a server on this machine, against Node.js doing nothing and against curl. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare, ENV } from './measure.js';

const RUNS = 20;
const bin = fileURLToPath(new URL('../../bin/convirza.js', import.meta.url));
const node = process.execPath;

/** Starts a sandbox as a process of its own. @returns {Promise<{ env: Record<string, string>, stop: () => void }>} */
export function startSandboxProcess() {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [bin, 'sandbox', 'start', '--port', '0', '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.on('error', reject);
    child.stdout.setEncoding('utf8').once('data', (/** @type {string} */ line) => {
      resolve({ env: JSON.parse(line).env, stop: () => child.kill('SIGINT') });
    });
  });
}

/** Signs in and returns an access token. @param {Record<string, string>} env */
async function signIn(env) {
  const answer = await fetch(`${env['CONVIRZA_OAUTH_URL']}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: env['CONVIRZA_EMAIL'], password: env['CONVIRZA_PASSWORD'] }),
  });
  return /** @type {{ access_token: string }} */ (await answer.json()).access_token;
}

/** @returns {Promise<boolean>} whether every bar was met */
export async function list() {
  const home = mkdtempSync(join(tmpdir(), 'convirza-bench-'));
  const sandbox = await startSandboxProcess();
  try {
    const token = await signIn(sandbox.env);
    const url = `${sandbox.env['CONVIRZA_API_URL']}/users/list?limit=100&offset=0`;
    const medians = await compare(
      {
        'node -e 0': [node, '-e', '0'],
        curl: ['curl', '-s', '-H', `Authorization: Bearer ${token}`, url],
        'convirza users list --json': [node, bin, 'users', 'list', '--json'],
        'convirza users list': [node, bin, 'users', 'list'],
      },
      {
        runs: RUNS,
        env: { ...ENV, ...sandbox.env, CONVIRZA_TOKEN: token, CONVIRZA_CONFIG_DIR: home },
      },
    );
    const base = medians['node -e 0'] ?? Number.NaN;
    const curl = medians['curl'] ?? Number.NaN;
    let met = true;
    for (const [name, ms] of Object.entries(medians)) {
      const ours = name.startsWith('convirza');
      if (ours && (ms / base > 3 || ms - curl > 60)) met = false;
      const bars = ours ? `, curl + ${(ms - curl).toFixed(0)} ms  (bars: 3.0, 60 ms)` : '';
      process.stdout.write(
        `${name.padEnd(28)} ${ms.toFixed(1).padStart(7)} ms  ${(ms / base).toFixed(2)} × node -e 0${bars}\n`,
      );
    }
    return met;
  } finally {
    sandbox.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
