/** How long the program takes to say its version and its help, against Node.js doing nothing. */
import { fileURLToPath } from 'node:url';
import { compare } from './measure.js';

const RUNS = 20;
const BAR = 2;
const bin = fileURLToPath(new URL('../../bin/convirza.js', import.meta.url));
const node = process.execPath;

/** @returns {Promise<boolean>} whether every bar was met */
export async function startup() {
  const medians = await compare(
    {
      'node -e 0': [node, '-e', '0'],
      'convirza --version': [node, bin, '--version'],
      'convirza --help': [node, bin, '--help'],
      'convirza users list --help': [node, bin, 'users', 'list', '--help'],
    },
    { runs: RUNS },
  );
  const base = medians['node -e 0'] ?? Number.NaN;
  let met = true;
  for (const [name, ms] of Object.entries(medians)) {
    const ratio = ms / base;
    const bar = name === 'node -e 0' ? '' : `  (bar: ${BAR.toFixed(1)})`;
    if (ratio > BAR) met = false;
    process.stdout.write(
      `${name.padEnd(28)} ${ms.toFixed(1).padStart(7)} ms  ${ratio.toFixed(2)} × node -e 0${bar}\n`,
    );
  }
  return met;
}
