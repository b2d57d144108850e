import { constants } from 'node:fs';
import { access, type FileHandle, open, realpath, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { renameOver, temporaryName } from '../../shared/atomic-file.ts';
import { errorCode } from '../../shared/errors.ts';
import { AudioError, writeFailure } from '../errors.ts';

/**
 * A file that appears at its path only when it is complete: until then it is a hidden file of an unpredictable name
 * in the same folder. End with `commit` or `abort`.
 */
export class StagedFile {
  readonly path: string;
  readonly #target: string;
  readonly #temporary: string;
  readonly #handle: FileHandle;
  /** Ends when all writes so far have; never rejects. */
  #queue: Promise<void> = Promise.resolve();
  #failure: AudioError | undefined;
  #isOpen = true;

  private constructor(path: string, target: string, temporary: string, handle: FileHandle) {
    this.path = path;
    this.#target = target;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  /**
   * Starts a file that `commit` will put at `path`, replacing a file that is there.
   *
   * @throws AudioError when the folder is missing or not writable, or something other than a writable regular
   * file is at the path.
   */
  static async create(path: string): Promise<StagedFile> {
    try {
      const target = await resolveTarget(path);
      const temporary = temporaryName(target);
      const handle = await open(temporary, 'wx');
      return new StagedFile(path, target, temporary, handle);
    } catch (error) {
      throw error instanceof AudioError ? error : writeFailure(path, dirname(path), error);
    }
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /**
   * Writes `bytes` at `position`. Calls need not wait for one another, but leave the bytes alone until the promise
   * resolves.
   *
   * @throws AudioError when this or an earlier write failed; then only `abort` is left.
   */
  write(bytes: Uint8Array, position: number): Promise<void> {
    const writing = this.#queue.then(() => this.#writeAt(bytes, position));
    this.#queue = writing.catch(() => undefined);
    return writing;
  }

  /** Makes all later writes and `commit` fail with `error`, or with an earlier failure, which it returns. */
  fail(error: unknown): AudioError {
    this.#failure ??=
      error instanceof AudioError ? error : writeFailure(this.path, dirname(this.path), error);
    return this.#failure;
  }

  /**
   * Cuts the file to `size` bytes, flushes it to the disk and moves it to its path. When it fails, nothing is left
   * behind and a file at the path is as it was.
   *
   * @throws AudioError when this or an earlier write failed.
   */
  async commit(size: number): Promise<void> {
    await this.#queue;
    try {
      if (this.#failure !== undefined) throw this.#failure;
      await this.#handle.truncate(size);
      await this.#handle.sync();
      await this.#close();
      await renameOver(this.#temporary, this.#target);
    } catch (error) {
      await this.abort();
      throw this.fail(error);
    }
  }

  /** Gives up: removes what was written. Does nothing after `commit`; never throws. */
  async abort(): Promise<void> {
    await this.#queue;
    await this.#close().catch(() => undefined);
    await unlink(this.#temporary).catch(() => undefined);
  }

  async #writeAt(bytes: Uint8Array, position: number): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    try {
      for (let done = 0; done < bytes.length; ) {
        const rest = bytes.length - done;
        done += (await this.#handle.write(bytes, done, rest, position + done)).bytesWritten;
      }
    } catch (error) {
      throw this.fail(error);
    }
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
