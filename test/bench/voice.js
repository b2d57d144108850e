/** The pace, memory and faithfulness of voice calls on this machine, beside a bare script over `ws`. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ENV } from './measure.js';

const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
const BIN = here('../../bin/convirza.js');
const SECONDS = Number(process.env['CONVIRZA_BENCH_VOICE_SECONDS'] ?? 60);
const SESSIONS = 100;
const RATIO_BAR = 0.002;
const MEMORY_BAR = 300;
/** The longer of two files may take so much more. */
const FLAT_MB = 30;

/** Audio no byte of which is 0, as WAV. @param {string} path @param {number} seconds */
function makeAudio(path, seconds) {
  const block = Buffer.alloc(48_000);
  for (let at = 0; at < block.length; at++) block[at] = (at % 251) + 1;
  const bytes = seconds * 48_000;
  const head = Buffer.alloc(44);
  head.write('RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0', 'latin1');
  head.writeUInt32LE(36 + bytes, 4);
  head.writeUInt32LE(24_000, 24);
  head.writeUInt32LE(48_000, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(bytes, 40);
  const file = openSync(path, 'w');
  writeSync(file, head);
  for (let second = 0; second < seconds; second++) writeSync(file, block);
  closeSync(file);
}

/** @returns {Promise<{ url: string, heard: () => Promise<{ speechBytes: number, sha256: string, answerBytes: number }[]> }>} */
async function startSink() {
  const child = spawn(process.execPath, [here('voice-sink.js')], {
    env: ENV,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  const ended = new Promise((resolve) => child.on('close', resolve));
  const port = await new Promise((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (part) => {
      text += part;
      if (text.includes('\n')) resolve(JSON.parse(text.split('\n')[0] ?? '').port);
    });
  });
  return {
    url: `ws://127.0.0.1:${port}/ws/voice`,
    heard: async () => {
      child.kill('SIGTERM');
      await ended;
      return JSON.parse(text.trim().split('\n')[1] ?? '{"heard":[]}').heard;
    },
  };
}

/** What a timer alone meets at the same time. @returns {Promise<{ p50: number, p99: number, max: number }>} */
function machineNoise() {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [here('voice-timer.js'), String(SECONDS * 10)], {
      env: ENV,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part) => {
      text += part;
    });
    child.on('error', reject);
    child.on('close', () => resolve(JSON.parse(text)));
  });
}

/**
 * @param {string} folder
 * @param {string} url
 * @param {string[]} args of Node
 * @returns {Promise<{ report: any, mb: number, cpuMs: number }>}
 */
function measured(folder, url, args) {
  const usage = join(folder, 'usage.json');
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--require', here('voice-usage.cjs'), ...args], {
      cwd: folder,
      env: {
        ...ENV,
        CONVIRZA_BENCH_USAGE: usage,
        CONVIRZA_CONFIG_DIR: join(folder, 'config'),
        NEXTEVI_URL: url,
        NEXTEVI_API_KEY: 'oak_bench',
        NEXTEVI_CONFIG_ID: 'config-bench',
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      err += text;
    });
    child.on('close', (code) => {
      if (code !== 0) reject(new Error(`${args.join(' ')} ended with code ${code}: ${err}`));
      else resolve({ report: JSON.parse(out), ...JSON.parse(readFileSync(usage, 'utf8')) });
    });
  });
}

/** @param {string} name @param {string} value @param {boolean} met @param {string} bar */
function say(name, value, met, bar) {
  process.stdout.write(`${name.padEnd(38)} ${value.padEnd(28)} ${met ? 'met' : 'MISSED'}  (bar: ${bar})\n`);
  return met;
}

/** @param {string} folder @param {string} wav @param {number} sessions @param {number} lateBar milliseconds at p99 */
async function pace(folder, wav, sessions, lateBar) {
  const sink = await startSink();
  const noise = machineNoise();
  const { report, mb, cpuMs } = await measured(folder, sink.url, [
    ...[BIN, 'voice', 'bench', wav, '--sessions', String(sessions), '--ramp', '50/s'],
    ...['--duration', '10ms', '--json', '--quiet'],
  ]);
  const heard = await sink.heard();
  const bare = await noise;
  const said = createHash('sha256').update(readFileSync(wav).subarray(44)).digest('hex');
  const good = heard.filter(({ sha256 }) => sha256 === said).length;
  const sent = heard.reduce((sum, { answerBytes }) => sum + answerBytes, 0);
  const { min, max } = report.real_time_ratio;
  const { p50, p99, max: latest } = report.milliseconds.lateness;
  const name = `${sessions} session${sessions === 1 ? '' : 's'}`;
  const off = Math.max(Math.abs(min - 1), Math.abs(max - 1));
  const perSecond = cpuMs / (sessions * SECONDS);
  return [
    say(`${name}, real-time ratio`, `${min} to ${max}`, off <= RATIO_BAR, `1 ± ${RATIO_BAR}`),
    say(
      `${name}, lateness p50 / p99 / max`,
      `${p50} / ${p99} / ${latest} ms`,
      p99 <= lateBar + bare.p99,
      `p99 ${lateBar} ms more than the ${bare.p99.toFixed(1)} ms of a bare timer beside it`,
    ),
    say(
      `${name}, heard to the byte`,
      `${good} of ${sessions}`,
      good === sessions && heard.length === sessions,
      'all',
    ),
    say(
      `${name}, answers to the byte`,
      `${report.received_bytes} of ${sent}`,
      report.received_bytes === sent,
      'all',
    ),
    say(`${name}, peak memory`, `${mb.toFixed(0)} MB`, mb < MEMORY_BAR, `${MEMORY_BAR} MB`),
    say(`${name}, CPU`, `${perSecond.toFixed(2)} ms per session-second`, true, 'none'),
  ].every(Boolean);
}

/** @param {string} folder @param {string} wav */
async function peer(folder, wav) {
  const sink = await startSink();
  const pcm = join(folder, 'speech.pcm');
  writeFileSync(pcm, readFileSync(wav).subarray(44));
  const { report, mb, cpuMs } = await measured(folder, sink.url, [
    ...[here('voice-peer.js'), sink.url, String(SESSIONS), String(SECONDS * 10), pcm],
  ]);
  await sink.heard();
  const { p50, p99, max } = report;
  const figures = `lateness ${[p50, p99, max].map((value) => value.toFixed(1)).join(' / ')} ms, ${mb.toFixed(0)} MB`;
  process.stdout.write(
    `${`peer (setInterval), ${SESSIONS} sessions`.padEnd(38)} ${figures}, ${(cpuMs / (SESSIONS * SECONDS)).toFixed(2)} ms per session-second\n`,
  );
}

/** A long file at 60 times real time. @param {string} folder */
async function long(folder) {
  const peaks = [];
  for (const seconds of [SECONDS * 6, SECONDS * 60]) {
    const sink = await startSink();
    const file = join(folder, 'long.wav');
    makeAudio(file, seconds);
    const { report, mb } = await measured(folder, sink.url, [
      ...[BIN, 'voice', 'stream', file, '--speed', '60', '--json', '--quiet'],
    ]);
    await sink.heard();
    if (report.sent_seconds !== seconds)
      return say('long file', `${report.sent_seconds} s sent`, false, `${seconds} s`);
    peaks.push(mb);
  }
  const [short = 0, all = 0] = peaks;
  const figures = `${short.toFixed(0)} MB, ${all.toFixed(0)} MB`;
  return say(
    `${SECONDS / 10} and ${SECONDS} min at 60 times`,
    figures,
    all - short < FLAT_MB,
    `+ ${FLAT_MB} MB`,
  );
}

/** @returns {Promise<boolean>} whether every bar was met */
export async function voice() {
  const folder = mkdtempSync(join(tmpdir(), 'convirza-bench-'));
  try {
    const wav = join(folder, 'speech.wav');
    makeAudio(wav, SECONDS);
    const one = await pace(folder, wav, 1, 5);
    const many = await pace(folder, wav, SESSIONS, 20);
    await peer(folder, wav);
    return [one, many, await long(folder)].every(Boolean);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
