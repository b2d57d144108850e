import { u32le } from '../../io/bytes.ts';

const MAX_COMMENTS = 256;
const MAX_VALUE_BYTES = 4096;

/** Pictures, and hints on loudness that nothing here makes use of. */
const LEFT_OUT = /^(metadata_block_picture|coverart\w*|r128_\w+|replaygain_\w+)$/;

/** Field names: ASCII from space to `}` without `=`. */
const NAME = /^[ -<>-}]+$/;

/**
 * The tags of a comment header whose vendor string begins at `start`, by lower-case names; the first of equal names
 * counts. What is cut off or damaged is left out.
 *
 * Source: Vorbis I specification §5 (comment field and header).
 */
export function parseComments(bytes: Uint8Array, start: number): Record<string, string> {
  const tags: Record<string, string> = {};
  let at = start + 4 + u32le(bytes, start);
  const count = Math.min(u32le(bytes, at), MAX_COMMENTS);
  at += 4;
  for (let i = 0; i < count && at + 4 <= bytes.length; i++) {
    const length = u32le(bytes, at);
    const text = bytes.subarray(at + 4, Math.min(at + 4 + length, bytes.length));
    at += 4 + length;
    if (at > bytes.length) break;
    addComment(tags, text);
  }
  return tags;
}

function addComment(tags: Record<string, string>, comment: Uint8Array): void {
  const equals = comment.indexOf(0x3d);
  if (equals < 1 || equals > 64) return;
  const name = decodeUtf8(comment.subarray(0, equals)).toLowerCase();
  if (!NAME.test(name) || LEFT_OUT.test(name) || Object.hasOwn(tags, name)) return;
  if (name === '__proto__') return;
  tags[name] = decodeUtf8(comment.subarray(equals + 1, equals + 1 + MAX_VALUE_BYTES));
}

function decodeUtf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
