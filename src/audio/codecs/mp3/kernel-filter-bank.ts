import { Kernel } from '../../kernel.ts';
import { type FilterBank, HISTORY, SLOT_ROOM, SUBBANDS } from './filter-bank.ts';
import { FILTER_TABLES } from './filter-tables.ts';

interface Exports {
  setTables(tables: number): void;
  hybrid(
    spectrum: number,
    overlap: number,
    subbands: number,
    blockType: number,
    isMixed: number,
    count: number,
  ): void;
  synthesize(subbands: number, rows: number, output: number, slots: number): number;
}

/** Floats that a channel takes: overlap, subbands, rows of the synthesis, output. */
const FLOATS_PER_CHANNEL = SUBBANDS * (18 + SLOT_ROOM + (HISTORY + SLOT_ROOM) + SLOT_ROOM);

/** The filter bank in the kernel `mpeg-audio`. */
export class KernelFilterBank implements FilterBank {
  readonly spectrum: Float32Array;
  readonly subbands: readonly Float32Array[];
  readonly overlaps: readonly Float32Array[];
  readonly output: readonly Float32Array[];
  readonly #rows: readonly Float32Array[];
  readonly #exports: Exports;

  constructor(channels: number) {
    const floats = FILTER_TABLES.length + SUBBANDS * 18 + channels * FLOATS_PER_CHANNEL;
    const kernel = new Kernel<Exports>('mpeg-audio', floats * 4 + (2 + channels * 4) * 16);
    const each = (length: number) => Array.from({ length: channels }, () => kernel.f32(length));
    const tables = kernel.f32(FILTER_TABLES.length);
    tables.set(FILTER_TABLES);
    this.#exports = kernel.exports;
    this.#exports.setTables(tables.byteOffset);
    this.spectrum = kernel.f32(SUBBANDS * 18);
    this.overlaps = each(SUBBANDS * 18);
    this.subbands = each(SUBBANDS * SLOT_ROOM);
    this.#rows = each(SUBBANDS * (HISTORY + SLOT_ROOM));
    this.output = each(SUBBANDS * SLOT_ROOM);
  }

  hybrid(channel: number, slot: number, blockType: number, isMixed: boolean, count: number): void {
    const overlap = this.overlaps[channel] as Float32Array;
    const subbands = (this.subbands[channel] as Float32Array).byteOffset + slot * 4;
    this.#exports.hybrid(
      this.spectrum.byteOffset,
      overlap.byteOffset,
      subbands,
      blockType,
      isMixed ? 1 : 0,
      count,
    );
  }

  synthesize(channel: number, slots: number): number {
    const subbands = this.subbands[channel] as Float32Array;
    const rows = this.#rows[channel] as Float32Array;
    const output = this.output[channel] as Float32Array;
    return this.#exports.synthesize(subbands.byteOffset, rows.byteOffset, output.byteOffset, slots);
  }

  reset(): void {
    for (const array of [...this.overlaps, ...this.subbands, ...this.#rows]) array.fill(0);
  }
}
