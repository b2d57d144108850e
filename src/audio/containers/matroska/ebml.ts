import { BigEndian } from '../../io/big-endian.ts';

/** Identifiers of the elements that matter here, markers included. Source: RFC 8794 §11, RFC 9559 §5. */
export const ID = {
  ebml: 0x1a45dfa3,
  void: 0xec,
  crc32: 0xbf,
  segment: 0x18538067,
  seekHead: 0x114d9b74,
  info: 0x1549a966,
  title: 0x7ba9,
  tracks: 0x1654ae6b,
  cues: 0x1c53bb6b,
  chapters: 0x1043a770,
  attachments: 0x1941a469,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  silentTracks: 0x5854,
  position: 0xa7,
  previousSize: 0xab,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  block: 0xa1,
  encryptedBlock: 0xaf,
  discardPadding: 0x75a2,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackType: 0x83,
  codecId: 0x86,
  codecPrivate: 0x63a2,
  codecDelay: 0x56aa,
  audio: 0xe1,
  samplingFrequency: 0xb5,
  outputFrequency: 0x78b5,
  channels: 0x9f,
  bitDepth: 0x6264,
  encodings: 0x6d80,
  encoding: 0x6240,
  encodingScope: 0x5032,
  encodingType: 0x5033,
  compression: 0x5034,
  compressionAlgorithm: 0x4254,
  compressionSettings: 0x4255,
  tags: 0x1254c367,
  tag: 0x7373,
  targets: 0x63c0,
  tagTrackUid: 0x63c5,
  simpleTag: 0x67c8,
  tagName: 0x45a3,
  tagString: 0x4487,
} as const;

/** The beginning of an element. `size` is that of its body, undefined when it is left open. */
export interface ElementHeader {
  id: number;
  headerBytes: number;
  size: number | undefined;
}

/** Room that an identifier and a size take, at most. */
export const MAX_HEADER_BYTES = 12;

/**
 * The header of the element at `at`, or undefined when there is none, or not all of it.
 *
 * Source: RFC 8794 §4 (variable-size integers), §5 (identifiers of up to 4 bytes), §6 (sizes; all ones: unknown).
 */
export function elementAt(bytes: Uint8Array, at = 0): ElementHeader | undefined {
  const idBytes = Math.clz32(bytes[at] ?? 0) - 23;
  if (idBytes > 4 || at + idBytes >= bytes.length) return undefined;
  let id = 0;
  for (let i = 0; i < idBytes; i++) id = id * 256 + (bytes[at + i] as number);
  const size = sizeAt(bytes, at + idBytes);
  if (size === undefined) return undefined;
  return { id, headerBytes: idBytes + size.length, size: size.isUnknown ? undefined : size.value };
}

/** The variable-size integer at `at`: its value without the marker, above 2^53 the nearest double; undefined when cut. */
export function sizeAt(
  bytes: Uint8Array,
  at: number,
): { value: number; length: number; isUnknown: boolean } | undefined {
  const first = bytes[at] ?? 0;
  const length = Math.clz32(first) - 23;
  if (length > 8 || at + length > bytes.length) return undefined;
  let value = first & (0xff >> length);
  let isUnknown = value === 0xff >> length;
  for (let i = 1; i < length; i++) {
    const byte = bytes[at + i] as number;
    value = value * 256 + byte;
    isUnknown = isUnknown && byte === 0xff;
  }
  return { value, length, isUnknown };
}

/** An element in memory; `body` is less than it claims where there is less. */
export interface Element {
  id: number;
  body: Uint8Array;
}

/** The elements that stand in `bytes`, until their end or something that is no element. */
export function* elementsIn(bytes: Uint8Array): Generator<Element, void, undefined> {
  for (let at = 0; at < bytes.length; ) {
    const header = elementAt(bytes, at);
    if (header === undefined) return;
    const start = at + header.headerBytes;
    const end = Math.min(bytes.length, start + (header.size ?? bytes.length));
    yield { id: header.id, body: bytes.subarray(start, end) };
    at = end;
  }
}

/** An unsigned integer of up to 8 bytes; 0 where it is longer. */
export function uintOf(body: Uint8Array): number {
  return body.length > 8 ? 0 : body.reduce((value, byte) => value * 256 + byte, 0);
}

/** A signed integer of up to 8 bytes; 0 where it is longer. */
export function intOf(body: Uint8Array): number {
  const value = uintOf(body);
  return (body[0] ?? 0) >= 0x80 && body.length <= 8 ? value - 256 ** body.length : value;
}

/** A number of 4 or 8 bytes; 0 for everything else, and for what is no number. */
export function floatOf(body: Uint8Array): number {
  const fields = new BigEndian(body);
  const value = body.length === 4 ? fields.f32() : body.length === 8 ? fields.f64() : 0;
  return Number.isFinite(value) ? value : 0;
}

/** Text in UTF-8, up to the first NUL. */
export function textOf(body: Uint8Array): string {
  return new TextDecoder().decode(body).split('\0')[0] ?? '';
}
