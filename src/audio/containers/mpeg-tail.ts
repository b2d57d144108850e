import { hasChars, u32le } from '../io/bytes.ts';
import type { ByteSource } from '../io/file-source.ts';

const ID3V1_BYTES = 128;
const APE_FOOTER_BYTES = 32;

/**
 * Where between `start` and `end` the tags at the end begin: ID3v1, APEv2 and Lyrics3v2, in any order; `end` when there
 * are none.
 *
 * Source: ID3v1; APEv2 specification ("Tag Footer"); Lyrics3 v2.00: a size of six digits, then `LYRICS200`.
 */
export async function endOfFrames(source: ByteSource, start: number, end: number): Promise<number> {
  let at = end;
  for (;;) {
    const from = Math.max(start, at - ID3V1_BYTES);
    const tail = await source.read(from, at - from);
    const size = tagSize(tail);
    if (size === 0 || at - size < start) return at;
    at -= size;
  }
}

/** Length of the tag that ends with the 128 bytes `tail`, or 0. */
function tagSize(tail: Uint8Array): number {
  if (tail.length === ID3V1_BYTES && hasChars(tail, 0, 'TAG')) return ID3V1_BYTES;
  const footer = tail.length - APE_FOOTER_BYTES;
  if (footer >= 0 && hasChars(tail, footer, 'APETAGEX')) {
    const hasHeader = u32le(tail, footer + 20) >= 0x80000000;
    return u32le(tail, footer + 12) + (hasHeader ? APE_FOOTER_BYTES : 0);
  }
  if (hasChars(tail, tail.length - 9, 'LYRICS200')) {
    const digits = Buffer.from(tail.subarray(-15, -9)).toString('latin1');
    return /^\d{6}$/.test(digits) ? Number(digits) + 15 : 0;
  }
  return 0;
}
