/** 1,000 prompts to a sandbox on this machine, against curl by eight; peak memory; the plan of 10,000 files. */
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSandboxProcess } from './list.js';
import { ENV, median, timeOnce } from './measure.js';

const SOUNDS = '/usr/share/asterisk/sounds';
/** Where that is missing, the prompts of the demo are taken instead. */
const DEMO = fileURLToPath(new URL('../../src/demo/prompts', import.meta.url));
const UPLOADS = 1_000;
const PLANNED = 10_000;
const RUNS = 3;
const PEAK_BAR_MB = 200;
const PLAN_BAR_MS = 5_000;
/** A file of 60 MB may cost so much more than a run of small ones. */
const LARGE_BAR_MB = 60;

const bin = fileURLToPath(new URL('../../bin/convirza.js', import.meta.url));
const preload = fileURLToPath(new URL('./peak-memory.cjs', import.meta.url));
const node = process.execPath;

/** @param {string} folder @returns {string[]} */
function soundsIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    // The system links voices to one another.
    if (entry.isDirectory()) return soundsIn(path);
    return entry.isFile() ? [path] : [];
  });
}

/** Copies of the sounds, each under a name of its own. @param {string} folder @param {number} count */
function copySounds(folder, count) {
  const sounds = soundsIn(existsSync(SOUNDS) ? SOUNDS : DEMO).sort();
  mkdirSync(folder);
  for (let index = 0; index < count; index++) {
    const sound = sounds[index % sounds.length] ?? '';
    copyFileSync(sound, join(folder, `${String(index).padStart(5, '0')}-${basename(sound)}`));
  }
}

/** Runs the program to its end. @param {string[]} args @param {NodeJS.ProcessEnv} env @param {string} cwd @returns {Promise<{ ms: number, peak: number }>} */
async function ours(args, env, cwd) {
  const file = join(cwd, 'peak');
  const begun = process.hrtime.bigint();
  const child = spawn(node, ['-r', preload, bin, 'prompts', 'upload', ...args], {
    env: { ...env, CONVIRZA_BENCH_PEAK: file },
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`prompts upload ended with code ${code}: ${said}`);
  return {
    ms: Number(process.hrtime.bigint() - begun) / 1e6,
    peak: Number(readFileSync(file, 'utf8')) / 1024,
  };
}

/** @param {Record<string, string>} env @returns {Promise<string>} an access token of a sandbox that has forgotten everything else */
async function freshToken(env) {
  const oauth = env['CONVIRZA_OAUTH_URL'];
  await fetch(`${oauth}/_sandbox/reset`, { method: 'POST' });
  const answer = await fetch(`${oauth}/oauth/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: env['CONVIRZA_EMAIL'], password: env['CONVIRZA_PASSWORD'] }),
  });
  return /** @type {{ access_token: string }} */ (await answer.json()).access_token;
}

/** @param {string} name @param {string} text @param {boolean} isMet */
function tell(name, text, isMet) {
  process.stdout.write(`${name.padEnd(28)} ${text}${isMet ? '' : '  MISSED'}\n`);
  return isMet;
}

/** @returns {Promise<boolean>} whether every bar was met */
export async function upload() {
  const home = mkdtempSync(join(tmpdir(), 'convirza-bench-'));
  const sandbox = await startSandboxProcess();
  const env = { ...ENV, ...sandbox.env, CONVIRZA_CONFIG_DIR: join(home, 'config') };
  try {
    copySounds(join(home, 'many'), UPLOADS);
    copySounds(join(home, 'all'), PLANNED);
    const uploads = await uploadsAgainstCurl(home, sandbox.env, env);
    const large = await largeFile(home, sandbox.env, env);
    const plan = await planOfMany(home, sandbox.env, env);
    return uploads && large && plan;
  } finally {
    sandbox.stop();
    rmSync(home, { recursive: true, force: true });
  }
}

/** @param {string} home @param {Record<string, string>} sandbox @param {NodeJS.ProcessEnv} env */
async function uploadsAgainstCurl(home, sandbox, env) {
  const url = `${sandbox['CONVIRZA_API_URL']}/media-prompts`;
  const curl = `cd many && ls | xargs -P 8 -I{} curl -sf -o /dev/null -H "Authorization: Bearer $CONVIRZA_TOKEN" -F message_type=prompt -F name={} -F file=@{} ${url}`;
  /** @type {{ curl: number[], four: number[], eight: number[] }} */
  const times = { curl: [], four: [], eight: [] };
  let peak = 0;
  for (let run = 0; run < RUNS; run++) {
    const token = await freshToken(sandbox);
    times.curl.push(
      await timeOnce(['sh', '-c', `cd '${home}' && ${curl}`], { ...env, CONVIRZA_TOKEN: token }),
    );
    for (const [name, count] of /** @type {const} */ ([
      ['four', '4'],
      ['eight', '8'],
    ])) {
      const signedIn = { ...env, CONVIRZA_TOKEN: await freshToken(sandbox) };
      const args = ['many', '--message-type', 'prompt', '--concurrency', count, '--json'];
      const result = await ours(args, signedIn, home);
      times[name].push(result.ms);
      peak = Math.max(peak, result.peak);
    }
  }
  const [peer, four, eight] = [median(times.curl), median(times.four), median(times.eight)];
  const text = (/** @type {number} */ ms) =>
    `${ms.toFixed(0).padStart(6)} ms  ${(ms / peer).toFixed(2)} × curl`;
  tell(`${UPLOADS} by curl, 8 at once`, `${peer.toFixed(0).padStart(6)} ms`, true);
  const met = [
    tell(`${UPLOADS} uploaded, 4 at once`, `${text(four)}  (bar: 1.0)`, four <= peer),
    tell(`${UPLOADS} uploaded, 8 at once`, `${text(eight)}  (bar: 1.0)`, eight <= peer),
    tell('peak memory', `${peak.toFixed(0).padStart(6)} MB  (bar: ${PEAK_BAR_MB})`, peak < PEAK_BAR_MB),
  ];
  return met.every(Boolean);
}

/** Memory must not grow with the size of a file. @param {string} home @param {Record<string, string>} sandbox @param {NodeJS.ProcessEnv} env */
async function largeFile(home, sandbox, env) {
  const path = join(home, 'large.mp3');
  copyFileSync(join(DEMO, 'menu.mp3'), path);
  copyFileSync(join(DEMO, 'menu.mp3'), join(home, 'small.mp3'));
  const file = await open(path, 'r+');
  await file.truncate(60_000_000);
  await file.close();
  // The sandbox keeps the documented limit: only what the program does until then is looked at.
  const faults = [{ method: 'POST', path: '/v3/media-prompts', status: 201, body: '{"data":{}}' }];
  /** @param {string} name */
  const peakOf = async (name) => {
    const token = await freshToken(sandbox);
    await fetch(`${sandbox['CONVIRZA_OAUTH_URL']}/_sandbox/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(faults),
    });
    const args = [name, '--message-type', 'prompt', '--any-size', '--json'];
    return (await ours(args, { ...env, CONVIRZA_TOKEN: token }, home)).peak;
  };
  const [small, large] = [await peakOf('small.mp3'), await peakOf('large.mp3')];
  await fetch(`${sandbox['CONVIRZA_OAUTH_URL']}/_sandbox/faults`, { method: 'DELETE' });
  return tell(
    'a file of 60 MB',
    `${large.toFixed(0).padStart(6)} MB  ${(large - small).toFixed(0)} more than for a small one  (bar: ${LARGE_BAR_MB})`,
    large - small <= LARGE_BAR_MB,
  );
}

/** @param {string} home @param {Record<string, string>} sandbox @param {NodeJS.ProcessEnv} env */
async function planOfMany(home, sandbox, env) {
  /** @type {number[]} */
  const times = [];
  let peak = 0;
  for (let run = 0; run < RUNS; run++) {
    const signedIn = { ...env, CONVIRZA_TOKEN: await freshToken(sandbox) };
    const result = await ours(
      ['all', '--message-type', 'prompt', '--dry-run', '--output', 'csv'],
      signedIn,
      home,
    );
    times.push(result.ms);
    peak = Math.max(peak, result.peak);
  }
  const ms = median(times);
  return tell(
    `${PLANNED} files planned`,
    `${ms.toFixed(0).padStart(6)} ms  peak ${peak.toFixed(0)} MB  (bars: ${PLAN_BAR_MS} ms, ${PEAK_BAR_MB} MB)`,
    ms < PLAN_BAR_MS && peak < PEAK_BAR_MB,
  );
}
