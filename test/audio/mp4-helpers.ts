import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AudioNote, OpenOptions } from '../../src/audio/audio-input.ts';
import { readMatroskaTrack } from '../../src/audio/containers/matroska/index.ts';
import { readMp4Track } from '../../src/audio/containers/mp4/index.ts';
import type { ByteSource } from '../../src/audio/io/file-source.ts';
import type { PacketTrack } from '../../src/audio/packets.ts';

/** A file of the folder `fixtures`. */
export function fixture(name: string): Buffer {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url));
}

/** A file in memory that counts what is read of it. */
export class MemorySource implements ByteSource {
  readonly path = 'memory.mp4';
  readonly #bytes: Uint8Array;
  /** Calls and bytes so far. */
  reads = { count: 0, bytes: 0 };
  /** Bytes of the largest array that was asked for. */
  largest = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get size(): number {
    return this.#bytes.length;
  }

  async readInto(target: Uint8Array, position: number): Promise<number> {
    const bytes = this.#bytes.subarray(position, position + target.length);
    target.set(bytes);
    this.reads.count++;
    this.reads.bytes += bytes.length;
    this.largest = Math.max(this.largest, target.length);
    return bytes.length;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    const target = new Uint8Array(Math.max(0, Math.min(length, this.size - position)));
    return target.subarray(0, await this.readInto(target, position));
  }

  async close(): Promise<void> {}
}

/** What a track holds, its packets copied. */
export interface Demuxed {
  track: PacketTrack;
  packets: Buffer[];
  /** Of the packets that have any: index and ticks. */
  keep: [number, number][];
  discard: [number, number][];
  notes: readonly AudioNote[];
}

/** All packets of a file. */
export async function demux(
  bytes: Uint8Array | ByteSource,
  read: (source: ByteSource, options: OpenOptions) => Promise<PacketTrack>,
  options: OpenOptions = {},
): Promise<Demuxed> {
  const source = bytes instanceof Uint8Array ? new MemorySource(bytes) : bytes;
  const track = await read(source, options);
  const all: Demuxed = { track, packets: [], keep: [], discard: [], notes: [] };
  for await (const batch of track.packets()) {
    for (const { data, keep, discard } of batch) {
      if (keep !== undefined) all.keep.push([all.packets.length, keep]);
      if (discard !== undefined) all.discard.push([all.packets.length, discard]);
      all.packets.push(Buffer.from(data));
    }
  }
  return { ...all, notes: [...(track.notes ?? [])] };
}

export const demuxMp4 = (bytes: Uint8Array | ByteSource, options?: OpenOptions) =>
  demux(bytes, readMp4Track, options);
export const demuxMatroska = (bytes: Uint8Array | ByteSource, options?: OpenOptions) =>
  demux(bytes, readMatroskaTrack, options);

/** First 16 digits of the SHA-256 of all packets, one behind another. */
export function digest(packets: readonly Uint8Array[]): string {
  return createHash('sha256').update(Buffer.concat(packets)).digest('hex').slice(0, 16);
}

/** Big-endian numbers of `bits` bits each. */
export function numbers(bits: 8 | 16 | 24 | 32 | 64, ...values: number[]): Buffer {
  const width = bits / 8;
  const bytes = Buffer.alloc(values.length * width);
  values.forEach((value, i) => {
    let rest = BigInt(value);
    for (let at = (i + 1) * width - 1; at >= i * width; at--) {
      bytes[at] = Number(rest & 0xffn);
      rest >>= 8n;
    }
  });
  return bytes;
}

export const u8 = (...values: number[]) => numbers(8, ...values);
export const u16 = (...values: number[]) => numbers(16, ...values);
export const u32 = (...values: number[]) => numbers(32, ...values);
export const u64 = (...values: number[]) => numbers(64, ...values);
export const latin = (text: string) => Buffer.from(text, 'latin1');

/** A box with a size of 32 bits. */
export function box(type: string, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([u32(body.length + 8), latin(type), body]);
}

/** A box with a size of 64 bits. */
export function longBox(type: string, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([u32(1), latin(type), u64(body.length + 16), body]);
}

/** A box with version and flags. */
export function fullBox(type: string, version: number, flags: number, ...parts: Uint8Array[]): Buffer {
  return box(type, u8(version), numbers(24, flags), ...parts);
}

/** A box with version, flags 0 and a count of rows. */
export function table(type: string, rows: readonly Uint8Array[], version = 0): Buffer {
  return fullBox(type, version, 0, u32(rows.length), ...rows);
}

/** The fields that every audio sample entry begins with, for a stereo track of 16 bits unless told otherwise. */
export function entryFields({ version = 0, channels = 2, bits = 16, rate = 44_100 } = {}): Buffer {
  return Buffer.concat([
    u32(0),
    u16(0, 1, version, 0),
    u32(0),
    u16(channels, bits, 0, 0),
    u32((rate % 65_536) * 65_536),
  ]);
}

/** A descriptor of MPEG-4 systems with a size of four bytes. */
function descriptor(tag: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([u8(tag, 0x80, 0x80, 0x80 | (body.length >> 7), body.length & 0x7f), body]);
}

/** An `esds` box for a codec by its object type indication. */
export function esds(object: number, config: Uint8Array = u8(0x12, 0x10)): Buffer {
  const decoder = descriptor(4, u8(object, 0x15), Buffer.alloc(11), descriptor(5, config));
  return fullBox('esds', 0, 0, descriptor(3, u16(1), u8(0), decoder, descriptor(6, u8(2))));
}

/** AAC-LC, 44.1 kHz, stereo. */
export const aacEntry = box('mp4a', entryFields(), esds(0x40));

export interface TrackParts {
  entry?: Uint8Array;
  handler?: string;
  timeScale?: number;
  stts?: Uint8Array;
  stsc?: Uint8Array;
  /** `stsz` or `stz2`. */
  sizes?: Uint8Array;
  /** `stco` or `co64`. */
  chunks?: Uint8Array;
  elst?: Uint8Array;
  id?: number;
  stsdVersion?: number;
}

/** A track; its tables are empty unless given. */
export function trak(parts: TrackParts): Buffer {
  const { entry = aacEntry, handler = 'soun', timeScale = 44_100, id = 1, stsdVersion = 0 } = parts;
  const stbl = box(
    'stbl',
    table('stsd', [entry], stsdVersion),
    parts.stts ?? table('stts', []),
    parts.stsc ?? table('stsc', []),
    parts.sizes ?? fullBox('stsz', 0, 0, u32(0, 0)),
    parts.chunks ?? table('stco', []),
  );
  return box(
    'trak',
    fullBox('tkhd', 0, 3, u32(0, 0, id, 0, 0)),
    ...(parts.elst === undefined ? [] : [box('edts', parts.elst)]),
    box(
      'mdia',
      fullBox('mdhd', 0, 0, u32(0, 0, timeScale, 0, 0)),
      fullBox('hdlr', 0, 0, u32(0), latin(handler), Buffer.alloc(13)),
      box('minf', stbl),
    ),
  );
}

/** A movie header around tracks and other boxes. */
export function moov(boxes: readonly Uint8Array[], movieScale = 1000): Buffer {
  return box('moov', fullBox('mvhd', 0, 0, u32(0, 0, movieScale, 0), Buffer.alloc(80)), ...boxes);
}

export const ftyp = box('ftyp', latin('isom'), u32(0), latin('isom'));

export const stsz = (...sizes: number[]) => fullBox('stsz', 0, 0, u32(0, sizes.length), u32(...sizes));
export const stts = (...rows: [count: number, ticks: number][]) =>
  table(
    'stts',
    rows.map((row) => u32(...row)),
  );
export const stsc = (...rows: [first: number, samples: number, entry?: number][]) =>
  table(
    'stsc',
    rows.map(([first, samples, entry = 1]) => u32(first, samples, entry)),
  );
export const stco = (...offsets: number[]) =>
  table(
    'stco',
    offsets.map((offset) => u32(offset)),
  );

/** An edit list of version 1. */
export const elst = (...rows: [duration: number, start: number][]) =>
  table(
    'elst',
    rows.map(([duration, start]) => Buffer.concat([u64(duration, start), u32(0x10000)])),
    1,
  );

/** Distinct packets of the given sizes. */
export function payload(sizes: readonly number[]): Buffer[] {
  return sizes.map((size, i) => Buffer.alloc(size, i + 1));
}

/** Where the data of `mp4File` begins. */
export const DATA_START = ftyp.length + 8;

/** A file of one audio track, whose packets stand in one chunk unless `parts` say otherwise, before its header. */
export function mp4File(
  packets: readonly Uint8Array[],
  parts: TrackParts = {},
  { movieScale = 1000, boxes = [] as readonly Uint8Array[] } = {},
): Buffer {
  const track = trak({
    stts: stts([packets.length, 1024]),
    stsc: stsc([1, packets.length]),
    sizes: stsz(...packets.map(({ length }) => length)),
    chunks: stco(DATA_START),
    ...parts,
  });
  return Buffer.concat([ftyp, box('mdat', ...packets), moov([track, ...boxes], movieScale)]);
}
