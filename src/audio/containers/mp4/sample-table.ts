import { BigEndian } from '../../io/big-endian.ts';
import { findBox } from './boxes.ts';
import type { Blocks } from './sample-entry.ts';
import { bytesOf, type SampleRun } from './sample-runs.ts';

/** Total length of a track by its `stts`, in ticks of the media. */
export interface MediaLength {
  ticks: number;
  /** Of the first sample. */
  firstTicks: number;
  /** Whether all samples are equally long, except that the last may be shorter. */
  isUniform: boolean;
}

/**
 * Where the samples of a track are. Chunks hold samples that stand one behind another; the chunks themselves may stand
 * anywhere. Tables are kept as they are in the file, in typed arrays: 4 bytes a sample at most.
 *
 * Source: ISO/IEC 14496-12 §8.6.1.2 (`stts`), §8.7.3 (`stsz`, `stz2`), §8.7.4 (`stsc`), §8.7.5 (`stco`, `co64`).
 */
export class SampleTable {
  /** How many samples there are by `stsz`. */
  readonly count: number;
  readonly length: MediaLength;
  /** Index (from 1 on) of the sample entry that the first chunk is coded by. */
  readonly entry: number;
  readonly #sizes: Uint32Array | number;
  readonly #chunks: Float64Array | Uint32Array;
  readonly #groups: readonly ChunkGroup[];

  constructor(stbl: Uint8Array) {
    const { sizes, count } = readSizes(stbl);
    this.#sizes = sizes;
    this.count = count;
    this.#chunks = readChunks(stbl);
    this.#groups = readGroups(stbl);
    this.entry = this.#groups[0]?.entry ?? 1;
    this.length = readLength(findBox(stbl, 'stts') ?? NOTHING);
  }

  /** Indexes of all sample entries that chunks are coded by. */
  get entries(): ReadonlySet<number> {
    return new Set(this.#groups.map(({ entry }) => entry));
  }

  /**
   * The samples that are coded by one of `entries`, chunk by chunk in the order of playing; when `blocks` is given,
   * the blocks that the samples, which then are single frames, make up.
   */
  *runs(entries: ReadonlySet<number>, blocks?: Blocks): Generator<SampleRun, void, undefined> {
    let done = 0;
    let group = 0;
    for (let chunk = 0; chunk < this.#chunks.length && done < this.count; chunk++) {
      while ((this.#groups[group + 1]?.firstChunk ?? Number.POSITIVE_INFINITY) <= chunk + 1) group++;
      const { perChunk, entry } = this.#groups[group] ?? { perChunk: 0, entry: 0 };
      const count = Math.min(perChunk, this.count - done);
      if (count === 0) continue;
      if (!entries.has(entry)) {
        done += count;
        continue;
      }
      const position = this.#chunks[chunk] as number;
      if (blocks !== undefined) {
        yield { position, count: Math.ceil(count / blocks.frames), sizes: blocks.bytes };
      } else {
        const sizes =
          typeof this.#sizes === 'number' ? this.#sizes : this.#sizes.subarray(done, done + count);
        yield { position, count, sizes };
      }
      done += count;
    }
  }

  /** How many samples the chunks hold: no fewer than there are, unless the tables are damaged. */
  get placed(): number {
    let sum = 0;
    for (let group = 0; group < this.#groups.length; group++) {
      const { firstChunk, perChunk } = this.#groups[group] as ChunkGroup;
      const next = this.#groups[group + 1]?.firstChunk ?? this.#chunks.length + 1;
      sum += Math.max(0, Math.min(next, this.#chunks.length + 1) - firstChunk) * perChunk;
    }
    return sum;
  }

  /** The size that all samples have, or 0 when they differ. */
  get constantSize(): number {
    return typeof this.#sizes === 'number' ? this.#sizes : 0;
  }
}

/** Sums over all runs, to be held against the size of the file. */
export function measure(runs: Iterable<SampleRun>): { samples: number; bytes: number; end: number } {
  const sum = { samples: 0, bytes: 0, end: 0 };
  for (const run of runs) {
    const bytes = bytesOf(run.sizes, run.count);
    sum.samples += run.count;
    sum.bytes += bytes;
    sum.end = Math.max(sum.end, run.position + bytes);
  }
  return sum;
}

interface ChunkGroup {
  firstChunk: number;
  perChunk: number;
  entry: number;
}

const NOTHING = new Uint8Array(0);

/** `count` numbers of 32 bits from byte `at` of a box on, as many as there are. */
function numbers(body: Uint8Array, at: number, count: number): Uint32Array {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const numbers = new Uint32Array(Math.max(0, Math.min(count, Math.floor((body.length - at) / 4))));
  for (let i = 0; i < numbers.length; i++) numbers[i] = view.getUint32(at + 4 * i);
  return numbers;
}

function readSizes(stbl: Uint8Array): { sizes: Uint32Array | number; count: number } {
  const stsz = findBox(stbl, 'stsz');
  if (stsz === undefined) return readCompactSizes(findBox(stbl, 'stz2') ?? NOTHING);
  const fields = new BigEndian(stsz, 4);
  const constant = fields.u32();
  const count = fields.u32();
  if (constant > 0) return { sizes: constant, count };
  const sizes = numbers(stsz, 12, count);
  return { sizes, count: sizes.length };
}

/** `stz2`: sizes of 4, 8 or 16 bits. */
function readCompactSizes(stz2: Uint8Array): { sizes: Uint32Array; count: number } {
  const fields = new BigEndian(stz2, 7);
  const bits = fields.u8();
  const claimed = fields.u32();
  if (bits !== 4 && bits !== 8 && bits !== 16) return { sizes: new Uint32Array(0), count: 0 };
  const sizes = new Uint32Array(Math.max(0, Math.min(claimed, Math.floor((fields.left * 8) / bits))));
  for (let i = 0; i < sizes.length; i++) {
    if (bits === 16) sizes[i] = fields.u16();
    else if (bits === 8) sizes[i] = fields.u8();
    else sizes[i] = ((stz2[12 + (i >> 1)] as number) >> (i % 2 === 0 ? 4 : 0)) & 15;
  }
  return { sizes, count: sizes.length };
}

function readChunks(stbl: Uint8Array): Float64Array | Uint32Array {
  const stco = findBox(stbl, 'stco');
  if (stco !== undefined) return numbers(stco, 8, new BigEndian(stco, 4).u32());
  const co64 = findBox(stbl, 'co64') ?? NOTHING;
  const halves = numbers(co64, 8, 2 * new BigEndian(co64, 4).u32());
  const chunks = new Float64Array(halves.length >> 1);
  for (let i = 0; i < chunks.length; i++) {
    chunks[i] = (halves[2 * i] as number) * 0x100000000 + (halves[2 * i + 1] as number);
  }
  return chunks;
}

function readGroups(stbl: Uint8Array): ChunkGroup[] {
  const stsc = findBox(stbl, 'stsc') ?? NOTHING;
  const fields = numbers(stsc, 8, 3 * new BigEndian(stsc, 4).u32());
  const groups: ChunkGroup[] = [];
  for (let i = 0; i + 3 <= fields.length; i += 3) {
    const [firstChunk, perChunk, entry] = fields.subarray(i, i + 3) as unknown as [number, number, number];
    groups.push({ firstChunk, perChunk, entry });
  }
  return groups;
}

function readLength(stts: Uint8Array): MediaLength {
  const fields = numbers(stts, 8, 2 * new BigEndian(stts, 4).u32());
  const firstTicks = fields[1] ?? 0;
  let ticks = 0;
  for (let i = 0; i + 2 <= fields.length; i += 2) ticks += (fields[i] as number) * (fields[i + 1] as number);
  const isShortLast = fields.length === 4 && fields[2] === 1 && (fields[3] as number) < firstTicks;
  return { ticks, firstTicks, isUniform: fields.length === 2 || isShortLast };
}
