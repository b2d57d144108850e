import { chars, u32le } from '../io/bytes.ts';
import { textOf } from '../io/text.ts';

/** What `INFO` calls the tags that are taken over. */
const NAMES: Readonly<Record<string, string>> = {
  INAM: 'title',
  IART: 'artist',
  IPRD: 'album',
  ICRD: 'date',
  ICMT: 'comment',
};

/** How much of a `LIST` chunk is read. */
export const MAX_LIST_BYTES = 65_536;

/**
 * Tags in the body of a `LIST` chunk, as far as it is of the kind `INFO`.
 *
 * Source: Microsoft/IBM, Multimedia Programming Interface and Data Specifications 1.0 (1991), chapter 2, "INFO List Chunk".
 */
export function infoTags(list: Uint8Array): Record<string, string> {
  const tags: Record<string, string> = {};
  if (chars(list, 0, 4) !== 'INFO') return tags;
  let at = 4;
  while (at + 8 <= list.length) {
    const size = u32le(list, at + 4);
    const name = NAMES[chars(list, at, 4)];
    const text = textOf(list.subarray(at + 8, at + 8 + size));
    if (name !== undefined && text !== '') tags[name] ??= text;
    at += 8 + size + (size % 2);
  }
  return tags;
}
