/** 200,000 rows through `--all --output ndjson`: how many a second, and how much memory. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ENV } from './measure.js';

const ROWS = 200_000;
const RUNS = 3;
const bin = fileURLToPath(new URL('../../bin/convirza.js', import.meta.url));
const node = process.execPath;

/** @returns {Promise<boolean>} whether every bar was met */
export async function rows() {
  const folder = mkdtempSync(join(tmpdir(), 'convirza-bench-'));
  const server = spawn(node, [fileURLToPath(new URL('./rows-server.js', import.meta.url)), String(ROWS)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  try {
    const line = await new Promise((resolve) => server.stdout?.setEncoding('utf8').once('data', resolve));
    const { url } = JSON.parse(String(line));
    const peakFile = join(folder, 'peak');
    const env = {
      ...ENV,
      CONVIRZA_TOKEN: 'bench',
      CONVIRZA_CONFIG_DIR: folder,
      CONVIRZA_API_URL: url,
      CONVIRZA_BENCH_PEAK: peakFile,
    };
    let met = true;
    for (const format of ['ndjson', 'csv']) {
      for (let run = 0; run < RUNS; run++) {
        const begun = process.hrtime.bigint();
        const count = await countLines(
          [
            '-r',
            fileURLToPath(new URL('./peak-memory.cjs', import.meta.url)),
            bin,
            'users',
            'list',
            '--all',
            '--output',
            format,
          ],
          env,
        );
        const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
        const peak = Number(readFileSync(peakFile, 'utf8')) / 1024;
        const header = format === 'csv' ? 1 : 0;
        if (count !== ROWS + header) throw new Error(`${count} lines came`);
        const rate = ROWS / seconds;
        if (rate < 20_000 || peak > 150) met = false;
        process.stdout.write(
          `${format.padEnd(8)} ${Math.round(rate).toLocaleString('en-US').padStart(8)} rows/s  peak ${peak.toFixed(0)} MB  (bars: 20,000 rows/s, 150 MB)\n`,
        );
      }
    }
    return met;
  } finally {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string[]} args @param {NodeJS.ProcessEnv} env @returns {Promise<number>} */
function countLines(args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let count = 0;
    child.stdout.on('data', (/** @type {Buffer} */ part) => {
      for (let at = part.indexOf(10); at >= 0; at = part.indexOf(10, at + 1)) count++;
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(count) : reject(new Error(`code ${code}`))));
  });
}
