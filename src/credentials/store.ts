/** The encrypted store: one sealed file for each profile, so that profiles never wait for one another. */
import { chmod, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../shared/atomic-file.ts';
import { CliError, errorCode } from '../shared/errors.ts';
import { isObject } from '../shared/json.ts';
import { type HeldLock, withLock } from '../shared/lock.ts';
import { type Keys, onlyKey } from './key-choice.ts';
import { type KeyBackend, KeyFile } from './keys.ts';
import { looseFiles } from './permissions.ts';
import {
  SealError,
  type SealedHeader,
  type SealFault,
  type SealKey,
  seal,
  sealedHeader,
  unseal,
} from './seal.ts';
import type { ProfileRecord } from './types.ts';

const PROFILE_NAME = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/;
/** Windows takes these for devices, whatever ending follows. */
const DEVICE_NAME = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** @throws CliError `usage` for a name that cannot be a file name everywhere */
export function checkProfileName(name: string): string {
  if (!PROFILE_NAME.test(name) || DEVICE_NAME.test(name))
    throw new CliError('usage', `${JSON.stringify(name)} is no profile name`, {
      hint: 'Use up to 64 letters, digits and . _ @ + -, beginning with a letter or digit.',
    });
  return name;
}

const FAULTS: Readonly<Record<SealFault, string>> = {
  'not-a-store': 'is not a credential file of this program',
  'newer-version': 'was written by a newer version of this program',
  'other-key': 'was sealed with another key',
  damaged: 'was changed or damaged',
};

/** Nothing can ever open the file again: a new login may replace it. */
class LostError extends CliError {}

export class CredentialStore {
  /** The folder of the store. */
  readonly folder: string;
  readonly #keys: Keys;
  readonly #keyFile: string;
  #warn: ((text: string) => void) | undefined;

  /**
   * @param keys where keys come from; without it, the key file alone
   * @param warn told once of files that others may read
   */
  constructor(configFolder: string, keys?: Keys, warn?: (text: string) => void) {
    this.folder = join(configFolder, 'credentials');
    const file = new KeyFile(configFolder);
    this.#keyFile = file.path;
    this.#keys = keys ?? onlyKey(file);
    this.#warn = warn;
  }

  /** Where a profile is kept. */
  path(profile: string): string {
    return join(this.folder, `${checkProfileName(profile)}.json`);
  }

  /**
   * @returns undefined when nothing is stored for the profile
   * @throws CliError `auth` when the file is there but cannot be opened; it is left as it is
   */
  async read(profile: string): Promise<ProfileRecord | undefined> {
    return this.#read(profile, true);
  }

  /**
   * What a new login adds to. What nothing can open any more (damaged, its key lost) counts as empty.
   *
   * @returns the record, and why there is none where there should be one
   * @throws CliError `auth` when the file could be opened later, or by somebody else
   */
  async readForLogin(profile: string): Promise<{ record: ProfileRecord; lost?: string }> {
    try {
      return { record: (await this.read(profile)) ?? {} };
    } catch (error) {
      if (!(error instanceof LostError)) throw error;
      return { record: {}, lost: error.message };
    }
  }

  async #read(profile: string, policy: boolean): Promise<ProfileRecord | undefined> {
    const path = this.path(profile);
    await this.#reportLooseFiles(path);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw this.#unreadable(profile, `cannot be read (${errorCode(error) ?? 'unknown error'})`, error);
    }
    try {
      const header = sealedHeader(text);
      const backend = this.#keys.named(header.backend);
      if (backend === undefined) throw new SealError('damaged');
      if (policy) this.#keys.checkAllowed(backend.name);
      const key = await backend.read(header);
      if (key === undefined) throw this.#unreadable(profile, 'has lost its key');
      const record = unseal(text, profile, key);
      if (!isObject(record)) throw new SealError('damaged');
      return record as ProfileRecord;
    } catch (error) {
      if (error instanceof SealError) throw this.#unreadable(profile, FAULTS[error.fault], error);
      throw error;
    }
  }

  /** The backend that keeps the key of a profile; undefined where nothing is stored, or nothing that says so. */
  async backendOf(profile: string): Promise<KeyBackend | undefined> {
    const header = await this.#header(profile);
    return header === undefined ? undefined : this.#keys.named(header.backend);
  }

  async #header(profile: string): Promise<SealedHeader | undefined> {
    try {
      return sealedHeader(await readFile(this.path(profile), 'utf8'));
    } catch {
      return undefined;
    }
  }

  /** Replaces what is stored for a profile, sealed as it was. The caller holds its lock. */
  async write(profile: string, record: ProfileRecord): Promise<void> {
    await this.#makeFolder();
    try {
      const header = await this.#header(profile);
      const backend = header === undefined ? undefined : this.#keys.named(header.backend);
      if (backend === undefined) return await this.#writeFirst(profile, record);
      this.#keys.checkAllowed(backend.name);
      const key = await backend.readOrCreate(header);
      await writeFileAtomic(this.path(profile), seal(record, profile, key), 0o600);
    } catch (error) {
      throw this.#unwritable(profile, error);
    }
  }

  /** Under the lock of all profiles, so that no key is forgotten between being chosen and being used. */
  #writeFirst(profile: string, record: ProfileRecord): Promise<void> {
    return this.#lockedAll(async () => {
      const others = await Promise.all((await this.profiles()).map((other) => this.#header(other)));
      const key = await this.#keys.forNew(others.filter((header) => header !== undefined));
      await writeFileAtomic(this.path(profile), seal(record, profile, key), 0o600);
    });
  }

  /**
   * Seals every profile with the key of another backend. Each file is replaced as a whole, or stays as it was.
   *
   * @returns the profiles that were sealed anew, and those that had been already
   * @throws CliError when one cannot be opened or sealed; every profile is then readable as before, or as after
   */
  async migrate(to: KeyBackend['name'], signal?: AbortSignal): Promise<{ moved: string[]; kept: string[] }> {
    this.#keys.checkAllowed(to);
    const target = this.#keys.named(to);
    if (target === undefined) throw new CliError('internal', `There is no key backend ${to}`);
    const moved: string[] = [];
    const kept: string[] = [];
    const left = new Map<string, KeyBackend>();
    const names = await this.profiles();
    // All are opened before the first is changed: what cannot be moved is known while nothing has been.
    for (const profile of names) await this.#read(profile, false);
    for (const profile of names)
      await this.locked(
        profile,
        async (lock) => {
          const header = await this.#header(profile);
          const record = await this.#read(profile, false);
          if (record === undefined || header === undefined) return;
          if (header.backend === to) {
            kept.push(profile);
            return;
          }
          const key = await this.#targetKey(target);
          const text = seal(record, profile, key);
          unseal(text, profile, key);
          await lock.assertHeld();
          await writeFileAtomic(this.path(profile), text, 0o600).catch((error: unknown) => {
            throw this.#unwritable(profile, error);
          });
          const source = this.#keys.named(header.backend);
          if (source !== undefined) left.set(source.name, source);
          moved.push(profile);
        },
        signal,
      );
    for (const backend of left.values()) await this.#forgetUnused(backend);
    return { moved, kept };
  }

  async #targetKey(target: KeyBackend): Promise<SealKey> {
    for (const profile of await this.profiles()) {
      const header = await this.#header(profile);
      if (header?.backend === target.name) return target.readOrCreate(header);
    }
    return target.readOrCreate();
  }

  /** A key that opens nothing here any more would still open old copies. */
  async #forgetUnused(backend: KeyBackend): Promise<void> {
    await this.#lockedAll(async () => {
      const headers = await Promise.all((await this.profiles()).map((profile) => this.#header(profile)));
      // A file that cannot be understood might be sealed with it.
      if (headers.every((header) => header !== undefined && header.backend !== backend.name))
        await backend.forget?.().catch(() => {});
    });
  }

  /** Forgets a profile; nothing stored is no failure. */
  async remove(profile: string): Promise<void> {
    await rm(this.path(profile), { force: true });
  }

  /** The names of all stored profiles, in order. */
  async profiles(): Promise<string[]> {
    let files: string[];
    try {
      files = await readdir(this.folder);
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return [];
      throw error;
    }
    return files
      .filter((file) => file.endsWith('.json') && PROFILE_NAME.test(file.slice(0, -5)))
      .map((file) => file.slice(0, -5))
      .sort();
  }

  /** Runs `work` while no other process changes this profile. */
  async locked<T>(profile: string, work: (lock: HeldLock) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const lock = `${this.path(profile)}.lock`;
    await this.#makeFolder();
    return withLock(lock, work, { signal });
  }

  /** Taken inside the lock of a profile, never around one. */
  async #lockedAll<T>(work: () => Promise<T>): Promise<T> {
    await this.#makeFolder();
    return withLock(join(this.folder, '.all.lock'), work);
  }

  async #reportLooseFiles(path: string): Promise<void> {
    const warn = this.#warn;
    if (warn === undefined) return;
    this.#warn = undefined;
    for (const text of await looseFiles([this.folder, path, this.#keyFile])) warn(text);
  }

  async #makeFolder(): Promise<void> {
    try {
      await mkdir(this.folder, { recursive: true, mode: 0o700 });
      await chmod(this.folder, 0o700);
    } catch (error) {
      throw new CliError(
        'usage',
        `The folder ${this.folder} cannot be made (${errorCode(error) ?? 'unknown error'})`,
        {
          hint: 'Point CONVIRZA_CONFIG_DIR at a folder you may write to, or give the token in CONVIRZA_TOKEN.',
          cause: error,
        },
      );
    }
  }

  #unwritable(profile: string, error: unknown): CliError {
    if (error instanceof CliError) return error;
    return new CliError(
      'usage',
      `The credentials of profile ${profile} cannot be written (${errorCode(error) ?? 'unknown error'}): ${this.path(profile)}`,
      { hint: 'Make room or point CONVIRZA_CONFIG_DIR elsewhere, then sign in again.', cause: error },
    );
  }

  #unreadable(profile: string, why: string, cause?: unknown): CliError {
    const newer = cause instanceof SealError && cause.fault === 'newer-version';
    return new (newer ? CliError : LostError)(
      'auth',
      `The file with the credentials of profile ${profile} ${why}: ${this.path(profile)}`,
      {
        hint: 'Restore the file, or forget it with convirza auth logout and sign in again.',
        cause,
      },
    );
  }
}
