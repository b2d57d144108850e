import { type ImdctBank, type ImdctExports, imdctFloats, kernelBank } from '../../dsp/imdct.ts';
import { Kernel } from '../../kernel.ts';
import type { ChannelStream } from './channel-stream.ts';
import { codebookTables } from './codebook-tables.ts';
import type { Engine } from './engine.ts';
import { CHANNEL_FLOATS, FILTER_BANK_FLOATS, TRANSFORMS } from './filter-bank.ts';
import { endsEarly, outOfRange, PACKET_BUFFER_BYTES, PacketBits } from './packet-bits.ts';
import { POWERS } from './plain-spectrum.ts';
import { FOURS, NOISE_SEED, SIGN_MASKS, SIGNED_FOURS } from './spectrum-tables.ts';

/** What `src/audio/kernels/aac.ts` exports; numbers are addresses where arrays are meant. */
interface AacExports extends ImdctExports {
  setTables(
    packet: number,
    entries: number,
    roots: number,
    powers: number,
    signedFours: number,
    fours: number,
    signMasks: number,
  ): void;
  seedNoise(seed: number): void;
  readSpectrum(
    start: number,
    limit: number,
    spectrum: number,
    books: number,
    gains: number,
    offsets: number,
    codedBands: number,
    groups: number,
    groupLengths: number,
  ): number;
  unmix(left: number, right: number, count: number): void;
  mix(target: number, other: number, count: number): void;
}

/** A spectrum, gains, books, group lengths, and the gaps between arrays. */
const STREAM_BYTES = 4 * (1024 + 128) + 128 + 8 + 64;

/** The engine that has its memory and its loops in a kernel. */
export class KernelEngine implements Engine {
  readonly tables = codebookTables();
  readonly bits: PacketBits;
  readonly bank: ImdctBank;
  readonly f32: (length: number) => Float32Array;
  readonly i32: (length: number) => Int32Array;
  readonly u8: (length: number) => Uint8Array;
  readonly #exports: AacExports;

  /** For so many channels, and two more that nobody planned. */
  constructor(channels: number) {
    const { entries, roots } = this.tables;
    const tables = [entries, roots, POWERS, SIGNED_FOURS, FOURS, SIGN_MASKS];
    const floats = imdctFloats(TRANSFORMS) + FILTER_BANK_FLOATS + (channels + 1) * CHANNEL_FLOATS;
    const bytes = tables.reduce(
      (sum, table) => sum + table.byteLength + 16,
      PACKET_BUFFER_BYTES + 4 * floats,
    );
    const kernel = new Kernel<AacExports>('aac', bytes + (channels + 2) * STREAM_BYTES + 1024);
    this.f32 = (length) => kernel.f32(length);
    this.i32 = (length) => kernel.i32(length);
    this.u8 = (length) => kernel.u8(length);
    this.bank = kernelBank(kernel, TRANSFORMS);
    this.#exports = kernel.exports;
    const packet = kernel.u8(PACKET_BUFFER_BYTES);
    this.bits = new PacketBits(packet);
    const place = (table: Float32Array | Int32Array) => {
      const array = kernel.i32(table.length);
      array.set(new Int32Array(table.buffer, table.byteOffset, table.length));
      return array.byteOffset;
    };
    this.#exports.setTables(
      packet.byteOffset,
      place(entries),
      place(roots),
      place(POWERS),
      place(SIGNED_FOURS),
      place(FOURS),
      place(SIGN_MASKS),
    );
    this.reset();
  }

  reset(): void {
    this.#exports.seedNoise(NOISE_SEED);
  }

  readSpectrum({ shape, books, gains, spectrum }: ChannelStream): void {
    const { bits } = this;
    const position = this.#exports.readSpectrum(
      bits.position,
      bits.end,
      spectrum.byteOffset,
      books.byteOffset,
      gains.byteOffset,
      shape.offsets.byteOffset,
      shape.codedBands,
      shape.groups,
      shape.groupLengths.byteOffset,
    );
    if (position < 0) throw outOfRange();
    if (position > bits.end) throw endsEarly();
    bits.position = position;
  }

  unmix(left: Float32Array, right: Float32Array, start: number, end: number): void {
    this.#exports.unmix(left.byteOffset + 4 * start, right.byteOffset + 4 * start, end - start);
  }

  mix(target: Float32Array, other: Float32Array): void {
    this.#exports.mix(target.byteOffset, other.byteOffset, target.length);
  }
}
