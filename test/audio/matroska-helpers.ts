import { ID } from '../../src/audio/containers/matroska/ebml.ts';
import { numbers } from './mp4-helpers.ts';

/** An identifier with as many bytes as it needs. */
function idBytes(id: number): Buffer {
  const hex = id.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
}

/** A size of `length` bytes; `unknown` has all bits set. */
export function sizeField(size: number | 'unknown', length = 4): Buffer {
  if (size === 'unknown')
    return Buffer.concat([Buffer.from([(0x1ff >> length) & 0xff]), Buffer.alloc(length - 1, 0xff)]);
  const field = numbers(64, size).subarray(8 - length);
  field[0] = (field[0] as number) | (0x80 >> (length - 1));
  return field;
}

/** An element around others or around bytes. */
export function el(id: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([idBytes(id), sizeField(body.length), body]);
}

/** The beginning of an element whose size is left open. */
export function open(id: number, ...parts: Uint8Array[]): Buffer {
  return Buffer.concat([idBytes(id), sizeField('unknown', 8), ...parts]);
}

/** An element with an unsigned number. */
export const uint = (id: number, value: number) => el(id, numbers(32, value));
export const text = (id: number, value: string) => el(id, Buffer.from(value));

/** An element with a floating-point number of 8 bytes. */
export function float(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  return el(id, bytes);
}

export const ebmlHeader = el(ID.ebml, el(0x4282, Buffer.from('webm')));

export interface EntryParts {
  number?: number;
  type?: number;
  codec?: string;
  codecPrivate?: Uint8Array;
  rate?: number;
  channels?: number;
  bits?: number;
  more?: readonly Uint8Array[];
  audio?: readonly Uint8Array[];
}

/** A TrackEntry: MP3, 44.1 kHz, stereo, number 1 unless told otherwise. */
export function trackEntry(parts: EntryParts = {}): Buffer {
  const { number = 1, type = 2, codec = 'A_MPEG/L3', rate = 44_100, channels = 2, bits = 0 } = parts;
  return el(
    ID.trackEntry,
    uint(ID.trackNumber, number),
    uint(ID.trackType, type),
    text(ID.codecId, codec),
    ...(parts.codecPrivate === undefined ? [] : [el(ID.codecPrivate, parts.codecPrivate)]),
    el(
      ID.audio,
      float(ID.samplingFrequency, rate),
      uint(ID.channels, channels),
      ...(bits === 0 ? [] : [uint(ID.bitDepth, bits)]),
      ...(parts.audio ?? []),
    ),
    ...(parts.more ?? []),
  );
}

export const tracks = (...entries: Uint8Array[]) => el(ID.tracks, ...entries);

/** The body of a block: track, timestamp 0, flags with the way of lacing, then `parts`. */
export function blockBody(parts: readonly Uint8Array[], { track = 1, lacing = 0 } = {}): Buffer {
  return Buffer.concat([sizeField(track, 1), Buffer.from([0, 0, lacing << 1]), ...parts]);
}

export const simpleBlock = (frame: Uint8Array, track = 1) =>
  el(ID.simpleBlock, blockBody([frame], { track }));

/** A group around a block of one frame. */
export const blockGroup = (frame: Uint8Array, ...more: Uint8Array[]) =>
  el(ID.blockGroup, el(ID.block, blockBody([frame])), ...more);

export const cluster = (...blocks: Uint8Array[]) => el(ID.cluster, uint(ID.timestamp, 0), ...blocks);

/** A file with sizes throughout. */
export const matroska = (...parts: Uint8Array[]) => Buffer.concat([ebmlHeader, el(ID.segment, ...parts)]);
