/** The program killed at random moments of a refresh: the store works afterwards, or says to sign in again. */
import { signIn, startBench } from './helpers.js';

/** A run that ends before its moment is none; so many for each kill are tried at most. */
const MAX_ATTEMPTS = 6;
const LIST = ['users', 'list', '--limit', '1', '--json'];

/** @param {number} kills @param {{ email: string, password: string }} account @returns {Promise<boolean>} */
export async function killRounds(kills, account) {
  const bench = await startBench();
  const started = performance.now();
  const counts = { killed: 0, ended: 0, works: 0, again: 0, damaged: 0 };
  try {
    await signIn(bench, account);
    await bench.control('POST', 'expire');
    const before = performance.now();
    await bench.run(LIST);
    let usual = performance.now() - before;
    for (let kill = 1; counts.killed < kills && kill <= kills * MAX_ATTEMPTS; kill++) {
      await bench.control('POST', 'expire');
      const moment = usual * (0.3 + 0.7 * Math.random());
      const begun = performance.now();
      const result = await bench.run(LIST, {
        onStart: (child) => {
          const timer = setTimeout(() => child.kill('SIGKILL'), moment);
          child.on('close', () => clearTimeout(timer));
        },
      });
      if (result.code === null) counts.killed++;
      else {
        // It was faster than thought: the next ones are aimed earlier.
        counts.ended++;
        usual = (usual + performance.now() - begun) / 2;
      }
      const status = await bench.run(['auth', 'status']);
      const after = await bench.run(LIST);
      if (status.code !== 0) {
        counts.damaged++;
        process.stdout.write(`kill ${kill} at ${moment.toFixed(0)} ms: ${status.stderr}`);
      } else if (after.code === 0) counts.works++;
      else if (after.code === 4 && after.stderr.includes('Sign in again')) counts.again++;
      else {
        counts.damaged++;
        process.stdout.write(`kill ${kill} at ${moment.toFixed(0)} ms: code ${after.code}: ${after.stderr}`);
      }
      if (after.code !== 0) {
        // The sandbox takes ten logins a minute; a reset lets it forget them.
        await bench.control('POST', 'reset');
        await signIn(bench, account);
      }
    }
  } finally {
    await bench.close();
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  process.stdout.write(
    `kill: ${counts.killed} times (and ${counts.ended} runs that had ended before): ${counts.works} work, ${counts.again} say "sign in again", ${counts.damaged} damaged (${seconds} s)\n`,
  );
  return counts.damaged === 0 && counts.killed === kills;
}
