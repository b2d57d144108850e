import { type ImdctBank, plainBank } from '../../dsp/imdct.ts';
import type { ChannelStream } from './channel-stream.ts';
import { codebookTables } from './codebook-tables.ts';
import type { Engine } from './engine.ts';
import { TRANSFORMS } from './filter-bank.ts';
import { endsEarly, outOfRange, PACKET_BUFFER_BYTES, PacketBits } from './packet-bits.ts';
import { readBand } from './plain-spectrum.ts';
import { NOISE_BOOK } from './special-books.ts';
import { NOISE_SEED } from './spectrum-tables.ts';

/** The engine for where there are no kernels. */
export class PlainEngine implements Engine {
  readonly tables = codebookTables();
  readonly bits = new PacketBits(new Uint8Array(PACKET_BUFFER_BYTES));
  readonly bank: ImdctBank = plainBank(TRANSFORMS);
  readonly f32 = (length: number) => new Float32Array(length);
  readonly i32 = (length: number) => new Int32Array(length);
  readonly u8 = (length: number) => new Uint8Array(length);
  #noise = NOISE_SEED;

  reset(): void {
    this.#noise = NOISE_SEED;
  }

  readSpectrum({ shape, books, gains, spectrum }: ChannelStream): void {
    const { offsets, codedBands } = shape;
    const { bits } = this;
    spectrum.fill(0);
    let window = 0;
    for (let group = 0; group < shape.groups; group++) {
      const end = window + (shape.groupLengths[group] as number);
      for (let band = 0; band < codedBands; band++) {
        const index = group * codedBands + band;
        const book = books[index] as number;
        if (book === 0 || book > NOISE_BOOK) continue;
        const gain = gains[index] as number;
        const first = offsets[band] as number;
        const width = (offsets[band + 1] as number) - first;
        for (let i = window; i < end; i++) {
          if (book === NOISE_BOOK) this.#addNoise(spectrum, 128 * i + first, width, gain);
          else if (!readBand(bits, this.tables, book, spectrum, 128 * i + first, width, gain))
            throw outOfRange();
        }
        if (bits.position > bits.end) throw endsEarly();
      }
      window = end;
    }
  }

  unmix(left: Float32Array, right: Float32Array, start: number, end: number): void {
    for (let i = start; i < end; i++) {
      const mid = left[i] as number;
      const side = right[i] as number;
      left[i] = mid + side;
      right[i] = mid - side;
    }
  }

  mix(target: Float32Array, other: Float32Array): void {
    for (let i = 0; i < target.length; i++) {
      target[i] = 0.5 * ((target[i] as number) + (other[i] as number));
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
