import type { AudioBlock, AudioInfo, AudioInput, AudioNote } from './audio-input.ts';
import { countOf } from './errors.ts';
import { damaged } from './file-errors.ts';
import type { ByteSource } from './io/file-source.ts';
import { DamagedPacket, type Packet, type PacketDecoder, type PacketTrack } from './packets.ts';
import type { FileType } from './probe/file-type.ts';

/**
 * A track and its decoder as an audio file: cuts encoder delay and padding to the sample, puts silence in the
 * place of packets that cannot be decoded, and counts them. Owns `source` and the decoder.
 */
export class PacketInput implements AudioInput {
  readonly info: AudioInfo;
  readonly #source: ByteSource;
  readonly #track: PacketTrack;
  readonly #decoder: PacketDecoder;
  #notes: AudioNote[] = [];

  constructor(source: ByteSource, type: FileType, track: PacketTrack, decoder: PacketDecoder) {
    this.#source = source;
    this.#track = track;
    this.#decoder = decoder;
    const { codec, sampleRate, channels, bitsPerSample, layout, profile } = decoder.format;
    const frames = track.duration === undefined ? undefined : this.#framesOf(track.duration);
    this.info = {
      container: type.container,
      codec,
      sampleRate,
      channels,
      bitsPerSample,
      frames,
      seconds: frames === undefined ? undefined : frames / sampleRate,
      layout,
      profile,
      tags: track.tags,
    };
  }

  get notes(): readonly AudioNote[] {
    const details = this.#decoder.details ?? [];
    const ofDecoder = details.map((text) => ({ level: 'detail' as const, text }));
    return [...ofDecoder, ...(this.#track.notes ?? []), ...this.#notes];
  }

  async *blocks(signal?: AbortSignal): AsyncGenerator<AudioBlock, void, undefined> {
    this.#decoder.reset();
    this.#notes = [];
    const window = new Window(this.#framesOf(this.#track.skip), this.info.frames);
    const concealer = new Concealer(this.#decoder);
    for await (const batch of this.#track.packets(signal)) {
      signal?.throwIfAborted();
      for (const packet of batch) {
        const block = window.cut(this.#kept(packet, concealer.decode(packet.data, this.#limitOf(packet))));
        if (block.frames > 0) yield block;
      }
      if (window.isOver) break;
    }
    if (this.#decoder.flush !== undefined && !window.isOver) {
      const block = window.cut(this.#decoder.flush());
      if (block.frames > 0) yield block;
    }
    this.#judge(concealer);
  }

  async close(): Promise<void> {
    this.#decoder.close?.();
    await this.#source.close();
  }

  /** Ticks of the track as frames of the decoder: they differ where it decodes at a rate of its own. */
  #framesOf(ticks: number): number {
    return Math.round((ticks * this.#decoder.format.sampleRate) / this.#track.timeScale);
  }

  /** The most frames of a packet that count. */
  #limitOf({ keep }: Packet): number {
    return keep === undefined ? Number.POSITIVE_INFINITY : this.#framesOf(keep);
  }

  #kept(packet: Packet, block: AudioBlock): AudioBlock {
    if (packet.keep !== undefined) block.frames = Math.min(block.frames, this.#framesOf(packet.keep));
    if (packet.discard !== undefined)
      block.frames = Math.max(0, block.frames - this.#framesOf(packet.discard));
    return block;
  }

  #judge({ packets, damaged: count, reason }: Concealer): void {
    if (count === 0) return;
    const what = `${countOf(count, 'packet')} of ${packets.toLocaleString('en-US')}`;
    if (count === packets) {
      throw damaged(this.#source.path, `nothing of it can be decoded (the first packet: ${reason})`);
    }
    this.#notes.push({
      level: 'warning',
      text: `"${this.#source.path}" is damaged: silence stands in the place of ${what} (the first: ${reason}).`,
    });
  }
}

/** Decodes packets, and answers with silence where one is damaged: as long as that says, or as the block before. */
class Concealer {
  packets = 0;
  damaged = 0;
  /** Why the first damaged packet could not be decoded. */
  reason = '';
  readonly #decoder: PacketDecoder;
  #lastFrames = 0;
  #zeros: Float32Array[] = [];

  constructor(decoder: PacketDecoder) {
    this.#decoder = decoder;
  }

  /** Decodes a packet of which at most `limit` frames count. */
  decode(data: Uint8Array, limit: number): AudioBlock {
    this.packets++;
    try {
      const block = this.#decoder.decode(data);
      this.#lastFrames = block.frames;
      return block;
    } catch (error) {
      if (!(error instanceof DamagedPacket)) throw error;
      if (this.damaged++ === 0) this.reason = error.message;
      this.#decoder.reset();
      return this.#silence(Math.min(limit, error.frames ?? this.#lastFrames));
    }
  }

  #silence(frames: number): AudioBlock {
    if (frames > (this.#zeros[0]?.length ?? 0)) {
      const { channels } = this.#decoder.format;
      this.#zeros = Array.from({ length: channels }, () => new Float32Array(frames));
    }
    for (const zeros of this.#zeros) zeros.fill(0, 0, frames);
    return { frames, channels: this.#zeros };
  }
}

/** Lets `length` frames through after leaving out `skip`. */
class Window {
  #skip: number;
  #left: number;

  constructor(skip: number, length = Number.POSITIVE_INFINITY) {
    this.#skip = skip;
    this.#left = length;
  }

  get isOver(): boolean {
    return this.#left === 0;
  }

  cut(block: AudioBlock): AudioBlock {
    const skipped = Math.min(this.#skip, block.frames);
    const frames = Math.min(this.#left, block.frames - skipped);
    this.#skip -= skipped;
    this.#left -= frames;
    if (skipped === 0 && frames === block.frames) return block;
    return { frames, channels: block.channels.map((channel) => channel.subarray(skipped, skipped + frames)) };
  }
}
