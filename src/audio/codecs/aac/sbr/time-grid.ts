import { DamagedPacket } from '../../../packets.ts';
import type { PacketBits } from '../packet-bits.ts';

/** Time slots of a block, each of two QMF slots. */
const TIME_SLOTS = 16;
export const MOST_ENVELOPES = 5;

/** Frame classes: whether the first and the last border stand at the edges of the block or may move. */
const FIXFIX = 0;
const FIXVAR = 1;
const VARFIX = 2;

/** Bits of `bs_pointer` by the number of envelopes. */
const POINTER_BITS = [0, 1, 2, 2, 3, 3];

/**
 * How one channel's block is divided in time: `sbr_grid` and what follows from it (ISO/IEC 14496-3 §4.4.2.8,
 * Table 4.69, and §4.6.18.3.3). Borders are in time slots from the beginning of the block on, up to 3 slots late.
 */
export class TimeGrid {
  envelopes = 0;
  readonly borders = new Uint8Array(MOST_ENVELOPES + 1);
  /** 1 for high frequency resolution; the first is that of the last envelope of the block before. */
  readonly resolutions = new Uint8Array(MOST_ENVELOPES + 1);
  noiseFloors = 0;
  readonly noiseBorders = new Uint8Array(3);
  /** 1 where levels are in steps of 3 dB, 0 where in steps of 1.5 dB. */
  ampRes = 0;
  /** Index of the envelope that begins with a transient, -1 for none; `envelopes` for the first one of the next block. */
  transient = -1;
  /** 0 where the first envelope is a transient that the block before announced, otherwise -1. */
  announced = -1;

  reset(): void {
    this.envelopes = 0;
    this.borders.fill(0);
    this.resolutions.fill(0);
    this.noiseFloors = 0;
    this.transient = -1;
    this.announced = -1;
  }

  /** Where the last envelope ends. */
  get end(): number {
    return this.borders[this.envelopes] as number;
  }

  /** @throws DamagedPacket */
  read(bits: PacketBits, ampRes: number): void {
    this.#turn();
    this.ampRes = ampRes;
    const frameClass = bits.read(2);
    const pointer = frameClass === FIXFIX ? this.#readFixed(bits) : this.#readVariable(bits, frameClass);
    if (pointer > this.envelopes + 1) throw badGrid();
    for (let i = 0; i < this.envelopes; i++) {
      if ((this.borders[i] as number) >= (this.borders[i + 1] as number)) throw badGrid();
    }
    this.#placeNoise(frameClass, pointer);
    this.transient = transientOf(frameClass, pointer, this.envelopes);
  }

  /** Takes over the grid of the other channel of a coupled pair, but goes on from its own past. */
  follow(other: TimeGrid): void {
    this.#turn();
    this.envelopes = other.envelopes;
    this.borders.set(other.borders);
    this.resolutions.set(other.resolutions.subarray(1), 1);
    this.noiseFloors = other.noiseFloors;
    this.noiseBorders.set(other.noiseBorders);
    this.ampRes = other.ampRes;
    this.transient = other.transient;
  }

  /** Makes the block at hand the one before. */
  #turn(): void {
    this.resolutions[0] = this.resolutions[this.envelopes] as number;
    this.announced = this.transient === this.envelopes ? 0 : -1;
  }

  #readFixed(bits: PacketBits): number {
    const envelopes = 2 ** bits.read(2);
    if (envelopes > MOST_ENVELOPES) throw badGrid();
    this.envelopes = envelopes;
    if (envelopes === 1) this.ampRes = 0;
    for (let i = 0; i <= envelopes; i++) this.borders[i] = (i * TIME_SLOTS) / envelopes;
    this.resolutions.fill(bits.read(1), 1, envelopes + 1);
    return 0;
  }

  #readVariable(bits: PacketBits, frameClass: number): number {
    const first = frameClass === FIXVAR ? 0 : bits.read(2);
    const last = TIME_SLOTS + (frameClass === VARFIX ? 0 : bits.read(2));
    const leading = frameClass === FIXVAR ? 0 : bits.read(2);
    const trailing = frameClass === VARFIX ? 0 : bits.read(2);
    const envelopes = leading + trailing + 1;
    if (envelopes > MOST_ENVELOPES) throw badGrid();
    this.envelopes = envelopes;
    this.#setBorder(0, first);
    this.#setBorder(envelopes, last);
    for (let i = 1, border = first; i <= leading; i++) {
      border += 2 * bits.read(2) + 2;
      this.#setBorder(i, border);
    }
    for (let i = 1, border = last; i <= trailing; i++) {
      border -= 2 * bits.read(2) + 2;
      this.#setBorder(envelopes - i, border);
    }
    const width = POINTER_BITS[envelopes] as number;
    const pointer = bits.read(width);
    for (let i = 1; i <= envelopes; i++) {
      this.resolutions[frameClass === FIXVAR ? envelopes + 1 - i : i] = bits.read(1);
    }
    return pointer;
  }

  #setBorder(index: number, border: number): void {
    if (border < 0) throw badGrid();
    this.borders[index] = border;
  }

  #placeNoise(frameClass: number, pointer: number): void {
    const { envelopes, borders, noiseBorders } = this;
    this.noiseFloors = envelopes > 1 ? 2 : 1;
    noiseBorders[0] = borders[0] as number;
    if (envelopes > 1) noiseBorders[1] = borders[middleOf(frameClass, pointer, envelopes)] as number;
    noiseBorders[this.noiseFloors] = borders[envelopes] as number;
  }
}

/** The border between the two noise floors: ISO/IEC 14496-3, Table 4.173. */
function middleOf(frameClass: number, pointer: number, envelopes: number): number {
  if (frameClass === FIXFIX) return envelopes >> 1;
  if (frameClass !== VARFIX) return envelopes - Math.max(pointer - 1, 1);
  if (pointer === 0) return 1;
  return pointer === 1 ? envelopes - 1 : pointer - 1;
}

/** ISO/IEC 14496-3, Table 4.170 */
function transientOf(frameClass: number, pointer: number, envelopes: number): number {
  if (frameClass === FIXFIX) return -1;
  if (frameClass !== VARFIX) return pointer > 0 ? envelopes + 1 - pointer : -1;
  return pointer > 1 ? pointer - 1 : -1;
}

function badGrid(): DamagedPacket {
  return new DamagedPacket('its band replication has an impossible time grid');
}
