import { byteAt } from '../io/bytes.ts';
import { freeFormatLength, isSameMpegStream, type MpegHeader, mpegHeaderAt } from './mpeg-header.ts';

/** What tells MPEG audio streams apart, from one frame header. `length` is that of the frame, in bytes. */
export interface MpegFrame {
  codec: MpegHeader['codec'];
  length: number;
}

/** Headers in a row that prove a stream in free format, where no header says how long its frame is. */
const FREE_FORMAT_FRAMES = 4;

/**
 * The MPEG audio frame whose header stands at `at`, or undefined when there is none. Free-format frames
 * (bit rate index 0) are not recognised: their length is not in the header.
 */
export function mpegFrameAt(bytes: Uint8Array, at: number): MpegFrame | undefined {
  const header = mpegHeaderAt(bytes, at);
  return header === undefined || header.length === 0 ? undefined : header;
}

/**
 * The codec of an MPEG audio stream that begins at `at`: `frames` headers in a row, each where the one before
 * says, of one version, layer and sample rate. In free format at least four, at equal distances.
 */
export function mpegStreamAt(bytes: Uint8Array, at: number, frames: number): MpegFrame['codec'] | undefined {
  const first = mpegHeaderAt(bytes, at);
  if (first === undefined) return undefined;
  if (first.length === 0) {
    const length = freeFormatLength(bytes, at, Math.max(frames, FREE_FORMAT_FRAMES));
    return length === undefined ? undefined : first.codec;
  }
  let position = at + first.length;
  for (let i = 1; i < frames; i++) {
    const next = mpegFrameAt(bytes, position);
    if (next === undefined || !isSameMpegStream(bytes, at, position)) return undefined;
    position += next.length;
  }
  return first.codec;
}

/**
 * Whether `frames` ADTS headers (raw AAC files) follow one another from `at`, with the same fixed part.
 *
 * Source: ISO/IEC 14496-3 §1.A.2.2.1 (adts_fixed_header) and §1.A.2.2.2 (adts_variable_header).
 */
export function isAdtsStreamAt(bytes: Uint8Array, at: number, frames: number): boolean {
  let position = at;
  for (let i = 0; i < frames; i++) {
    const length = adtsFrameLengthAt(bytes, position);
    if (length === undefined) return false;
    // Fixed part: all of the first 28 bits but private_bit, original/copy and home, which writers may flip.
    if (byteAt(bytes, position + 1) !== byteAt(bytes, at + 1)) return false;
    if ((byteAt(bytes, position + 2) & 0xfd) !== (byteAt(bytes, at + 2) & 0xfd)) return false;
    if ((byteAt(bytes, position + 3) & 0xc0) !== (byteAt(bytes, at + 3) & 0xc0)) return false;
    position += length;
  }
  return true;
}

/**
 * Whether `frames` LOAS frames (AAC in LATM, as broadcast has it) follow one another from `at`.
 *
 * Source: ISO/IEC 14496-3 §1.7.2, Table 1.36 (AudioSyncStream).
 */
export function isLoasStreamAt(bytes: Uint8Array, at: number, frames: number): boolean {
  let position = at;
  for (let i = 0; i < frames; i++) {
    const second = byteAt(bytes, position + 1);
    const length = ((second & 0x1f) << 8) | byteAt(bytes, position + 2);
    if (byteAt(bytes, position) !== 0x56 || second < 0xe0 || length === 0) return false;
    position += 3 + length;
  }
  return true;
}

function adtsFrameLengthAt(bytes: Uint8Array, at: number): number | undefined {
  if (at + 7 > bytes.length || byteAt(bytes, at) !== 0xff) return undefined;
  const second = byteAt(bytes, at + 1);
  const rateIndex = (byteAt(bytes, at + 2) >> 2) & 15;
  if ((second & 0xf6) !== 0xf0 || rateIndex > 12) return undefined;
  const length =
    ((byteAt(bytes, at + 3) & 3) << 11) | (byteAt(bytes, at + 4) << 3) | (byteAt(bytes, at + 5) >> 5);
  const headerLength = (second & 1) === 1 ? 7 : 9;
  return length > headerLength ? length : undefined;
}
