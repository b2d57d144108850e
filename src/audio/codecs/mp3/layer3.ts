import { DamagedPacket } from '../../packets.ts';
import { MAX_FREE_LENGTH, type MpegHeader } from '../../probe/mpeg-header.ts';
import { type Bands, bandsOf } from './bands.ts';
import { Bits } from './bits.ts';
import type { FilterBank } from './filter-bank.ts';
import { decodeSpectrum, LINES } from './huffman.ts';
import { type LineOrders, lineOrders, orderOfGranule } from './line-order.ts';
import { requantise } from './requantise.ts';
import { readLsfScaleFactors, readScaleFactors, ScaleFactors } from './scale-factors.ts';
import { type Granule, SideInfo, sideInfoLength } from './side-info.ts';
import { intensityStereo, middleSide } from './stereo.ts';

/** Most that `main_data_begin` can ask for. */
const MAX_RESERVOIR = 511;

/** What is decoded of one channel of a granule. */
interface Channel {
  readonly lines: Float32Array;
  /** How many lines from the first on can be other than 0. */
  count: number;
  readonly factors: ScaleFactors;
}

/** Decodes frames of layer III at one sample rate up to the subband samples of a filter bank. */
export class Layer3 {
  /** Granules that were silenced since their data are missing or no Huffman code. */
  muted = 0;
  /**
   * Whether the main data of the last frame begin in those before it, or its code goes on behind its end or behind the last
   * line: signs of damage, though some encoders are as careless.
   */
  isDoubtful = false;
  readonly #bank: FilterBank;
  readonly #outputs: number;
  readonly #bands: Bands;
  readonly #orders: LineOrders;
  readonly #side = new SideInfo();
  readonly #sideBits = new Bits(32);
  /** The bit reservoir, and behind it the main data of the frame at hand. */
  readonly #main = new Bits(MAX_RESERVOIR + MAX_FREE_LENGTH);
  #reservoir = 0;
  /** Bytes of both. */
  #mainLength = 0;
  /** Byte behind the last one that was used. */
  #usedEnd = 0;
  readonly #channels: readonly [Channel, Channel] = [newChannel(), newChannel()];

  /** Writes `outputs` channels (1 or 2) to `bank`; the bank has two even for one, if frames may have two. */
  constructor(bank: FilterBank, sampleRate: number, outputs: number) {
    this.#bank = bank;
    this.#outputs = outputs;
    this.#bands = bandsOf(sampleRate);
    this.#orders = lineOrders(this.#bands);
  }

  /**
   * Decodes the frame `bytes`.
   *
   * @returns the number of slots of subband samples.
   * @throws DamagedPacket when its side information makes no sense.
   */
  decode(bytes: Uint8Array, header: MpegHeader): number {
    const sideStart = header.hasCrc ? 6 : 4;
    const mainStart = sideStart + sideInfoLength(header);
    if (bytes.length < mainStart) throw new DamagedPacket('it ends inside its side information');
    this.#sideBits.bytes.set(bytes.subarray(sideStart, mainStart));
    this.#sideBits.position = 0;
    const wrong = this.#side.read(this.#sideBits, header, this.#bands);
    if (wrong !== undefined) throw new DamagedPacket(wrong);

    this.#append(bytes.subarray(mainStart, mainStart + MAX_FREE_LENGTH));
    const granules = header.version === 1 ? 2 : 1;
    this.isDoubtful = this.#reservoir - this.#side.mainDataBegin < this.#usedEnd;
    this.#decodeGranules(header, granules);
    this.#keepReservoir();
    return granules * 18;
  }

  reset(): void {
    this.#reservoir = 0;
  }

  #append(mainData: Uint8Array): void {
    this.#main.bytes.set(mainData, this.#reservoir);
    this.#mainLength = this.#reservoir + mainData.length;
    this.#main.bytes.fill(0, this.#mainLength, this.#mainLength + 16);
  }

  #keepReservoir(): void {
    const kept = Math.min(MAX_RESERVOIR, this.#mainLength);
    this.#main.bytes.copyWithin(0, this.#mainLength - kept, this.#mainLength);
    this.#reservoir = kept;
    this.#usedEnd -= this.#mainLength - kept;
  }

  #decodeGranules(header: MpegHeader, granules: number): void {
    const { channels } = header;
    const skipsSide = this.#outputs === 1 && this.#isMiddleEnough(header, granules);
    let start = (this.#reservoir - this.#side.mainDataBegin) * 8;
    for (let index = 0; index < granules; index++) {
      const first = this.#side.granule(index, 0, channels);
      const last = this.#side.granule(index, channels - 1, channels);
      const bitLength = channels === 1 ? first.length : first.length + last.length;
      const isThere = start >= 0 && start + bitLength <= this.#mainLength * 8;
      this.#main.position = Math.max(0, start);
      if (!isThere || !this.#decodeGranule(header, index, skipsSide)) this.#mute(index);
      start += bitLength;
      this.#transform(index, channels, skipsSide);
    }
    this.#usedEnd = (start + 7) >> 3;
  }

  /** Whether the mean of the channels is the middle one: all is MS, and both have the same blocks. */
  #isMiddleEnough({ channels, mode, modeExtension }: MpegHeader, granules: number): boolean {
    if (channels !== 2 || mode !== 1 || modeExtension !== 2) return false;
    for (let index = 0; index < granules; index++) {
      if (!haveSameBlocks(this.#side.granule(index, 0, 2), this.#side.granule(index, 1, 2))) return false;
    }
    return true;
  }

  /** Decodes the lines of all channels of a granule; false when they are damaged. */
  #decodeGranule(header: MpegHeader, index: number, skipsSide: boolean): boolean {
    const { channels } = header;
    for (let channel = 0; channel < (skipsSide ? 1 : channels); channel++) {
      if (!this.#decodeChannel(header, this.#side.granule(index, channel, channels), channel)) return false;
    }
    if (channels === 2 && !skipsSide && header.mode === 1) this.#stereo(header, index);
    return true;
  }

  #decodeChannel(header: MpegHeader, granule: Granule, channel: number): boolean {
    const bits = this.#main;
    const end = bits.position + granule.length;
    const into = this.#channels[channel] as Channel;
    const isMpeg1 = header.version === 1;
    if (isMpeg1) readScaleFactors(bits, granule, into.factors);
    else {
      const isIntensity = channel === 1 && header.mode === 1 && (header.modeExtension & 1) !== 0;
      readLsfScaleFactors(bits, granule, isIntensity, into.factors);
    }
    into.count = decodeSpectrum(bits, granule, end, into.lines);
    const isFull = into.count > LINES - 4;
    if (bits.position > end || (isFull && bits.position < end)) this.isDoubtful = true;
    bits.position = end;
    if (into.count < 0) return false;
    requantise(into.lines, into.count, granule, into.factors, this.#bands, isMpeg1);
    return true;
  }

  #stereo(header: MpegHeader, index: number): void {
    const [left, right] = this.#channels;
    const hasMiddleSide = (header.modeExtension & 2) !== 0;
    if ((header.modeExtension & 1) !== 0) {
      intensityStereo(left.lines, right.lines, {
        granule: this.#side.granule(index, 1, 2),
        factors: right.factors,
        bands: this.#bands,
        isMpeg1: header.version === 1,
        hasMiddleSide,
      });
    } else if (hasMiddleSide) middleSide(left.lines, right.lines, 0, Math.max(left.count, right.count));
    else return;
    left.count = Math.max(left.count, right.count);
    right.count = left.count;
  }

  #mute(index: number): void {
    this.muted++;
    for (const channel of this.#channels) {
      channel.lines.fill(0);
      channel.count = 0;
    }
    // A granule that would take over scale factors of this one has none.
    if (index === 0) for (const channel of this.#channels) channel.factors.values.fill(0);
  }

  /** Hands the lines to the filter bank. */
  #transform(index: number, channels: number, skipsSide: boolean): void {
    const [left, right] = this.#channels;
    const first = this.#side.granule(index, 0, channels);
    const slot = index * 18;
    if (this.#outputs === 2) {
      this.#place(left, first, 1);
      this.#hybrid(0, slot, first, left.count);
      const source = channels === 2 ? right : left;
      const granule = channels === 2 ? this.#side.granule(index, 1, channels) : first;
      this.#place(source, granule, 1);
      this.#hybrid(1, slot, granule, source.count);
      return;
    }
    if (channels === 1 || skipsSide) {
      this.#place(left, first, skipsSide ? Math.SQRT1_2 : 1);
      this.#hybrid(0, slot, first, left.count);
      return;
    }
    this.#mix(slot, first, this.#side.granule(index, 1, channels));
  }

  /** The mean of two channels: before the filter bank where both have the same blocks, otherwise behind it. */
  #mix(slot: number, first: Granule, second: Granule): void {
    const [left, right] = this.#channels;
    if (haveSameBlocks(first, second)) {
      const count = Math.max(left.count, right.count);
      for (let i = 0; i < count; i++) left.lines[i] = (left.lines[i] as number) + (right.lines[i] as number);
      left.count = count;
      this.#place(left, first, 0.5);
      this.#hybrid(0, slot, first, count);
      return;
    }
    this.#place(left, first, 0.5);
    this.#hybrid(0, slot, first, left.count);
    this.#place(right, second, 0.5);
    this.#hybrid(1, slot, second, right.count);
    for (const arrays of [this.#bank.subbands, this.#bank.overlaps]) {
      const [sum, rest] = arrays as [Float32Array, Float32Array];
      for (let i = 0; i < rest.length; i++) {
        sum[i] = (sum[i] as number) + (rest[i] as number);
        rest[i] = 0;
      }
    }
  }

  #place({ lines, count }: Channel, granule: Granule, gain: number): void {
    const { targets } = orderOfGranule(this.#orders, granule);
    const { spectrum } = this.#bank;
    spectrum.fill(0);
    for (let i = 0; i < count; i++) spectrum[targets[i] as number] = (lines[i] as number) * gain;
  }

  #hybrid(channel: number, slot: number, granule: Granule, count: number): void {
    const subbands = orderOfGranule(this.#orders, granule).subbands[count] as number;
    this.#bank.hybrid(channel, slot, granule.blockType, granule.isMixed, subbands);
  }
}

function newChannel(): Channel {
  return { lines: new Float32Array(LINES), count: 0, factors: new ScaleFactors() };
}

function haveSameBlocks(a: Granule, b: Granule): boolean {
  return a.blockType === b.blockType && a.isMixed === b.isMixed;
}
