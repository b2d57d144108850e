import { amplitudeBits, type Floor1, floorRange } from './floor.ts';
import type { PacketBits } from './packet-bits.ts';
import type { Heap } from './tables.ts';

/** Reads the points of floors of type 1. */
export class Floor1Line {
  readonly #floor: Floor1;
  readonly #heap: Heap;
  readonly #books: readonly number[];
  readonly #heights: Int32Array;
  readonly #isUsed: Uint8Array;

  /** `books` says where in the heap each codebook of the set-up is. */
  constructor(floor: Floor1, books: readonly number[], heap: Heap) {
    this.#floor = floor;
    this.#heap = heap;
    this.#books = books;
    this.#heights = new Int32Array(floor.positions.length);
    this.#isUsed = new Uint8Array(floor.positions.length);
  }

  /** Reads one channel's line and returns whether there is one. Source: Vorbis I specification §7.2.3. */
  read(bits: PacketBits): boolean {
    const { partitions, classes } = this.#floor;
    if (bits.read(1) === 0) return false;
    const heights = this.#heights;
    const width = amplitudeBits(this.#floor);
    heights[0] = bits.read(width);
    heights[1] = bits.read(width);
    let point = 2;
    for (const partition of partitions) {
      const kind = classes[partition];
      if (kind === undefined) return false;
      const { dimensions, subclassBits, masterBook, subclassBooks } = kind;
      let choice = subclassBits > 0 ? bits.entry(this.#books[masterBook] as number) : 0;
      if (choice < 0) return false;
      for (let i = 0; i < dimensions; i++) {
        const book = subclassBooks[choice & ((1 << subclassBits) - 1)] as number;
        choice >>= subclassBits;
        const height = book < 0 ? 0 : bits.entry(this.#books[book] as number);
        if (height < 0) return false;
        heights[point++] = height;
      }
    }
    return !bits.overrun;
  }

  /**
   * Writes the points that the line goes through to `at` in the integers of the heap, from the left, and returns how
   * many. Source: Vorbis I specification §7.2.4 (amplitude value synthesis).
   */
  writePoints(at: number): number {
    this.#unwrap();
    const { positions, sorted, multiplier } = this.#floor;
    const { ints } = this.#heap;
    let count = 0;
    for (let i = 0; i < sorted.length; i++) {
      const point = sorted[i] as number;
      if (this.#isUsed[point] === 0) continue;
      const height = (this.#heights[point] as number) * multiplier;
      ints[at + 2 * count] = positions[point] as number;
      ints[at + 2 * count + 1] = Math.min(height, 255);
      count++;
    }
    return count;
  }

  /** Turns what was read, differences from the line between two neighbours, into heights. */
  #unwrap(): void {
    const { positions, lowNeighbours, highNeighbours, multiplier } = this.#floor;
    const heights = this.#heights;
    const isUsed = this.#isUsed;
    const range = floorRange(multiplier);
    isUsed.fill(0);
    isUsed[0] = 1;
    isUsed[1] = 1;
    for (let i = 2; i < positions.length; i++) {
      const low = lowNeighbours[i] as number;
      const high = highNeighbours[i] as number;
      const predicted = heightBetween(
        positions[low] as number,
        heights[low] as number,
        positions[high] as number,
        heights[high] as number,
        positions[i] as number,
      );
      const value = heights[i] as number;
      heights[i] = predicted;
      if (value === 0) continue;
      isUsed[low] = 1;
      isUsed[high] = 1;
      isUsed[i] = 1;
      // Out of range in damaged packets only; libvorbis keeps 15 bits of it, too.
      heights[i] = (predicted + difference(value, predicted, range)) & 0x7fff;
    }
  }
}

/** Differences alternate in sign up to the nearer border of the range, and go on to the other one beyond it. */
function difference(value: number, predicted: number, range: number): number {
  const above = range - predicted;
  const room = 2 * Math.min(above, predicted);
  if (value >= room) return above > predicted ? value - predicted : above - value - 1;
  return (value & 1) === 1 ? -((value + 1) >> 1) : value >> 1;
}

/** Source: Vorbis I specification §9.2.6 (render_point). */
function heightBetween(x0: number, y0: number, x1: number, y1: number, x: number): number {
  const rise = y1 - y0;
  const offset = Math.trunc((Math.abs(rise) * (x - x0)) / (x1 - x0));
  return rise < 0 ? y0 - offset : y0 + offset;
}
