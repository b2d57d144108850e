import { type CodebookTables, ROOT_BITS } from './codebook-tables.ts';
import type { PacketBits } from './packet-bits.ts';

/** |n|^(4/3), the law of quantization (ISO/IEC 14496-3 §4.6.1.3), for every n that an escape sequence can say. */
export const POWERS = Float32Array.from({ length: 8192 }, (_, n) => n ** (4 / 3));

/** The magnitude that stands for an escape sequence, in book 11. */
const ESCAPE = 16;
const ESCAPE_BOOK = 11;

/**
 * Reads the coefficients of one band of one window into `spectrum` from `at` on. Answers false for one that is
 * longer than the standard allows. It may read past the end of the packet.
 *
 * Source: ISO/IEC 14496-3 §4.6.3.3.
 */
export function readBand(
  bits: PacketBits,
  { entries, roots }: CodebookTables,
  book: number,
  spectrum: Float32Array,
  at: number,
  width: number,
  gain: number,
): boolean {
  const root = roots[book] as number;
  const end = at + width;
  if (book <= 2) readSignedFours(bits, entries, root, spectrum, at, end, gain);
  else if (book <= 4) readFours(bits, entries, root, spectrum, at, end, gain);
  else if (book <= 6) readSignedTwos(bits, entries, root, spectrum, at, end, gain);
  else if (book < ESCAPE_BOOK) readTwos(bits, entries, root, spectrum, at, end, gain);
  else return readEscapedTwos(bits, entries, root, spectrum, at, end, gain);
  return true;
}

/** The entry for the code word at the top of `window`. */
function lookUp(entries: Int32Array, root: number, window: number): number {
  const entry = entries[root + (window >>> (32 - ROOT_BITS))] as number;
  if (entry >= 0) return entry;
  const link = ~entry;
  return entries[(link >> 4) + ((window << ROOT_BITS) >>> (32 - (link & 15)))] as number;
}

function readSignedFours(
  bits: PacketBits,
  entries: Int32Array,
  root: number,
  spectrum: Float32Array,
  start: number,
  end: number,
  gain: number,
): void {
  const { view } = bits;
  let position = bits.position;
  for (let at = start; at < end; at += 4) {
    const entry = lookUp(entries, root, view.getUint32(position >>> 3) << (position & 7));
    position += entry & 31;
    spectrum[at] = (((entry >> 5) & 3) - 1) * gain;
    spectrum[at + 1] = (((entry >> 7) & 3) - 1) * gain;
    spectrum[at + 2] = (((entry >> 9) & 3) - 1) * gain;
    spectrum[at + 3] = (((entry >> 11) & 3) - 1) * gain;
  }
  bits.position = position;
}

function readFours(
  bits: PacketBits,
  entries: Int32Array,
  root: number,
  spectrum: Float32Array,
  start: number,
  end: number,
  gain: number,
): void {
  const { view } = bits;
  let position = bits.position;
  for (let at = start; at < end; at += 4) {
    const window = view.getUint32(position >>> 3) << (position & 7);
    const entry = lookUp(entries, root, window);
    let signs = window << (entry & 31);
    position += entry & 31;
    for (let i = 0, values = entry >> 5; i < 4; i++, values >>= 2) {
      const level = values & 3;
      if (level === 0) continue;
      const value = (POWERS[level] as number) * gain;
      spectrum[at + i] = signs < 0 ? -value : value;
      signs <<= 1;
      position++;
    }
  }
  bits.position = position;
}

function readSignedTwos(
  bits: PacketBits,
  entries: Int32Array,
  root: number,
  spectrum: Float32Array,
  start: number,
  end: number,
  gain: number,
): void {
  const { view } = bits;
  let position = bits.position;
  for (let at = start; at < end; at += 2) {
    const entry = lookUp(entries, root, view.getUint32(position >>> 3) << (position & 7));
    position += entry & 31;
    spectrum[at] = signedPower(((entry >> 5) & 31) - 4) * gain;
    spectrum[at + 1] = signedPower((entry >> 10) - 4) * gain;
  }
  bits.position = position;
}

function signedPower(level: number): number {
  return level < 0 ? -(POWERS[-level] as number) : (POWERS[level] as number);
}

function readTwos(
  bits: PacketBits,
  entries: Int32Array,
  root: number,
  spectrum: Float32Array,
  start: number,
  end: number,
  gain: number,
): void {
  const { view } = bits;
  let position = bits.position;
  for (let at = start; at < end; at += 2) {
    const window = view.getUint32(position >>> 3) << (position & 7);
    const entry = lookUp(entries, root, window);
    let signs = window << (entry & 31);
    position += entry & 31;
    const first = (entry >> 5) & 31;
    const second = entry >> 10;
    if (first !== 0) {
      const value = (POWERS[first] as number) * gain;
      spectrum[at] = signs < 0 ? -value : value;
      signs <<= 1;
      position++;
    }
    if (second !== 0) {
      const value = (POWERS[second] as number) * gain;
      spectrum[at + 1] = signs < 0 ? -value : value;
      position++;
    }
  }
  bits.position = position;
}

function readEscapedTwos(
  bits: PacketBits,
  entries: Int32Array,
  root: number,
  spectrum: Float32Array,
  start: number,
  end: number,
  gain: number,
): boolean {
  const { view } = bits;
  for (let at = start; at < end; at += 2) {
    const window = view.getUint32(bits.position >>> 3) << (bits.position & 7);
    const entry = lookUp(entries, root, window);
    let signs = window << (entry & 31);
    bits.position += entry & 31;
    let first = (entry >> 5) & 31;
    let second = entry >> 10;
    const firstSign = first === 0 ? 0 : signs;
    if (first !== 0) {
      signs <<= 1;
      bits.position++;
    }
    if (second !== 0) bits.position++;
    // Both signs come first, then both escape sequences.
    if (first === ESCAPE) first = readEscape(bits);
    if (second === ESCAPE) second = readEscape(bits);
    if (first < 0 || second < 0) return false;
    const value = (POWERS[first] as number) * gain;
    const next = (POWERS[second] as number) * gain;
    spectrum[at] = firstSign < 0 ? -value : value;
    spectrum[at + 1] = signs < 0 ? -next : next;
  }
  return true;
}

/** A magnitude from 16 to 8191: n ones, a zero, and n + 4 bits; -1 when n is above 8. */
function readEscape(bits: PacketBits): number {
  const at = bits.position;
  const window = bits.view.getUint32(at >>> 3) << (at & 7);
  const ones = Math.clz32(~window);
  if (ones > 8) return -1;
  bits.position = at + 2 * ones + 5;
  const width = ones + 4;
  return 2 ** width + ((window << (ones + 1)) >>> (32 - width));
}
