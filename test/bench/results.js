/** `RESULTS.md`: a part for each benchmark, with the machine that it ran on. */
import { spawnSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg } from 'node:os';

const HEAD = `# Results of the benchmarks

Written by \`npm run bench\`, a part by \`npm run bench -- <name>\`. Times are medians of whole processes that took turns with
their peers on the same machine, so that ratios mean more than milliseconds.
`;

/** The tools that programs are compared with, and how each is asked for its version. @type {[string, string[]][]} */
const PEERS = [
  ['ffmpeg', ['-version']],
  ['sox', ['--version']],
  ['curl', ['--version']],
];

/**
 * Cores, processor, versions, and what else the machine has to do: on a busy one even ratios suffer. No name of the
 * machine.
 */
export function machine() {
  const model = cpus()[0]?.model.replace(/\s+/g, ' ').trim() || 'unknown processor';
  const peers = PEERS.map(([name, args]) => `${name} ${versionOf(name, args)}`);
  const system = `${process.platform} ${process.arch}, ${availableParallelism()} cores, ${model}`;
  const load = process.platform === 'win32' ? '' : `; load ${(loadavg()[0] ?? 0).toFixed(1)} at the start`;
  return `${system}; Node.js ${process.versions.node}, ${peers.join(', ')}${load}`;
}

/** @param {string} name @param {string[]} args */
function versionOf(name, args) {
  const { status, stdout } = spawnSync(name, args, { encoding: 'utf8' });
  if (status !== 0) return 'not there';
  return /\d+(\.\d+)+/.exec(stdout)?.[0] ?? 'of unknown version';
}

/**
 * The file with one part written anew; the others stay as they are.
 *
 * @param {string} file what it held, or nothing
 * @param {readonly string[]} order names of all parts; parts of other names are left out
 * @param {{ name: string, machine: string, date: string, met: boolean, output: string }} result
 */
export function withResult(file, order, { name, machine: where, date, met, output }) {
  /** @type {Map<string, string>} */
  const parts = new Map();
  for (const part of file.split(/^(?=## )/m)) {
    const title = /^## (\S+)$/m.exec(part)?.[1];
    if (part.startsWith('## ') && title !== undefined) parts.set(title, part.trim());
  }
  const bars = met ? 'All bars were met.' : 'A bar was missed.';
  parts.set(name, `## ${name}\n\n${date}, ${where}. ${bars}\n\n\`\`\`text\n${output.trim()}\n\`\`\``);
  const known = order.flatMap((each) => parts.get(each) ?? []);
  return `${[HEAD.trim(), ...known].join('\n\n')}\n`;
}
