import { opusPacketDuration, parseOpusHead } from '../../codecs/opus/opus-head.ts';
import { parseVorbisConfig, xiphLaced } from '../../codecs/vorbis/config.ts';
import { durationMeter } from '../../codecs/vorbis/packet-duration.ts';
import { damaged } from '../../file-errors.ts';
import { byteAt, hasChars, u32be } from '../../io/bytes.ts';
import { parseComments } from './comments.ts';
import type { StreamKind } from './stream-kind.ts';

/** What the header packets of a stream say of it. */
export interface StreamHead {
  codec: string;
  config: Uint8Array;
  sampleRate: number;
  channels: number;
  bitsPerSample?: number;
  /** Units of granule positions per second. */
  timeScale: number;
  /** Ticks at the beginning that the codec itself asks to be cut. */
  preSkip: number;
  /** Ticks in the whole stream, where its header says so. */
  total?: number;
  tags: Readonly<Record<string, string>>;
  /** A new meter for the ticks that each packet adds to the output, called for the packets in order. */
  durationMeter?: () => (packet: Uint8Array) => number;
  /** Whether output before granule position 0 is cut. */
  cutsBeforeZero: boolean;
}

const FLAC_HEAD_BYTES = 51;
/** Source: RFC 9639 §8.1: block type 4 is a Vorbis comment; the top bit marks the last block. */
const FLAC_COMMENT = 4;

/** How many header packets the stream has, given those that came (at least one). Source: as `parseHeaders`. */
export function needsMoreHeaders(codec: NonNullable<StreamKind['codec']>, headers: Uint8Array[]): boolean {
  if (codec === 'vorbis') return headers.length < 3;
  if (codec === 'opus') return headers.length < 2;
  const first = headers[0] ?? new Uint8Array(0);
  const promised = byteAt(first, 7) * 256 + byteAt(first, 8);
  if (promised > 0) return headers.length < 1 + promised;
  const last = headers[headers.length - 1] ?? first;
  const lastFlag = headers.length === 1 ? byteAt(first, 13) : byteAt(last, 0);
  return lastFlag < 0x80;
}

/**
 * Reads the header packets of a stream.
 *
 * Source: Vorbis I specification §4.2 and A.2; RFC 7845 §3 to §5; RFC 9639 §10.1.
 *
 * @throws AudioError when they are damaged
 */
export function parseHeaders(
  path: string,
  codec: NonNullable<StreamKind['codec']>,
  headers: Uint8Array[],
): StreamHead {
  const [first = new Uint8Array(0), second = new Uint8Array(0), third = new Uint8Array(0)] = headers;
  if (codec === 'opus') return opusHead(path, first, second);
  if (codec === 'flac') return flacHead(path, first, second);
  return vorbisHead(path, first, second, third);
}

function vorbisHead(path: string, id: Uint8Array, comments: Uint8Array, setup: Uint8Array): StreamHead {
  // Tags are no business of the codec, and may hold megabytes of pictures.
  const config = xiphLaced([id, comments.subarray(0, 7), setup]);
  const { identification, setup: parsed } = parseVorbisConfig(path, config);
  return {
    codec: 'vorbis',
    config,
    sampleRate: identification.sampleRate,
    channels: identification.channels,
    timeScale: identification.sampleRate,
    preSkip: 0,
    tags: hasChars(comments, 0, '\x03vorbis') ? parseComments(comments, 7) : {},
    durationMeter: () => durationMeter(identification, parsed),
    cutsBeforeZero: true,
  };
}

function opusHead(path: string, head: Uint8Array, comments: Uint8Array): StreamHead {
  const { channels, preSkip } = parseOpusHead(path, head);
  return {
    codec: 'opus',
    config: head,
    sampleRate: 48_000,
    channels,
    timeScale: 48_000,
    preSkip,
    tags: hasChars(comments, 0, 'OpusTags') ? parseComments(comments, 8) : {},
    durationMeter: () => opusPacketDuration,
    cutsBeforeZero: false,
  };
}

function flacHead(path: string, head: Uint8Array, comments: Uint8Array): StreamHead {
  if (head.length < FLAC_HEAD_BYTES || byteAt(head, 5) !== 1 || !hasChars(head, 9, 'fLaC')) {
    throw damaged(path, 'the header of its FLAC stream is cut off or not of version 1');
  }
  const config = head.subarray(17, FLAC_HEAD_BYTES);
  // 20 bits of rate, 3 of channels, 5 of bits, 36 of samples, all from byte 10 of STREAMINFO on.
  const packed = u32be(config, 10);
  const sampleRate = packed >>> 12;
  const total = (packed % 16) * 0x100000000 + u32be(config, 14);
  const isComment = (byteAt(comments, 0) & 0x7f) === FLAC_COMMENT;
  return {
    codec: 'flac',
    config,
    sampleRate,
    channels: ((packed >>> 9) & 7) + 1,
    bitsPerSample: ((packed >>> 4) & 31) + 1,
    timeScale: Math.max(1, sampleRate),
    preSkip: 0,
    ...(total > 0 ? { total } : {}),
    tags: isComment ? parseComments(comments, 4) : {},
    cutsBeforeZero: false,
  };
}
