import { DamagedPacket } from '../../packets.ts';
import { MAX_FREE_LENGTH, type MpegHeader } from '../../probe/mpeg-header.ts';
import { Bits } from '../mp3/bits.ts';
import { type FilterBank, SLOT_ROOM, SUBBANDS } from '../mp3/filter-bank.ts';
import { allocationTable, QUANTISERS, type Quantiser } from './allocation.ts';

/** Scale factors: 2, and a third of an octave less at each step. Source: ISO/IEC 11172-3 Table B.1. */
const SCALES = Float32Array.from({ length: 64 }, (_, i) => 2 ** (1 - i / 3));

/** Most that a frame can ask for: 36 samples of 16 bits in each subband of two channels, and what describes them. */
const MAX_FRAME_BYTES = 5200;

/** Decodes frames of layers I and II up to the subband samples of a filter bank. */
export class Layer2 {
  readonly #bank: FilterBank;
  readonly #outputs: number;
  readonly #bits = new Bits(Math.max(MAX_FREE_LENGTH, MAX_FRAME_BYTES));
  /** By channel and subband: the quantiser, undefined where nothing is coded, and three scale factors. */
  readonly #quantisers: (Quantiser | undefined)[] = Array(2 * SUBBANDS).fill(undefined);
  readonly #scales = new Float32Array(2 * SUBBANDS * 3);
  readonly #codes = new Int32Array(3);

  /** Writes `outputs` channels (1 or 2) to `bank`; the bank has two even for one, if frames may have two. */
  constructor(bank: FilterBank, outputs: number) {
    this.#bank = bank;
    this.#outputs = outputs;
  }

  /**
   * Decodes the frame `bytes`.
   *
   * @returns the number of slots of subband samples.
   * @throws DamagedPacket when it ends too early or names a quantiser that there is not.
   */
  decode(bytes: Uint8Array, header: MpegHeader): number {
    const frame = bytes.subarray(0, MAX_FREE_LENGTH);
    this.#bits.bytes.set(frame);
    this.#bits.position = header.hasCrc ? 48 : 32;
    for (let channel = 0; channel < header.channels; channel++) this.#bank.subbands[channel]?.fill(0);
    this.#quantisers.fill(undefined);

    const slots = header.layer === 1 ? this.#layer1(header) : this.#layer2(header, frame.length);
    if (this.#bits.position > frame.length * 8) {
      this.reset();
      throw new DamagedPacket('it ends inside its samples');
    }
    this.#fitChannels(header.channels);
    return slots;
  }

  reset(): void {
    for (const subbands of this.#bank.subbands) subbands.fill(0);
  }

  /** Source: ISO/IEC 11172-3 §2.4.1.5 and §2.4.3.1. */
  #layer1(header: MpegHeader): number {
    const bits = this.#bits;
    const bound = boundOf(header, SUBBANDS);
    for (let sb = 0; sb < SUBBANDS; sb++) {
      const shared = sb >= bound ? bits.read(4) : 0;
      for (let channel = 0; channel < header.channels; channel++) {
        const allocation = sb >= bound ? shared : bits.read(4);
        if (allocation === 15) throw new DamagedPacket('it names a quantiser that there is not');
        if (allocation === 0) continue;
        const steps = 2 ** (allocation + 1) - 1;
        this.#quantisers[channel * SUBBANDS + sb] = { steps, bits: allocation + 1, isGrouped: false };
      }
    }
    this.#eachCoded(header.channels, SUBBANDS, (at) => {
      this.#scales[at * 3] = SCALES[bits.read(6)] as number;
    });
    for (let slot = 0; slot < 12; slot++) this.#samples(header.channels, SUBBANDS, bound, slot, 1, 0);
    return 12;
  }

  /** Source: ISO/IEC 11172-3 §2.4.1.6 and §2.4.3.3. */
  #layer2(header: MpegHeader, length: number): number {
    const bits = this.#bits;
    const { channels } = header;
    const bitRate = header.bitRate || (length * 8 * header.sampleRate) / (1000 * header.samples);
    const table = allocationTable(header, bitRate);
    const bound = boundOf(header, table.length);
    table.forEach((allocation, sb) => {
      const shared = sb >= bound ? bits.read(allocation.bits) : 0;
      for (let channel = 0; channel < channels; channel++) {
        const choice = sb >= bound ? shared : bits.read(allocation.bits);
        const quantiser = QUANTISERS[allocation.quantisers[choice - 1] ?? -1];
        this.#quantisers[channel * SUBBANDS + sb] = quantiser;
      }
    });
    this.#readScales(channels, table.length);
    for (let slot = 0; slot < 36; slot += 3) {
      this.#samples(channels, table.length, bound, slot, 3, Math.floor(slot / 12));
    }
    return 36;
  }

  /** Which scale factors are sent, and then those. Source: ISO/IEC 11172-3 §2.4.2.6 (scfsi). */
  #readScales(channels: number, subbands: number): void {
    const bits = this.#bits;
    const patterns: number[] = [];
    this.#eachCoded(channels, subbands, () => patterns.push(bits.read(2)));
    let next = 0;
    const read = () => SCALES[bits.read(6)] as number;
    this.#eachCoded(channels, subbands, (at) => {
      const pattern = patterns[next++];
      const first = read();
      const second = pattern === 0 || pattern === 3 ? read() : first;
      const third = pattern === 0 || pattern === 1 ? read() : second;
      this.#scales.set([first, second, third], at * 3);
    });
  }

  #eachCoded(channels: number, subbands: number, work: (at: number) => void): void {
    for (let sb = 0; sb < subbands; sb++) {
      for (let channel = 0; channel < channels; channel++) {
        const at = channel * SUBBANDS + sb;
        if (this.#quantisers[at] !== undefined) work(at);
      }
    }
  }

  /** Reads `count` samples of each subband from `slot` on; from `bound` on both channels share theirs. */
  #samples(
    channels: number,
    subbands: number,
    bound: number,
    slot: number,
    count: number,
    part: number,
  ): void {
    for (let sb = 0; sb < subbands; sb++) {
      for (let channel = 0; channel < channels; channel++) {
        const at = channel * SUBBANDS + sb;
        const quantiser = this.#quantisers[at];
        if (quantiser === undefined) continue;
        if (channel === 0 || sb < bound) this.#readCodes(quantiser, count);
        const scale = ((this.#scales[at * 3 + part] as number) * 2) / quantiser.steps;
        const middle = (quantiser.steps - 1) / 2;
        const target = this.#bank.subbands[channel] as Float32Array;
        for (let i = 0; i < count; i++) {
          target[sb * SLOT_ROOM + slot + i] = ((this.#codes[i] as number) - middle) * scale;
        }
      }
    }
  }

  #readCodes({ steps, bits, isGrouped }: Quantiser, count: number): void {
    if (!isGrouped) {
      for (let i = 0; i < count; i++) this.#codes[i] = this.#bits.read(bits);
      return;
    }
    let code = this.#bits.read(bits);
    for (let i = 0; i < 3; i++) {
      this.#codes[i] = code % steps;
      code = Math.floor(code / steps);
    }
  }

  /** Makes the channels of a frame those of the output. */
  #fitChannels(channels: number): void {
    const [left, right] = this.#bank.subbands as [Float32Array, Float32Array];
    if (channels === this.#outputs) return;
    if (channels === 1) {
      right.set(left);
      return;
    }
    for (let i = 0; i < left.length; i++) left[i] = 0.5 * ((left[i] as number) + (right[i] as number));
  }
}

/** The subband from which on both channels share their samples. */
function boundOf({ channels, mode, modeExtension }: MpegHeader, subbands: number): number {
  if (channels === 1 || mode !== 1) return subbands;
  return Math.min(subbands, (modeExtension + 1) * 4);
}
