import { DamagedPacket } from '../../../packets.ts';
import type { PacketBits } from '../packet-bits.ts';
import { QMF_BANDS } from './master-table.ts';
import type { SbrBands } from './sbr-bands.ts';
import {
  BALANCE_BOOKS,
  type DeltaBooks,
  LEVEL_BOOKS,
  NOISE_BALANCE_BOOKS,
  NOISE_BOOKS,
} from './sbr-books.ts';
import { MOST_ENVELOPES, TimeGrid } from './time-grid.ts';

/** In steps of 1.5 dB: 20 dB beyond what a full scale tone has. More would only be heard as a bang. */
const MOST_LEVEL = 84;
const MOST_BALANCE = 48;
const MOST_NOISE = 30;
const NOISE_BITS = 5;
export const NOISE_STRIDE = 5;

/**
 * What the stream says of one channel of one block (ISO/IEC 14496-3 §4.4.2.8): grid, levels of envelopes and noise,
 * inverse filtering and added sinusoids. Levels stay whole numbers here; those of the block before are row 0.
 */
export class ChannelData {
  readonly grid = new TimeGrid();
  /** Levels of envelope i from (i + 1) * QMF_BANDS on. */
  readonly levels = new Int16Array((MOST_ENVELOPES + 1) * QMF_BANDS);
  /** Levels of noise floor i from (i + 1) * NOISE_STRIDE on. */
  readonly noise = new Int16Array(3 * NOISE_STRIDE);
  /** Inverse filtering of each noise band (0 to 3), in this block and the one before. */
  readonly filterModes = new Uint8Array(NOISE_STRIDE);
  readonly lastFilterModes = new Uint8Array(NOISE_STRIDE);
  /** Which bands of high resolution have a sinusoid. */
  readonly sinusoids = new Uint8Array(QMF_BANDS);
  readonly #inTime = new Uint8Array(MOST_ENVELOPES);
  readonly #noiseInTime = new Uint8Array(2);

  reset(): void {
    this.grid.reset();
    for (const array of [this.levels, this.noise, this.filterModes, this.lastFilterModes, this.sinusoids]) {
      array.fill(0);
    }
  }

  /** `sbr_dtdf`: which envelopes are written as differences in time. */
  readDirections(bits: PacketBits): void {
    for (let i = 0; i < this.grid.envelopes; i++) this.#inTime[i] = bits.read(1);
    for (let i = 0; i < this.grid.noiseFloors; i++) this.#noiseInTime[i] = bits.read(1);
  }

  /** `sbr_invf` */
  readFilterModes(bits: PacketBits, { noise }: SbrBands): void {
    this.lastFilterModes.set(this.filterModes);
    for (let i = 0; i < noise.length - 1; i++) this.filterModes[i] = bits.read(2);
  }

  followFilterModes(other: ChannelData): void {
    this.lastFilterModes.set(this.filterModes);
    this.filterModes.set(other.filterModes);
  }

  /** `sbr_envelope`; the second channel of a coupled pair has balances. @throws DamagedPacket */
  readLevels(bits: PacketBits, bands: SbrBands, isBalance: boolean): void {
    const { ampRes, envelopes, resolutions } = this.grid;
    const books = (isBalance ? BALANCE_BOOKS : LEVEL_BOOKS)[ampRes] as DeltaBooks;
    const startBits = 7 - ampRes - (isBalance ? 1 : 0);
    const step = isBalance ? 2 : 1;
    const most = (isBalance ? MOST_BALANCE : MOST_LEVEL) >> ampRes;
    for (let i = 0; i < envelopes; i++) {
      const resolution = resolutions[i + 1] as 0 | 1;
      const row = (i + 1) * QMF_BANDS;
      const count = bands.resolutions[resolution].length - 1;
      if (this.#inTime[i] === 1) {
        const shift = 2 * (resolutions[i] as number) + resolution;
        const isOdd = (bands.resolutions[1].length - 1) & 1;
        for (let band = 0; band < count; band++) {
          const before = this.levels[row - QMF_BANDS + matching(band, shift, isOdd)] as number;
          this.levels[row + band] = checked(before + step * books.inTime.read(bits), most);
        }
      } else {
        readInFrequency(bits, books, this.levels, row, count, startBits, step, most);
      }
    }
    this.levels.copyWithin(0, envelopes * QMF_BANDS, (envelopes + 1) * QMF_BANDS);
  }

  /** `sbr_noise`. @throws DamagedPacket */
  readNoise(bits: PacketBits, bands: SbrBands, isBalance: boolean): void {
    const books = isBalance ? NOISE_BALANCE_BOOKS : NOISE_BOOKS;
    const step = isBalance ? 2 : 1;
    const count = bands.noise.length - 1;
    const { noise } = this;
    for (let i = 0; i < this.grid.noiseFloors; i++) {
      const row = (i + 1) * NOISE_STRIDE;
      if (this.#noiseInTime[i] === 1) {
        for (let at = row; at < row + count; at++) {
          const before = noise[at - NOISE_STRIDE] as number;
          noise[at] = checked(before + step * books.inTime.read(bits), MOST_NOISE);
        }
      } else {
        readInFrequency(bits, books, noise, row, count, NOISE_BITS, step, MOST_NOISE);
      }
    }
    const last = this.grid.noiseFloors * NOISE_STRIDE;
    noise.copyWithin(0, last, last + NOISE_STRIDE);
  }

  /** `sbr_sinusoidal_coding` */
  readSinusoids(bits: PacketBits, bands: SbrBands): void {
    this.sinusoids.fill(0);
    if (!bits.flag()) return;
    for (let i = 0; i < bands.resolutions[1].length - 1; i++) this.sinusoids[i] = bits.read(1);
  }
}

/** The band of the envelope before that a band continues; `shift` is 2 * its resolution + that of this one. */
function matching(band: number, shift: number, isOdd: number): number {
  if (shift === 1) return (band + isOdd) >> 1;
  if (shift === 2) return band === 0 ? 0 : 2 * band - isOdd;
  return band;
}

function readInFrequency(
  bits: PacketBits,
  books: DeltaBooks,
  levels: Int16Array,
  row: number,
  count: number,
  startBits: number,
  step: number,
  most: number,
): void {
  let level = checked(step * bits.read(startBits), most);
  levels[row] = level;
  for (let at = row + 1; at < row + count; at++) {
    level = checked(level + step * books.inFrequency.read(bits), most);
    levels[at] = level;
  }
}

function checked(level: number, most: number): number {
  if (level >= 0 && level <= most) return level;
  throw new DamagedPacket('a level of its band replication is out of range');
}
