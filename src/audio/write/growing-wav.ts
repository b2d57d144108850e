/** A WAV file that readers take at any moment while it grows. */
import { fsync, ftruncateSync, open, unlink, unlinkSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { WriteQueue } from '../../shared/write-queue.ts';
import { AudioError, writeFailure } from '../errors.ts';
import { cueChunks, type WavMark } from './wav-cues.ts';
import { type WavOptions, wavHeader } from './wav-header.ts';

/** Sizes in the header have 32 bits. Leaves room for the marks. */
const MAX_DATA_BYTES = 0xffffffff - 16 * 1024 * 1024;
const SAMPLE_BYTES = 2;

export interface GrowingWavOptions {
  sampleRate: WavOptions['sampleRate'];
  channels: WavOptions['channels'];
  /** What the person calls the file, for messages. */
  name: string;
  /** Hears of the first failure, once. */
  onFailure: (error: AudioError) => void;
}

/**
 * 16-bit PCM. Audio is written first and the sizes of the header after it, at least for every second: whenever the
 * process is killed, a file is left that holds all up to the last second within its sizes. End with `finish`,
 * `finishNow` or `abort`. A failure is told to `onFailure` and ends the growth; `finish` keeps what had been written.
 */
export class GrowingWav {
  readonly #path: string;
  readonly #file: number;
  readonly #options: GrowingWavOptions;
  readonly #queue: WriteQueue;
  readonly #headerBytes: number;
  readonly #frameBytes: number;
  #dataBytes = 0;
  #patchedBytes = 0;
  #failure: AudioError | undefined;
  /** Set once the file is complete, or gone: then nothing touches it any more. */
  #counted: number | undefined;
  #finishing = false;

  private constructor(path: string, file: number, options: GrowingWavOptions) {
    this.#path = path;
    this.#file = file;
    this.#options = options;
    const header = this.#header(0);
    this.#headerBytes = header.length;
    this.#frameBytes = options.channels * SAMPLE_BYTES;
    this.#queue = new WriteQueue(file, 0, (error) => this.fail(error));
    this.#queue.patch(header, 0);
  }

  /** Makes a new file. @throws the Node.js system error; `EEXIST` when something has the name */
  static async create(path: string, options: GrowingWavOptions): Promise<GrowingWav> {
    return new GrowingWav(path, await promisify(open)(path, 'wx', 0o666), options);
  }

  /** How many frames have been given to it. */
  get frames(): number {
    return this.#dataBytes / this.#frameBytes;
  }

  /** What ended the growth, if anything did. */
  get failure(): AudioError | undefined {
    return this.#failure;
  }

  /** Resolves when the disk has caught up; undefined while it keeps up. Never rejects. */
  get busy(): Promise<void> | undefined {
    return this.#queue.busy;
  }

  /** Adds whole frames of interleaved samples; the bytes must not change afterwards. Dropped after a failure. */
  write(pcm: Uint8Array): void {
    // Twice a second: what is under way when the process dies is then less than a second in all.
    const step = Math.ceil(this.#options.sampleRate / 2) * this.#frameBytes;
    for (let at = 0; at < pcm.length && this.#takesMore; at += step) {
      const piece = pcm.subarray(at, at + step);
      if (this.#dataBytes + piece.length > MAX_DATA_BYTES) {
        this.fail(tooLong(this.#options.name));
        return;
      }
      this.#queue.write(piece, this.#headerBytes + this.#dataBytes);
      this.#dataBytes += piece.length;
      if (this.#dataBytes - this.#patchedBytes < step) continue;
      this.#patchedBytes = this.#dataBytes;
      this.#queue.patch(this.#header(0), 0);
    }
  }

  /**
   * Completes the file with its marks, flushes it to the disk and closes it.
   *
   * @returns how many frames are in it: fewer than were given after a failure
   */
  async finish(marks: readonly WavMark[] = []): Promise<number> {
    this.#finishing = true;
    await this.#queue.drained();
    this.#counted ??= this.#complete(marks);
    await promisify(fsync)(this.#file).catch((error) => this.fail(error));
    this.#queue.closeNow();
    return this.#counted / this.#frameBytes;
  }

  /**
   * As `finish`, with synchronous calls, and without waiting for the disk itself. Also while `finish` is under way,
   * which then finds its work done.
   */
  finishNow(marks: readonly WavMark[] = []): number {
    if (this.#counted === undefined) {
      this.#queue.flushNow();
      this.#counted = this.#complete(marks);
      if (!this.#finishing) this.#queue.closeNow();
    }
    return this.#counted / this.#frameBytes;
  }

  /** Closes the file and removes it; never throws. */
  async abort(): Promise<void> {
    await this.#queue.drained();
    this.#counted ??= 0;
    this.#queue.closeNow();
    await promisify(unlink)(this.#path).catch(() => {});
  }

  /** As `abort`, with synchronous calls. */
  abortNow(): void {
    this.#counted ??= 0;
    this.#queue.closeNow();
    unlinkSync(this.#path);
  }

  /** Ends the growth, as a failed write does. */
  fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    const { name, onFailure } = this.#options;
    this.#failure = error instanceof AudioError ? error : writeFailure(name, dirname(name), error);
    onFailure(this.#failure);
  }

  get #takesMore(): boolean {
    return this.#failure === undefined && this.#counted === undefined;
  }

  /** The audio that is in the file for certain, in whole frames. */
  get #keptBytes(): number {
    if (this.#queue.failure === undefined) return this.#dataBytes;
    const bytes = Math.max(0, this.#queue.end - this.#headerBytes);
    return bytes - (bytes % this.#frameBytes);
  }

  /**
   * Marks behind the samples, then the sizes that count both. Where the disk refuses even that, the sizes stay those
   * of the last second.
   *
   * @returns how many bytes of audio the sizes count
   */
  #complete(marks: readonly WavMark[]): number {
    const dataBytes = this.#keptBytes;
    const chunks = cueChunks(marks.filter(({ frame }) => frame <= dataBytes / this.#frameBytes));
    let tail = chunks.length;
    try {
      // What the disk took no more ends at a whole frame; the marks are tried, for there may be room for them.
      if (this.#failure !== undefined) ftruncateSync(this.#file, this.#headerBytes + dataBytes);
      writeAll(this.#file, chunks, this.#headerBytes + dataBytes);
    } catch (error) {
      tail = 0;
      this.fail(error);
    }
    try {
      writeAll(this.#file, this.#header(tail, dataBytes), 0);
      return dataBytes;
    } catch (error) {
      this.fail(error);
      return Math.min(this.#patchedBytes, dataBytes);
    }
  }

  #header(tail: number, dataBytes = this.#dataBytes): Buffer {
    const { sampleRate, channels } = this.#options;
    const header = wavHeader({ sampleRate, channels, dataBytes });
    header.writeUInt32LE(header.readUInt32LE(4) + tail, 4);
    return header;
  }
}

function writeAll(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(file, bytes, done, bytes.length - done, position + done);
}

function tooLong(path: string): AudioError {
  return new AudioError(`Cannot write more to "${path}": a WAV file holds at most 4 GiB.`, {
    hint: 'Record the call in several parts.',
  });
}
