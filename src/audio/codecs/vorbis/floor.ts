import { bitLength, type VorbisBitReader } from './bit-reader.ts';
import { require, SetupError } from './setup-error.ts';

/** A spectral envelope as a line filter. Source: Vorbis I specification §6.2.1. */
export interface Floor0 {
  type: 0;
  order: number;
  rate: number;
  barkMapSize: number;
  amplitudeBits: number;
  amplitudeOffset: number;
  books: number[];
}

/** A spectral envelope as straight lines on a scale of decibels. Source: Vorbis I specification §7.2.2. */
export interface Floor1 {
  type: 1;
  /** Class of each partition. */
  partitions: number[];
  classes: Floor1Class[];
  multiplier: number;
  /** Positions of the line's points in the order of the packet. */
  positions: Int32Array;
  /** Indexes of points in the order of their positions. */
  sorted: Int32Array;
  /** For each point, the nearest ones among those before it in the packet. */
  lowNeighbours: Int32Array;
  highNeighbours: Int32Array;
}

interface Floor1Class {
  dimensions: number;
  subclassBits: number;
  masterBook: number;
  /** -1 where a subclass has no book. */
  subclassBooks: number[];
}

export type Floor = Floor0 | Floor1;

/**
 * Source: Vorbis I specification §4.2.4 (floors). A book must be one of `books`, by their dimensions.
 *
 * @throws SetupError
 */
export function parseFloor(bits: VorbisBitReader, bookDimensions: readonly number[]): Floor {
  const type = bits.read(16);
  if (type === 0) return parseFloor0(bits, bookDimensions);
  if (type === 1) return parseFloor1(bits, bookDimensions.length);
  throw new SetupError(`it has the reserved floor type ${type}`);
}

function parseFloor0(bits: VorbisBitReader, bookDimensions: readonly number[]): Floor0 {
  const order = bits.read(8);
  const rate = bits.read(16);
  const barkMapSize = bits.read(16);
  const amplitudeBits = bits.read(6);
  const amplitudeOffset = bits.read(8);
  const books = Array.from({ length: bits.read(4) + 1 }, () => bits.read(8));
  require(order > 0 && rate > 0 && barkMapSize > 0, 'a floor of type 0 is empty');
  require(amplitudeBits <= 32, 'a floor of type 0 has too large an amplitude');
  require(books.every(
    (book) => (bookDimensions[book] ?? 0) > 0,
  ), 'a floor names a codebook that is not there');
  return { type: 0, order, rate, barkMapSize, amplitudeBits, amplitudeOffset, books };
}

function parseFloor1(bits: VorbisBitReader, bookCount: number): Floor1 {
  const partitions = Array.from({ length: bits.read(5) }, () => bits.read(4));
  const classCount = partitions.length === 0 ? 0 : Math.max(...partitions) + 1;
  const classes = Array.from({ length: classCount }, () => parseClass(bits));
  for (const { masterBook, subclassBooks } of classes) {
    const isThere = masterBook < bookCount && subclassBooks.every((book) => book < bookCount);
    require(isThere, 'a floor names a codebook that is not there');
  }
  const multiplier = bits.read(2) + 1;
  const rangeBits = bits.read(4);
  const positions = [0, 2 ** rangeBits];
  for (const partition of partitions) {
    const dimensions = classes[partition]?.dimensions ?? 0;
    for (let i = 0; i < dimensions; i++) positions.push(bits.read(rangeBits));
  }
  require(positions.length <= 65, 'a floor has too many points');
  require(new Set(positions).size === positions.length, 'a floor has two points in one place');
  return { type: 1, partitions, classes, multiplier, ...placed(positions) };
}

function parseClass(bits: VorbisBitReader): Floor1Class {
  const dimensions = bits.read(3) + 1;
  const subclassBits = bits.read(2);
  const masterBook = subclassBits > 0 ? bits.read(8) : 0;
  const subclassBooks = Array.from({ length: 2 ** subclassBits }, () => bits.read(8) - 1);
  return { dimensions, subclassBits, masterBook, subclassBooks };
}

function placed(positions: number[]) {
  const sorted = positions
    .map((_, i) => i)
    .sort((a, b) => (positions[a] as number) - (positions[b] as number));
  const neighbour = (point: number, isBelow: boolean): number => {
    const x = positions[point] as number;
    let best = isBelow ? 0 : 1;
    for (let i = 0; i < point; i++) {
      const other = positions[i] as number;
      const nearest = positions[best] as number;
      if (isBelow ? other < x && other > nearest : other > x && other < nearest) best = i;
    }
    return best;
  };
  return {
    positions: Int32Array.from(positions),
    sorted: Int32Array.from(sorted),
    lowNeighbours: Int32Array.from(positions, (_, i) => neighbour(i, true)),
    highNeighbours: Int32Array.from(positions, (_, i) => neighbour(i, false)),
  };
}

/** Bits of each of the first two points of a floor of type 1. Source: Vorbis I specification §7.2.3. */
export function amplitudeBits({ multiplier }: Floor1): number {
  return bitLength(floorRange(multiplier) - 1);
}

/** Number of heights that a point can have. Source: as above. */
export function floorRange(multiplier: number): number {
  return [256, 128, 86, 64][multiplier - 1] ?? 64;
}
