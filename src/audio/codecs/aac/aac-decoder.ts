import type { AudioBlock } from '../../audio-input.ts';
import { imdctBank } from '../../dsp/imdct.ts';
import { countOf } from '../../errors.ts';
import { DamagedPacket, type DecodedFormat, type PacketDecoder } from '../../packets.ts';
import { adtsHeaderAt } from './adts-header.ts';
import { bandTables } from './bands.ts';
import { type ChannelPlan, CPE, layoutOf } from './channel-plan.ts';
import { BLOCK, CHANNEL_FLOATS, FILTER_BANK_FLOATS, FilterBank, TRANSFORMS } from './filter-bank.ts';
import { RawBlockReader, type Slot } from './raw-block.ts';
import { SpectrumReader } from './spectrum.ts';
import { MixedPair, SeparateChannels, type Synthesis } from './synthesis.ts';

/** What an AAC stream has been found to be. */
export interface AacStream {
  /** Rate of the core in Hz. */
  sampleRate: number;
  plan: ChannelPlan;
  /** Whether packets begin with an ADTS header. */
  isAdts: boolean;
  profile: 'LC' | 'HE-AAC v1' | 'HE-AAC v2';
  hasCoupling: boolean;
}

/** Decodes AAC-LC, and of HE-AAC the core. Pairs are mixed to one channel where `isMono`. */
export class AacDecoder implements PacketDecoder {
  readonly format: DecodedFormat;
  readonly details: readonly string[];
  readonly #stream: AacStream;
  readonly #reader: SpectrumReader;
  readonly #blocks: RawBlockReader;
  readonly #synthesis: readonly Synthesis[];
  readonly #samples: readonly Float32Array[];
  readonly #output: AudioBlock;
  /** For packets of several blocks. */
  #joined: Float32Array[] = [];

  constructor(stream: AacStream, isMono: boolean) {
    this.#stream = stream;
    const { plan, sampleRate, profile } = stream;
    const layout = layoutOf(plan);
    const isMixed = isMono && plan.length === 1 && plan[0]?.kind === CPE;
    // Two channels more than there are, for elements nobody planned.
    const spectra = (layout.length + 2) * (BLOCK + 128);
    const bank = imdctBank(TRANSFORMS, FILTER_BANK_FLOATS + layout.length * CHANNEL_FLOATS + spectra);
    const filters = new FilterBank(bank);
    this.#reader = new SpectrumReader((length) => bank.f32(length));
    this.#blocks = new RawBlockReader(plan, bandTables(sampleRate), this.#reader);
    this.#synthesis = this.#blocks.slots.map(({ streams }) =>
      isMixed ? new MixedPair(streams, filters, bank) : new SeparateChannels(streams, filters, bank),
    );
    this.#samples = this.#synthesis.flatMap(({ samples }) => samples);
    this.#output = { frames: 0, channels: [...this.#samples] };
    this.format = {
      codec: 'aac',
      profile,
      sampleRate,
      channels: this.#samples.length,
      layout: isMixed ? ['mono'] : layout,
      bitsPerSample: 0,
    };
    this.details = remarks(stream);
  }

  decode(data: Uint8Array): AudioBlock {
    const { bits } = this.#reader;
    bits.load(data);
    const header = this.#stream.isAdts ? this.#enter(data) : undefined;
    const blocks = header?.blocks ?? 1;
    for (let block = 0; block < blocks; block++) {
      this.#decodeBlock();
      if (header?.hasBlockChecksums === true) bits.skip(16);
      if (blocks > 1) this.#join(block);
    }
    this.#output.frames = blocks * BLOCK;
    this.#output.channels = blocks > 1 ? this.#joined : (this.#samples as Float32Array[]);
    return this.#output;
  }

  reset(): void {
    this.#reader.reset();
    for (const synthesis of this.#synthesis) synthesis.reset();
  }

  /** Goes behind the header of an ADTS frame. */
  #enter(data: Uint8Array) {
    const header = adtsHeaderAt(data, 0);
    if (header === undefined) throw new DamagedPacket('it has no ADTS header');
    if (header.sampleRate !== this.#stream.sampleRate) {
      throw new DamagedPacket(`its sample rate is another one (${header.sampleRate} Hz)`);
    }
    const { bits } = this.#reader;
    bits.end = Math.min(bits.end, header.length * 8);
    bits.skip(header.headerLength * 8);
    return header;
  }

  #decodeBlock(): void {
    this.#blocks.read(this.#reader.bits);
    const { slots } = this.#blocks;
    if (this.#blocks.kinds.length > 0 && slots.every(({ isFilled }) => !isFilled)) {
      throw new DamagedPacket('its channels are not those of the beginning');
    }
    slots.forEach((slot, i) => {
      if (!slot.isFilled) silence(slot);
      this.#synthesis[i]?.run();
    });
  }

  #join(block: number): void {
    if (this.#joined.length === 0) this.#joined = this.#samples.map(() => new Float32Array(4 * BLOCK));
    this.#samples.forEach((samples, i) => {
      this.#joined[i]?.set(samples, block * BLOCK);
    });
  }
}

/** An element that is missing from a block. */
function silence({ streams }: Slot): void {
  for (const stream of streams) stream.clear();
}

function remarks({ profile, sampleRate, hasCoupling }: AacStream): string[] {
  const list: string[] = [];
  if (profile !== 'LC') {
    const rate = countOf(sampleRate, 'Hz').replace(/s$/, '');
    const mono = profile === 'HE-AAC v2' ? ', and its parametric stereo is heard as mono' : '';
    list.push(
      `Of ${profile} only the core is decoded, at ${rate}: the upper half of the bandwidth is missing${mono}.`,
    );
  }
  if (hasCoupling) list.push('Its coupling channels are not decoded.');
  return list;
}
