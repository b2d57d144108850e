import type { Bits } from './bits.ts';
import { LINBITS, PAIR_CODES, QUAD_CODES } from './huffman-tables.ts';
import type { Granule } from './side-info.ts';

/** Lines of one granule of one channel. */
export const LINES = 576;

/** Bits that the first look-up of a pair sees; longer codes take a second one. */
const ROOT_BITS = 9;
const ROOT_SHIFT = 32 - ROOT_BITS;
const QUAD_BITS = 6;

/** Longest absolute value: 15 and 13 linbits. */
const MAX_VALUE = 15 + 2 ** 13 - 1;

/** |q|^(4/3), the law of the quantiser. Source: ISO/IEC 11172-3 §2.4.3.4. */
const POWERS = Float32Array.from({ length: MAX_VALUE + 1 }, (_, value) => value ** (4 / 3));

/** The same for small values, without and with a sign: at `value << 1 | sign`. */
const SIGNED_POWERS = Float32Array.from(
  { length: 32 },
  (_, i) => (POWERS[i >> 1] as number) * (i & 1 ? -1 : 1),
);

/** Four lines each, by `v << 7 | w << 6 | x << 5 | y << 4` and the next four bits, which begin with their signs. */
const QUAD_LINES = Float32Array.from({ length: 1024 }, (_, i) => {
  const pattern = i >> 6;
  const line = i & 3;
  if ((pattern & (8 >> line)) === 0) return 0;
  const before = countBits(pattern >> (4 - line));
  return ((i >> 2) & (8 >> before)) === 0 ? 1 : -1;
});

/**
 * A decoding table. An entry of it is, from the lowest bit on: 5 bits of y and 5 bits of x, both shifted by one, 1 bit
 * for whether x has a sign, 5 bits of the length of the code, 5 bits of that with the signs, and 1 bit for whether one of
 * the values goes on behind. A negative entry is `~(offset << 4 | bits)` of the table behind it.
 */
interface CodeTable {
  entries: Int32Array;
  linbits: number;
}

const ESCAPE = 1 << 21;

interface Leaf {
  /** Left-justified in 32 bits. */
  code: number;
  length: number;
  /** As the table of the standard has it, and then as an entry of a decoding table. */
  value: number;
}

const PAIR_TABLES: readonly (CodeTable | undefined)[] = pairTables();
/** An entry is the length of the code, 4 bits of that with the signs, and the 4 bits that are coded. */
const QUAD_TABLES: readonly Int32Array[] = QUAD_CODES.map((codes) =>
  flatTable(leavesOf(codes, 2).map(quadEntry), QUAD_BITS),
);

/**
 * Decodes the spectrum of a granule of one channel, whose code ends at bit `end`, into `lines`: quantised values
 * to the power of 4/3 with their signs. Lines behind the returned number are 0.
 *
 * Source: ISO/IEC 11172-3 §2.4.1.7 (huffmancodebits) and §2.4.2.7.
 *
 * @returns how many lines there are, or -1 when the pairs do not fit into their bits: then they are no such code.
 */
export function decodeSpectrum(bits: Bits, granule: Granule, end: number, lines: Float32Array): number {
  const pairs = granule.bigValues * 2;
  const first = Math.min(granule.region1, pairs);
  const second = Math.min(granule.region2, pairs);
  let at = decodePairs(bits, granule.tables[0] as number, 0, first, end, lines);
  if (at === first) at = decodePairs(bits, granule.tables[1] as number, first, second, end, lines);
  if (at === second) at = decodePairs(bits, granule.tables[2] as number, second, pairs, end, lines);
  if (at < pairs || bits.position > end) return -1;
  at = decodeQuads(bits, QUAD_TABLES[granule.quadTable] as Int32Array, at, end, lines);
  lines.fill(0, at, LINES);
  return at;
}

/** Fills `lines` from `from` up to `to`; stops early when the bits are over. */
function decodePairs(
  bits: Bits,
  table: number,
  from: number,
  to: number,
  end: number,
  lines: Float32Array,
): number {
  if (from >= to) return from;
  const codes = PAIR_TABLES[table];
  if (codes === undefined) {
    lines.fill(0, from, to);
    return to;
  }
  const { entries, linbits } = codes;
  const { view } = bits;
  let position = bits.position;
  let at = from;
  for (; at < to && position < end; at += 2) {
    let window = view.getInt32(position >>> 3) << (position & 7);
    let entry = entries[window >>> ROOT_SHIFT] as number;
    if (entry < 0) {
      const link = ~entry;
      entry = entries[(link >> 4) + ((window << ROOT_BITS) >>> (32 - (link & 15)))] as number;
    }
    if ((entry & ESCAPE) !== 0) {
      bits.position = position + ((entry >> 11) & 31);
      lines[at] = escaped(bits, (entry >> 6) & 15, linbits);
      lines[at + 1] = escaped(bits, (entry >> 1) & 15, linbits);
      position = bits.position;
      continue;
    }
    // No branches on what the values are: nothing could predict them.
    window <<= (entry >> 11) & 31;
    lines[at] = SIGNED_POWERS[((entry >> 5) & 31) | (window >>> 31)] as number;
    window <<= (entry >> 10) & 1;
    lines[at + 1] = SIGNED_POWERS[(entry & 31) | (window >>> 31)] as number;
    position += (entry >> 16) & 31;
  }
  bits.position = position;
  return at;
}

/** A value that may be followed by linbits, and its sign. */
function escaped(bits: Bits, value: number, linbits: number): number {
  if (value === 0) return 0;
  const magnitude = POWERS[value === 15 ? 15 + bits.read(linbits) : value] as number;
  return bits.read(1) === 1 ? -magnitude : magnitude;
}

/** Fills `lines` from `from` on in steps of four; a step that reaches over the end of the bits does not count. */
function decodeQuads(
  bits: Bits,
  entries: Int32Array,
  from: number,
  end: number,
  lines: Float32Array,
): number {
  const { view } = bits;
  let position = bits.position;
  let at = from;
  for (; at <= LINES - 4 && position < end; at += 4) {
    const window = view.getInt32(position >>> 3) << (position & 7);
    const entry = entries[window >>> (32 - QUAD_BITS)] as number;
    const from4 = ((entry & 15) << 6) | (((window << (entry >> 8)) >>> 28) << 2);
    lines[at] = QUAD_LINES[from4] as number;
    lines[at + 1] = QUAD_LINES[from4 + 1] as number;
    lines[at + 2] = QUAD_LINES[from4 + 2] as number;
    lines[at + 3] = QUAD_LINES[from4 + 3] as number;
    position += (entry >> 4) & 15;
    if (position > end) break;
  }
  bits.position = position;
  return at;
}

function pairTables(): (CodeTable | undefined)[] {
  const built = new Map<number, Int32Array>();
  return Array.from({ length: 32 }, (_, table) => {
    const source = table < 16 ? table : table < 24 ? 16 : 24;
    const codes = PAIR_CODES[source];
    if (codes === undefined) return undefined;
    const entries =
      built.get(source) ?? linkedTable(leavesOf(codes, 3).map((leaf) => pairEntry(leaf, source)));
    built.set(source, entries);
    return { entries, linbits: LINBITS[table - 16] ?? 0 };
  });
}

function pairEntry(leaf: Leaf, table: number): Leaf {
  const x = leaf.value >> 4;
  const y = leaf.value & 15;
  const signs = Math.min(x, 1) + Math.min(y, 1);
  const goesOn = table >= 16 && (x === 15 || y === 15) ? ESCAPE : 0;
  const lengths = (leaf.length << 11) | ((leaf.length + signs) << 16);
  return { ...leaf, value: goesOn | lengths | (Math.min(x, 1) << 10) | (x << 6) | (y << 1) };
}

function quadEntry(leaf: Leaf): Leaf {
  const total = leaf.length + countBits(leaf.value);
  return { ...leaf, value: (leaf.length << 8) | (total << 4) | leaf.value };
}

function countBits(value: number): number {
  let count = 0;
  for (let rest = value; rest > 0; rest >>= 1) count += rest & 1;
  return count;
}

/** The leaves of a code tree, as the tables of the standard are written down here: `digits` digits each. */
function leavesOf(codes: string, digits: number): Leaf[] {
  const leaves: Leaf[] = [];
  let code = 0;
  for (let i = 0; i < codes.length; i += digits) {
    const length = Number.parseInt(codes.charAt(i), 36);
    leaves.push({ code, length, value: Number.parseInt(codes.slice(i + 1, i + digits), 16) });
    code += 2 ** (32 - length);
  }
  return leaves;
}

function flatTable(leaves: readonly Leaf[], bits: number): Int32Array {
  const entries = new Int32Array(2 ** bits);
  for (const leaf of leaves) fill(entries, 0, bits, leaf, 0);
  return entries;
}

/** A table for the first `ROOT_BITS` bits, and behind it one for each of its entries that more codes share. */
function linkedTable(leaves: readonly Leaf[]): Int32Array {
  const entries: number[] = Array(2 ** ROOT_BITS).fill(0);
  const long = new Map<number, Leaf[]>();
  for (const leaf of leaves) {
    const root = Math.floor(leaf.code / 2 ** ROOT_SHIFT);
    if (leaf.length <= ROOT_BITS) fill(entries, 0, ROOT_BITS, leaf, 0);
    else long.set(root, [...(long.get(root) ?? []), leaf]);
  }
  for (const [root, behind] of long) {
    const bits = Math.max(...behind.map((leaf) => leaf.length)) - ROOT_BITS;
    const offset = entries.length;
    entries[root] = ~((offset << 4) | bits);
    for (let i = 0; i < 2 ** bits; i++) entries.push(0);
    for (const leaf of behind) fill(entries, offset, bits, leaf, ROOT_BITS);
  }
  return Int32Array.from(entries);
}

/** Enters a leaf wherever the `bits` bits behind the first `passed` ones begin with its code. */
function fill(
  entries: number[] | Int32Array,
  offset: number,
  bits: number,
  leaf: Leaf,
  passed: number,
): void {
  const inTable = (leaf.code * 2 ** passed) % 2 ** 32;
  const first = Math.floor(inTable / 2 ** (32 - bits));
  const count = 2 ** (bits - (leaf.length - passed));
  for (let i = 0; i < count; i++) entries[offset + first + i] = leaf.value;
}
