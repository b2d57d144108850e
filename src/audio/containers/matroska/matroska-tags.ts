import { elementsIn, ID, textOf, uintOf } from './ebml.ts';

const MAX_TEXT = 4096;
const MAX_TAGS = 100;

/**
 * Adds the text tags in the body of a `Tags` element to `tags`, by lower-case names; those of single tracks are left
 * out. Bounded in length and number; the first of each name counts.
 *
 * Source: RFC 9559 §5.1.8.
 */
export function addTags(tags: Record<string, string>, body: Uint8Array): void {
  for (const { id, body: tag } of elementsIn(body)) {
    if (id !== ID.tag || isOfTrack(tag)) continue;
    for (const { id: inner, body: simple } of elementsIn(tag)) {
      if (inner === ID.simpleTag) addTag(tags, simple);
    }
  }
}

function isOfTrack(tag: Uint8Array): boolean {
  for (const { id, body } of elementsIn(tag)) {
    if (id !== ID.targets) continue;
    for (const { id: inner, body: uid } of elementsIn(body)) {
      if (inner === ID.tagTrackUid && uintOf(uid) !== 0) return true;
    }
  }
  return false;
}

function addTag(tags: Record<string, string>, simple: Uint8Array): void {
  let name = '';
  let text = '';
  for (const { id, body } of elementsIn(simple)) {
    if (id === ID.tagName) name = textOf(body.subarray(0, 100)).toLowerCase();
    else if (id === ID.tagString) text = textOf(body.subarray(0, MAX_TEXT));
  }
  if (name === '' || name === '__proto__' || text === '' || Object.keys(tags).length >= MAX_TAGS) return;
  if (!Object.hasOwn(tags, name)) tags[name] = text;
}
