/** Audio whose time has not come yet. */
import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';

const SAMPLE_BYTES = 2;
/** A minute and a half of 24 kHz mono stays in memory; what comes on top of it waits on the disk. */
const MEMORY_BYTES = 4 * 1024 * 1024;
const MIN_BLOCK_BYTES = 8 * 1024;
const MAX_BLOCK_BYTES = 64 * 1024;
/** So much comes back from the disk at once. */
const REFILL_BYTES = 512 * 1024;

/** Samples without gaps: `length` of them from the frame `start` on. */
interface Run {
  start: number;
  length: number;
}

interface Block extends Run {
  bytes: Buffer;
}

interface Spilled extends Run {
  position: number;
}

const endOf = (run: Run): number => run.start + run.length;

/**
 * One channel of 16-bit audio, put in ahead of time in the order of its frames, with gaps where there is silence, and
 * taken out in the same order. It can be of any length: memory holds 4 MB, a file that nobody else sees the rest.
 * Copies what it is given. Calls throw the Node.js system error when that file cannot be written.
 */
export class WaitingAudio {
  readonly #spillPath: string;
  #blocks: Block[] = [];
  #memory = 0;
  #spilled: Spilled[] = [];
  #spillEnd = 0;
  #file: number | undefined;

  /** @param spillPath of a file that is made only when it is needed, and has no name for longer than a moment */
  constructor(spillPath: string) {
    this.#spillPath = spillPath;
  }

  /** How many bytes are in memory. */
  get memoryBytes(): number {
    return this.#memory;
  }

  /** Adds whole samples from the frame `start` on, which is not before the end of what is there. */
  put(start: number, pcm: Buffer): void {
    if (pcm.length === 0) return;
    if (this.#spilled.length === 0 && this.#memory < MEMORY_BYTES) this.#keep(start, pcm);
    else this.#spill(start, pcm);
  }

  /** Forgets all from the frame `from` on. */
  cut(from: number): void {
    this.#spilled = cutRuns(this.#spilled, from);
    const last = this.#spilled.at(-1);
    this.#spillEnd = last === undefined ? 0 : last.position + last.length * SAMPLE_BYTES;
    this.#blocks = cutRuns(this.#blocks, from);
    this.#memory = this.#blocks.reduce((sum, { bytes }) => sum + bytes.length, 0);
    this.#trim();
  }

  /**
   * Copies the frames from `from` to `to` into one channel of interleaved audio, which is silent as yet, and forgets
   * them and all before them.
   *
   * @param target begins with the frame `from`
   */
  take(from: number, to: number, target: Buffer, channel: number, channels: number): void {
    for (;;) {
      const block = this.#blocks[0];
      if (block === undefined) {
        if (!this.#refill(to)) return;
        continue;
      }
      if (block.start >= to) return;
      const begin = Math.max(from, block.start);
      const end = Math.min(to, endOf(block));
      let at = ((begin - from) * channels + channel) * SAMPLE_BYTES;
      for (let frame = begin - block.start; frame < end - block.start; frame++) {
        target[at] = block.bytes[frame * SAMPLE_BYTES] as number;
        target[at + 1] = block.bytes[frame * SAMPLE_BYTES + 1] as number;
        at += channels * SAMPLE_BYTES;
      }
      if (endOf(block) > to) return;
      this.#blocks.shift();
      this.#memory -= block.bytes.length;
    }
  }

  /** Gives back the file. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #keep(start: number, pcm: Buffer): void {
    let rest = pcm;
    let frame = start;
    while (rest.length > 0) {
      let block = this.#blocks.at(-1);
      let room = block === undefined ? 0 : block.bytes.length - block.length * SAMPLE_BYTES;
      if (block === undefined || room === 0 || endOf(block) !== frame) {
        block = { start: frame, length: 0, bytes: Buffer.alloc(blockBytes(rest)) };
        room = block.bytes.length;
        this.#blocks.push(block);
        this.#memory += block.bytes.length;
      }
      const copied = rest.copy(block.bytes, block.length * SAMPLE_BYTES, 0, Math.min(room, rest.length));
      block.length += copied / SAMPLE_BYTES;
      frame += copied / SAMPLE_BYTES;
      rest = rest.subarray(copied);
    }
  }

  #spill(start: number, pcm: Buffer): void {
    this.#file ??= openNameless(this.#spillPath);
    for (let done = 0; done < pcm.length; )
      done += writeSync(this.#file, pcm, done, pcm.length - done, this.#spillEnd + done);
    const frames = pcm.length / SAMPLE_BYTES;
    const last = this.#spilled.at(-1);
    if (last !== undefined && endOf(last) === start) last.length += frames;
    else this.#spilled.push({ start, length: frames, position: this.#spillEnd });
    this.#spillEnd += pcm.length;
  }

  /** Brings back what was spilled, when its time comes before the frame `to`. */
  #refill(to: number): boolean {
    const first = this.#spilled[0];
    if (first === undefined || this.#file === undefined || first.start >= to) return false;
    const frames = Math.min(first.length, REFILL_BYTES / SAMPLE_BYTES);
    const bytes = Buffer.alloc(frames * SAMPLE_BYTES);
    for (let done = 0; done < bytes.length; ) {
      const count = readSync(this.#file, bytes, done, bytes.length - done, first.position + done);
      if (count === 0) throw Object.assign(new Error('audio is gone from the disk'), { code: 'EIO' });
      done += count;
    }
    this.#blocks.push({ start: first.start, length: frames, bytes });
    this.#memory += bytes.length;
    first.start += frames;
    first.length -= frames;
    first.position += bytes.length;
    if (first.length === 0) this.#spilled.shift();
    this.#trim();
    return true;
  }

  /** Gives back the room on the disk when nothing is there any more. */
  #trim(): void {
    if (this.#file === undefined || this.#spilled.length > 0) return;
    ftruncateSync(this.#file, 0);
    this.#spillEnd = 0;
  }
}

/** Small pieces in a row share a block. */
function blockBytes(pcm: Buffer): number {
  return Math.min(MAX_BLOCK_BYTES, Math.max(MIN_BLOCK_BYTES, pcm.length));
}

function cutRuns<R extends Run>(runs: R[], from: number): R[] {
  const kept = runs.filter(({ start }) => start < from);
  const last = kept.at(-1);
  if (last !== undefined) last.length = Math.min(last.length, from - last.start);
  return kept;
}

/** Opens a new file and takes its name away, so that nothing stays behind however the process ends. */
function openNameless(path: string): number {
  const file = openSync(path, 'wx+', 0o600);
  try {
    unlinkSync(path);
  } catch {
    // Windows may keep the name until the file is closed.
  }
  return file;
}
