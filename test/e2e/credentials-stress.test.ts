import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const script = fileURLToPath(new URL('../stress/run.js', import.meta.url));
const NO_OTHERS = ['--upload-kills', '0', '--upload-faults', '0', '--voice-cuts', '0'];
const stress = (...args: string[]) =>
  spawnSync(process.execPath, [script, ...NO_OTHERS, ...args], { encoding: 'utf8' });

it('twenty processes with one access token that has ended make one refresh', { timeout: 120_000 }, () => {
  const { stdout, stderr, status } = stress('--rounds', '3', '--kills', '0', '--fuzz', '0', '--peer', '0');
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^refresh: 3 rounds of 20 processes: 3 refreshes, 60 successes, 0 wrong rounds/);
  expect(status).toBe(0);
});

it('a refresh that is killed leaves a store that works or says to sign in again', {
  timeout: 120_000,
}, () => {
  const { stdout, stderr, status } = stress('--rounds', '0', '--fuzz', '0', '--peer', '0', '--kills', '10');
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^kill: 10 times .*, 0 damaged/);
  expect(status).toBe(0);
});
