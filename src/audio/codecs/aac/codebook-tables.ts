import type { CodebookNumbers } from './codebooks.ts';
import { SCALE_FACTOR_BOOK, SPECTRUM_BOOKS } from './codebooks.ts';

/**
 * Look-up tables of Huffman codebooks in one array. The next `rootBits` bits, added to a book's root, find an entry.
 * Positive entry: payload * 32 + length of the code word. Negative entry: the code word is longer; the complement
 * is offset * 16 + width, and the `width` bits behind the root bits, added to the offset, find the entry.
 */
export interface CodebookTables {
  entries: Int32Array;
  /** Where each book begins: 0 for the scale factors, 1 to 11 for spectra. */
  roots: Int32Array;
}

/** How many bits the first look-up takes. */
export const ROOT_BITS = 9;

/** How spectra are written: number and range of the values of a code word (ISO/IEC 14496-3 §4.6.3.3, Table 4.151). */
const SHAPES: readonly (readonly [values: number, base: number])[] = [
  ...([
    [4, 3],
    [4, 3],
    [4, 3],
    [4, 3],
    [2, 9],
    [2, 9],
    [2, 8],
    [2, 8],
    [2, 13],
    [2, 13],
    [2, 17],
  ] as const),
];

/**
 * The tables of all books. The payload of a scale factor is its symbol; that of a spectrum has its values in order
 * of frequency, the first one lowest, in 2 bits each (four values) or 5 bits each (two values), counted from the
 * least value that the book has. Behind four values stand four bits that tell which of them are not 0 (the first
 * one lowest), and their number.
 */
export function codebookTables(): CodebookTables {
  built ??= buildCodebookTables();
  return built;
}

let built: CodebookTables | undefined;

function buildCodebookTables(): CodebookTables {
  const entries: number[] = [];
  const roots = [addBook(entries, SCALE_FACTOR_BOOK, (symbol) => symbol)];
  SPECTRUM_BOOKS.forEach((book, index) => {
    const [values, base] = SHAPES[index] as (typeof SHAPES)[number];
    roots.push(addBook(entries, book, (symbol) => spectrumPayload(symbol, values, base)));
  });
  return { entries: Int32Array.from(entries), roots: Int32Array.from(roots) };
}

function spectrumPayload(symbol: number, values: number, base: number): number {
  const bits = values === 4 ? 2 : 5;
  let rest = symbol;
  let payload = 0;
  let present = 0;
  // The index of a symbol has its last value as the lowest digit.
  for (let i = 0; i < values; i++) {
    const value = rest % base;
    payload = payload * 2 ** bits + value;
    if (value !== 0) present += 2 ** (values - 1 - i);
    rest = Math.floor(rest / base);
  }
  if (values === 2) return payload;
  const count = [0, 1, 2, 3].filter((bit) => (present >> bit) % 2 === 1).length;
  return payload + (present << 8) + (count << 12);
}

interface CodeWord {
  code: number;
  length: number;
  symbol: number;
}

function codeWords({ lengths, symbols }: CodebookNumbers): CodeWord[] {
  const words: CodeWord[] = [];
  let code = 0;
  lengths.forEach((count, index) => {
    for (let i = 0; i < count; i++) {
      const symbol = Number.parseInt(symbols.slice(2 * words.length, 2 * words.length + 2), 36);
      words.push({ code, length: index + 1, symbol });
      code++;
    }
    code *= 2;
  });
  return words;
}

/** Adds a book to `entries` and returns where. */
function addBook(entries: number[], book: CodebookNumbers, payloadOf: (symbol: number) => number): number {
  const root = entries.length;
  for (let i = 0; i < 2 ** ROOT_BITS; i++) entries.push(0);
  const longest = book.lengths.length;
  const long = new Map<number, CodeWord[]>();
  for (const word of codeWords(book)) {
    const rest = word.length - ROOT_BITS;
    if (rest <= 0) {
      fill(entries, root, ROOT_BITS, word, payloadOf(word.symbol) * 32 + word.length);
      continue;
    }
    const prefix = word.code >> rest;
    long.set(prefix, [...(long.get(prefix) ?? []), word]);
  }
  for (const [prefix, words] of long) {
    const width = Math.max(...words.map(({ length }) => length)) - ROOT_BITS;
    const offset = entries.length;
    entries[root + prefix] = ~(offset * 16 + width);
    for (let i = 0; i < 2 ** width; i++) entries.push(0);
    for (const { code, length, symbol } of words) {
      const rest = length - ROOT_BITS;
      fill(
        entries,
        offset,
        width,
        { code: code & (2 ** rest - 1), length: rest, symbol },
        payloadOf(symbol) * 32 + length,
      );
    }
  }
  if (longest > ROOT_BITS + 15) throw new RangeError('a code word is too long');
  return root;
}

/** Puts `entry` wherever the first `bits` bits begin with the code word. */
function fill(
  entries: number[],
  offset: number,
  bits: number,
  { code, length }: CodeWord,
  entry: number,
): void {
  const count = 2 ** (bits - length);
  for (let i = 0; i < count; i++) entries[offset + code * count + i] = entry;
}
