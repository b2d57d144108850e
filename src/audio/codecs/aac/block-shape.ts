import { DamagedPacket } from '../../packets.ts';
import type { BandTables } from './bands.ts';
import type { PacketBits } from './packet-bits.ts';

/** Window sequences (ISO/IEC 14496-3, Table 4.127). */
export const ONLY_LONG = 0;
export const LONG_START = 1;
export const EIGHT_SHORT = 2;
export const LONG_STOP = 3;

/** How a block is divided: what `ics_info` says. Two channels of a pair can have it in common. */
export class BlockShape {
  windowSequence = ONLY_LONG;
  windowShape = 0;
  /** Bands that are coded, of `bands` there are. */
  codedBands = 0;
  bands = 0;
  /** Where bands begin within a window. */
  offsets: Int32Array;
  tnsBands = 0;
  groups = 1;
  /** Windows in each group. */
  readonly groupLengths: Uint8Array;

  constructor(tables: BandTables, groupLengths: Uint8Array) {
    this.offsets = tables.long;
    this.groupLengths = groupLengths;
  }

  get isShort(): boolean {
    return this.windowSequence === EIGHT_SHORT;
  }

  /** ISO/IEC 14496-3 §4.4.2.1, Table 4.6. */
  read(bits: PacketBits, tables: BandTables): void {
    bits.read(1);
    this.windowSequence = bits.read(2);
    this.windowShape = bits.read(1);
    this.groups = 1;
    this.groupLengths[0] = 1;
    if (this.isShort) {
      this.codedBands = bits.read(4);
      this.#readGrouping(bits.read(7));
    } else {
      this.codedBands = bits.read(6);
      if (bits.flag()) throw new DamagedPacket('it asks for prediction, which AAC-LC does not have');
    }
    this.offsets = this.isShort ? tables.short : tables.long;
    this.bands = this.offsets.length - 1;
    this.tnsBands = Math.min(this.codedBands, this.isShort ? tables.tnsShort : tables.tnsLong);
    if (this.codedBands > this.bands) throw new DamagedPacket('it has more bands than there are');
  }

  copy(other: BlockShape): void {
    this.windowSequence = other.windowSequence;
    this.windowShape = other.windowShape;
    this.codedBands = other.codedBands;
    this.bands = other.bands;
    this.offsets = other.offsets;
    this.tnsBands = other.tnsBands;
    this.groups = other.groups;
    this.groupLengths.set(other.groupLengths);
  }

  /** A set bit puts a window into the group of the one before. */
  #readGrouping(grouping: number): void {
    for (let bit = 6; bit >= 0; bit--) {
      if ((grouping >> bit) % 2 === 1) {
        this.groupLengths[this.groups - 1] = (this.groupLengths[this.groups - 1] as number) + 1;
      } else {
        this.groupLengths[this.groups++] = 1;
      }
    }
  }
}
