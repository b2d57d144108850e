import { require } from './setup-error.ts';

/** Bits of a codeword that are looked up at once. */
export const TABLE_BITS = 10;

/**
 * The decision tree of a codebook. The first 2^TABLE_BITS values are found by the next bits of the packet (the first
 * one the lowest); after them comes a pair for each inner node, found by the next bit. A value is
 *
 * - `length | entry << 8` for an entry whose codeword has `length` bits (only the last one in a node);
 * - `-index` for the pair at `index`;
 * - 0 where no codeword leads.
 */
export type HuffmanTree = Int32Array;

/**
 * Gives the entries the lowest codewords that are free, in their order, and builds the tree.
 *
 * Source: Vorbis I specification §3.2.1 (Huffman decision tree representation), and its errata on books of one entry.
 *
 * @throws SetupError when the lengths leave codewords over, or are more than there are codewords for
 */
export function buildHuffmanTree(lengths: Uint8Array): HuffmanTree {
  let used = 0;
  let long = 0;
  // In units of the shortest interval, that of a codeword of 32 bits.
  let taken = 0;
  for (const length of lengths) {
    if (length === 0) continue;
    used++;
    taken += 2 ** (32 - length);
    if (length > TABLE_BITS) long++;
  }
  const tree = new Int32Array(2 ** TABLE_BITS + 2 * long);
  if (used === 0) return tree;
  if (used === 1 && taken === 2 ** 31) {
    return tree.fill(1 | (lengths.indexOf(1) << 8), 0, 2 ** TABLE_BITS);
  }
  require(taken <= 2 ** 32, 'a codebook has more entries than codewords');
  require(taken === 2 ** 32, 'a codebook leaves codewords over');

  const builder = new TreeBuilder(tree);
  const codewords = new Codewords();
  lengths.forEach((length, entry) => {
    if (length > 0) builder.add(codewords.take(length), length, entry);
  });
  return tree;
}

/**
 * The free codewords. As each is taken from the left, there is never more than one free node at each depth, and the
 * deepest is the leftmost. As the lengths fill the tree exactly, one is always free.
 */
class Codewords {
  readonly #free: (number | undefined)[] = [0];

  /** The leftmost free codeword of `length` bits, its first bit the highest. */
  take(length: number): number {
    let depth = length;
    while (depth > 0 && this.#free[depth] === undefined) depth--;
    const node = this.#free[depth] ?? 0;
    this.#free[depth] = undefined;
    for (let below = depth + 1; below <= length; below++) {
      this.#free[below] = node * 2 ** (below - depth) + 1;
    }
    return node * 2 ** (length - depth);
  }
}

class TreeBuilder {
  readonly #tree: Int32Array;
  #next = 2 ** TABLE_BITS;

  constructor(tree: Int32Array) {
    this.#tree = tree;
  }

  add(codeword: number, length: number, entry: number): void {
    const leaf = length | (entry << 8);
    if (length <= TABLE_BITS) {
      const step = 2 ** length;
      for (let at = reversed(codeword, length); at < 2 ** TABLE_BITS; at += step) this.#tree[at] = leaf;
      return;
    }
    let at = reversed(Math.floor(codeword / 2 ** (length - TABLE_BITS)), TABLE_BITS);
    for (let depth = length - TABLE_BITS - 1; depth >= 0; depth--) {
      at = this.#child(at) + (Math.floor(codeword / 2 ** depth) % 2);
    }
    this.#tree[at] = leaf;
  }

  /** The pair that the value at `at` leads to. */
  #child(at: number): number {
    if (this.#tree[at] === 0) {
      this.#tree[at] = -this.#next;
      this.#next += 2;
    }
    return -(this.#tree[at] as number);
  }
}

function reversed(value: number, bits: number): number {
  let result = 0;
  for (let i = 0; i < bits; i++) result = (result << 1) | ((value >> i) & 1);
  return result;
}
