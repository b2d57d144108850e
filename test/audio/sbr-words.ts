import type { HuffmanTree } from '../../src/audio/codecs/aac/sbr/huffman-tree.ts';

const codes = new Map<HuffmanTree, Map<number, string>>();

/** The code words of a book, found by reading it with every beginning. */
export function codeWords(tree: HuffmanTree): Map<number, string> {
  const known = codes.get(tree);
  if (known !== undefined) return known;
  const words = new Map<number, string>();
  const explore = (prefix: string): void => {
    let at = 0;
    try {
      const read = () => {
        if (at === prefix.length) throw new RangeError();
        return Number(prefix[at++]);
      };
      words.set(tree.read({ read } as never), prefix);
    } catch {
      explore(`${prefix}0`);
      explore(`${prefix}1`);
    }
  };
  explore('');
  codes.set(tree, words);
  return words;
}

/** The code words from `before` to `levels`, or undefined where one is missing. */
export function delta(
  tree: HuffmanTree,
  levels: readonly number[],
  before: readonly number[],
): number[] | undefined {
  const words = codeWords(tree);
  const list: number[] = [];
  for (const [i, level] of levels.entries()) {
    const word = words.get(level - (before[i] as number));
    if (word === undefined) return undefined;
    list.push(...[...word].map(Number));
  }
  return list;
}
