import type { ByteSource } from './io/file-source.ts';
import type { ChannelLayout } from './layout.ts';
import type { Container, FileType } from './probe/file-type.ts';

/**
 * What an open audio file holds. `sampleRate` is in Hz; `codec` is named as ffmpeg does (`pcm_s16le`,
 * `pcm_mulaw`); `frames` and `seconds` are undefined when only decoding to the end would tell.
 */
export interface AudioInfo {
  container: Container;
  codec: string;
  sampleRate: number;
  channels: number;
  /** Precision of the samples; 0 for lossy codecs, which have none. */
  bitsPerSample: number;
  frames: number | undefined;
  seconds: number | undefined;
  /** The speaker of each channel, in channel order. */
  layout: ChannelLayout;
  /** What the codec calls this way of coding, for instance `LC` or `HE-AAC v1`. */
  profile?: string | undefined;
  /** Title, artist and the like, by lower-case names; text from the file, not cleaned. */
  tags?: Readonly<Record<string, string>> | undefined;
}

/**
 * Some frames of audio, planar: one array for each channel, its first `frames` values being samples with a
 * nominal range of -1 to 1. The arrays are reused for the next block.
 */
export interface AudioBlock {
  frames: number;
  channels: Float32Array[];
}

/** An open audio file. Memory stays bounded whatever its length. */
export interface AudioInput {
  readonly info: AudioInfo;

  /**
   * What a person should know about the decoding so far: damage that was bridged, parts that were not decoded.
   * Whole sentences; complete when `blocks` has ended.
   */
  readonly notes?: readonly AudioNote[];

  /** The audio comes while it is made: what follows passes it on at once, whatever that costs. */
  readonly isLive?: boolean;

  /**
   * Decodes from the beginning, at each call anew. An aborted `signal` ends it with the signal's reason.
   *
   * @throws AudioError when the file cannot be read or proves to be damaged.
   */
  blocks(signal?: AbortSignal): AsyncGenerator<AudioBlock, void, undefined>;

  /** Closes the file; a second call does nothing. */
  close(): Promise<void>;
}

/** A remark on a decoded file. A `warning` says that something was lost, a `detail` only explains. */
export interface AudioNote {
  level: 'warning' | 'detail';
  text: string;
}

/** How a file is opened. */
export interface OpenOptions {
  /** Use what there is of a file that is shorter than it says. */
  allowTruncated?: boolean | undefined;
  /** What the audio is wanted as. A decoder that can deliver that at less cost may do so; none has to. */
  wanted?: { sampleRate?: number | undefined; mono?: boolean | undefined } | undefined;
}

/**
 * Opens one kind of file: reads as much as `info` needs. The input it returns owns `source` and closes it;
 * when it throws (AudioError), the caller closes it.
 */
export type Opener = (source: ByteSource, type: FileType, options: OpenOptions) => Promise<AudioInput>;
