/** An upload of many files that is killed again and again, and resumed: every prompt is on the service exactly once. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { signIn, startBench } from './helpers.js';
import { makePrompts, storedPrompts } from './upload-helpers.js';

const FILES = 300;
const UPLOADS = '/v3/media-prompts';
const MAX_RUNS = 5;
const ARGS = ['prompts', 'upload', 'many', '--message-type', 'prompt', '--quiet'];

/**
 * @param {number} kills
 * @param {{ email: string, password: string }} account
 * @returns {Promise<boolean>}
 */
export async function uploadKills(kills, account) {
  const started = performance.now();
  const bench = await startBench();
  let done = 0;
  let wrong = 0;
  let runs = 0;
  let doubts = 0;
  try {
    await signIn(bench, account);
    await makePrompts(join(bench.home, 'many'), FILES);
    const begun = performance.now();
    await bench.run([...ARGS, '--dry-run']);
    const start = performance.now() - begun;
    while (done < kills && runs < MAX_RUNS) {
      runs++;
      const { killed, inDoubt, problem } = await killedRun(bench, kills - done, start);
      done += killed;
      doubts += inDoubt;
      if (problem !== undefined) {
        wrong++;
        process.stdout.write(`upload-kill, run ${runs}: ${problem}\n`);
      }
      await bench.control('POST', 'reset');
      await signIn(bench, account);
    }
  } finally {
    await bench.close();
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  process.stdout.write(
    `upload-kill: ${done} kills in ${runs} runs of ${FILES} files, ${doubts} uploads cut off on their way: ${wrong} wrong (${seconds} s)\n`,
  );
  return wrong === 0 && done >= kills;
}

/**
 * One run, resumed after every kill until all is there.
 *
 * @param {import('./helpers.js').Bench} bench
 * @param {number} most kills
 * @param {number} start milliseconds until the first upload begins
 * @returns {Promise<{ killed: number, inDoubt: number, problem: string | undefined }>}
 */
async function killedRun(bench, most, start) {
  const journal = join(bench.home, 'many.prompts-upload.journal');
  let killed = 0;
  let inDoubt = 0;
  for (;;) {
    // Slow enough for a process to meet its end in the middle of the files, before, while and after each is stored.
    await bench.control('PUT', 'faults', [{ method: 'POST', path: UPLOADS, delayMs: 60 }]);
    const moment = killed < most ? start * (0.3 + 1.2 * Math.random()) + 60 * Math.random() : undefined;
    const result = await bench.run(existsSync(journal) ? [...ARGS, '--resume'] : ARGS, {
      onStart: (child) => {
        if (moment === undefined) return;
        const timer = setTimeout(() => child.kill('SIGKILL'), moment);
        child.on('close', () => clearTimeout(timer));
      },
    });
    if (result.code === null) {
      killed++;
      inDoubt += existsSync(journal) ? openItems(journal) : 0;
      continue;
    }
    const counts = await storedPrompts(bench);
    const twice = [...counts].filter(([, count]) => count > 1).map(([name]) => name);
    if (result.code !== 0) return { killed, inDoubt, problem: `code ${result.code}: ${result.stderr}` };
    if (twice.length > 0) return { killed, inDoubt, problem: `twice: ${twice.join(', ')}` };
    if (counts.size !== FILES) return { killed, inDoubt, problem: `${counts.size} of ${FILES} are there` };
    return { killed, inDoubt, problem: undefined };
  }
}

/** Uploads whose end the journal does not know. @param {string} journal */
function openItems(journal) {
  /** @type {Map<string, string>} */
  const last = new Map();
  const lines = readFileSync(journal, 'utf8').split('\n').slice(1, -1);
  for (const { key, event } of lines.map((line) => JSON.parse(line))) last.set(key, event);
  return [...last.values()].filter((event) => event === 'sent').length;
}
