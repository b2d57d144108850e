/**
 * Stands in for a program that records. Arguments: what to do, and a file that takes its process id.
 *
 *   live        samples of 1000 in real time, for ever
 *   stubborn    likewise, and no signal but SIGKILL ends it
 *   file <ms>   so much at once, and a good end
 *   die <ms>    so much at once, words on standard error, and code 3
 *   silent      nothing, for ever
 */
const { appendFileSync } = require('node:fs');

const [mode, notes, ms = '0'] = process.argv.slice(2);
appendFileSync(notes, `${process.pid}\n`);
const samples = (count) => Buffer.from(new Int16Array(count).fill(1000).buffer);
process.stdout.on('error', () => process.exit(1));
if (mode === 'stubborn') for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {});
if (mode === 'live' || mode === 'stubborn') setInterval(() => process.stdout.write(samples(480)), 20);
else if (mode === 'silent') setInterval(() => {}, 1000);
else
  process.stdout.write(samples(24 * Number(ms)), () => {
    if (mode !== 'die') return;
    process.stderr.write('opening the card\n\u001b[31mthe card is gone\n');
    process.exitCode = 3;
  });
