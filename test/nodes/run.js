/**
 * `npm run test:nodes`: the end-to-end tests on every version of Node.js that the program is for, each from the npm
 * package `node`, and a table at the end. `npm run test:nodes -- 22 24` runs some versions, and
 * `npm run test:nodes -- 24 test/e2e/voice` those tests alone whose path begins like that. Code 1 when a test failed
 * or a version could not be had.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The oldest that package.json allows, and the newest of each line. */
const VERSIONS = ['20.19.0', '20', '22', '24', 'latest'];
const root = fileURLToPath(new URL('../..', import.meta.url));
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const npm = process.env['npm_execpath'];
const MOST_NAMED = 20;

/**
 * @typedef {{ wanted: string, version: string, passed: number, failed: string[], skipped: number, seconds: number, problem?: string }} Outcome
 * @typedef {{ assertionResults: { status: string, fullName: string, failureMessages?: string[] }[], name: string, status: string, message: string }} TestFile
 */

/**
 * @param {string} file
 * @param {string[]} args
 * @param {{ show?: boolean }} [options]
 * @returns {Promise<{ code: number | null, stdout: string }>}
 */
function run(file, args, { show = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, stdio: ['ignore', 'pipe', show ? 'inherit' : 'pipe'] });
    let stdout = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr?.resume();
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout }));
  });
}

/**
 * The interpreter that the npm package `node` brings.
 *
 * @param {string} wanted
 * @returns {Promise<{ path: string, version: string }>}
 */
async function interpreter(wanted) {
  if (npm === undefined) throw new Error('start it by npm: npm run test:nodes');
  const print = 'JSON.stringify({ path: process.execPath, version: process.version })';
  const args = [npm, 'exec', '--yes', `--package=node@${wanted}`, '--', 'node', '-p', print];
  const { code, stdout } = await run(process.execPath, args);
  if (code !== 0) throw new Error(`npm cannot bring node@${wanted} (code ${code})`);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

/** @param {string} wanted @param {string[]} filters @param {string} folder @returns {Promise<Outcome>} */
async function test(wanted, filters, folder) {
  const begun = Date.now();
  /** @type {Outcome} */
  const outcome = { wanted, version: '', passed: 0, failed: [], skipped: 0, seconds: 0 };
  try {
    const { path, version } = await interpreter(wanted);
    outcome.version = version;
    process.stdout.write(`Node.js ${version} …\n`);
    const report = join(folder, `${wanted}.json`);
    await run(path, [vitest, 'run', ...filters, '--reporter=json', `--outputFile=${report}`], { show: true });
    /** @type {{ testResults: TestFile[] }} */
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
    for (const { name, assertionResults, status, message } of testResults) {
      const file = name.slice(root.length);
      for (const { status: result, fullName, failureMessages = [] } of assertionResults) {
        if (result === 'passed') outcome.passed++;
        else if (result === 'failed')
          outcome.failed.push(`${file}: ${fullName}\n  ${failureMessages[0]?.split('\n')[0] ?? ''}`);
        else outcome.skipped++;
      }
      if (status === 'failed' && !assertionResults.some((each) => each.status === 'failed'))
        outcome.failed.push(`${file}: ${message.split('\n')[0]}`);
    }
    if (testResults.length === 0) outcome.problem = 'there is no such test';
  } catch (error) {
    outcome.problem = /** @type {Error} */ (error).message;
  }
  outcome.seconds = (Date.now() - begun) / 1000;
  return outcome;
}

const words = process.argv.slice(2);
const isVersion = (/** @type {string} */ word) => /^(\d+(\.\d+){0,2}|latest)$/.test(word);
const versions = words.some(isVersion) ? words.filter(isVersion) : VERSIONS;
const filters = words.filter((word) => !isVersion(word));
const folder = mkdtempSync(join(tmpdir(), 'convirza-nodes-'));
/** @type {Outcome[]} */
const outcomes = [];
try {
  // One after another: the tests themselves take all cores.
  for (const version of versions)
    outcomes.push(await test(version, filters.length > 0 ? filters : ['test/e2e'], folder));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

for (const { version, wanted, failed } of outcomes) {
  for (const name of failed.slice(0, MOST_NAMED))
    process.stdout.write(`failed on ${version || wanted}: ${name}\n`);
  if (failed.length > MOST_NAMED) process.stdout.write(`… and ${failed.length - MOST_NAMED} more\n`);
}
process.stdout.write(`\n${'NODE'.padEnd(10)}${'VERSION'.padEnd(12)}PASSED  FAILED  SKIPPED  SECONDS\n`);
for (const { wanted, version, passed, failed, skipped, seconds, problem } of outcomes) {
  const counts = [String(passed).padEnd(8), String(failed.length).padEnd(8), String(skipped).padEnd(9)];
  const row = `${wanted.padEnd(10)}${version.padEnd(12)}${counts.join('')}${seconds.toFixed(0)}`;
  process.stdout.write(`${row}${problem === undefined ? '' : `  ${problem}`}\n`);
  if (failed.length > 0 || problem !== undefined) process.exitCode = 1;
}
