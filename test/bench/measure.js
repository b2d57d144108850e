/** Timing whole processes side by side: these machines are noisy, so every figure stands beside a peer of the same run. */
import { spawn } from 'node:child_process';

/**
 * The environment of measured processes. Node.js reads the certificates of NODE_EXTRA_CA_CERTS at every start, which
 * takes it about as long as starting does: that time is not the program's.
 */
export const ENV = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => name !== 'NODE_EXTRA_CA_CERTS'),
);

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/**
 * Runs a command to its end with its output thrown away.
 *
 * @param {string[]} command
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {Promise<number>} wall milliseconds
 */
export function timeOnce(command, env = ENV) {
  return new Promise((resolve, reject) => {
    const [file = '', ...args] = command;
    const begun = process.hrtime.bigint();
    const child = spawn(file, args, { stdio: 'ignore', env });
    child.on('error', reject);
    child.on('close', (code) => {
      const ms = Number(process.hrtime.bigint() - begun) / 1e6;
      if (code === 0) resolve(ms);
      else reject(new Error(`${command.join(' ')} ended with code ${code}`));
    });
  });
}

/**
 * Medians of several commands that take turns, so that a noisy moment meets all of them.
 *
 * @param {Record<string, string[]>} commands by name
 * @param {{ runs: number, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<Record<string, number>>} median milliseconds by name
 */
export async function compare(commands, { runs, env }) {
  /** @type {Record<string, number[]>} */
  const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (const command of Object.values(commands)) await timeOnce(command, env);
  for (let run = 0; run < runs; run++)
    for (const [name, command] of Object.entries(commands)) times[name]?.push(await timeOnce(command, env));
  return Object.fromEntries(Object.entries(times).map(([name, values]) => [name, median(values)]));
}
