/** Uploads to a server that drops, delays and fails one request in five, some after having stored the file. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { signIn, startBench } from './helpers.js';
import { makePrompts, storedPrompts } from './upload-helpers.js';

const FILES = 300;
const REQUESTS = 450;
const KINDS = [
  { reset: 'before' },
  { reset: 'after' },
  { status: 500, takesEffect: true },
  { status: 503 },
  { status: 502, takesEffect: true },
  { delayMs: 50 },
  { status: 429, headers: { 'retry-after': '0' } },
  { cutAfterBytes: 20 },
];

function faults() {
  return Array.from({ length: REQUESTS / 5 }, () => ({
    ...KINDS[Math.floor(Math.random() * KINDS.length)],
    method: Math.random() < 0.8 ? 'POST' : 'GET',
    path: '/v3/media-prompts',
    after: Math.floor(Math.random() * REQUESTS),
    times: 1,
  }));
}

/**
 * @param {number} rounds
 * @param {{ email: string, password: string }} account
 * @returns {Promise<boolean>}
 */
export async function uploadFaults(rounds, account) {
  const started = performance.now();
  const bench = await startBench();
  let stored = 0;
  let told = 0;
  let wrong = 0;
  try {
    await signIn(bench, account);
    await makePrompts(join(bench.home, 'many'), FILES);
    for (let round = 1; round <= rounds; round++) {
      await bench.control('PUT', 'faults', faults());
      const args = ['prompts', 'upload', 'many', '--message-type', 'prompt', '--quiet'];
      const result = await bench.run([...args, '--retries', '2', '--output', 'ndjson']);
      const rows = result.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      const { summary } = rows.pop();
      const counts = await storedPrompts(bench);
      const done = rows.filter(({ outcome }) => outcome === 'done');
      const failed = rows.filter(({ outcome, error }) => outcome !== 'done' && error);
      const twice = [...counts.values()].filter((count) => count > 1).length;
      const missing = done.filter(({ name }) => !counts.has(name)).length;
      stored += counts.size;
      told += failed.length;
      if (twice > 0 || missing > 0 || done.length + failed.length !== FILES || summary?.total !== FILES) {
        wrong++;
        process.stdout.write(
          `upload-faults, round ${round}: ${twice} twice, ${missing} missing, ${done.length} done, ${failed.length} failed: ${result.stderr}\n`,
        );
      }
      await bench.control('POST', 'reset');
      await signIn(bench, account);
      for (const name of ['journal', 'failed.csv'])
        await rm(join(bench.home, `many.prompts-upload.${name}`), { force: true });
    }
  } finally {
    await bench.close();
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  process.stdout.write(
    `upload-faults: ${rounds} rounds of ${FILES} files: ${stored} stored, ${told} told as failed, ${wrong} wrong rounds (${seconds} s)\n`,
  );
  return wrong === 0;
}
