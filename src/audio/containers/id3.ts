import { byteAt, chars, hasChars, u32be } from '../io/bytes.ts';
import type { ByteSource } from '../io/file-source.ts';
import { id3Length } from '../probe/file-type.ts';

/** As much of a tag as is looked at. */
const MAX_TAG_BYTES = 1_048_576;
/** Longest text that is taken over, in bytes. */
const MAX_TEXT_BYTES = 4096;
const MAX_FRAMES = 1000;
const MAX_TAGS = 50;

/** Text frames that are taken over: of version 2.2, of 2.3 and 2.4, and the name in `AudioInfo.tags`. */
const TEXT_FRAMES: readonly (readonly [v22: string, v23: string, name: string])[] = [
  ['TT2', 'TIT2', 'title'],
  ['TP1', 'TPE1', 'artist'],
  ['TAL', 'TALB', 'album'],
  ['TP2', 'TPE2', 'album_artist'],
  ['TCM', 'TCOM', 'composer'],
  ['TCO', 'TCON', 'genre'],
  ['TRK', 'TRCK', 'track'],
  ['TPA', 'TPOS', 'disc'],
  ['TYE', 'TYER', 'date'],
  ['', 'TDRC', 'date'],
  ['TCR', 'TCOP', 'copyright'],
  ['TEN', 'TENC', 'encoded_by'],
  ['TSS', 'TSSE', 'encoder'],
  ['TLA', 'TLAN', 'language'],
];

/** The ID3v2 tags at a position of a file. */
export interface Id3Tags {
  /** Where what follows them begins. */
  end: number;
  /** Texts by name, undefined when there are none. */
  tags: Readonly<Record<string, string>> | undefined;
}

/**
 * Reads the ID3v2 tags (several in a row, or none) at `start` of a file; what ends behind `end` is cut there.
 *
 * Source: ID3v2.4.0 main structure §3 to §6 and native frames §4.2; ID3v2.3.0 §3; ID3v2.2.0 §3.
 */
export async function readId3(source: ByteSource, start: number, end: number): Promise<Id3Tags> {
  const texts = new Map<string, string>();
  let at = start;
  for (let i = 0; i < MAX_TAGS && at + 10 <= end; i++) {
    const header = await source.read(at, 10);
    const length = id3Length(header);
    if (length === 0) break;
    const tag = await source.read(at, Math.min(length, MAX_TAG_BYTES, end - at));
    for (const [name, text] of parseId3(tag)) if (!texts.has(name)) texts.set(name, text);
    at = Math.min(end, at + length);
  }
  return { end: at, tags: texts.size === 0 ? undefined : Object.fromEntries(texts) };
}

/** The texts of the ID3v2 tag that `tag` begins with, as far as it is there. */
export function parseId3(tag: Uint8Array): Map<string, string> {
  const texts = new Map<string, string>();
  const version = byteAt(tag, 3);
  const flags = byteAt(tag, 5);
  const declared = tag.subarray(10, 10 + syncSafe(tag, 6));
  const isUnsynchronised = version < 4 && (flags & 0x80) !== 0;
  const body = isUnsynchronised ? withoutUnsynchronisation(declared) : declared;
  let at = (flags & 0x40) !== 0 && version > 2 ? extendedHeaderLength(body, version) : 0;
  for (let i = 0; i < MAX_FRAMES; i++) {
    const frame = frameAt(body, at, version);
    if (frame === undefined) break;
    at = frame.end;
    const name = TEXT_FRAMES.find(([v22, v23]) => frame.id === (version === 2 ? v22 : v23))?.[2];
    if (name === undefined || texts.has(name)) continue;
    const text = decodeText(frame.data);
    if (text !== '') texts.set(name, text);
  }
  return texts;
}

interface Id3Frame {
  id: string;
  data: Uint8Array;
  end: number;
}

function frameAt(body: Uint8Array, at: number, version: number): Id3Frame | undefined {
  const isShort = version === 2;
  const headerLength = isShort ? 6 : 10;
  const id = chars(body, at, isShort ? 3 : 4);
  if (at + headerLength > body.length || !/^[A-Z0-9]{3,4}$/.test(id)) return undefined;
  const size = isShort ? u32be(body, at + 2) & 0xffffff : frameSize(body, at, version);
  const end = at + headerLength + size;
  let data = body.subarray(at + headerLength, Math.min(end, at + headerLength + MAX_TEXT_BYTES));
  if (!isShort) data = plainData(data, byteAt(body, at + 9), version);
  return { id, data, end };
}

/** In version 2.4 sizes are sync-safe, but some writers put plain ones: those show where the next frame begins. */
function frameSize(body: Uint8Array, at: number, version: number): number {
  const plain = u32be(body, at + 4);
  if (version < 4) return plain;
  const safe = syncSafe(body, at + 4);
  const isFrame = (next: number) => next >= body.length || /^([A-Z0-9]{4}|\0)/.test(chars(body, next, 4));
  return safe !== plain && !isFrame(at + 10 + safe) && isFrame(at + 10 + plain) ? plain : safe;
}

/** The data of a frame without what its format flags announce; nothing when it is compressed or encrypted. */
function plainData(data: Uint8Array, flags: number, version: number): Uint8Array {
  if (version === 3) {
    if ((flags & 0xc0) !== 0) return data.subarray(0, 0);
    return data.subarray((flags & 0x20) !== 0 ? 1 : 0);
  }
  if ((flags & 0x0c) !== 0) return data.subarray(0, 0);
  const skipped = ((flags & 0x40) !== 0 ? 1 : 0) + ((flags & 0x01) !== 0 ? 4 : 0);
  const rest = data.subarray(skipped);
  return (flags & 0x02) !== 0 ? withoutUnsynchronisation(rest) : rest;
}

function extendedHeaderLength(body: Uint8Array, version: number): number {
  return version === 3 ? 4 + u32be(body, 0) : syncSafe(body, 0);
}

function syncSafe(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = 0; i < 4; i++) value = value * 128 + (byteAt(bytes, at + i) & 0x7f);
  return value;
}

/** Takes out the zeros that were put behind each 0xff. Source: ID3v2.4.0 main structure §6.1. */
function withoutUnsynchronisation(bytes: Uint8Array): Uint8Array {
  const plain = new Uint8Array(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    plain[length++] = byteAt(bytes, i);
    if (bytes[i] === 0xff && bytes[i + 1] === 0) i++;
  }
  return plain.subarray(0, length);
}

/** Text behind its byte of encoding. Several values, separated by 0, are joined. Source: ID3v2.4.0 §4 (text encoding). */
function decodeText(data: Uint8Array): string {
  const encoding = byteAt(data, 0);
  const bytes = data.subarray(1);
  const text =
    encoding === 1 || encoding === 2
      ? decodeUtf16(bytes, encoding === 2)
      : Buffer.from(bytes).toString(encoding === 3 ? 'utf8' : 'latin1');
  return text
    .split('\0')
    .filter((part) => part !== '')
    .join('; ');
}

/** UTF-16 with a byte order mark, or without one in the order that `isBigEndian` tells. */
function decodeUtf16(bytes: Uint8Array, isBigEndian: boolean): string {
  const hasMark = hasChars(bytes, 0, '\xfe\xff') || hasChars(bytes, 0, '\xff\xfe');
  const isBig = hasMark ? bytes[0] === 0xfe : isBigEndian;
  const body = Buffer.from(bytes.subarray(hasMark ? 2 : 0, bytes.length - (bytes.length % 2)));
  const text = (isBig ? body.swap16() : body).toString('utf16le');
  // Each of several values can have a mark of its own.
  return text.replaceAll('\ufeff', '');
}
