/**
 * Stands in for a program that plays. Arguments: what to do, a file that takes its process id, one that takes all that
 * it hears.
 *
 *   hear   reads until the end
 *   deaf   reads nothing, and no signal but SIGKILL ends it
 *   die    ends with words on standard error and code 4
 */
const { appendFileSync } = require('node:fs');

const [mode, notes, heard] = process.argv.slice(2);
if (mode === 'deaf') for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {});
appendFileSync(notes, `${process.pid}\n`);
if (mode === 'die') {
  process.stderr.write('no sound server\n');
  process.exitCode = 4;
} else if (mode === 'deaf') setInterval(() => {}, 1000);
else process.stdin.on('data', (chunk) => appendFileSync(heard, chunk));
