/** Decoding, mixing and resampling of whole files, against ffmpeg and sox; peak memory; the first byte. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { audioFile } from './audio-files.js';
import { compare, ENV, median } from './measure.js';

const RUNS = 5;
const bin = fileURLToPath(new URL('../../bin/convirza.js', import.meta.url));
const node = process.execPath;

/**
 * What is measured: the most that a file may take as a multiple of ffmpeg's time, the goal, and whether sox can read it.
 *
 * @type {readonly { file: string, bar: number, goal: number, sox?: boolean }[]}
 */
const CASES = [
  { file: 'wav44.wav', bar: 1.5, goal: 1.2, sox: true },
  { file: 'wav48.wav', bar: 1.5, goal: 1.2, sox: true },
  { file: 'opus.opus', bar: 1.4, goal: 1.2 },
  { file: 'opus.webm', bar: 1.4, goal: 1.2 },
  { file: 'mp3.mp3', bar: 2.5, goal: 1.5 },
  { file: 'vorbis.ogg', bar: 2.5, goal: 1.5 },
  { file: 'flac.flac', bar: 2.5, goal: 1.5 },
  { file: 'aac.m4a', bar: 3, goal: 1.5 },
  { file: 'aac.aac', bar: 3, goal: 1.5 },
  { file: 'alac.m4a', bar: 2, goal: 1.2 },
];

const PEAK_BAR_MB = 100;
const FIRST_BYTE_BAR_MS = 150;

/** @param {string} path */
const ours = (path) => [
  node,
  bin,
  'audio',
  'convert',
  path,
  '--preset',
  'voice',
  '--format',
  'raw',
  '-o',
  '-',
];

/** @returns {Promise<boolean>} whether every bar was met */
export async function audio() {
  const folder = mkdtempSync(join(tmpdir(), 'convirza-bench-'));
  const env = { ...ENV, CONVIRZA_CONFIG_DIR: folder };
  let met = true;
  try {
    for (const entry of CASES) if (!(await measure(entry, env, folder))) met = false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return met;
}

/** @param {typeof CASES[number]} entry @param {NodeJS.ProcessEnv} env @param {string} folder */
async function measure({ file, bar, goal, sox }, env, folder) {
  const path = audioFile(file);
  const medians = await compare(
    {
      ffmpeg: ['ffmpeg', '-v', 'error', '-y', '-i', path, ...'-ar 24000 -ac 1 -f s16le /dev/null'.split(' ')],
      ...(sox ? { sox: ['sox', path, ...'-r 24000 -c 1 -b 16 -t raw /dev/null'.split(' ')] } : {}),
      convirza: ours(path),
    },
    { runs: RUNS, env },
  );
  const { ffmpeg = Number.NaN, sox: peer = Number.POSITIVE_INFINITY, convirza = Number.NaN } = medians;
  const ratio = convirza / ffmpeg;
  const peak = await peakMegabytes(audioFile(file, true), env, join(folder, 'peak'));
  const first = await firstByte(path, env);
  const isMet = ratio <= bar && convirza < peer && peak <= PEAK_BAR_MB && first <= FIRST_BYTE_BAR_MS;
  const times = Object.entries(medians).map(([name, ms]) => `${name} ${ms.toFixed(0)}`);
  process.stdout.write(
    `${file.padEnd(12)} ${ratio.toFixed(2)} × ffmpeg (bar ${bar}, goal ${goal}; ms: ${times.join(', ')})  ` +
      `peak ${peak.toFixed(0)} MB  first byte ${first.toFixed(0)} ms${isMet ? '' : '  MISSED'}\n`,
  );
  return isMet;
}

/** Peak memory of a file of an hour. @param {string} path @param {NodeJS.ProcessEnv} env @param {string} file */
async function peakMegabytes(path, env, file) {
  const preload = fileURLToPath(new URL('./peak-memory.cjs', import.meta.url));
  const [, ...args] = ours(path);
  await ended(
    spawn(node, ['-r', preload, ...args], { env: { ...env, CONVIRZA_BENCH_PEAK: file }, stdio: 'ignore' }),
  );
  return Number(readFileSync(file, 'utf8')) / 1024;
}

/** Median milliseconds from the start of the process to its first byte. @param {string} path @param {NodeJS.ProcessEnv} env */
async function firstByte(path, env) {
  /** @type {number[]} */
  const times = [];
  for (let run = 0; run < RUNS; run++) {
    const [command = '', ...args] = ours(path);
    const begun = process.hrtime.bigint();
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'ignore'] });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    times.push(Number(process.hrtime.bigint() - begun) / 1e6);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
  }
  return median(times);
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<void>} */
function ended(child) {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`code ${code}`))));
  });
}
