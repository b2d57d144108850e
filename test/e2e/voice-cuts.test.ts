import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const script = fileURLToPath(new URL('../stress/run.js', import.meta.url));
const OTHERS = ['rounds', 'kills', 'upload-kills', 'upload-faults', 'peer', 'fuzz'];

it('a call whose connection is cut goes on or says why, and what it keeps is whole', {
  timeout: 60_000,
}, () => {
  const none = OTHERS.flatMap((name) => [`--${name}`, '0']);
  const args = [script, ...none, '--voice-cuts', '4', '--seed', '3'];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^voice-cuts, seed 3: \d+ cuts in \d+ calls, .*: 0 wrong/);
  expect(status).toBe(0);
});
