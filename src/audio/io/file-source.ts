import { type FileHandle, open, stat } from 'node:fs/promises';
import { AudioError, readFailure } from '../errors.ts';

/** Bytes that can be read at any position. `path` is for messages. */
export interface ByteSource {
  readonly path: string;
  /** In bytes. */
  readonly size: number;

  /**
   * Fills `target` from the byte at `position` on and returns how many bytes there were: fewer than its length
   * at the end only.
   *
   * @throws AudioError when the system cannot read.
   */
  readInto(target: Uint8Array, position: number): Promise<number>;

  /** Up to `length` bytes from `position` on, in an array of their own. @throws AudioError as `readInto`. */
  read(position: number, length: number): Promise<Uint8Array>;

  /** Gives up what it holds; a second call does nothing. */
  close(): Promise<void>;
}

/** A regular file. `size` is what it was when opened. */
export class FileSource implements ByteSource {
  readonly path: string;
  readonly size: number;
  readonly #handle: FileHandle;

  private constructor(path: string, size: number, handle: FileHandle) {
    this.path = path;
    this.size = size;
    this.#handle = handle;
  }

  /** @throws AudioError when the file is missing, is not a regular file or cannot be read. */
  static async open(path: string): Promise<FileSource> {
    let handle: FileHandle | undefined;
    try {
      // Looked at before it is opened: opening a named pipe would wait for a writer for ever.
      refuseSpecial(path, await stat(path));
      handle = await open(path, 'r');
      const status = await handle.stat();
      refuseSpecial(path, status);
      return new FileSource(path, status.size, handle);
    } catch (error) {
      await handle?.close();
      throw error instanceof AudioError ? error : readFailure(path, error);
    }
  }

  /** A file that is open already; the source closes it. */
  static of(path: string, size: number, handle: FileHandle): FileSource {
    return new FileSource(path, size, handle);
  }

  async readInto(target: Uint8Array, position: number): Promise<number> {
    let filled = 0;
    try {
      while (filled < target.length) {
        const { bytesRead } = await this.#handle.read(
          target,
          filled,
          target.length - filled,
          position + filled,
        );
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
    } catch (error) {
      throw readFailure(this.path, error);
    }
    return filled;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    const target = new Uint8Array(Math.max(0, Math.min(length, this.size - position)));
    return target.subarray(0, await this.readInto(target, position));
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

function refuseSpecial(path: string, status: { isFile(): boolean; isDirectory(): boolean }): void {
  if (status.isDirectory()) {
    throw new AudioError(`Cannot read "${path}": it is a folder.`, { hint: 'Name a file inside it.' });
  }
  if (!status.isFile()) {
    throw new AudioError(
      `Cannot read "${path}": it is not a regular file but a pipe, a socket or a device.`,
      {
        hint: 'Save the audio to a file first.',
      },
    );
  }
}
