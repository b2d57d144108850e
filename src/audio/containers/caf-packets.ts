import { damagedFile } from '../file-errors.ts';
import { ByteReader } from '../io/byte-reader.ts';
import { u32be, u64be } from '../io/bytes.ts';
import type { ByteSource } from '../io/file-source.ts';
import type { Packet } from '../packets.ts';
import type { Span } from './caf-chunks.ts';

/** The head of a `pakt` chunk. */
export interface PacketTable {
  packets: number;
  validFrames: number;
  primingFrames: number;
  remainderFrames: number;
  /** Where the sizes of the packets stand. */
  sizes: Span;
}

const HEAD_BYTES = 24;

/** Packets that come at one go, and about how many bytes of them. */
const BATCH_PACKETS = 64;
const BATCH_BYTES = 131_072;

/** Far above what any codec makes of a packet. */
const MAX_PACKET_BYTES = 16_777_216;

/** A size takes at most so many bytes of 7 bits. */
const MAX_SIZE_BYTES = 5;

/**
 * Reads the head of the packet table at `span`; undefined when it is cut.
 *
 * Source: Apple, Core Audio Format Specification 1.0, "Packet Table Chunk".
 */
export async function readPacketTable(source: ByteSource, span: Span): Promise<PacketTable | undefined> {
  if (span.size < HEAD_BYTES) return undefined;
  const head = await source.read(span.start, HEAD_BYTES);
  const sizes = { start: span.start + HEAD_BYTES, size: span.size - HEAD_BYTES };
  const [packets, validFrames] = [u64be(head, 0), u64be(head, 8)];
  const [primingFrames, remainderFrames] = [u32be(head, 16) | 0, u32be(head, 20) | 0];
  return {
    packets: Math.min(packets, sizes.size),
    validFrames: validFrames < 2 ** 53 ? validFrames : 0,
    primingFrames: Math.max(0, primingFrames),
    remainderFrames: Math.max(0, remainderFrames),
    sizes,
  };
}

/** Packets of the sizes that a table says, in one piece in a file. */
export interface TablePackets {
  kind: string;
  table: PacketTable;
  data: { start: number; presentBytes: number };
  /** Whether each size is followed by a number of frames. */
  hasFrames: boolean;
  allowTruncated: boolean;
}

/**
 * Walks the table and the packets side by side, in bounded memory.
 *
 * @throws AudioError when the table is damaged, or leads past the packets and `allowTruncated` is not set.
 */
export async function* tablePackets(
  source: ByteSource,
  { kind, table, data, hasFrames, allowTruncated }: TablePackets,
): AsyncGenerator<readonly Packet[], void, undefined> {
  const sizes = new SizeReader(source, table, { kind, hasFrames });
  const reader = new ByteReader(source, data.start, data.start + data.presentBytes);
  while (sizes.left > 0) {
    const batch = await sizes.batch();
    const bytes = batch.reduce((sum, size) => sum + size, 0);
    const there = Math.min(bytes, await reader.fill(bytes));
    const packets: Packet[] = [];
    let at = 0;
    for (const size of batch) {
      if (size > 0 && at + size <= there) packets.push({ data: reader.bytes.subarray(at, at + size) });
      at += size;
    }
    yield packets;
    if (there < bytes) {
      if (allowTruncated) return;
      throw damagedFile(source.path, kind, 'its packet table goes on where its audio has ended');
    }
    reader.skip(bytes);
  }
}

/** Reads sizes: 7 bits in each byte, the most significant first, the upper bit set in all but the last. */
class SizeReader {
  left: number;
  readonly #source: ByteSource;
  readonly #reader: ByteReader;
  readonly #kind: string;
  readonly #hasFrames: boolean;

  constructor(
    source: ByteSource,
    { packets, sizes }: PacketTable,
    options: { kind: string; hasFrames: boolean },
  ) {
    this.left = packets;
    this.#source = source;
    this.#reader = new ByteReader(source, sizes.start, sizes.start + sizes.size);
    this.#kind = options.kind;
    this.#hasFrames = options.hasFrames;
  }

  /** Sizes of the next packets. */
  async batch(): Promise<number[]> {
    const batch: number[] = [];
    let bytes = 0;
    await this.#reader.fill(BATCH_PACKETS * 2 * MAX_SIZE_BYTES);
    while (this.left > 0 && batch.length < BATCH_PACKETS && bytes < BATCH_BYTES) {
      const size = this.#next();
      if (this.#hasFrames) this.#next();
      if (size > MAX_PACKET_BYTES) throw this.#damaged(`holds a packet of ${size} bytes`);
      batch.push(size);
      bytes += size;
      this.left--;
    }
    return batch;
  }

  #next(): number {
    const { bytes } = this.#reader;
    let value = 0;
    for (let i = 0; i < MAX_SIZE_BYTES; i++) {
      const byte = bytes[i];
      if (byte === undefined) throw this.#damaged('is cut');
      value = value * 128 + (byte & 0x7f);
      if (byte < 0x80) {
        this.#reader.skip(i + 1);
        return value;
      }
    }
    throw this.#damaged('holds a size without an end');
  }

  #damaged(why: string) {
    return damagedFile(this.#source.path, this.#kind, `its packet table ${why}`);
  }
}
