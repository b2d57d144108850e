import { damaged } from '../../file-errors.ts';
import { byteAt, hasChars, u32be } from '../../io/bytes.ts';
import { channelMask, parseVorbisComment } from './vorbis-comment.ts';

/** Length of a STREAMINFO block in bytes. */
const STREAM_INFO_BYTES = 34;

/** Types of metadata blocks. Source: RFC 9639 §8.1. */
export const STREAM_INFO_BLOCK = 0;
export const VORBIS_COMMENT_BLOCK = 4;

/** What STREAMINFO says of a FLAC stream. */
export interface StreamInfo {
  /** The largest block, in samples of each channel. */
  maxBlockSize: number;
  sampleRate: number;
  channels: number;
  bitsPerSample: number;
  /** Samples in each channel; 0 where that was not known. */
  totalSamples: number;
}

const MIN_RATE = 1000;
const MAX_RATE = 768_000;
const MIN_BLOCK_SIZE = 16;
const LARGEST_BLOCK_SIZE = 65_535;

/**
 * The STREAMINFO block (its 34 bytes without the block header) of the file `path`.
 *
 * Source: RFC 9639 §8.2.
 *
 * @throws AudioError when it is cut, or asks for what makes no sense.
 */
export function parseStreamInfo(path: string, block: Uint8Array): StreamInfo {
  if (block.length < STREAM_INFO_BYTES) {
    throw damaged(path, `its STREAMINFO block holds ${block.length} bytes instead of ${STREAM_INFO_BYTES}`);
  }
  const packed = u32be(block, 10);
  const info = {
    maxBlockSize: byteAt(block, 2) * 256 + byteAt(block, 3),
    sampleRate: packed >>> 12,
    channels: ((packed >>> 9) & 7) + 1,
    bitsPerSample: ((packed >>> 4) & 31) + 1,
    totalSamples: (packed & 15) * 2 ** 32 + u32be(block, 14),
  };
  if (info.bitsPerSample < 4) {
    throw damaged(path, `its STREAMINFO says ${info.bitsPerSample} bits in a sample; 4 to 32 are possible`);
  }
  if (info.sampleRate < MIN_RATE || info.sampleRate > MAX_RATE) {
    const rate = info.sampleRate.toLocaleString('en-US');
    throw damaged(path, `its STREAMINFO says ${rate} Hz; 1,000 to 768,000 Hz make sense`);
  }
  // Some writers leave the field empty. What the frames say counts then.
  if (info.maxBlockSize < MIN_BLOCK_SIZE) info.maxBlockSize = LARGEST_BLOCK_SIZE;
  return info;
}

/**
 * More bytes than any encoder gives to a frame of `info`: twice those of samples without prediction, of which one
 * channel may have a bit more than the others.
 */
export function frameBytesBound({ bitsPerSample, channels, maxBlockSize }: StreamInfo): number {
  return 1024 + Math.ceil((2 * channels * maxBlockSize * (bitsPerSample + 1)) / 8);
}

/** What the configuration of a FLAC track holds: STREAMINFO, and the mask of its speakers (0: none is given). */
export interface FlacConfig {
  info: StreamInfo;
  channelMask: number;
}

/**
 * The configuration of a FLAC track as containers hold it: STREAMINFO alone (Ogg), `fLaC` and metadata blocks
 * (Matroska), the content of a `dfLa` box, which is version, flags and metadata blocks (MP4).
 *
 * Source: RFC 9639 §10.1 to §10.3; "Encapsulation of FLAC in ISO Base Media File Format" 0.0.4 §3.3.2.
 *
 * @throws AudioError when there is no STREAMINFO in it or that makes no sense.
 */
export function parseFlacConfig(path: string, config: Uint8Array): FlacConfig {
  const isNative = hasChars(config, 0, 'fLaC');
  if (!isNative && config.length === STREAM_INFO_BYTES) {
    return { info: parseStreamInfo(path, config), channelMask: 0 };
  }
  if (!isNative && u32be(config, 0) !== 0) throw damaged(path, 'its FLAC configuration has no known form');
  return parseBlocks(path, config.subarray(4));
}

function parseBlocks(path: string, blocks: Uint8Array): FlacConfig {
  let info: StreamInfo | undefined;
  let mask = 0;
  let isLast = false;
  for (let at = 0; at + 4 <= blocks.length && !isLast; ) {
    const header = u32be(blocks, at);
    const body = blocks.subarray(at + 4, at + 4 + (header & 0xffffff));
    const type = (header >>> 24) & 0x7f;
    if (type === STREAM_INFO_BLOCK) info ??= parseStreamInfo(path, body);
    if (type === VORBIS_COMMENT_BLOCK) mask = channelMask(parseVorbisComment(body));
    isLast = header >>> 31 === 1;
    at += 4 + (header & 0xffffff);
  }
  if (info === undefined) throw damaged(path, 'its FLAC configuration has no STREAMINFO');
  return { info, channelMask: mask };
}
