/** The program killed at random moments of a refresh: the store works afterwards, or says to sign in again. */
import { signIn, startBench } from './helpers.js';

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
    const usual = performance.now() - before;
    for (let kill = 1; kill <= kills; kill++) {
      await bench.control('POST', 'expire');
      const moment = usual * (0.3 + 0.7 * Math.random());
      const result = await bench.run(LIST, {
        onStart: (child) => {
          const timer = setTimeout(() => child.kill('SIGKILL'), moment);
          child.on('close', () => clearTimeout(timer));
        },
      });
      if (result.code === null) counts.killed++;
      else counts.ended++;
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
    `kill: ${kills} times (${counts.killed} killed, ${counts.ended} had ended): ${counts.works} work, ${counts.again} say "sign in again", ${counts.damaged} damaged (${seconds} s)\n`,
  );
  return counts.damaged === 0;
}
