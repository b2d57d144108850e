/**
 * `npm run bench`, or `npm run bench -- startup` for one of them. What they say is shown, and kept in `RESULTS.md`: of
 * one benchmark its part alone. Code 1 when a bar was missed.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { machine, withResult } from './results.js';

/** Each is `<name>.js`, with a function of that name that prints what it measured and tells whether its bars were met. */
const NAMES = ['startup', 'list', 'rows', 'audio', 'upload', 'voice'];
const results = fileURLToPath(new URL('./RESULTS.md', import.meta.url));

/** Runs a benchmark. @param {string} name @returns {Promise<{ met: boolean, output: string }>} */
async function run(name) {
  /** @type {Record<string, () => Promise<boolean>>} */
  const { [name]: bench } = await import(`./${name}.js`);
  if (bench === undefined) throw new Error(`${name}.js has no function ${name}`);
  let output = '';
  const write = process.stdout.write;
  process.stdout.write = /** @type {typeof write} */ (
    (/** @type {string} */ text) => {
      output += text;
      return write.call(process.stdout, text);
    }
  );
  try {
    return { met: await bench(), output };
  } finally {
    process.stdout.write = write;
  }
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !NAMES.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no benchmark ${unknown.join(', ')}. There are: ${NAMES.join(', ')}.\n`);
  process.exitCode = 2;
} else {
  const where = machine();
  process.stdout.write(`${where}\nMedians of whole processes that take turns.\n`);
  for (const name of NAMES) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    process.stdout.write(`\n${name}\n`);
    const { met, output } = await run(name);
    if (!met) process.exitCode = 1;
    const date = new Date().toISOString().slice(0, 10);
    const before = existsSync(results) ? readFileSync(results, 'utf8') : '';
    writeFileSync(results, withResult(before, NAMES, { name, machine: where, date, met, output }));
  }
}
