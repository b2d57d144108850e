/** Builds the program once before the tests, which run it as users do. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export default function setup(): void {
  // For tests that run in process while one works on them.
  if (process.env['CONVIRZA_TEST_NO_BUILD'] === '1') return;
  const script = fileURLToPath(new URL('../../build.config.js', import.meta.url));
  execFileSync(process.execPath, [script], { stdio: 'inherit' });
}
