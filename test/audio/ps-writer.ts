import { COHERENCE_BOOKS, INTENSITY_BOOKS, PHASE_BOOKS } from '../../src/audio/codecs/aac/ps/ps-books.ts';
import type { DeltaBooks } from '../../src/audio/codecs/aac/sbr/sbr-books.ts';
import { BitWriter, type random } from './aac-helpers.ts';
import { codeWords } from './sbr-words.ts';

/** How often what is written, in percent. */
export interface PsChances {
  /** A new header, with other numbers of bands. */
  header?: number;
  variable?: number;
  inTime?: number;
  phases?: number;
  /** Of each header: modes beyond 20 bands of the coarse kind. */
  otherModes?: number;
}

const BANDS = [10, 20, 34, 10, 20, 34];
const PHASE_BANDS = [5, 11, 17, 5, 11, 17];

/** Writes random parameters of stereo, as the extension of a payload of band replication. */
export class PsWriter {
  readonly #random: ReturnType<typeof random>;
  readonly #chances: PsChances;
  #isFirst = true;
  #intensityMode = 0;
  #coherenceMode = 0;
  #hasIntensity = true;
  #hasCoherence = true;
  #hasPhases = false;
  #last: Record<string, number[]> = {};

  constructor(draw: ReturnType<typeof random>, chances: PsChances) {
    this.#random = draw;
    this.#chances = chances;
  }

  /** The bits of an extension, its kind first. */
  extension(): BitWriter {
    const bits = new BitWriter().put(2, 2);
    const hasHeader = this.#isFirst || this.#isTrue(this.#chances.header);
    bits.put(1, hasHeader ? 1 : 0);
    if (hasHeader) this.#writeHeader(bits);
    this.#isFirst = false;
    const envelopes = this.#writeBorders(bits, hasHeader ? 1 : 0);
    const isFine = this.#intensityMode >= 3;
    const most = isFine ? 15 : 7;
    if (this.#hasIntensity) {
      const books = INTENSITY_BOOKS[isFine ? 1 : 0];
      const bands = BANDS[this.#intensityMode] as number;
      for (let i = 0; i < envelopes; i++) this.#writeRow(bits, 'intensity', books, bands, -most, most);
    }
    if (this.#hasCoherence) {
      const bands = BANDS[this.#coherenceMode] as number;
      for (let i = 0; i < envelopes; i++) this.#writeRow(bits, 'coherence', COHERENCE_BOOKS, bands, 0, 7);
    }
    if (this.#hasPhases) this.#writePhases(bits, envelopes);
    return bits;
  }

  #isTrue(chance = 0): boolean {
    return this.#random(100) < chance;
  }

  #writeHeader(bits: BitWriter): void {
    const mode = () => (this.#isTrue(this.#chances.otherModes) ? this.#random(6) : this.#random(2));
    this.#intensityMode = mode();
    this.#coherenceMode = mode();
    this.#hasIntensity = this.#hasPhases || this.#random(10) > 0;
    this.#hasCoherence = !this.#hasIntensity || this.#random(10) > 0;
    this.#hasPhases ||= this.#hasIntensity && this.#isTrue(this.#chances.phases);
    this.#last = {};
    bits.put(1, this.#hasIntensity ? 1 : 0);
    if (this.#hasIntensity) bits.put(3, this.#intensityMode);
    bits.put(1, this.#hasCoherence ? 1 : 0);
    if (this.#hasCoherence) bits.put(3, this.#coherenceMode);
    bits.put(1, this.#hasPhases ? 1 : 0);
  }

  #writeBorders(bits: BitWriter, least: number): number {
    if (!this.#isTrue(this.#chances.variable)) {
      const code = Math.max(least, this.#random(this.#hasPhases ? 3 : 4));
      bits.put(1, 0).put(2, code);
      return [0, 1, 2, 4][code] as number;
    }
    // A fill element holds 269 bytes.
    const envelopes = 1 + this.#random(this.#hasPhases ? 2 : 4);
    bits.put(1, 1).put(2, envelopes - 1);
    const borders = new Set<number>();
    while (borders.size < envelopes) borders.add(this.#random(32));
    for (const border of [...borders].sort((a, b) => a - b)) bits.put(5, border);
    return envelopes;
  }

  #writeRow(
    bits: BitWriter,
    name: string,
    books: DeltaBooks,
    bands: number,
    least: number,
    most: number,
  ): void {
    const before = this.#last[name];
    const isInTime = before !== undefined && this.#isTrue(this.#chances.inTime);
    let value = least + this.#random(most - least + 1);
    const values = Array.from({ length: bands }, (_, i) => {
      if (isInTime) value = before[i] as number;
      value = Math.min(most, Math.max(least, value + this.#random(5) - 2));
      return value;
    });
    const words = codeWords(isInTime ? books.inTime : books.inFrequency);
    bits.put(1, isInTime ? 1 : 0);
    values.forEach((value, i) => {
      const base = isInTime ? (before[i] as number) : i === 0 ? 0 : (values[i - 1] as number);
      const step = name.startsWith('phase') ? (value - base) & 7 : value - base;
      bits.append([...(words.get(step) as string)].map(Number));
    });
    this.#last[name] = values;
  }

  #writePhases(to: BitWriter, envelopes: number): void {
    const bits = new BitWriter().put(2, 0);
    // Always, for when they come back ffmpeg goes on from phases of long ago.
    bits.put(1, 1);
    const bands = PHASE_BANDS[this.#intensityMode] as number;
    for (let i = 0; i < envelopes; i++) {
      this.#writeRow(bits, 'phase', PHASE_BOOKS[0], bands, 0, 7);
      this.#writeRow(bits, 'phaseOfBoth', PHASE_BOOKS[1], bands, 0, 7);
    }
    bits.put(1, 0).align();
    const size = bits.bits.length / 8;
    to.put(4, Math.min(size, 15));
    if (size >= 15) to.put(8, size - 15);
    to.append(bits.bits);
  }
}
