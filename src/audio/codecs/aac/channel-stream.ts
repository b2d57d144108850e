import { DamagedPacket } from '../../packets.ts';
import type { BandTables } from './bands.ts';
import { BlockShape, ONLY_LONG } from './block-shape.ts';
import type { Engine } from './engine.ts';
import { NoiseShaping } from './noise-shaping.ts';
import type { PacketBits } from './packet-bits.ts';
import { PulseData } from './pulse-data.ts';
import { readScaleFactors } from './scale-factors.ts';
import { RESERVED_BOOK } from './special-books.ts';

/** Bands of all groups: at most 8 groups of 15, or 51. */
const MOST_BANDS = 128;

/** One channel of one block: `individual_channel_stream` and the spectrum it becomes. */
export class ChannelStream {
  readonly shape: BlockShape;
  /** Book and gain of each band: those of group g begin at g * codedBands. */
  readonly books: Uint8Array;
  readonly gains: Float32Array;
  /** The coefficients; those of eight short windows begin at multiples of 128. */
  readonly spectrum: Float32Array;
  readonly noiseShaping = new NoiseShaping();
  readonly #tables: BandTables;
  readonly #engine: Engine;
  readonly #pulses = new PulseData();

  constructor(tables: BandTables, engine: Engine) {
    this.#tables = tables;
    this.#engine = engine;
    this.shape = new BlockShape(tables, engine.u8(8));
    this.books = engine.u8(MOST_BANDS);
    this.gains = engine.f32(MOST_BANDS);
    this.spectrum = engine.f32(1024);
  }

  /**
   * Reads the channel; its shape has been read already when it `isShared`.
   *
   * Source: ISO/IEC 14496-3 §4.4.2.7, Table 4.50.
   *
   * @throws DamagedPacket
   */
  read(bits: PacketBits, isShared: boolean): void {
    const globalGain = bits.read(8);
    if (!isShared) this.shape.read(bits, this.#tables);
    this.#readSections(bits);
    readScaleFactors(bits, this, this.#engine.tables, globalGain);
    this.#pulses.count = 0;
    if (bits.flag()) this.#pulses.read(bits, this.shape);
    this.noiseShaping.clear();
    if (bits.flag()) this.noiseShaping.read(bits, this.shape);
    if (bits.flag()) throw new DamagedPacket('it asks for gain control, which AAC-LC does not have');
    this.#engine.readSpectrum(this);
    if (this.#pulses.count > 0) this.#pulses.add(this);
  }

  /** Reads the shape alone, where two channels share it. @throws DamagedPacket */
  readShape(bits: PacketBits): void {
    this.shape.read(bits, this.#tables);
  }

  /** Becomes a block of silence whose windows go on as before. */
  clear(): void {
    this.shape.windowSequence = ONLY_LONG;
    this.spectrum.fill(0);
    this.noiseShaping.clear();
  }

  /** ISO/IEC 14496-3 §4.4.2.7, Table 4.52: runs of bands that share a book. */
  #readSections(bits: PacketBits): void {
    const { codedBands, groups, isShort } = this.shape;
    const width = isShort ? 3 : 5;
    const more = 2 ** width - 1;
    const { books } = this;
    for (let group = 0; group < groups; group++) {
      const first = group * codedBands;
      for (let band = 0; band < codedBands; ) {
        const book = bits.read(4);
        let length = 0;
        let part = more;
        while (part === more) {
          part = bits.read(width);
          length += part;
        }
        if (book === RESERVED_BOOK) throw new DamagedPacket('it uses a codebook that does not exist');
        if (band + length > codedBands) throw new DamagedPacket('its sections are longer than its spectrum');
        books.fill(book, first + band, first + band + length);
        band += length;
      }
    }
  }
}
