/** The encrypted store: one sealed file for each profile, so that profiles never wait for one another. */
import { chmod, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '../shared/atomic-file.ts';
import { CliError, errorCode } from '../shared/errors.ts';
import { isObject } from '../shared/json.ts';
import { type KeyBackend, KeyFile } from './keys.ts';
import { type HeldLock, withLock } from './lock.ts';
import { SealError, type SealFault, seal, unseal } from './seal.ts';
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

export class CredentialStore {
  /** The folder of the store. */
  readonly folder: string;
  readonly backend: KeyBackend;

  constructor(configFolder: string, backend?: KeyBackend) {
    this.folder = join(configFolder, 'credentials');
    this.backend = backend ?? new KeyFile(configFolder);
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
    const path = this.path(profile);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return undefined;
      throw this.#unreadable(profile, `cannot be read (${errorCode(error) ?? 'unknown error'})`, error);
    }
    const key = await this.backend.read();
    if (key === undefined) throw this.#unreadable(profile, 'has lost its key');
    try {
      const record = unseal(text, profile, key);
      if (!isObject(record)) throw new SealError('damaged');
      return record as ProfileRecord;
    } catch (error) {
      if (error instanceof SealError) throw this.#unreadable(profile, FAULTS[error.fault], error);
      throw error;
    }
  }

  /** Replaces what is stored for a profile. The caller holds its lock. */
  async write(profile: string, record: ProfileRecord): Promise<void> {
    const path = this.path(profile);
    await this.#makeFolder();
    try {
      const key = await this.backend.readOrCreate();
      await writeFileAtomic(path, seal(record, profile, key), 0o600);
    } catch (error) {
      if (error instanceof CliError) throw error;
      throw new CliError(
        'usage',
        `The credentials of profile ${profile} cannot be written (${errorCode(error) ?? 'unknown error'}): ${path}`,
        { hint: 'Make room or point CONVIRZA_CONFIG_DIR elsewhere, then sign in again.', cause: error },
      );
    }
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

  #unreadable(profile: string, why: string, cause?: unknown): CliError {
    return new CliError(
      'auth',
      `The stored credentials of profile ${profile} ${why}: ${this.path(profile)}`,
      {
        hint: 'Restore the file, or forget it with convirza auth logout and sign in again.',
        cause,
      },
    );
  }
}
