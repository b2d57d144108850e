/**
 * What stands between containers and codecs: a container gives a track of packets, a codec turns packets into
 * blocks, `PacketInput` puts the two together.
 */
import type { AudioBlock, AudioNote, OpenOptions } from './audio-input.ts';
import type { ChannelLayout } from './layout.ts';

/** The coded bytes of one access unit. */
export interface Packet {
  /** Valid until the next batch of packets is asked for. */
  data: Uint8Array;
  /** How much of this packet's output counts, from its beginning, in ticks of the track; all when absent. */
  keep?: number;
  /** How much of this packet's output does not count, at its end, in ticks of the track. */
  discard?: number;
}

/** One track of a container, from which packets can be read any number of times. */
export interface PacketTrack {
  /** Named as ffmpeg does: `aac`, `mp3`, `mp2`, `opus`, `vorbis`, `flac`, `alac`, `pcm_s16be` … */
  codec: string;
  /**
   * What the codec needs before its first packet, as Matroska's CodecPrivate has it: AudioSpecificConfig (aac),
   * OpusHead (opus), the three headers in Xiph lacing (vorbis), `fLaC` and metadata blocks or a bare STREAMINFO
   * (flac), the magic cookie without its box (alac). Empty where there is none.
   */
  config: Uint8Array;
  /** What the container says, undefined when it is silent; the codec may know better. */
  sampleRate: number | undefined;
  channels: number | undefined;
  bitsPerSample?: number | undefined;
  layout?: ChannelLayout | undefined;
  /** Ticks per second of `skip`, `duration` and `Packet.keep`. */
  timeScale: number;
  /** Ticks to be cut at the beginning: encoder delay, pre-skip, start of an edit list. */
  skip: number;
  /** Ticks that count behind those; undefined when all the rest does or the container does not know. */
  duration: number | undefined;
  tags?: Readonly<Record<string, string>> | undefined;
  /** Remarks on the container so far, whole sentences; complete when `packets` has ended. */
  readonly notes?: readonly AudioNote[];
  /** Packets from the first on, in batches. @throws AudioError when the container proves to be damaged. */
  packets(signal?: AbortSignal): AsyncGenerator<readonly Packet[], void, undefined>;
}

/** What a decoder makes of its packets. */
export interface DecodedFormat {
  /** Named as ffmpeg does. */
  codec: string;
  profile?: string | undefined;
  sampleRate: number;
  channels: number;
  layout: ChannelLayout;
  /** Precision of the samples; 0 for lossy codecs. */
  bitsPerSample: number;
}

/** A codec at work on one track. */
export interface PacketDecoder {
  readonly format: DecodedFormat;

  /** Remarks for people who ask for details, for instance on parts of the codec that are not decoded. */
  readonly details?: readonly string[];

  /**
   * Decodes one packet. The block (it may have 0 frames) and its arrays are reused at the next call.
   *
   * @throws DamagedPacket when the packet cannot be decoded; the next one still can be, after `reset`.
   */
  decode(data: Uint8Array): AudioBlock;

  /** What is still inside after the last packet. */
  flush?(): AudioBlock;

  /** Back to the state before the first packet, for a new beginning or after damage. */
  reset(): void;

  /** Frees what the garbage collector does not. */
  close?(): void;
}

/**
 * Starts a decoder for a track of a file named `path` (for messages).
 *
 * @throws AudioError when `config` is damaged or asks for what is not decoded.
 */
export type PacketCodec = (
  path: string,
  track: PacketTrack,
  wanted: NonNullable<OpenOptions['wanted']>,
) => Promise<PacketDecoder> | PacketDecoder;

/** A packet that a decoder cannot make sense of. `message` says why, for instance `it ends inside its spectrum`. */
export class DamagedPacket extends Error {
  /** How many frames of silence stand for it; as many as the block before had when undefined. */
  readonly frames: number | undefined;

  constructor(message: string, frames?: number) {
    super(message);
    this.frames = frames;
  }
}
