/** The hostile files of the tests, in great number. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** A file that takes this long on the average hangs. */
const MS_PER_FILE = 250;

/**
 * @param {number} count files to try
 * @returns {Promise<boolean>} whether all were decoded or refused as they should be
 */
export function fuzzAudio(count) {
  return new Promise((resolve, reject) => {
    const child = spawn('npx', ['vitest', 'run', 'test/audio/hostile.test.ts'], {
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
      env: { ...process.env, CONVIRZA_FUZZ: String(count) },
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: 600_000 + count * MS_PER_FILE,
    });
    child.on('error', reject);
    child.on('close', (code) => {
      process.stdout.write(`fuzz: ${count} files of all formats ${code === 0 ? 'survived' : 'FAILED'}\n`);
      resolve(code === 0);
    });
  });
}
