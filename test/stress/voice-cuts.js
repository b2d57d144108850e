/** Voice calls whose connections are cut at random moments: they end well or say why, and every recording is whole. */
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomCut, seeded, startCuttingProxy, wavProblem } from '../helpers/cutting-proxy.js';
import { startBench } from './helpers.js';

const WELCOME = fileURLToPath(new URL('../../src/demo/prompts/welcome.wav', import.meta.url));
/** Codes that a lost connection may end with. */
const LOST = 9;

/**
 * @param {number} cuts
 * @param {number} seed
 * @returns {Promise<boolean>}
 */
export async function voiceCuts(cuts, seed) {
  const started = performance.now();
  const bench = await startBench();
  const random = seeded(seed);
  const target = Number(new URL(bench.url).port);
  let [done, run, wrong, well, partial] = [0, 0, 0, 0, 0];
  try {
    while (done < cuts) {
      run++;
      const again = run % 3 !== 0;
      const plan = Array.from({ length: again ? 1 + Math.floor(random() * 3) : 1 }, () => randomCut(random));
      const proxy = await startCuttingProxy(target, plan);
      const result = await bench.run([
        ...[
          'voice',
          'stream',
          WELCOME,
          '--save',
          'reply.wav',
          '--speed',
          '20',
          '--json',
          '--reply-timeout',
          '5',
        ],
        ...['--voice-url', `ws://127.0.0.1:${proxy.port}/ws/voice`, '--retries', again ? '5' : '0'],
      ]);
      await proxy.close();
      const problem = await problemOf(bench.home, result, { cuts: proxy.cuts, again });
      done += proxy.cuts;
      if (result.code === 0) well++;
      else if (existsSync(join(bench.home, 'reply.wav'))) partial++;
      if (problem !== undefined) {
        wrong++;
        process.stdout.write(
          `voice-cuts, run ${run} (${JSON.stringify(plan)}, ${again ? 'with' : 'without'} reconnection): ${problem}\n${result.stderr}`,
        );
      }
      await rm(join(bench.home, 'reply.wav'), { force: true });
    }
  } finally {
    await bench.close();
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  process.stdout.write(
    `voice-cuts, seed ${seed}: ${done} cuts in ${run} calls, ${well} ended well, ${partial} with a partial reply: ${wrong} wrong (${seconds} s)\n`,
  );
  return wrong === 0;
}

/**
 * @param {string} home
 * @param {import('./helpers.js').Result} result
 * @param {{ cuts: number, again: boolean }} call
 * @returns {Promise<string | undefined>}
 */
async function problemOf(home, { code, stdout, stderr }, { cuts, again }) {
  const files = (await readdir(home)).filter((name) => name.includes('.wav'));
  if (files.some((name) => name !== 'reply.wav')) return `left behind: ${files.join(', ')}`;
  if (files.length > 0) {
    const problem = wavProblem(await readFile(join(home, 'reply.wav')));
    if (problem !== undefined) return `reply.wav: ${problem}`;
  }
  if (code === 0) {
    if (files.length === 0) return 'no reply';
    const { connection_id: id, reply } = JSON.parse(stdout);
    return typeof id === 'string' && reply.seconds > 1 ? undefined : `an odd report: ${stdout}`;
  }
  if (code !== LOST) return `code ${code}`;
  const report = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '').error;
  if (report?.type !== 'network') return 'an error of another type';
  // Whoever cannot be reached at all is not tried again.
  const neverThere = /failed \(|refused|did not answer/.test(report.message);
  return cuts > 0 && (!again || neverThere) ? undefined : 'given up too early';
}
