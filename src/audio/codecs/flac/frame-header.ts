import { byteAt } from '../../io/bytes.ts';
import { crc8 } from './crc.ts';
import type { StreamInfo } from './stream-info.ts';

/** Ways to code two channels together. */
export const LEFT_SIDE = 8;
export const SIDE_RIGHT = 9;
const MID_SIDE = 10;

/** The most that a frame header takes: sync and codes, a coded number, block size, sample rate, CRC-8. */
export const MAX_HEADER_BYTES = 4 + 7 + 2 + 2 + 1;

/** What the header of a frame says. */
export interface FrameHeader {
  /** Blocks of the stream differ in size, and `number` counts samples; otherwise it counts frames. */
  isVariable: boolean;
  number: number;
  /** Samples in each channel. */
  blockSize: number;
  channels: number;
  /** 0 to 7: so many independent channels and one more; `LEFT_SIDE`, `SIDE_RIGHT` or `MID_SIDE`. */
  assignment: number;
  bitsPerSample: number;
  /** In bytes. */
  length: number;
}

const SAMPLE_RATES = [
  0, 88_200, 176_400, 192_000, 8000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 96_000,
];
const BITS_PER_SAMPLE = [0, 8, 12, undefined, 16, 20, 24, 32];

/**
 * The frame header at `at`, or undefined when there is none: no sync code, a reserved value, something else than
 * `info` says of the stream, a wrong CRC-8, or the end of `bytes` inside it.
 *
 * Source: RFC 9639 §9.1.
 */
export function parseFrameHeader(bytes: Uint8Array, at: number, info: StreamInfo): FrameHeader | undefined {
  if (bytes[at] !== 0xff || (byteAt(bytes, at + 1) & 0xfe) !== 0xf8) return undefined;
  const isVariable = (byteAt(bytes, at + 1) & 1) === 1;
  const sizeCode = byteAt(bytes, at + 2) >> 4;
  const rateCode = byteAt(bytes, at + 2) & 15;
  const assignment = byteAt(bytes, at + 3) >> 4;
  const bits = BITS_PER_SAMPLE[(byteAt(bytes, at + 3) >> 1) & 7];
  if (sizeCode === 0 || rateCode === 15 || assignment > MID_SIDE || bits === undefined) return undefined;
  if ((byteAt(bytes, at + 3) & 1) === 1) return undefined;
  const channels = assignment < LEFT_SIDE ? assignment + 1 : 2;
  if (channels !== info.channels || (bits !== 0 && bits !== info.bitsPerSample)) return undefined;

  const digits = codedNumberBytes(byteAt(bytes, at + 4));
  if (digits === 0 || (digits === 7 && !isVariable)) return undefined;
  const number = codedNumber(bytes, at + 4, digits);
  let next = at + 4 + digits;
  const blockSize = blockSizeOf(sizeCode, bytes, next);
  next += extraSizeBytes(sizeCode);
  const rate = sampleRateOf(rateCode, bytes, next);
  next += extraRateBytes(rateCode);
  if (rate !== 0 && rate !== info.sampleRate) return undefined;
  if (number < 0 || next >= bytes.length || crc8(bytes, at, next + 1) !== 0) return undefined;
  const length = next + 1 - at;
  return { isVariable, number, blockSize, channels, assignment, bitsPerSample: info.bitsPerSample, length };
}

/** Bytes of the coded number that begins with `first`, or 0 when none does. */
function codedNumberBytes(first: number): number {
  const ones = Math.clz32(~(first << 24));
  if (ones === 0) return 1;
  return ones === 1 || ones === 8 ? 0 : ones;
}

/** The number, of at most 36 bits, coded as in UTF-8, or -1. */
function codedNumber(bytes: Uint8Array, at: number, length: number): number {
  let value = byteAt(bytes, at) & (length === 1 ? 0x7f : 0x7f >> length);
  for (let i = 1; i < length; i++) {
    const byte = byteAt(bytes, at + i);
    if ((byte & 0xc0) !== 0x80) return -1;
    value = value * 64 + (byte & 0x3f);
  }
  return value;
}

function extraSizeBytes(code: number): number {
  return code === 6 ? 1 : code === 7 ? 2 : 0;
}

function blockSizeOf(code: number, bytes: Uint8Array, at: number): number {
  if (code === 1) return 192;
  if (code <= 5) return 144 << code;
  if (code === 6) return byteAt(bytes, at) + 1;
  if (code === 7) return byteAt(bytes, at) * 256 + byteAt(bytes, at + 1) + 1;
  return 1 << code;
}

function extraRateBytes(code: number): number {
  return code < 12 ? 0 : code === 12 ? 1 : 2;
}

function sampleRateOf(code: number, bytes: Uint8Array, at: number): number {
  if (code < 12) return SAMPLE_RATES[code] as number;
  if (code === 12) return byteAt(bytes, at) * 1000;
  return (byteAt(bytes, at) * 256 + byteAt(bytes, at + 1)) * (code === 13 ? 1 : 10);
}
