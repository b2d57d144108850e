import { DamagedPacket } from '../../packets.ts';
import type { BandTables } from './bands.ts';
import {
  CCE,
  type ChannelPlan,
  CPE,
  DSE,
  END,
  FIL,
  LFE,
  PCE,
  type PlannedElement,
  readProgramConfig,
  SCE,
} from './channel-plan.ts';
import { ChannelStream } from './channel-stream.ts';
import { skipCoupling } from './coupling.ts';
import type { Engine } from './engine.ts';
import type { PacketBits } from './packet-bits.ts';
import { SbrReader } from './sbr/sbr-reader.ts';
import { separate } from './stereo.ts';

/** Kinds of extension payload that carry spectral band replication (ISO/IEC 14496-3, Table 4.121). */
const EXT_SBR_DATA = 13;
const EXT_SBR_DATA_CRC = 14;

const MOST_ELEMENTS = 64;

/** An element of the plan and the streams it carries. */
export interface Slot {
  readonly element: PlannedElement;
  readonly streams: readonly ChannelStream[];
  /** Takes the band replication that comes with it; none where that is not wanted. */
  readonly sbr: SbrReader | undefined;
  /** Whether the block at hand has it. */
  isFilled: boolean;
}

/** Reads raw data blocks into the slots of a plan (ISO/IEC 14496-3 §4.4.2, `raw_data_block`). */
export class RawBlockReader {
  readonly slots: readonly Slot[];
  /** What the blocks so far had: kinds of the audio elements of the last one, and whether any had these. */
  readonly kinds: number[] = [];
  programPlan: ChannelPlan | undefined;
  hasSbr = false;
  hasCoupling = false;
  readonly #engine: Engine;
  readonly #mask: Uint8Array;
  /** Takes elements that nobody planned. */
  readonly #spare: readonly [ChannelStream, ChannelStream];
  /** The last audio element of the block, to which extensions belong; undefined when nobody planned it. */
  #last: Slot | undefined;

  /** `sbrRate` is the doubled rate in Hz where band replication is wanted. */
  constructor(plan: ChannelPlan, tables: BandTables, engine: Engine, sbrRate?: number) {
    const stream = () => new ChannelStream(tables, engine);
    this.slots = plan.map((element) => ({
      element,
      streams: element.speakers.map(stream),
      sbr: sbrRate === undefined ? undefined : new SbrReader(element.speakers.length, sbrRate),
      isFilled: false,
    }));
    this.#engine = engine;
    this.#mask = new Uint8Array(128);
    this.#spare = [stream(), stream()];
  }

  /** Reads one block, from the position of the bits up to a whole byte. @throws DamagedPacket */
  read(bits: PacketBits): void {
    const origin = bits.position;
    this.kinds.length = 0;
    this.#last = undefined;
    for (const slot of this.slots) slot.isFilled = false;
    for (let count = 0; ; count++) {
      // Some encoders leave out the end; no element with anything in it fits into the bits that are left.
      if (bits.left < 8 && this.slots.every(({ isFilled }) => isFilled)) break;
      const kind = bits.read(3);
      if (kind === END) break;
      if (count === MOST_ELEMENTS) throw new DamagedPacket('it has too many elements');
      this.#readElement(bits, kind, origin);
    }
    bits.align(origin);
  }

  #readElement(bits: PacketBits, kind: number, origin: number): void {
    if (kind === FIL) {
      this.#readFill(bits);
      return;
    }
    const tag = bits.read(4);
    if (kind === SCE || kind === LFE) {
      const slot = this.#claim(kind, tag);
      (slot?.streams[0] ?? this.#spare[0]).read(bits, false);
    } else if (kind === CPE) {
      this.#readPair(bits, this.#claim(kind, tag)?.streams ?? this.#spare);
    } else if (kind === CCE) {
      this.hasCoupling = true;
      skipCoupling(bits, this.#spare[0], this.#engine.tables);
    } else if (kind === DSE) {
      readData(bits, origin);
    } else if (kind === PCE) {
      this.programPlan = bits.detour((reader) => readProgramConfig(reader, origin));
    }
  }

  /**
   * The slot for an element, marked as filled: the one with its tag, or else the next of its kind. Some encoders
   * write the bass channel as a plain one.
   */
  #claim(kind: number, tag: number): Slot | undefined {
    this.kinds.push(kind);
    const isFree = (slot: Slot, wanted: number) => {
      const { element } = slot;
      return !slot.isFilled && element.kind === wanted && (element.tag === undefined || element.tag === tag);
    };
    const slot =
      this.slots.find((candidate) => isFree(candidate, kind)) ??
      this.slots.find((candidate) => kind === SCE && isFree(candidate, LFE));
    if (slot !== undefined) slot.isFilled = true;
    this.#last = slot;
    return slot;
  }

  /** `channel_pair_element`, Table 4.5. */
  #readPair(bits: PacketBits, streams: readonly ChannelStream[]): void {
    const [left, right] = streams as readonly [ChannelStream, ChannelStream];
    const isShared = bits.flag();
    if (isShared) {
      left.readShape(bits);
      right.shape.copy(left.shape);
      this.#readMask(bits, left.shape.groups * left.shape.codedBands);
    }
    left.read(bits, isShared);
    right.read(bits, isShared);
    if (isShared) separate(left, right, this.#mask, this.#engine);
  }

  #readMask(bits: PacketBits, bands: number): void {
    const kind = bits.read(2);
    if (kind === 3) throw new DamagedPacket('its stereo mask is of a reserved kind');
    this.#mask.fill(kind === 2 ? 1 : 0, 0, bands);
    if (kind === 1) for (let i = 0; i < bands; i++) this.#mask[i] = bits.read(1);
  }

  /** `fill_element`, Table 4.11. */
  #readFill(bits: PacketBits): void {
    let count = bits.read(4);
    if (count === 15) count += bits.read(8) - 1;
    if (count === 0) return;
    const end = Math.min(bits.position + 8 * count, bits.end);
    const kind = bits.read(4);
    if ((kind === EXT_SBR_DATA || kind === EXT_SBR_DATA_CRC) && this.kinds.length > 0) {
      this.hasSbr = true;
      this.#readSbr(bits, end, kind === EXT_SBR_DATA_CRC);
    }
    bits.position = end;
  }

  /** `sbr_extension_data`; a bass channel can have none. */
  #readSbr(bits: PacketBits, end: number, hasChecksum: boolean): void {
    const slot = this.#last;
    if (slot?.sbr === undefined || slot.element.kind === LFE) return;
    const blockEnd = bits.end;
    bits.end = end;
    slot.sbr.read(bits, hasChecksum);
    bits.end = blockEnd;
  }
}

/** `data_stream_element`, Table 4.10. */
function readData(bits: PacketBits, origin: number): void {
  const isAligned = bits.flag();
  let count = bits.read(8);
  if (count === 255) count += bits.read(8);
  if (isAligned) bits.align(origin);
  bits.skip(8 * count);
}
