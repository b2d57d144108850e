import { bitLength } from './bit-reader.ts';
import type { Floor0 } from './floor.ts';
import type { PacketBits } from './packet-bits.ts';
import { BOOK_INTS, type Heap } from './tables.ts';

/** Reads the line spectral frequencies of floors of type 0 and multiplies spectra with the curve they describe. */
export class Floor0Curve {
  readonly #floor: Floor0;
  readonly #heap: Heap;
  readonly #books: readonly number[];
  readonly #frequencies: Float64Array;
  readonly #maps = new Map<number, Int32Array>();
  #amplitude = 0;

  /** `books` says where in the heap each codebook of the set-up is. */
  constructor(floor: Floor0, books: readonly number[], heap: Heap) {
    this.#floor = floor;
    this.#heap = heap;
    this.#books = books;
    this.#frequencies = new Float64Array(floor.order);
  }

  /**
   * Reads one channel's curve and returns whether there is one. Source: Vorbis I specification §6.2.2.
   */
  read(bits: PacketBits): boolean {
    const { amplitudeBits, books, order } = this.#floor;
    this.#amplitude = bits.read(amplitudeBits);
    if (this.#amplitude === 0 || bits.overrun) return false;
    const book = this.#books[books[bits.read(bitLength(books.length))] ?? -1];
    if (book === undefined) return false;
    const { ints, floats } = this.#heap;
    const vectorsAt = ints[book + 1] as number;
    const dimensions = ints[book + BOOK_INTS - 1] as number;
    if (vectorsAt < 0) return false;
    let last = 0;
    for (let i = 0; i < order; ) {
      const entry = bits.entry(book);
      if (entry < 0) return false;
      const first = i;
      for (; i < order && i < first + dimensions; i++) {
        this.#frequencies[i] = (floats[vectorsAt + entry * dimensions + i - first] as number) + last;
      }
      last = this.#frequencies[i - 1] as number;
    }
    return true;
  }

  /** Multiplies `half` values of the spectrum at `spectrum` in the heap. Source: Vorbis I specification §6.2.3. */
  apply(spectrum: number, half: number): void {
    const { floats } = this.#heap;
    const { barkMapSize, amplitudeBits, amplitudeOffset } = this.#floor;
    const map = this.#mapFor(half);
    const cosines = this.#frequencies.map(Math.cos);
    const loudness = (this.#amplitude * amplitudeOffset) / (2 ** amplitudeBits - 1);
    let factor = 0;
    for (let i = 0; i < half; i++) {
      if (i === 0 || map[i] !== map[i - 1]) {
        const response = lineResponse(cosines, (Math.PI * (map[i] as number)) / barkMapSize);
        factor = Math.exp((Math.LN10 / 20) * (loudness / Math.sqrt(response) - amplitudeOffset));
      }
      floats[spectrum + i] = (floats[spectrum + i] as number) * factor;
    }
  }

  /** The place of each frequency on the Bark scale. */
  #mapFor(half: number): Int32Array {
    const known = this.#maps.get(half);
    if (known !== undefined) return known;
    const { rate, barkMapSize } = this.#floor;
    const scale = barkMapSize / bark(rate / 2);
    const map = Int32Array.from({ length: half }, (_, i) => {
      return Math.min(barkMapSize - 1, Math.floor(bark((rate * i) / (2 * half)) * scale));
    });
    this.#maps.set(half, map);
    return map;
  }
}

function bark(hertz: number): number {
  return 13.1 * Math.atan(0.00074 * hertz) + 2.24 * Math.atan(1.85e-8 * hertz * hertz) + 0.0001 * hertz;
}

/** p + q of the specification: what the line spectral pairs leave of the amplitude at an angular frequency. */
function lineResponse(cosines: Float64Array, angle: number): number {
  const cosine = Math.cos(angle);
  const isOdd = cosines.length % 2 === 1;
  let p = isOdd ? 1 - cosine * cosine : (1 - cosine) / 2;
  let q = isOdd ? 0.25 : (1 + cosine) / 2;
  for (let i = 0; i < cosines.length; i++) {
    const gap = (cosines[i] as number) - cosine;
    if (i % 2 === 0) q *= 4 * gap * gap;
    else p *= 4 * gap * gap;
  }
  return p + q;
}
