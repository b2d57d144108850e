import type { VorbisBitReader } from './bit-reader.ts';
import type { Codebook } from './codebook.ts';
import { require, SetupError } from './setup-error.ts';

/** How the fine structure of spectra is coded. Source: Vorbis I specification §8.6.1. */
export interface Residue {
  /** 0: elements of vectors spread over a partition; 1: side by side; 2: as 1, the channels interleaved. */
  type: 0 | 1 | 2;
  begin: number;
  end: number;
  partitionSize: number;
  classifications: number;
  classBook: number;
  /** For each classification and each of 8 passes (`8 * classification + pass`), the book, or -1. */
  books: Int32Array;
  /** The last pass that any classification has a book for, plus 1. */
  passes: number;
}

const PASSES = 8;

/** @throws SetupError */
export function parseResidue(bits: VorbisBitReader, codebooks: readonly Codebook[]): Residue {
  const type = bits.read(16);
  if (type !== 0 && type !== 1 && type !== 2)
    throw new SetupError(`it has the reserved residue type ${type}`);
  const begin = bits.read(24);
  const end = bits.read(24);
  const partitionSize = bits.read(24) + 1;
  const classifications = bits.read(6) + 1;
  const classBook = bits.read(8);
  const cascades = Array.from({ length: classifications }, () => {
    const low = bits.read(3);
    return bits.flag() ? low + 8 * bits.read(5) : low;
  });
  const books = new Int32Array(classifications * PASSES).fill(-1);
  let passes = 0;
  cascades.forEach((cascade, classification) => {
    for (let pass = 0; pass < PASSES; pass++) {
      if (((cascade >> pass) & 1) === 0) continue;
      books[classification * PASSES + pass] = vectorBook(bits.read(8), codebooks);
      passes = Math.max(passes, pass + 1);
    }
  });
  checkClassBook(codebooks[classBook], classifications);
  return { type, begin, end, partitionSize, classifications, classBook, books, passes };
}

function vectorBook(book: number, codebooks: readonly Codebook[]): number {
  const codebook = codebooks[book];
  require(codebook !== undefined, 'a residue names a codebook that is not there');
  require(codebook.lookup !== undefined &&
    codebook.dimensions > 0, 'a residue names a codebook without vectors');
  return book;
}

/** Each entry stands for one classification of each of `dimensions` partitions. */
function checkClassBook(book: Codebook | undefined, classifications: number): void {
  require(book !== undefined, 'a residue names a codebook that is not there');
  require(book.dimensions > 0, 'a residue has a class book without dimensions');
  const combinations = classifications ** book.dimensions;
  require(combinations <= book.entries, 'a residue has a class book with too few entries');
}
