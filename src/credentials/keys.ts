/** Where the key of the store comes from. One backend so far; others implement the same interface. */
import { randomBytes } from 'node:crypto';
import { link, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryName } from '../shared/atomic-file.ts';
import { CliError, errorCode } from '../shared/errors.ts';
import type { SealKey } from './seal.ts';

export interface KeyBackend {
  readonly name: string;
  /** For `auth status`: what it is, and what it does not protect against. */
  readonly description: string;
  /** The key, or undefined when there is none yet. @throws CliError `auth` when it is there but cannot be used */
  read(): Promise<SealKey | undefined>;
  /** The key, made now if there is none. */
  readOrCreate(): Promise<SealKey>;
}

const KEY_BYTES = 32;

/** A random key in a file that only its owner can read. */
export class KeyFile implements KeyBackend {
  readonly name = 'file';
  readonly path: string;

  constructor(folder: string) {
    this.path = join(folder, 'credentials.key');
  }

  get description(): string {
    return `key file ${this.path} (mode 0600): keeps the tokens from other users of this machine and out of backups that leave the key behind; not from programs that run as you`;
  }

  async read(): Promise<SealKey | undefined> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw this.#unusable(`cannot be read (${errorCode(error) ?? 'unknown error'})`, error);
    }
    const bytes = Buffer.from(text.trim(), 'base64');
    if (bytes.length !== KEY_BYTES) throw this.#unusable('is damaged');
    return { bytes, backend: this.name };
  }

  async readOrCreate(): Promise<SealKey> {
    const existing = await this.read();
    if (existing !== undefined) return existing;
    // Written aside and linked into place: of several processes exactly one creates it, whole.
    const temporary = temporaryName(this.path);
    const handle = await open(temporary, 'wx', 0o600);
    try {
      try {
        await handle.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await link(temporary, this.path);
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    } finally {
      await unlink(temporary).catch(() => {});
    }
    const created = await this.read();
    if (created === undefined) throw this.#unusable('vanished while it was being made');
    return created;
  }

  #unusable(why: string, cause?: unknown): CliError {
    return new CliError('auth', `The key of the credential store, ${this.path}, ${why}`, {
      hint: 'Restore it, or delete it and sign in again: convirza auth login.',
      cause,
    });
  }
}
