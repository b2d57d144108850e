import type { AudioBlock } from '../../audio-input.ts';
import { DamagedPacket, type DecodedFormat, type PacketDecoder } from '../../packets.ts';
import { type AdtsHeader, adtsHeaderAt } from './adts-header.ts';
import { bandTables } from './bands.ts';
import { type ChannelPlan, CPE, layoutOf, SCE } from './channel-plan.ts';
import { createEngine, type Engine } from './engine.ts';
import { BLOCK, FilterBank } from './filter-bank.ts';
import { RawBlockReader, type Slot } from './raw-block.ts';
import { createSbrEngine } from './sbr/kernel-sbr-engine.ts';
import { SbrTools } from './sbr/sbr-channel.ts';
import { SbrElement, type SbrOutput } from './sbr/sbr-element.ts';
import { MixedPair, SeparateChannels, type Synthesis } from './synthesis.ts';

/** What an AAC stream has been found to be. */
export interface AacStream {
  /** Rate of the core in Hz. */
  sampleRate: number;
  plan: ChannelPlan;
  /** Whether packets must begin with an ADTS header; they may in any case. */
  isAdts: boolean;
  profile: 'LC' | 'HE-AAC v1' | 'HE-AAC v2';
  /** Whether band replication is decoded, where there is any; its core alone may have all that is wanted. */
  isReplicated: boolean;
  hasCoupling: boolean;
}

/**
 * By how much band replication delays what it decodes, in samples of the core. Containers count on it where they say
 * how much is to be cut, so the bare core has to come as late. Measured on ffmpeg's decoder: 962 at the doubled rate.
 */
const SBR_DELAY = 481;

/** What parametric stereo makes of one channel. */
const STEREO = ['FL', 'FR'] as const;

/** An ADTS frame has at most so many blocks. */
const MOST_BLOCKS = 4;

/** Decodes AAC-LC and HE-AAC. Pairs are mixed to one channel where `isMono`. */
export class AacDecoder implements PacketDecoder {
  readonly format: DecodedFormat;
  readonly details: readonly string[];
  readonly #stream: AacStream;
  readonly #engine: Engine;
  readonly #blocks: RawBlockReader;
  readonly #synthesis: readonly Synthesis[];
  readonly #samples: readonly Float32Array[];
  readonly #output: AudioBlock;
  readonly #delay: number;
  /** Frames of a block. */
  readonly #block: number;
  /** For packets of several blocks, and where output is delayed; what is delayed stands behind the last output. */
  #joined: Float32Array[] = [];
  #lastFrames = 0;

  constructor(stream: AacStream, isMono: boolean, engine = createEngine(layoutOf(stream.plan).length)) {
    this.#stream = stream;
    const { plan, sampleRate, profile, isReplicated } = stream;
    const layout = layoutOf(plan);
    const isMixed = isMono && plan.length === 1 && plan[0]?.kind === CPE;
    const isStereo = !isMono && profile === 'HE-AAC v2' && plan.length === 1 && plan[0]?.kind === SCE;
    const rate = isReplicated ? 2 * sampleRate : sampleRate;
    this.#engine = engine;
    this.#blocks = new RawBlockReader(
      plan,
      bandTables(sampleRate, engine.i32),
      engine,
      isReplicated ? rate : undefined,
    );
    this.#synthesis = isReplicated
      ? replicated(this.#blocks.slots, engine, isMixed ? 'mixed' : isStereo ? 'stereo' : 'each')
      : plain(this.#blocks.slots, engine, isMixed);
    this.#samples = this.#synthesis.flatMap(({ samples }) => samples);
    this.#output = { frames: 0, channels: [...this.#samples] };
    this.#delay = profile === 'LC' || isReplicated ? 0 : SBR_DELAY;
    this.#block = isReplicated ? 2 * BLOCK : BLOCK;
    this.format = {
      codec: 'aac',
      profile,
      sampleRate: rate,
      channels: this.#samples.length,
      layout: isMixed ? ['mono'] : isReplicated && isStereo ? STEREO : layout,
      bitsPerSample: 0,
    };
    this.details = remarks(stream);
  }

  decode(data: Uint8Array): AudioBlock {
    const { bits } = this.#engine;
    bits.load(data);
    const header = this.#enter(data);
    const blocks = header?.blocks ?? 1;
    const isJoined = blocks > 1 || this.#delay > 0;
    if (isJoined) this.#prepareToJoin();
    for (let block = 0; block < blocks; block++) {
      this.#decodeBlock();
      if (header?.hasBlockChecksums === true) bits.skip(16);
      if (isJoined) this.#join(block);
    }
    this.#output.frames = blocks * this.#block;
    this.#output.channels = isJoined ? this.#joined : (this.#samples as Float32Array[]);
    return this.#output;
  }

  reset(): void {
    this.#engine.reset();
    for (const synthesis of this.#synthesis) synthesis.reset();
    for (const joined of this.#joined) joined.fill(0);
    this.#lastFrames = 0;
  }

  /** Goes behind the header of an ADTS frame. A raw block never begins like one: it would be empty. */
  #enter(data: Uint8Array): AdtsHeader | undefined {
    const header = adtsHeaderAt(data, 0);
    if (header === undefined) {
      if (this.#stream.isAdts) throw new DamagedPacket('it has no ADTS header');
      return undefined;
    }
    if (header.sampleRate !== this.#stream.sampleRate) {
      throw new DamagedPacket(`its sample rate is another one (${header.sampleRate} Hz)`);
    }
    const { bits } = this.#engine;
    bits.end = Math.min(bits.end, header.length * 8);
    bits.skip(header.headerLength * 8);
    return header;
  }

  #decodeBlock(): void {
    this.#blocks.read(this.#engine.bits);
    const { slots } = this.#blocks;
    if (this.#blocks.kinds.length > 0 && slots.every(({ isFilled }) => !isFilled)) {
      throw new DamagedPacket('its channels are not those of the beginning');
    }
    slots.forEach((slot, i) => {
      if (!slot.isFilled) silence(slot);
      this.#synthesis[i]?.run();
    });
  }

  #prepareToJoin(): void {
    const delay = this.#delay;
    const last = this.#lastFrames;
    if (this.#joined.length === 0) {
      this.#joined = this.#samples.map(() => new Float32Array(MOST_BLOCKS * this.#block + delay));
    }
    for (const joined of this.#joined) joined.copyWithin(0, last, last + delay);
    this.#lastFrames = 0;
  }

  #join(block: number): void {
    this.#samples.forEach((samples, i) => {
      this.#joined[i]?.set(samples, this.#delay + block * this.#block);
    });
    this.#lastFrames = (block + 1) * this.#block;
  }
}

/** Synthesis of the core alone. */
function plain(slots: readonly Slot[], engine: Engine, isMixed: boolean): Synthesis[] {
  const filters = new FilterBank(engine.bank);
  return slots.map(({ streams }) =>
    isMixed ? new MixedPair(streams, filters, engine) : new SeparateChannels(streams, filters, engine),
  );
}

/** Synthesis with band replication, at the doubled rate. */
function replicated(slots: readonly Slot[], engine: Engine, output: SbrOutput): Synthesis[] {
  const filters = new FilterBank(engine.bank);
  const inputs = slots.reduce((sum, { streams }) => sum + streams.length, 0);
  const tools = new SbrTools(createSbrEngine(inputs + (output === 'stereo' ? 1 : 0)));
  return slots.flatMap(({ streams, sbr }) => {
    const core = new SeparateChannels(streams, filters, engine);
    return sbr === undefined ? [] : [new SbrElement(core, sbr, tools, output)];
  });
}

/** An element that is missing from a block. */
function silence({ streams }: Slot): void {
  for (const stream of streams) stream.clear();
}

function remarks({ hasCoupling }: AacStream): string[] {
  return hasCoupling ? ['Its coupling channels are not decoded.'] : [];
}
