import { u32le } from '../../io/bytes.ts';

/** More fields than that in one comment are not read. */
const MAX_FIELDS = 1000;
/** Longer values are not read. */
const MAX_VALUE_BYTES = 65_536;

/** Fields that hold a picture in base64. */
const PICTURES = new Set(['metadata_block_picture', 'coverart']);

/**
 * The fields of a VORBIS_COMMENT block by their lower-case names; the first of several with one name counts.
 * A cut block gives the fields that are whole.
 *
 * Source: RFC 9639 §8.6; Ogg Vorbis I specification §5 (comment field and header).
 */
export function parseVorbisComment(block: Uint8Array): Record<string, string> {
  const tags: Record<string, string> = Object.create(null);
  const decoder = new TextDecoder();
  let at = 4 + u32le(block, 0);
  const count = Math.min(MAX_FIELDS, u32le(block, at));
  at += 4;
  for (let i = 0; i < count && at + 4 <= block.length; i++) {
    const length = u32le(block, at);
    const start = at + 4;
    at = start + length;
    if (at > block.length) break;
    if (length > MAX_VALUE_BYTES) continue;
    const field = decoder.decode(block.subarray(start, at));
    const equals = field.indexOf('=');
    const name = field.slice(0, Math.max(0, equals)).toLowerCase();
    if (name !== '' && !PICTURES.has(name)) tags[name] ??= field.slice(equals + 1);
  }
  return tags;
}

/**
 * `dwChannelMask` of the field WAVEFORMATEXTENSIBLE_CHANNEL_MASK, 0 when there is none.
 *
 * Source: RFC 9639 §8.6.2.
 */
export function channelMask(tags: Readonly<Record<string, string>>): number {
  const text = tags['waveformatextensible_channel_mask']?.trim() ?? '';
  return /^0x[0-9a-f]{1,8}$/i.test(text) ? Number(text) : 0;
}
