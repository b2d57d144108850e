import { randomBytes } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { AudioError, readFailure, writeFailure } from '../errors.ts';
import { type ByteSource, FileSource } from './file-source.ts';
import { MemorySource } from './memory-source.ts';

export interface SpoolOptions {
  /** What messages call the stream; `standard input` unless given. */
  path?: string | undefined;
  /** Most bytes that are taken; 2 GiB unless given. */
  limitBytes?: number | undefined;
  /** As many are kept in memory; 8 MiB unless given. */
  memoryBytes?: number | undefined;
  /** Where the temporary file goes that takes more than that; the system's folder for them unless given. */
  folder?: string | undefined;
  /** Gives up when it is aborted, with its reason. */
  signal?: AbortSignal | undefined;
}

const DEFAULT_LIMIT_BYTES = 2 ** 31;
const DEFAULT_MEMORY_BYTES = 8 * 2 ** 20;

/**
 * Reads a stream to its end, so that its bytes can be read at any position. What does not fit into memory goes to a
 * temporary file that only its owner can read and that has no name from the start, or where a system does not allow
 * that, until the source is closed.
 *
 * @throws AudioError when the stream is empty, longer than the limit or cannot be read, or the temporary file cannot
 * be written; the reason of `signal` when that is aborted. Then the stream is destroyed and no file is left.
 */
export async function spool(stream: Readable, options: SpoolOptions = {}): Promise<ByteSource> {
  const { path = 'standard input', signal } = options;
  const spooler = new Spooler(path, options);
  const abort = () => stream.destroy(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    signal?.throwIfAborted();
    for await (const chunk of stream)
      await spooler.add(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
    signal?.throwIfAborted();
    return spooler.finish();
  } catch (error) {
    stream.destroy();
    await spooler.discard();
    signal?.throwIfAborted();
    throw error instanceof AudioError ? error : readFailure(path, error);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** Takes bytes, at first in memory. */
class Spooler {
  readonly #path: string;
  readonly #limit: number;
  readonly #memory: number;
  readonly #folder: string;
  #chunks: Uint8Array[] = [];
  #size = 0;
  #file: TemporaryFile | undefined;

  constructor(path: string, options: SpoolOptions) {
    this.#path = path;
    this.#limit = options.limitBytes ?? DEFAULT_LIMIT_BYTES;
    this.#memory = options.memoryBytes ?? DEFAULT_MEMORY_BYTES;
    this.#folder = options.folder ?? tmpdir();
  }

  async add(chunk: Uint8Array): Promise<void> {
    if (this.#size + chunk.length > this.#limit) throw tooLong(this.#path, this.#limit);
    if (this.#file === undefined && this.#size + chunk.length > this.#memory) {
      this.#file = await TemporaryFile.create(this.#folder);
      let at = 0;
      for (const early of this.#chunks) {
        await this.#file.write(early, at);
        at += early.length;
      }
      this.#chunks = [];
    }
    if (this.#file === undefined) this.#chunks.push(chunk);
    else await this.#file.write(chunk, this.#size);
    this.#size += chunk.length;
  }

  finish(): ByteSource {
    if (this.#size === 0) {
      throw new AudioError(`The audio from ${this.#path} is empty (0 bytes).`, {
        hint: 'Pipe audio into the command, or name a file instead of "-".',
      });
    }
    if (this.#file !== undefined) return new SpooledSource(this.#path, this.#size, this.#file);
    return new MemorySource(this.#path, Buffer.concat(this.#chunks));
  }

  async discard(): Promise<void> {
    await this.#file?.close();
  }
}

/** A file that is gone when it is closed. */
class TemporaryFile {
  readonly handle: FileHandle;
  readonly #path: string;
  readonly #folder: string;
  #isNamed: boolean;

  private constructor(path: string, folder: string, handle: FileHandle, isNamed: boolean) {
    this.#path = path;
    this.#folder = folder;
    this.handle = handle;
    this.#isNamed = isNamed;
  }

  static async create(folder: string): Promise<TemporaryFile> {
    const path = join(folder, `convirza-${randomBytes(6).toString('hex')}.tmp`);
    try {
      const handle = await open(path, 'wx+', 0o600);
      const isNamed = await unlink(path).then(
        () => false,
        () => true,
      );
      return new TemporaryFile(path, folder, handle, isNamed);
    } catch (error) {
      throw writeFailure(path, folder, error);
    }
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await this.handle.write(bytes, done, bytes.length - done, position + done);
        done += bytesWritten;
      }
    } catch (error) {
      throw writeFailure(this.#path, this.#folder, error);
    }
  }

  async close(): Promise<void> {
    await this.handle.close();
    if (!this.#isNamed) return;
    this.#isNamed = false;
    await unlink(this.#path).catch(() => undefined);
  }
}

class SpooledSource implements ByteSource {
  readonly path: string;
  readonly size: number;
  readonly #file: TemporaryFile;
  readonly #source: ByteSource;

  constructor(path: string, size: number, file: TemporaryFile) {
    this.path = path;
    this.size = size;
    this.#file = file;
    this.#source = FileSource.of(path, size, file.handle);
  }

  readInto(target: Uint8Array, position: number): Promise<number> {
    return this.#source.readInto(target, position);
  }

  read(position: number, length: number): Promise<Uint8Array> {
    return this.#source.read(position, length);
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

function tooLong(path: string, limit: number): AudioError {
  const gigabytes = (limit / 2 ** 30).toLocaleString('en-US', { maximumFractionDigits: 1 });
  const size = limit < 2 ** 29 ? `${limit.toLocaleString('en-US')} bytes` : `${gigabytes} GiB`;
  return new AudioError(
    `The audio from ${path} is longer than ${size}, the most that is taken from a stream.`,
    {
      hint: 'Save it to a file, and name that.',
    },
  );
}
