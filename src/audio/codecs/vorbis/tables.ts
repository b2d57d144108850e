import { type Codebook, unpackVectors } from './codebook.ts';
import { buildHuffmanTree } from './huffman.ts';
import type { Residue } from './residue.ts';
import type { Identification, Setup } from './setup.ts';

/** Numbers of one kind in one array, wherever that lies; indexes say where parts begin. */
export interface Heap {
  ints: Int32Array;
  floats: Float32Array;
}

/** Integers that stand for a codebook: index of its tree in `ints`, of its vectors in `floats`, their dimensions. */
export const BOOK_INTS = 3;

/**
 * Integers that stand for a residue: type, begin, end, partition size, classifications, book of classes, passes, then
 * the books by classification and pass (`8 * classification + pass`). Books are indexes in `ints`, -1 for none.
 */
const RESIDUE_INTS = 7;

/** Decibels to factors for floors of type 1: 256 steps of 140/256 dB. Source: Vorbis I specification §10.1. */
const DECIBELS = Float32Array.from({ length: 256 }, (_, i) => 10 ** (((i - 255) * 0.546875) / 20));

/**
 * The tables of a set-up for decoding, and where in the heap they are, together with room to work in.
 */
export interface Layout {
  intCount: number;
  floatCount: number;
  /** In `ints`: each codebook. */
  books: readonly number[];
  /** In `ints`: each residue. */
  residues: readonly number[];
  /** In `ints`: which channels a residue is for, a pair of channel and 1 (decode) or 0 (leave out) for each. */
  channelList: number;
  /** In `ints`: points of a floor of type 1, a pair of position and height for each. */
  points: number;
  /** In `ints`: classifications of partitions. */
  classes: number;
  /** In `floats`: see `DECIBELS`. */
  decibels: number;
  /** In `floats`: spectrum of each channel. */
  spectra: readonly number[];
  /** Writes the tables. */
  fill(heap: Heap): void;
}

/** The largest floor of type 1 has 65 points; the line begins and ends beyond them. */
const MAX_POINTS = 68;

/**
 * @throws SetupError when a codebook has no proper decision tree
 */
export function layOut({ channels, blockSizes }: Identification, setup: Setup): Layout {
  let intCount = 0;
  let floatCount = 0;
  const ints = (count: number) => {
    intCount += count;
    return intCount - count;
  };
  // Spectra are read as vectors of four.
  const floats = (count: number) => {
    floatCount += (count + 3) & ~3;
    return floatCount - ((count + 3) & ~3);
  };
  const half = blockSizes[1] / 2;
  const decibels = floats(256);
  const spectra = Array.from({ length: channels }, () => floats(half));
  const channelList = ints(2 * channels);
  const points = ints(2 * MAX_POINTS);
  const classes = ints(half * channels);
  const books = setup.codebooks.map(() => ints(BOOK_INTS));
  const residues = setup.residues.map((residue) => ints(RESIDUE_INTS + residue.books.length));
  const withVectors = vectorBooks(setup);
  const placed = setup.codebooks.map((book, i) => {
    const tree = buildHuffmanTree(book.lengths);
    const isWanted = withVectors.has(i);
    return {
      book,
      tree,
      treeAt: ints(tree.length),
      vectorsAt: isWanted ? floats(book.entries * book.dimensions) : -1,
    };
  });

  const fill = (heap: Heap): void => {
    heap.floats.set(DECIBELS, decibels);
    placed.forEach(({ book, tree, treeAt, vectorsAt }, i) => {
      heap.ints.set(tree, treeAt);
      heap.ints.set([treeAt, vectorsAt, book.dimensions], books[i]);
      if (vectorsAt >= 0) heap.floats.set(unpackVectors(book), vectorsAt);
    });
    setup.residues.forEach((residue, i) => {
      heap.ints.set(residueInts(residue, books), residues[i]);
    });
  };
  return { intCount, floatCount, books, residues, channelList, points, classes, decibels, spectra, fill };
}

/** Codebooks whose vectors are used: those of residues, and of floors of type 0. */
function vectorBooks({ residues, floors, codebooks }: Setup): Set<number> {
  const used = [...residues.flatMap((residue) => [...residue.books]), ...floors.flatMap(floorBooks)];
  return new Set(used.filter((book) => (codebooks[book] as Codebook | undefined)?.lookup !== undefined));
}

function floorBooks(floor: Setup['floors'][number]): number[] {
  return floor.type === 0 ? floor.books : [];
}

function residueInts(residue: Residue, books: readonly number[]): number[] {
  const { type, begin, end, partitionSize, classifications, classBook, passes } = residue;
  const at = (book: number) => books[book] ?? -1;
  const head = [type, begin, end, partitionSize, classifications, at(classBook), passes];
  return [...head, ...Array.from(residue.books, at)];
}
