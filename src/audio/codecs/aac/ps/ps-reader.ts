import { DamagedPacket } from '../../../packets.ts';
import type { PacketBits } from '../packet-bits.ts';
import type { DeltaBooks } from '../sbr/sbr-books.ts';
import { COHERENCE_BOOKS, INTENSITY_BOOKS, PHASE_BOOKS } from './ps-books.ts';

/** QMF slots of a block. */
const SLOTS = 32;
/** The most bands that parameters are given for. */
export const MOST_PARAMETERS = 34;
/** Four that are written, and one that may fill up the block. */
const MOST_ENVELOPES = 5;

/** Numbers of bands by `iid_mode` and `icc_mode`, and how many of them have phases. */
const BANDS = [10, 20, 34, 10, 20, 34];
const PHASE_BANDS = [5, 11, 17, 5, 11, 17];
/** From this mode on, intensities are in fine steps; coherence is mixed in another way. */
const FIRST_OTHER_MODE = 3;
/** Numbers of envelopes for fixed and for variable borders. */
const ENVELOPES = [
  [0, 1, 2, 4],
  [1, 2, 3, 4],
] as const;
const MOST_COHERENCE = 7;
const PHASE_MASK = 7;

/** One kind of parameter, a row of bands for each envelope. Row 0 is the last envelope of the block before. */
export class Parameters {
  isOn = false;
  bands = 0;
  readonly #rows = new Int8Array((MOST_ENVELOPES + 1) * MOST_PARAMETERS);

  /** The values of an envelope. */
  of(envelope: number): Int8Array {
    return this.#rows.subarray((envelope + 1) * MOST_PARAMETERS, (envelope + 2) * MOST_PARAMETERS);
  }

  /** Reads an envelope and lets `check` judge or change its values. */
  read(bits: PacketBits, books: DeltaBooks, envelope: number, check: (value: number) => number): void {
    const isInTime = bits.flag();
    const book = isInTime ? books.inTime : books.inFrequency;
    const at = (envelope + 1) * MOST_PARAMETERS;
    let value = 0;
    for (let band = 0; band < this.bands; band++) {
      if (isInTime) value = this.#rows[at - MOST_PARAMETERS + band] as number;
      value = check(value + book.read(bits));
      this.#rows[at + band] = value;
    }
    this.#rows.fill(0, at + this.bands, at + MOST_PARAMETERS);
  }

  /** Lets an envelope be as the one before it. */
  repeat(envelope: number): void {
    this.of(envelope).set(this.of(envelope - 1));
  }

  /** Makes the last of so many envelopes the one before the first. */
  turn(envelopes: number): void {
    this.#rows.copyWithin(0, envelopes * MOST_PARAMETERS, (envelopes + 1) * MOST_PARAMETERS);
  }

  clear(): void {
    this.#rows.fill(0);
  }
}

/** Reads the parameters of stereo: `ps_data`, ISO/IEC 14496-3 §8.6.4, Tables 8.9 to 8.16. */
export class PsReader {
  /** Whether there has been a header, and no damage since. */
  isStarted = false;
  readonly intensity = new Parameters();
  readonly coherence = new Parameters();
  readonly phase = new Parameters();
  readonly overallPhase = new Parameters();
  isFine = false;
  /** Whether coherence is mixed by the second kind of matrices. */
  isOtherMix = false;
  envelopes = 0;
  /** The last slot of each envelope, from index 1 on. */
  readonly borders = new Int8Array(MOST_ENVELOPES + 1).fill(-1);
  /** Whether parameters have 34 bands at the finest, and not 20. */
  isFineBands = false;
  #hasExtension = false;

  reset(): void {
    this.isStarted = false;
    this.envelopes = 0;
    this.isFineBands = false;
    this.#hasExtension = false;
    for (const parameters of this.#kinds()) {
      parameters.isOn = false;
      parameters.clear();
    }
  }

  /** Reads within `bits`; what is damaged goes up to their end, and ends stereo until there is a header again. */
  read(bits: PacketBits): void {
    try {
      this.#read(bits);
    } catch (error) {
      if (!(error instanceof DamagedPacket)) throw error;
      bits.position = bits.end;
      this.isStarted = false;
      for (const parameters of this.#kinds()) parameters.clear();
    }
  }

  #read(bits: PacketBits): void {
    const hasHeader = bits.flag();
    if (hasHeader) this.#readHeader(bits);
    for (const parameters of this.#kinds()) parameters.turn(this.envelopes);
    this.#readBorders(bits);
    const most = this.isFine ? 15 : 7;
    const books = INTENSITY_BOOKS[this.isFine ? 1 : 0];
    this.#readParameters(bits, this.intensity, books, (value) => checked(value, -most, most));
    this.#readParameters(bits, this.coherence, COHERENCE_BOOKS, (value) => checked(value, 0, MOST_COHERENCE));
    if (this.#hasExtension) this.#readExtension(bits);
    if (!this.phase.isOn) for (const parameters of [this.phase, this.overallPhase]) parameters.clear();
    this.#fillUp(most);
    const { intensity, coherence } = this;
    if (intensity.isOn || coherence.isOn) {
      this.isFineBands = [intensity, coherence].some(({ isOn, bands }) => isOn && bands === MOST_PARAMETERS);
    }
    if (hasHeader) this.isStarted = true;
  }

  #readHeader(bits: PacketBits): void {
    this.intensity.isOn = bits.flag();
    if (this.intensity.isOn) {
      const mode = bits.read(3);
      this.intensity.bands = known(BANDS[mode]);
      this.phase.bands = known(PHASE_BANDS[mode]);
      this.overallPhase.bands = this.phase.bands;
      this.isFine = mode >= FIRST_OTHER_MODE;
    }
    this.coherence.isOn = bits.flag();
    if (this.coherence.isOn) {
      const mode = bits.read(3);
      this.coherence.bands = known(BANDS[mode]);
      this.isOtherMix = mode >= FIRST_OTHER_MODE;
    }
    this.#hasExtension = bits.flag();
  }

  #readBorders(bits: PacketBits): void {
    const isVariable = bits.flag();
    this.envelopes = ENVELOPES[isVariable ? 1 : 0][bits.read(2) as 0 | 1 | 2 | 3];
    for (let i = 1; i <= this.envelopes; i++) {
      const border = isVariable ? bits.read(5) : (i * SLOTS) / this.envelopes - 1;
      this.borders[i] = checked(border, this.borders[i - 1] as number, SLOTS - 1);
    }
  }

  #readParameters(
    bits: PacketBits,
    parameters: Parameters,
    books: DeltaBooks,
    check: (value: number) => number,
  ): void {
    if (!parameters.isOn) parameters.clear();
    else for (let i = 0; i < this.envelopes; i++) parameters.read(bits, books, i, check);
  }

  #readExtension(bits: PacketBits): void {
    let size = bits.read(4);
    if (size === 15) size += bits.read(8);
    const end = bits.position + 8 * size;
    if (size > 0 && bits.read(2) === 0) this.#readPhases(bits);
    if (bits.position > end || end > bits.end) throw new DamagedPacket('its parametric stereo is too long');
    bits.position = end;
  }

  #readPhases(bits: PacketBits): void {
    this.phase.isOn = bits.flag();
    this.overallPhase.isOn = this.phase.isOn;
    if (!this.phase.isOn) return;
    const [between, overall] = PHASE_BOOKS;
    for (let i = 0; i < this.envelopes; i++) {
      this.phase.read(bits, between, i, (value) => value & PHASE_MASK);
      this.overallPhase.read(bits, overall, i, (value) => value & PHASE_MASK);
    }
  }

  /** Lets the last envelope go on to the end of the block. It may have been written in finer steps. */
  #fillUp(most: number): void {
    if (this.envelopes > 0 && this.borders[this.envelopes] === SLOTS - 1) return;
    for (const parameters of this.#kinds()) if (parameters.isOn) parameters.repeat(this.envelopes);
    for (const value of this.intensity.of(this.envelopes)) checked(value, -most, most);
    this.envelopes++;
    this.borders[this.envelopes] = SLOTS - 1;
  }

  #kinds(): Parameters[] {
    return [this.intensity, this.coherence, this.phase, this.overallPhase];
  }
}

function known(bands: number | undefined): number {
  if (bands === undefined) throw new DamagedPacket('its parametric stereo is of a reserved mode');
  return bands;
}

function checked(value: number, least: number, most: number): number {
  if (value >= least && value <= most) return value;
  throw new DamagedPacket('its parametric stereo is out of range');
}
