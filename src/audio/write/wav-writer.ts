import { constants } from 'node:fs';
import { access, type FileHandle, open, realpath, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { renameOver, temporaryName } from '../../shared/atomic-file.ts';
import { errorCode } from '../../shared/errors.ts';
import { AudioError, writeFailure } from '../errors.ts';

/** 16-bit PCM: `sampleRate` in Hz, interleaved `channels`. */
export interface WavOptions {
  sampleRate: number;
  channels: number;
}

/** A file that has been written: its path as given, its size with the header, its length. */
export interface WrittenWav {
  path: string;
  bytes: number;
  seconds: number;
}

const HEADER_BYTES = 44;
const BYTES_PER_SAMPLE = 2;

/** Sizes in a WAV header have 32 bits, and the one of RIFF counts 36 bytes of the header. */
const MAX_DATA_BYTES = 0xffffffff - 36;

/**
 * The 44 bytes before the samples of a 16-bit PCM WAV file. `dataBytes` is the size of the samples; without it
 * the header is that of a stream whose length is not known yet (both sizes 0xFFFFFFFF).
 *
 * Source: Microsoft/IBM, Multimedia Programming Interface and Data Specifications 1.0 (1991), chapter 3.
 */
export function wavHeader({ sampleRate, channels, dataBytes }: WavOptions & { dataBytes?: number }): Buffer {
  const frameBytes = channels * BYTES_PER_SAMPLE;
  const header = Buffer.alloc(HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(dataBytes === undefined ? 0xffffffff : dataBytes + HEADER_BYTES - 8, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(sampleRate * frameBytes, 28);
  header.writeUInt16LE(frameBytes, 32);
  header.writeUInt16LE(BYTES_PER_SAMPLE * 8, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes ?? 0xffffffff, 40);
  return header;
}

/**
 * Writes a 16-bit PCM WAV file that appears at its path only when it is complete: until then it is a hidden file
 * of an unpredictable name in the same folder. End with `finish` or `abort`.
 */
export class WavFileWriter {
  readonly #path: string;
  readonly #target: string;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  readonly #options: WavOptions;
  #dataBytes = 0;
  /** Ends when all writes so far have; never rejects. */
  #queue: Promise<void> = Promise.resolve();
  #failure: AudioError | undefined;
  #isOpen = true;

  private constructor(
    path: string,
    target: string,
    temporary: string,
    handle: FileHandle,
    options: WavOptions,
  ) {
    this.#path = path;
    this.#target = target;
    this.#temporary = temporary;
    this.#handle = handle;
    this.#options = options;
  }

  /**
   * Starts a file that `finish` will put at `path`, replacing a file that is there.
   *
   * @throws AudioError when the folder is missing or not writable, or something other than a writable regular
   * file is at the path.
   */
  static async create(path: string, options: WavOptions): Promise<WavFileWriter> {
    try {
      const target = await resolveTarget(path);
      const temporary = temporaryName(target);
      const handle = await open(temporary, 'wx');
      return new WavFileWriter(path, target, temporary, handle, options);
    } catch (error) {
      throw error instanceof AudioError ? error : writeFailure(path, dirname(path), error);
    }
  }

  /**
   * Adds interleaved little-endian samples. Blocks need not hold whole frames; calls need not wait for one
   * another, but leave the bytes alone until the promise resolves.
   *
   * @throws AudioError when the system cannot write or the file would pass 4 GiB; then only `abort` is left.
   */
  async write(bytes: Uint8Array): Promise<void> {
    if (!this.#isOpen) throw new Error(`WavFileWriter for "${this.#path}" is already closed`);
    const position = HEADER_BYTES + this.#dataBytes;
    this.#dataBytes += bytes.length;
    const previous = this.#queue;
    const writing = previous.then(() => this.#writeAt(bytes, position));
    this.#queue = writing.catch(() => undefined);
    return writing;
  }

  /**
   * Completes the header, flushes the file to the disk and moves it to its path. Bytes of an unfinished last
   * frame are left out. When it fails, nothing is left behind and a file at the path is as it was.
   *
   * @throws AudioError when this or an earlier write failed.
   */
  async finish(): Promise<WrittenWav> {
    await this.#queue;
    const { channels, sampleRate } = this.#options;
    const frames = Math.floor(this.#dataBytes / (channels * BYTES_PER_SAMPLE));
    const dataBytes = frames * channels * BYTES_PER_SAMPLE;
    try {
      await this.#writeAt(wavHeader({ sampleRate, channels, dataBytes }), 0);
      await this.#handle.truncate(HEADER_BYTES + dataBytes);
      await this.#handle.sync();
      await this.#close();
      await renameOver(this.#temporary, this.#target);
    } catch (error) {
      await this.abort();
      throw this.#fail(error);
    }
    return { path: this.#path, bytes: HEADER_BYTES + dataBytes, seconds: frames / sampleRate };
  }

  /** Gives up: removes what was written. Does nothing after `finish`; never throws. */
  async abort(): Promise<void> {
    await this.#queue;
    await this.#close().catch(() => undefined);
    await unlink(this.#temporary).catch(() => undefined);
  }

  async #writeAt(bytes: Uint8Array, position: number): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    if (position + bytes.length > HEADER_BYTES + MAX_DATA_BYTES) throw this.#fail(tooLong(this.#path));
    try {
      for (let done = 0; done < bytes.length; ) {
        const rest = bytes.length - done;
        done += (await this.#handle.write(bytes, done, rest, position + done)).bytesWritten;
      }
    } catch (error) {
      throw this.#fail(error);
    }
  }

  #fail(error: unknown): AudioError {
    this.#failure ??=
      error instanceof AudioError ? error : writeFailure(this.#path, dirname(this.#path), error);
    return this.#failure;
  }

  async #close(): Promise<void> {
    this.#isOpen = false;
    await this.#handle.close();
  }
}

/**
 * The file that is to be replaced: where a symbolic link leads, else the path itself. Anything but a regular file
 * is refused, for renaming over a device or a pipe would replace it.
 */
async function resolveTarget(path: string): Promise<string> {
  const existing = await statIfThere(path);
  if (existing === undefined) return join(await realpath(dirname(path)), basename(path));
  if (existing.isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
  if (!existing.isFile()) {
    throw new AudioError(
      `Cannot write "${path}": it is not a regular file but a pipe, a socket or a device.`,
      {
        hint: 'Choose the path of a file.',
      },
    );
  }
  await access(path, constants.W_OK);
  return realpath(path);
}

async function statIfThere(path: string) {
  try {
    return await stat(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function tooLong(path: string): AudioError {
  return new AudioError(`Cannot write "${path}": a WAV file holds at most 4 GiB.`, {
    hint: 'Write the audio in several files.',
  });
}
