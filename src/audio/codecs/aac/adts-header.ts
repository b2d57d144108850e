import { byteAt } from '../../io/bytes.ts';
import { RATES } from './bands.ts';

/** The shortest ADTS header, in bytes. */
const ADTS_HEADER_BYTES = 7;

/** What stands at the beginning of an ADTS frame. */
export interface AdtsHeader {
  /** Audio object type: 1 Main, 2 LC, 3 SSR, 4 LTP. */
  objectType: number;
  sampleRate: number;
  channelConfiguration: number;
  /** Bytes of the frame, its header included. */
  length: number;
  headerLength: number;
  /** Raw data blocks in the frame, each of 1,024 samples. */
  blocks: number;
  /** Whether a checksum of two bytes follows each block. */
  hasBlockChecksums: boolean;
}

/**
 * The ADTS header at `at`, or undefined when there is none: other sync bits, a reserved rate, a frame shorter than
 * its header, or less than 7 bytes.
 *
 * Source: ISO/IEC 14496-3 §1.A.3.2 (adts_frame, adts_fixed_header, adts_variable_header) and §1.A.3.3.
 */
export function adtsHeaderAt(bytes: Uint8Array, at: number): AdtsHeader | undefined {
  if (at + ADTS_HEADER_BYTES > bytes.length) return undefined;
  const second = byteAt(bytes, at + 1);
  if (byteAt(bytes, at) !== 0xff || (second & 0xf6) !== 0xf0) return undefined;
  const third = byteAt(bytes, at + 2);
  const fourth = byteAt(bytes, at + 3);
  const sampleRate = RATES[(third >> 2) & 15];
  if (sampleRate === undefined) return undefined;
  const length = ((fourth & 3) << 11) | (byteAt(bytes, at + 4) << 3) | (byteAt(bytes, at + 5) >> 5);
  const blocks = 1 + (byteAt(bytes, at + 6) & 3);
  const hasChecksum = (second & 1) === 0;
  // With a checksum come the positions of all blocks but the first.
  const headerLength = hasChecksum ? 9 + 2 * (blocks - 1) : 7;
  if (length <= headerLength) return undefined;
  return {
    objectType: (third >> 6) + 1,
    sampleRate,
    channelConfiguration: ((third & 1) << 2) | (fourth >> 6),
    length,
    headerLength,
    blocks,
    hasBlockChecksums: hasChecksum && blocks > 1,
  };
}

/** Whether two headers can belong to one stream. */
export function isSameStream(a: AdtsHeader, b: AdtsHeader): boolean {
  return (
    a.objectType === b.objectType &&
    a.sampleRate === b.sampleRate &&
    a.channelConfiguration === b.channelConfiguration
  );
}
