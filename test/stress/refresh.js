/** Many processes at the same moment with one access token that has ended: exactly one may refresh. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { signIn, startBench } from './helpers.js';

const PROCESSES = 20;

/** @param {number} rounds @param {{ email: string, password: string }} account @returns {Promise<boolean>} */
export async function refreshRounds(rounds, account) {
  const bench = await startBench();
  const started = performance.now();
  let refreshes = 0;
  let successes = 0;
  let wrong = 0;
  try {
    await signIn(bench, account);
    for (let round = 1; round <= rounds; round++) {
      await bench.control('POST', 'reset');
      await bench.control('POST', 'expire');
      const results = await Promise.all(
        Array.from({ length: PROCESSES }, () => bench.run(['users', 'list', '--limit', '1', '--json'])),
      );
      /** @type {{ path: string }[]} */
      const requests = await bench.control('GET', 'requests');
      const spent = requests.filter(({ path }) => path === '/oauth/refresh-token').length;
      const good = results.filter(({ code }) => code === 0).length;
      refreshes += spent;
      successes += good;
      const files = await readdir(join(bench.home, 'config', 'credentials'));
      if (spent !== 1 || good !== PROCESSES || files.join() !== 'default.json') {
        wrong++;
        const failed = results.find(({ code }) => code !== 0);
        process.stdout.write(
          `round ${round}: ${spent} refreshes, ${good} successes, files ${files.join(' ')}\n`,
        );
        if (failed !== undefined) process.stdout.write(`  code ${failed.code}: ${failed.stderr}`);
      }
    }
  } finally {
    await bench.close();
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  process.stdout.write(
    `refresh: ${rounds} rounds of ${PROCESSES} processes: ${refreshes} refreshes, ${successes} successes, ${wrong} wrong rounds (${seconds} s)\n`,
  );
  return wrong === 0;
}
