import { TABLE_BITS } from './huffman.ts';
import { MAX_PACKET_BYTES, PADDING_BYTES, type Spectrum } from './spectrum.ts';
import type { Heap, Layout } from './tables.ts';

/** The work on spectra where there are no kernels; `src/audio/kernels/vorbis.ts` does the same. */
export class PlainSpectrum implements Spectrum {
  readonly heap: Heap;
  readonly packet = new Uint8Array(MAX_PACKET_BYTES + PADDING_BYTES);
  readonly #layout: Layout;
  #position = 0;
  #end = 0;

  constructor(layout: Layout) {
    this.#layout = layout;
    this.heap = { ints: new Int32Array(layout.intCount), floats: new Float32Array(layout.floatCount) };
    layout.fill(this.heap);
  }

  addResidue(residue: number, position: number, end: number, count: number, half: number): number {
    this.#position = position;
    this.#end = end;
    const { ints } = this.heap;
    const isInterleaved = ints[residue] === 2;
    const length = isInterleaved ? half * count : half;
    const begin = Math.min(ints[residue + 1] as number, length);
    const stop = Math.min(ints[residue + 2] as number, length);
    const partitions = Math.floor((stop - begin) / (ints[residue + 3] as number));
    const isWanted = !isInterleaved || this.#hasAny(count);
    if (partitions > 0 && isWanted) this.#passes(residue, begin, partitions, count);
    return this.#position;
  }

  uncouple(magnitude: number, angle: number, half: number): void {
    const { floats } = this.heap;
    for (let i = 0; i < half; i++) {
      const m = floats[magnitude + i] as number;
      const a = floats[angle + i] as number;
      // The greater one is the magnitude, the other one lies an angle from it, towards zero.
      const other = m > 0 ? m - Math.abs(a) : m + Math.abs(a);
      floats[magnitude + i] = a > 0 ? m : other;
      floats[angle + i] = a > 0 ? other : m;
    }
  }

  applyLine(spectrum: number, count: number, half: number): void {
    const { ints, floats } = this.heap;
    const { points, decibels } = this.#layout;
    let x = ints[points] as number;
    let y = ints[points + 1] as number;
    for (let i = 1; i < count && x < half; i++) {
      const nextX = ints[points + 2 * i] as number;
      const nextY = ints[points + 2 * i + 1] as number;
      this.#applySegment(spectrum, x, y, nextX, nextY, half);
      x = nextX;
      y = nextY;
    }
    const factor = floats[decibels + y] as number;
    for (; x < half; x++) floats[spectrum + x] = (floats[spectrum + x] as number) * factor;
  }

  mix(first: number, second: number, half: number): void {
    const { floats } = this.heap;
    for (let i = 0; i < half; i++) {
      floats[first + i] = 0.5 * ((floats[first + i] as number) + (floats[second + i] as number));
    }
  }

  #hasAny(count: number): boolean {
    const { channelList } = this.#layout;
    for (let i = 0; i < count; i++) if (this.heap.ints[channelList + 2 * i + 1] === 1) return true;
    return false;
  }

  #passes(residue: number, begin: number, partitions: number, channels: number): void {
    const { ints } = this.heap;
    const partitionSize = ints[residue + 3] as number;
    const classBook = ints[residue + 5] as number;
    const passes = ints[residue + 6] as number;
    const classWords = ints[classBook + 2] as number;
    const vectors = ints[residue] === 2 ? 1 : channels;
    for (let pass = 0; pass < passes; pass++) {
      for (let first = 0; first < partitions; first += classWords) {
        if (pass === 0 && !this.#readClasses(residue, first, partitions, vectors)) return;
        const last = Math.min(first + classWords, partitions);
        for (let partition = first; partition < last; partition++) {
          const at = begin + partition * partitionSize;
          for (let vector = 0; vector < vectors; vector++) {
            if (!this.#isDecoded(residue, vector)) continue;
            const kind = ints[this.#layout.classes + vector * partitions + partition] as number;
            const book = ints[residue + 7 + 8 * kind + pass] as number;
            if (book >= 0 && !this.#addPartition(residue, book, vector, at, channels)) return;
          }
        }
      }
    }
  }

  #isDecoded(residue: number, vector: number): boolean {
    const { ints } = this.heap;
    return ints[residue] === 2 || ints[this.#layout.channelList + 2 * vector + 1] === 1;
  }

  /** Reads the classes of as many partitions as one entry of the class book holds; false at the end of the packet. */
  #readClasses(residue: number, first: number, partitions: number, vectors: number): boolean {
    const { ints } = this.heap;
    const classifications = ints[residue + 4] as number;
    const classBook = ints[residue + 5] as number;
    const classWords = ints[classBook + 2] as number;
    for (let vector = 0; vector < vectors; vector++) {
      if (!this.#isDecoded(residue, vector)) continue;
      let value = this.#decode(classBook);
      if (value < 0) return false;
      for (let i = classWords - 1; i >= 0; i--) {
        const partition = first + i;
        if (partition < partitions) {
          ints[this.#layout.classes + vector * partitions + partition] = value % classifications;
        }
        value = Math.floor(value / classifications);
      }
      // An entry beyond all combinations of classes.
      if (value > 0) return false;
    }
    return true;
  }

  /** Adds the vectors of one partition; false at the end of the packet. */
  #addPartition(residue: number, book: number, vector: number, at: number, channels: number): boolean {
    const { ints, floats } = this.heap;
    const type = ints[residue] as number;
    const size = ints[residue + 3] as number;
    const vectorsAt = ints[book + 1] as number;
    const dimensions = ints[book + 2] as number;
    const rounds = type === 0 ? Math.floor(size / dimensions) : Math.ceil(size / dimensions);
    for (let round = 0; round < rounds; round++) {
      const entry = this.#decode(book);
      if (entry < 0) return false;
      for (let i = 0; i < dimensions; i++) {
        const offset = type === 0 ? round + i * rounds : round * dimensions + i;
        if (offset >= size) break;
        const target = this.#place(type, vector, at + offset, channels);
        const value = floats[vectorsAt + entry * dimensions + i] as number;
        floats[target] = (floats[target] as number) + value;
      }
    }
    return true;
  }

  /** Where element `at` of a vector lies: of a channel, or of all channels in turn. */
  #place(type: number, vector: number, at: number, channels: number): number {
    const { channelList, spectra } = this.#layout;
    const { ints } = this.heap;
    const item = type === 2 ? at % channels : vector;
    const channel = ints[channelList + 2 * item] as number;
    return (spectra[channel] as number) + (type === 2 ? Math.floor(at / channels) : at);
  }

  #decode(book: number): number {
    const value = decodeEntry(this.packet, this.#position, this.heap.ints, this.heap.ints[book] as number);
    this.#position += value & 0xff;
    return value === 0 || this.#position > this.#end ? -1 : value >>> 8;
  }

  #applySegment(spectrum: number, x0: number, y0: number, x1: number, y1: number, half: number): void {
    const { floats } = this.heap;
    const { decibels } = this.#layout;
    const width = x1 - x0;
    const step = Math.trunc((y1 - y0) / width);
    const direction = y1 < y0 ? -1 : 1;
    const rest = Math.abs(y1 - y0) - Math.abs(step) * width;
    let error = 0;
    let y = y0;
    for (let x = x0; x < Math.min(x1, half); x++) {
      floats[spectrum + x] = (floats[spectrum + x] as number) * (floats[decibels + y] as number);
      y += step;
      error += rest;
      if (error >= width) {
        error -= width;
        y += direction;
      }
    }
  }
}

/**
 * The entry whose codeword stands at bit `position`: its length in bits and, 8 bits up, its number; 0 where there is
 * none. The tree lies at `tree` in `ints`.
 */
export function decodeEntry(bytes: Uint8Array, position: number, ints: Int32Array, tree: number): number {
  const at = position >> 3;
  const bits = (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
  let value = ints[tree + ((bits >> (position & 7)) & (2 ** TABLE_BITS - 1))] as number;
  for (let next = position + TABLE_BITS; value < 0; next++) {
    const bit = ((bytes[next >> 3] as number) >> (next & 7)) & 1;
    value = ints[tree - value + bit] as number;
  }
  return value;
}
