import { byteAt } from '../io/bytes.ts';

/** What tells MPEG audio streams apart, from one frame header. `length` is that of the frame, in bytes. */
export interface MpegFrame {
  codec: 'mp1' | 'mp2' | 'mp3';
  length: number;
}

/** kbit/s by index 1-14: MPEG-1 layers I, II, III, then MPEG-2 layer I, and layers II and III. */
const BIT_RATES: readonly (readonly number[])[] = [
  [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

const MPEG1_RATES: readonly number[] = [44100, 48000, 32000];

/**
 * The MPEG audio frame whose header stands at `at`, or undefined when there is none. Free-format frames
 * (bit rate index 0) are not recognised: their length is not in the header.
 *
 * Source: ISO/IEC 11172-3 §2.4.1.3 and §2.4.2.3, ISO/IEC 13818-3 §2.4.2.3; MPEG 2.5 is the extension of
 * Fraunhofer IIS with version bits 00.
 */
export function mpegFrameAt(bytes: Uint8Array, at: number): MpegFrame | undefined {
  if (at + 4 > bytes.length || byteAt(bytes, at) !== 0xff) return undefined;
  const second = byteAt(bytes, at + 1);
  const third = byteAt(bytes, at + 2);
  const version = (second >> 3) & 3;
  const layer = 4 - ((second >> 1) & 3);
  const bitRateIndex = third >> 4;
  const rateIndex = (third >> 2) & 3;
  if (second < 0xe0 || version === 1 || layer === 4 || rateIndex === 3) return undefined;

  const isMpeg1 = version === 3;
  const row = isMpeg1 ? layer - 1 : layer === 1 ? 3 : 4;
  const kilobits = BIT_RATES[row]?.[bitRateIndex - 1];
  const mpeg1Rate = MPEG1_RATES[rateIndex];
  if (kilobits === undefined || mpeg1Rate === undefined) return undefined;

  const sampleRate = mpeg1Rate / (isMpeg1 ? 1 : version === 2 ? 2 : 4);
  const padding = (third >> 1) & 1;
  if (layer === 1)
    return { codec: 'mp1', length: (Math.floor((12_000 * kilobits) / sampleRate) + padding) * 4 };
  const perFrame = layer === 3 && !isMpeg1 ? 72_000 : 144_000;
  return {
    codec: layer === 2 ? 'mp2' : 'mp3',
    length: Math.floor((perFrame * kilobits) / sampleRate) + padding,
  };
}

/**
 * The codec of an MPEG audio stream that begins at `at`: `frames` headers in a row, each where the one before
 * says, of one version, layer and sample rate.
 */
export function mpegStreamAt(bytes: Uint8Array, at: number, frames: number): MpegFrame['codec'] | undefined {
  const first = mpegFrameAt(bytes, at);
  if (first === undefined) return undefined;
  let position = at + first.length;
  for (let i = 1; i < frames; i++) {
    const next = mpegFrameAt(bytes, position);
    if (next === undefined || !isSameMpegStream(bytes, at, position)) return undefined;
    position += next.length;
  }
  return first.codec;
}

function isSameMpegStream(bytes: Uint8Array, a: number, b: number): boolean {
  const versionAndLayer = (byteAt(bytes, a + 1) ^ byteAt(bytes, b + 1)) & 0x1e;
  const sampleRate = (byteAt(bytes, a + 2) ^ byteAt(bytes, b + 2)) & 0x0c;
  return versionAndLayer === 0 && sampleRate === 0;
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
