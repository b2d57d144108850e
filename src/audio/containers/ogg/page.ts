import { byteAt, findChars, hasChars, u32le } from '../../io/bytes.ts';
import { pageChecksum } from './crc.ts';

/** Bytes of a page header without its segment table. */
export const HEADER_BYTES = 27;

/** The longest page: header, 255 lacing values, 255 segments of 255 bytes. */
export const MAX_PAGE_BYTES = HEADER_BYTES + 255 + 255 * 255;

/** A page of one logical stream. */
export interface Page {
  /** The first packet began on an earlier page. */
  isContinued: boolean;
  isFirst: boolean;
  isLast: boolean;
  /** Position at the end of the last packet that ends on this page, in units of the codec; undefined without one. */
  granule: number | undefined;
  /** Which of the multiplexed streams it belongs to. */
  serial: number;
  /** Counts the pages of a stream. */
  sequence: number;
  /** Length of each segment. A packet is as many segments as up to one shorter than 255 bytes. */
  lacing: Uint8Array;
  /** The segments, one behind the other. */
  body: Uint8Array;
  /** Of the whole page, in bytes. */
  length: number;
}

/** Length of the page that begins at `at`, as far as its header is there to tell; undefined when none begins there. */
export function pageLength(bytes: Uint8Array, at: number): number | undefined {
  if (!hasChars(bytes, at, 'OggS') || at + HEADER_BYTES > bytes.length) return undefined;
  if (byteAt(bytes, at + 4) !== 0) return undefined;
  const segments = byteAt(bytes, at + 26);
  if (at + HEADER_BYTES + segments > bytes.length) return undefined;
  let length = HEADER_BYTES + segments;
  for (let i = 0; i < segments; i++) length += byteAt(bytes, at + HEADER_BYTES + i);
  return length;
}

/**
 * The page that begins at `at`, when it is there as a whole and its checksum is right. Its arrays are views.
 *
 * Source: RFC 3533 §6.
 */
export function parsePage(bytes: Uint8Array, at: number): Page | undefined {
  const length = pageLength(bytes, at);
  if (length === undefined || at + length > bytes.length) return undefined;
  const page = bytes.subarray(at, at + length);
  if (pageChecksum(page) !== u32le(page, 22)) return undefined;
  const flags = byteAt(page, 5);
  const bodyStart = HEADER_BYTES + byteAt(page, 26);
  return {
    isContinued: (flags & 1) !== 0,
    isFirst: (flags & 2) !== 0,
    isLast: (flags & 4) !== 0,
    granule: granuleOf(page),
    serial: u32le(page, 14),
    sequence: u32le(page, 18),
    lacing: page.subarray(HEADER_BYTES, bodyStart),
    body: page.subarray(bodyStart),
    length,
  };
}

/** Position of the next page magic at or after `from`, or -1. */
export function findPage(bytes: Uint8Array, from: number): number {
  return findChars(bytes, 'OggS', from);
}

/** A signed 64-bit number; -1 says that no packet ends on the page, and other negative ones say nothing. */
function granuleOf(page: Uint8Array): number | undefined {
  const high = u32le(page, 10);
  return high >= 0x80000000 ? undefined : high * 0x100000000 + u32le(page, 6);
}
