/** Folders of small prompts, and what of them a sandbox has. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const RATE = 8000;

/** A WAV file of silence, no two numbers with the same length. @param {number} number */
function wav(number) {
  const bytes = Buffer.alloc(44 + 2 * (400 + number));
  bytes.write('RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0', 'latin1');
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.writeUInt32LE(RATE, 24);
  bytes.writeUInt32LE(RATE * 2, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36, 'latin1');
  bytes.writeUInt32LE(bytes.length - 44, 40);
  return bytes;
}

/** @param {string} folder @param {number} count */
export async function makePrompts(folder, count) {
  await mkdir(folder, { recursive: true });
  for (let number = 0; number < count; number++)
    await writeFile(join(folder, `p${String(number).padStart(4, '0')}.wav`), wav(number));
}

/**
 * How often each of the prompts is on the service.
 *
 * @param {import('./helpers.js').Bench} bench
 * @returns {Promise<Map<string, number>>}
 */
export async function storedPrompts(bench) {
  await bench.control('PUT', 'faults', []);
  const list = await bench.run(['prompts', 'list', '--all', '--json', 'filename']);
  if (list.code !== 0) throw new Error(`the list failed: ${list.stderr}`);
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { filename } of JSON.parse(list.stdout))
    if (/^p\d{4}$/.test(filename)) counts.set(filename, (counts.get(filename) ?? 0) + 1);
  return counts;
}
