import { ByteReader } from '../../io/byte-reader.ts';
import { findChars } from '../../io/bytes.ts';
import type { ByteSource } from '../../io/file-source.ts';
import type { Packet } from '../../packets.ts';
import { framesOf, readGroup, trackOf } from './block.ts';
import { type ElementHeader, elementAt, ID, MAX_HEADER_BYTES } from './ebml.ts';
import type { MatroskaHeader } from './header.ts';
import { PacketBatch } from './packet-batch.ts';

/** Which packets are wanted. */
export interface BlockFilter {
  trackNumber: number;
  /** Bytes to be put before each frame. */
  prefix: Uint8Array;
  /** Frames are cut to a multiple of this. */
  frameBytes: number;
}

/** What a walk through clusters tells about the state of the file. */
export interface ClusterWalk {
  /** Where the file first made no sense; reading went on at the next cluster. */
  damagedAt?: number;
  /** Blocks whose frames could not be told apart. */
  damagedBlocks: number;
  /** Whether the file ended inside a block. */
  isCut: boolean;
}

/** What may go on behind the end of a segment: files that were put one behind another. */
const CONTINUING: ReadonlySet<number> = new Set([ID.ebml, ID.segment, ID.cluster]);

const SKIPPED: ReadonlySet<number> = new Set([
  ID.ebml,
  ID.void,
  ID.crc32,
  ID.seekHead,
  ID.info,
  ID.tracks,
  ID.cues,
  ID.chapters,
  ID.attachments,
  ID.tags,
  ID.timestamp,
  ID.silentTracks,
  ID.position,
  ID.previousSize,
  ID.encryptedBlock,
]);

/** No block of audio is as long. */
const MAX_BLOCK_BYTES = 16_777_216;
/** An element that is not known is taken for one up to this size, and for damage beyond. */
const MAX_UNKNOWN_BYTES = 65_536;
/** As much as tells whose block a group holds: two headers and a track number. */
const PEEK_BYTES = 2 * MAX_HEADER_BYTES + 8;

/** What to do about the element at hand: its first `bytes` bytes hold it, or are to be left behind. */
type Step =
  | { kind: 'load' | 'skip'; bytes: number; element: ElementHeader }
  | { kind: 'lost'; isOverrun: boolean }
  | { kind: 'end' };

/**
 * Reads the packets of one track from the first cluster on, in batches of some 128 KiB. Sizes of segments and clusters
 * may be left open: whatever may stand in either is taken as it comes. Where the file is damaged, reading goes on at
 * the next cluster.
 *
 * Source: RFC 9559 §5.1.3 (Cluster), RFC 8794 §6.2 (unknown sizes).
 */
export class ClusterReader {
  readonly walk: ClusterWalk = { damagedBlocks: 0, isCut: false };
  readonly #reader: ByteReader;
  #segmentEnd: number;
  readonly #filter: BlockFilter;
  readonly #batch: PacketBatch;
  #clusterEnd = Number.POSITIVE_INFINITY;

  constructor(source: ByteSource, header: MatroskaHeader, filter: BlockFilter) {
    this.#reader = new ByteReader(source, header.clusterStart);
    this.#segmentEnd = header.segmentEnd;
    this.#filter = filter;
    this.#batch = new PacketBatch(filter.prefix);
  }

  /** @throws AudioError when the system cannot read. */
  async *packets(signal?: AbortSignal): AsyncGenerator<readonly Packet[], void, undefined> {
    signal?.throwIfAborted();
    const reader = this.#reader;
    for (;;) {
      if (reader.available < PEEK_BYTES) await reader.fill(PEEK_BYTES);
      const step = this.#next();
      if (step.kind === 'end') break;
      if (step.kind === 'lost') {
        if (!(await this.#recover(step.isOverrun))) break;
        continue;
      }
      if (step.kind === 'load') {
        if (reader.available < step.bytes) await reader.fill(step.bytes);
        if (this.#batch.isFullFor(step.bytes)) {
          yield this.#batch.take();
          signal?.throwIfAborted();
        }
        this.#addElement(step.element, reader.bytes, step.bytes);
      }
      reader.skip(step.bytes);
    }
    if (!this.#batch.isEmpty) yield this.#batch.take();
  }

  #next(): Step {
    const { position, left } = this.#reader;
    if (left === 0) return { kind: 'end' };
    const bytes = this.#reader.bytes;
    const element = elementAt(bytes);
    // Whatever stands behind a whole segment is no part of it, unless it is one more.
    if (position >= this.#segmentEnd && !(element !== undefined && CONTINUING.has(element.id))) {
      return { kind: 'end' };
    }
    if (element === undefined) return { kind: 'lost', isOverrun: left < MAX_HEADER_BYTES };
    const { id, headerBytes, size } = element;
    if (position >= this.#clusterEnd) this.#clusterEnd = Number.POSITIVE_INFINITY;
    if (id === ID.segment || id === ID.cluster) {
      const end = size === undefined ? Number.POSITIVE_INFINITY : position + headerBytes + size;
      if (id === ID.cluster) this.#clusterEnd = end;
      else this.#segmentEnd = end;
      return { kind: 'skip', bytes: headerBytes, element };
    }
    if (size === undefined) return { kind: 'lost', isOverrun: false };
    const total = headerBytes + size;
    if (position + total > this.#clusterEnd) return { kind: 'lost', isOverrun: false };
    if (id === ID.simpleBlock || id === ID.blockGroup) {
      const isWanted = this.#isWanted(element, bytes);
      if (total > left || (isWanted && size > MAX_BLOCK_BYTES))
        return { kind: 'lost', isOverrun: total > left };
      return { kind: isWanted ? 'load' : 'skip', bytes: total, element };
    }
    const isFine = total <= left && (SKIPPED.has(id) || size <= MAX_UNKNOWN_BYTES);
    return isFine ? { kind: 'skip', bytes: total, element } : { kind: 'lost', isOverrun: total > left };
  }

  /** Whether a block, or the block that a group begins with, is of the track. */
  #isWanted({ id, headerBytes }: ElementHeader, bytes: Uint8Array): boolean {
    if (id === ID.simpleBlock) return trackOf(bytes, headerBytes) === this.#filter.trackNumber;
    const inner = elementAt(bytes, headerBytes);
    if (inner?.id !== ID.block) return true;
    return trackOf(bytes, headerBytes + inner.headerBytes) === this.#filter.trackNumber;
  }

  #addElement({ id, headerBytes }: ElementHeader, bytes: Uint8Array, end: number): void {
    if (id === ID.simpleBlock) {
      this.#addBlock(bytes, headerBytes, end, 0);
      return;
    }
    const { block, discard } = readGroup(bytes.subarray(headerBytes, end));
    if (block !== undefined) this.#addBlock(block, 0, block.length, discard);
  }

  #addBlock(bytes: Uint8Array, start: number, end: number, discard: number): void {
    const bounds = framesOf(bytes, start, end);
    if (bounds === undefined) {
      this.walk.damagedBlocks++;
      return;
    }
    if (trackOf(bytes, start) !== this.#filter.trackNumber) return;
    for (let i = 0; i + 1 < bounds.length; i++) {
      const from = bounds[i] as number;
      const length = (bounds[i + 1] as number) - from;
      const whole = length - (length % this.#filter.frameBytes);
      const isLast = i + 2 === bounds.length;
      if (whole > 0) this.#batch.add(bytes.subarray(from, from + whole), isLast ? discard : 0);
    }
  }

  /** Goes on to the next cluster; false when there is none. */
  async #recover(isOverrun: boolean): Promise<boolean> {
    const at = this.#reader.position;
    this.#clusterEnd = Number.POSITIVE_INFINITY;
    const isFound = await findCluster(this.#reader);
    if (isFound || !isOverrun) this.walk.damagedAt ??= at;
    else this.walk.isCut = true;
    return isFound;
  }
}

const SEARCH_BYTES = 65_536;
/** What a cluster begins with: its timestamp, or what may come before. */
const CLUSTER_STARTS: ReadonlySet<number> = new Set([
  ID.timestamp,
  ID.crc32,
  ID.void,
  ID.position,
  ID.previousSize,
]);

/** Goes on to the next identifier of a cluster behind the byte at hand; false when there is none. */
async function findCluster(reader: ByteReader): Promise<boolean> {
  reader.skip(1);
  for (;;) {
    const there = await reader.fill(SEARCH_BYTES);
    for (let at = findChars(reader.bytes, CLUSTER); at >= 0; at = findChars(reader.bytes, CLUSTER, at + 1)) {
      const inside = elementAt(reader.bytes, at)?.headerBytes ?? 0;
      if (!CLUSTER_STARTS.has(elementAt(reader.bytes, at + inside)?.id ?? 0)) continue;
      reader.skip(at);
      return true;
    }
    if (there < SEARCH_BYTES) return false;
    reader.skip(there - 2 * MAX_HEADER_BYTES);
  }
}

const CLUSTER = '\x1f\x43\xb6\x75';
