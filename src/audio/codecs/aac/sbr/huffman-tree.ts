import type { PacketBits } from '../packet-bits.ts';

const LONGEST = 20;

/**
 * A Huffman book that is read bit by bit: its code words are short where they are frequent. Written as runs of code
 * words in ascending order (as fractions of 1), each run the length of its words and their symbols: `2:0 3:1-4`.
 */
export class HuffmanTree {
  /** The two branches of each node: the next node, or the complement of a symbol. */
  readonly #nodes: Int16Array;
  readonly #origin: number;

  /** Symbols are counted from `origin`, the one that stands for 0. @throws RangeError for a book with gaps. */
  constructor(runs: string, origin: number) {
    this.#nodes = grow(runs);
    this.#origin = origin;
  }

  /** @throws DamagedPacket at the end */
  read(bits: PacketBits): number {
    let node = 0;
    do {
      node = this.#nodes[2 * node + bits.read(1)] as number;
    } while (node > 0);
    return ~node - this.#origin;
  }
}

function grow(runs: string): Int16Array {
  const nodes = [0, 0];
  let code = 0;
  for (const run of runs.split(' ')) {
    const [length = 0, symbols = ''] = run.split(':');
    for (const symbol of expanded(symbols)) {
      plant(nodes, code, Number(length), symbol);
      code += 2 ** (LONGEST - Number(length));
    }
  }
  if (code !== 2 ** LONGEST) throw new RangeError('A Huffman book has gaps');
  return Int16Array.from(nodes);
}

/** The numbers of a list like `3,5-8`. */
function expanded(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

function plant(nodes: number[], code: number, length: number, symbol: number): void {
  let node = 0;
  for (let i = 1; i <= length; i++) {
    const branch = 2 * node + ((code >> (LONGEST - i)) & 1);
    if (i === length) {
      nodes[branch] = ~symbol;
      return;
    }
    node = nodes[branch] as number;
    if (node === 0) {
      node = nodes.length / 2;
      nodes[branch] = node;
      nodes.push(0, 0);
    }
  }
}
