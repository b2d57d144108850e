import { DamagedPacket } from '../../packets.ts';
import { type ChannelStream, NOISE_BOOK } from './channel-stream.ts';
import { buildCodebookTables, type CodebookTables } from './codebook-tables.ts';
import { endsEarly, PACKET_BUFFER_BYTES, PacketBits } from './packet-bits.ts';
import { readBand } from './plain-spectrum.ts';

/** Where the generator of noise begins. Any number would do; with this one the noise is that of ffmpeg. */
const NOISE_SEED = 0x1f2e3d4c;

/** Turns the coded spectrum of a channel into coefficients. */
export class SpectrumReader {
  readonly tables: CodebookTables = buildCodebookTables();
  readonly bits = new PacketBits(new Uint8Array(PACKET_BUFFER_BYTES));
  readonly #f32: (length: number) => Float32Array;
  #noise = NOISE_SEED;

  constructor(f32: (length: number) => Float32Array) {
    this.#f32 = f32;
  }

  f32(length: number): Float32Array {
    return this.#f32(length);
  }

  u8(length: number): Uint8Array {
    return new Uint8Array(length);
  }

  reset(): void {
    this.#noise = NOISE_SEED;
  }

  /**
   * Reads `spectral_data` (ISO/IEC 14496-3 §4.4.2.7, Table 4.56) and makes up noise (§4.6.13.3).
   *
   * @throws DamagedPacket
   */
  read(bits: PacketBits, stream: ChannelStream): void {
    const { shape, books, gains, spectrum } = stream;
    const { offsets, codedBands } = shape;
    spectrum.fill(0);
    let window = 0;
    for (let group = 0; group < shape.groups; group++) {
      const end = window + (shape.groupLengths[group] as number);
      for (let band = 0; band < codedBands; band++) {
        const index = group * codedBands + band;
        const book = books[index] as number;
        if (book === 0 || book > NOISE_BOOK) continue;
        const gain = gains[index] as number;
        const width = (offsets[band + 1] as number) - (offsets[band] as number);
        for (let i = window; i < end; i++) {
          const at = 128 * i + (offsets[band] as number);
          if (book === NOISE_BOOK) this.#addNoise(spectrum, at, width, gain);
          else if (!readBand(bits, this.tables, book, spectrum, at, width, gain)) {
            throw new DamagedPacket('a coefficient is out of range');
          }
        }
        if (bits.position > bits.end) throw endsEarly();
      }
      window = end;
    }
  }

  /** Random values whose energy is the square of `gain`. */
  #addNoise(spectrum: Float32Array, at: number, width: number, gain: number): void {
    let state = this.#noise;
    let energy = 0;
    for (let i = at; i < at + width; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      spectrum[i] = state;
      energy += state * state;
    }
    this.#noise = state;
    const scale = gain / Math.sqrt(energy);
    for (let i = at; i < at + width; i++) spectrum[i] = (spectrum[i] as number) * scale;
  }
}
