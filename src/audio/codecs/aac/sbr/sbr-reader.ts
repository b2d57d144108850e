import { DamagedPacket } from '../../../packets.ts';
import type { PacketBits } from '../packet-bits.ts';
import type { PsReader } from '../ps/ps-reader.ts';
import { ChannelData } from './channel-data.ts';
import { limiterBorders, type SbrBands, sbrBands } from './sbr-bands.ts';
import { isSameSpectrum, readSbrHeader, type SbrHeader } from './sbr-header.ts';

const CHECKSUM_BITS = 10;
const PARAMETRIC_STEREO = 2;

/** What a header and the sample rate make of the spectrum. */
export interface SbrSetup {
  header: SbrHeader;
  bands: SbrBands;
  limiter: readonly number[];
}

/**
 * Reads the payloads of band replication that come with one element of one or two channels: `sbr_extension_data`,
 * ISO/IEC 14496-3 §4.4.2.8, Tables 4.62 to 4.74.
 */
export class SbrReader {
  readonly data: readonly ChannelData[];
  /** Undefined while there is nothing to replicate: before the first header, and from damage on to the next one. */
  setup: SbrSetup | undefined;
  /** Whether the spectrum is divided anew from this block on. */
  isReset = false;
  /** Whether the channels of a pair are written as sum and balance. */
  isCoupled = false;
  /** Whether any payload had parametric stereo. */
  hasStereo = false;
  /** Takes parametric stereo; it is passed over where nobody does. */
  stereo: PsReader | undefined;
  readonly #sampleRate: number;
  #isFresh = false;

  /** For a doubled rate in Hz. */
  constructor(channels: number, sampleRate: number) {
    this.data = Array.from({ length: channels }, () => new ChannelData());
    this.#sampleRate = sampleRate;
  }

  reset(): void {
    this.turnOff();
    this.isReset = false;
    this.isCoupled = false;
    this.#isFresh = false;
    for (const data of this.data) data.reset();
  }

  /** Leaves only the core until there is a header again. */
  turnOff(): void {
    this.setup = undefined;
    for (const { grid } of this.data) grid.transient = -1;
  }

  /** Reads a payload that goes up to the end of `bits`. A damaged one turns replication off. */
  read(bits: PacketBits, hasChecksum: boolean): void {
    try {
      this.#read(bits, hasChecksum);
    } catch (error) {
      if (!(error instanceof DamagedPacket)) throw error;
      this.turnOff();
    }
  }

  /** What is to be done with the block at hand; each payload serves one block, and where it is missing all ends. */
  take(): SbrSetup | undefined {
    if (!this.#isFresh) this.turnOff();
    this.#isFresh = false;
    return this.setup;
  }

  #read(bits: PacketBits, hasChecksum: boolean): void {
    this.isReset = false;
    if (hasChecksum) bits.read(CHECKSUM_BITS);
    if (bits.flag()) this.#readHeader(bits);
    const { setup } = this;
    if (setup === undefined) return;
    if (this.data.length === 2) this.#readPair(bits, setup);
    else this.#readSingle(bits, setup);
    for (const data of this.data) data.readSinusoids(bits, setup.bands);
    this.#isFresh = true;
    if (bits.flag()) this.#readExtensions(bits);
  }

  #readHeader(bits: PacketBits): void {
    const header = readSbrHeader(bits);
    const last = this.setup;
    if (last !== undefined && isSameSpectrum(header, last.header)) {
      const isSameLimiter = header.limiterBands === last.header.limiterBands;
      const limiter = isSameLimiter ? last.limiter : limiterBorders(last.bands, header.limiterBands);
      this.setup = { header, bands: last.bands, limiter };
      return;
    }
    const bands = sbrBands(header, this.#sampleRate);
    this.setup = { header, bands, limiter: limiterBorders(bands, header.limiterBands) };
    this.isReset = true;
  }

  /** `sbr_single_channel_element` */
  #readSingle(bits: PacketBits, { header, bands }: SbrSetup): void {
    const [data] = this.data as [ChannelData];
    if (bits.flag()) bits.read(4);
    data.grid.read(bits, header.ampRes);
    data.readDirections(bits);
    data.readFilterModes(bits, bands);
    data.readLevels(bits, bands, false);
    data.readNoise(bits, bands, false);
  }

  /** `sbr_channel_pair_element` */
  #readPair(bits: PacketBits, { header, bands }: SbrSetup): void {
    const [left, right] = this.data as [ChannelData, ChannelData];
    if (bits.flag()) bits.read(8);
    this.isCoupled = bits.flag();
    left.grid.read(bits, header.ampRes);
    if (this.isCoupled) right.grid.follow(left.grid);
    else right.grid.read(bits, header.ampRes);
    left.readDirections(bits);
    right.readDirections(bits);
    left.readFilterModes(bits, bands);
    if (this.isCoupled) {
      right.followFilterModes(left);
      left.readLevels(bits, bands, false);
      left.readNoise(bits, bands, false);
      right.readLevels(bits, bands, true);
      right.readNoise(bits, bands, true);
    } else {
      right.readFilterModes(bits, bands);
      left.readLevels(bits, bands, false);
      right.readLevels(bits, bands, false);
      left.readNoise(bits, bands, false);
      right.readNoise(bits, bands, false);
    }
  }

  #readExtensions(bits: PacketBits): void {
    let size = bits.read(4);
    if (size === 15) size += bits.read(8);
    const end = bits.position + 8 * size;
    if (end > bits.end) throw new DamagedPacket('an extension is longer than its payload');
    const payloadEnd = bits.end;
    bits.end = end;
    while (bits.left >= 8) {
      if (bits.read(2) !== PARAMETRIC_STEREO) break;
      this.hasStereo = true;
      if (this.stereo === undefined) break;
      this.stereo.read(bits);
    }
    bits.end = payloadEnd;
    bits.position = end;
  }
}
