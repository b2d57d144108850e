import { damagedFile, shrunkFile } from '../../file-errors.ts';
import type { ByteSource } from '../../io/file-source.ts';
import type { Packet } from '../../packets.ts';

/**
 * Samples (access units) that stand one behind another in the file. `sizes` are those of each, or the one that all
 * have; `keep` is how much of the last one's output counts, in ticks of the track.
 */
export interface SampleRun {
  position: number;
  count: number;
  sizes: Uint32Array | number;
  keep?: number | undefined;
}

/** Bytes that `count` samples of a run take. */
export function bytesOf(sizes: Uint32Array | number, count: number): number {
  if (typeof sizes === 'number') return sizes * count;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += sizes[i] as number;
  return sum;
}

/** How many samples of `run` lie wholly before `end`. */
export function samplesBefore(run: SampleRun, end: number): number {
  if (typeof run.sizes === 'number') {
    return Math.max(0, Math.min(run.count, Math.floor((end - run.position) / run.sizes)));
  }
  let position = run.position;
  for (let i = 0; i < run.count; i++) {
    position += run.sizes[i] as number;
    if (position > end) return i;
  }
  return run.count;
}

/** What one packet that blocks are joined to holds, at most. */
const JOINED_BYTES = 32_768;

/** Runs as packets of many whole blocks of `blockBytes` (frames of PCM); chunks that follow one another are joined. */
export async function* joinedRuns(
  runs: AsyncIterable<SampleRun> | Iterable<SampleRun>,
  blockBytes: number,
): AsyncGenerator<SampleRun, void, undefined> {
  let start = 0;
  let end = 0;
  for await (const run of runs) {
    if (run.position !== end) {
      yield* packetsOf(start, end, blockBytes);
      start = run.position;
      end = start;
    }
    end += bytesOf(run.sizes, run.count);
    const whole = end - start - ((end - start) % blockBytes);
    if (whole >= 8 * JOINED_BYTES) {
      yield* packetsOf(start, start + whole, blockBytes);
      start += whole;
    }
  }
  yield* packetsOf(start, end, blockBytes);
}

function* packetsOf(start: number, end: number, blockBytes: number): Generator<SampleRun, void, undefined> {
  const size = Math.max(1, Math.floor(JOINED_BYTES / blockBytes)) * blockBytes;
  const count = Math.floor((end - start) / size);
  if (count > 0) yield { position: start, count, sizes: size };
  const left = end - start - count * size;
  const rest = left - (left % blockBytes);
  if (rest > 0) yield { position: start + count * size, count: 1, sizes: rest };
}

const BATCH_BYTES = 262_144;
const BATCH_PACKETS = 1024;
/** Bytes of other tracks that are read along: they cost less than a second call to the system. */
const MAX_GAP = 32_768;
/** No real access unit of audio is as long. */
const MAX_PACKET_BYTES = 16_777_216;

/**
 * Reads runs as packets, in batches of some 256 KiB; neighbours in the file are read together. Every sample must lie
 * within the file.
 *
 * @throws AudioError when a sample is absurdly long, or the file is shorter than it was when opened.
 */
export async function* readRuns(
  source: ByteSource,
  runs: AsyncIterable<SampleRun> | Iterable<SampleRun>,
  signal?: AbortSignal,
): AsyncGenerator<readonly Packet[], void, undefined> {
  signal?.throwIfAborted();
  const batch = new Batch(source);
  for await (const run of runs) {
    let position = run.position;
    for (let i = 0; i < run.count; i++) {
      const size = typeof run.sizes === 'number' ? run.sizes : (run.sizes[i] as number);
      if (size === 0) continue;
      if (!batch.accepts(position, size)) {
        yield await batch.read();
        batch.clear();
        signal?.throwIfAborted();
      }
      batch.add(position, size, i === run.count - 1 ? run.keep : undefined);
      position += size;
    }
  }
  if (batch.count > 0) yield await batch.read();
}

/** Packets planned for one batch, and the stretches of the file that they lie in. */
class Batch {
  count = 0;
  readonly #source: ByteSource;
  #buffer: Uint8Array;
  #used = 0;
  readonly #starts = new Uint32Array(BATCH_PACKETS);
  readonly #sizes = new Uint32Array(BATCH_PACKETS);
  #keepLast: number | undefined;
  /** Stretches: position in the file, position in the buffer (where the one before ends). */
  readonly #stretches: { position: number; at: number }[] = [];
  #end = 0;

  constructor(source: ByteSource) {
    this.#source = source;
    this.#buffer = new Uint8Array(Math.min(BATCH_BYTES, source.size));
  }

  accepts(position: number, size: number): boolean {
    if (this.count === 0) return true;
    if (this.count === BATCH_PACKETS || this.#keepLast !== undefined) return false;
    return this.#used + this.#gapTo(position) + size <= BATCH_BYTES;
  }

  add(position: number, size: number, keep: number | undefined): void {
    if (size > MAX_PACKET_BYTES) {
      throw damagedFile(
        this.#source.path,
        'MP4',
        `a packet of audio at byte ${position} claims ${size} bytes`,
      );
    }
    const gap = this.#gapTo(position);
    if (this.count === 0 || position !== this.#end + gap) this.#stretches.push({ position, at: this.#used });
    this.#used += gap;
    this.#starts[this.count] = this.#used;
    this.#sizes[this.count] = size;
    this.#used += size;
    this.#end = position + size;
    this.#keepLast = keep;
    this.count++;
  }

  async read(): Promise<Packet[]> {
    if (this.#used > this.#buffer.length) this.#buffer = new Uint8Array(this.#used);
    for (let i = 0; i < this.#stretches.length; i++) {
      const { position, at } = this.#stretches[i] as { position: number; at: number };
      const target = this.#buffer.subarray(at, this.#stretches[i + 1]?.at ?? this.#used);
      if ((await this.#source.readInto(target, position)) < target.length)
        throw shrunkFile(this.#source.path);
    }
    const packets: Packet[] = [];
    for (let i = 0; i < this.count; i++) {
      const start = this.#starts[i] as number;
      packets.push({ data: this.#buffer.subarray(start, start + (this.#sizes[i] as number)) });
    }
    const last = packets[packets.length - 1];
    if (last !== undefined && this.#keepLast !== undefined) last.keep = this.#keepLast;
    return packets;
  }

  clear(): void {
    this.count = 0;
    this.#used = 0;
    this.#stretches.length = 0;
    this.#keepLast = undefined;
  }

  /** Bytes between the last packet and `position` that are worth reading along; 0 also where a new stretch begins. */
  #gapTo(position: number): number {
    const gap = position - this.#end;
    return this.count > 0 && gap > 0 && gap <= MAX_GAP ? gap : 0;
  }
}
