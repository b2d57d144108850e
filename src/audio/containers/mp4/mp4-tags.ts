import { BigEndian } from '../../io/big-endian.ts';
import { chars, u32be } from '../../io/bytes.ts';
import { boxesIn, findBox } from './boxes.ts';

/** Tags by lower-case names, and iTunes' one on gapless playback. */
export interface Mp4Tags {
  tags: Record<string, string>;
  iTunSMPB?: string;
}

/** iTunes' items that hold text. Source: QuickTime File Format Specification, "Metadata"; what iTunes writes. */
const ITEMS: Readonly<Record<string, string>> = {
  '\xa9nam': 'title',
  '\xa9ART': 'artist',
  '\xa9alb': 'album',
  '\xa9day': 'date',
  '\xa9gen': 'genre',
  '\xa9cmt': 'comment',
  '\xa9wrt': 'composer',
  '\xa9too': 'encoder',
  '\xa9swr': 'encoder',
  '\xa9cpy': 'copyright',
  '\xa9des': 'description',
  '\xa9aut': 'artist',
  '\xa9inf': 'comment',
  aART: 'album_artist',
  cprt: 'copyright',
  desc: 'description',
};

/** 3GPP's boxes: version and flags, language, text. Source: 3GPP TS 26.244 §8. */
const ITEMS_3GPP: Readonly<Record<string, string>> = {
  titl: 'title',
  perf: 'artist',
  auth: 'artist',
  albm: 'album',
  gnre: 'genre',
  dscp: 'description',
  cprt: 'copyright',
};

const MAX_TEXT = 4096;
const MAX_TAGS = 100;

/** Reads the text tags of a `moov` box, bounded in length and number. The first of each name counts. */
export function readMp4Tags(moov: Uint8Array): Mp4Tags {
  const found = new Tags();
  const udta = findBox(moov, 'udta');
  const meta = udta === undefined ? undefined : findBox(udta, 'meta');
  if (meta !== undefined) readMeta(found, meta);
  const movieMeta = findBox(moov, 'meta');
  if (movieMeta !== undefined) readMeta(found, movieMeta);
  if (udta !== undefined) readUserData(found, udta);
  return found;
}

class Tags implements Mp4Tags {
  readonly tags: Record<string, string> = {};
  iTunSMPB?: string;

  add(name: string | undefined, text: string): void {
    if (name === 'itunsmpb') this.iTunSMPB ??= text;
    const isOwn = name === undefined || name === '__proto__' || name.startsWith('itun');
    if (isOwn || text === '' || Object.keys(this.tags).length >= MAX_TAGS) return;
    if (!Object.hasOwn(this.tags, name)) this.tags[name] = text;
  }
}

/** ISO's `meta` is a full box, QuickTime's begins with the box inside. */
function readMeta(found: Tags, meta: Uint8Array): void {
  const body = chars(meta, 4, 4) === 'hdlr' ? meta : meta.subarray(4);
  const keys = readKeys(findBox(body, 'keys'));
  for (const { type, body: item } of boxesIn(findBox(body, 'ilst') ?? new Uint8Array(0))) {
    if (type === '----') readFreeItem(found, item);
    else
      found.add(
        ITEMS[type] ?? keys[u32be(Buffer.from(type, 'latin1'), 0) - 1],
        textOf(findBox(item, 'data')),
      );
  }
}

/** `mean` and `name` (full boxes) say what the text is. */
function readFreeItem(found: Tags, item: Uint8Array): void {
  const name = findBox(item, 'name');
  if (name === undefined || name.length > 68) return;
  found.add(decode(name.subarray(4)).toLowerCase(), textOf(findBox(item, 'data')));
}

/** Names of QuickTime's items, which are numbered from 1 on: `com.apple.quicktime.title` is `title`. */
function readKeys(keys: Uint8Array | undefined): string[] {
  const names: string[] = [];
  for (const { body } of boxesIn(keys ?? new Uint8Array(0), 8)) {
    if (names.length === MAX_TAGS) break;
    names.push(
      decode(body.subarray(0, 100))
        .replace(/^com\.apple\.quicktime\./, '')
        .toLowerCase(),
    );
  }
  return names;
}

/** A `data` box: its type (1: UTF-8, 2: UTF-16), a locale, the value. */
function textOf(data: Uint8Array | undefined): string {
  if (data === undefined || data.length <= 8) return '';
  const type = u32be(data, 0) & 0xffffff;
  const value = data.subarray(8, 8 + MAX_TEXT);
  if (type === 1) return decode(value);
  return type === 2 ? new TextDecoder('utf-16be').decode(value) : '';
}

/** QuickTime's own user data: 16-bit length, language, text; and 3GPP's. */
function readUserData(found: Tags, udta: Uint8Array): void {
  for (const { type, body } of boxesIn(udta)) {
    const fields = new BigEndian(body);
    if (type.startsWith('\xa9')) {
      const length = fields.u16();
      fields.skip(2);
      found.add(ITEMS[type], decode(fields.bytes(Math.min(length, MAX_TEXT))));
    } else if (ITEMS_3GPP[type] !== undefined) {
      fields.skip(6);
      const text = fields.bytes(MAX_TEXT);
      const isUtf16 = text[0] === 0xfe && text[1] === 0xff;
      found.add(ITEMS_3GPP[type], isUtf16 ? new TextDecoder('utf-16be').decode(text) : decode(text));
    }
  }
}

/** UTF-8 up to the first NUL. */
function decode(bytes: Uint8Array): string {
  return (new TextDecoder().decode(bytes).split('\0')[0] ?? '').trim();
}
