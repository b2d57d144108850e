/** Where the key of the store comes from, and the simplest such place: a file. */
import { randomBytes } from 'node:crypto';
import { link, open, readFile, rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryName } from '../shared/atomic-file.ts';
import { CliError, errorCode } from '../shared/errors.ts';
import type { SealedHeader, SealKey } from './seal.ts';

/** The kinds of key, the weakest first. */
export const BACKENDS = ['file', 'passphrase', 'keychain'] as const;
export type BackendName = (typeof BACKENDS)[number];

export interface KeyBackend {
  readonly name: BackendName;
  /** For `auth status`: what it is, and what it does not protect against. */
  readonly description: string;
  /**
   * The key, or undefined when there is none yet.
   *
   * @param sealed what the file that is to be opened says of its key
   * @throws CliError `auth` when it is there but cannot be used
   */
  read(sealed?: SealedHeader): Promise<SealKey | undefined>;
  /**
   * The key, made now if there is none.
   *
   * @param sealed what a file of this store that the same backend sealed says of its key
   * @throws CliError `auth` when it can neither be used nor made
   */
  readOrCreate(sealed?: SealedHeader): Promise<SealKey>;
  /** Forgets the key, once nothing is sealed with it any more. */
  forget?(): Promise<void>;
}

export const KEY_BYTES = 32;

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

  async forget(): Promise<void> {
    await rm(this.path, { force: true });
  }

  #unusable(why: string, cause?: unknown): CliError {
    return new CliError('auth', `The key of the credential store, ${this.path}, ${why}`, {
      hint: 'Restore it, or delete it and sign in again: convirza auth login.',
      cause,
    });
  }
}
