import type { FileSource } from './io/file-source.ts';
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
  bitsPerSample: number;
  frames: number | undefined;
  seconds: number | undefined;
  /** The speaker of each channel, in channel order. */
  layout: ChannelLayout;
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
   * Decodes from the beginning, at each call anew. An aborted `signal` ends it with the signal's reason.
   *
   * @throws AudioError when the file cannot be read or proves to be damaged.
   */
  blocks(signal?: AbortSignal): AsyncGenerator<AudioBlock, void, undefined>;

  /** Closes the file; a second call does nothing. */
  close(): Promise<void>;
}

/** How a file is opened. `allowTruncated`: use what there is of a file that is shorter than it says. */
export interface OpenOptions {
  allowTruncated?: boolean | undefined;
}

/**
 * Opens one kind of file: reads as much as `info` needs. The input it returns owns `source` and closes it;
 * when it throws (AudioError), the caller closes it.
 */
export type Decoder = (source: FileSource, type: FileType, options: OpenOptions) => Promise<AudioInput>;
