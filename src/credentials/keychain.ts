/** A key in the keychain of the operating system: Keychain, Credential Manager, or the Secret Service of the desktop. */
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../shared/errors.ts';
import { withLock } from '../shared/lock.ts';
import { KEY_BYTES, type KeyBackend } from './keys.ts';
import type { SealKey } from './seal.ts';

const SERVICE = 'convirza-cli';

/** One call of the keychain. */
export type KeychainRequest = { service: string; account: string } & (
  | { operation: 'get' | 'delete' }
  | { operation: 'set'; value: string }
);

/** @returns the value of a `get`, undefined when there is none. @throws KeychainFailure */
export type KeychainCall = (request: KeychainRequest) => Promise<string | undefined>;

/** The keychain cannot be used: missing, locked, hanging. The message is the reason, as a part of a sentence. */
export class KeychainFailure extends Error {}

export class KeychainKey implements KeyBackend {
  readonly name = 'keychain';
  readonly description =
    'in the keychain of this system: protects what is at rest, until you unlock it; not from programs that run as you while it is unlocked';
  readonly #folder: string;
  readonly #call: KeychainCall;
  #key: SealKey | undefined;

  constructor(configFolder: string, call: KeychainCall) {
    this.#folder = configFolder;
    this.#call = call;
  }

  async read(): Promise<SealKey | undefined> {
    try {
      return await this.#read();
    } catch (error) {
      throw this.#unusable(error);
    }
  }

  async readOrCreate(): Promise<SealKey> {
    try {
      return await this.tryReadOrCreate();
    } catch (error) {
      throw this.#unusable(error);
    }
  }

  /** Like `readOrCreate`, for a caller that has another way. @throws KeychainFailure */
  async tryReadOrCreate(): Promise<SealKey> {
    const existing = await this.#read();
    if (existing !== undefined) return existing;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    // Of several processes exactly one makes the key: a keychain has no way to set what is not there yet.
    return withLock(join(this.#folder, 'keychain.lock'), async () => {
      const other = await this.#read();
      if (other !== undefined) return other;
      await this.#request({ operation: 'set', value: randomBytes(KEY_BYTES).toString('base64') });
      const made = await this.#read();
      if (made === undefined) throw new KeychainFailure('it does not keep what it is given');
      return made;
    });
  }

  async forget(): Promise<void> {
    this.#key = undefined;
    await this.#request({ operation: 'delete' });
  }

  async #read(): Promise<SealKey | undefined> {
    if (this.#key !== undefined) return this.#key;
    const text = await this.#request({ operation: 'get' });
    if (text === undefined) return undefined;
    const bytes = Buffer.from(text, 'base64');
    if (bytes.length !== KEY_BYTES) throw new KeychainFailure('the key in it is damaged');
    this.#key = { bytes, backend: this.name };
    return this.#key;
  }

  #request(
    request: { operation: 'get' | 'delete' } | { operation: 'set'; value: string },
  ): Promise<string | undefined> {
    // One key for each folder of settings, so that two of them never overwrite each other's.
    return this.#call({ service: SERVICE, account: this.#folder, ...request });
  }

  #unusable(error: unknown): unknown {
    if (!(error instanceof KeychainFailure)) return error;
    return new CliError(
      'auth',
      `The keychain that holds the key of the credentials cannot be used: ${error.message}`,
      {
        hint: 'Unlock it and run the command again, or give a token in CONVIRZA_TOKEN; nothing stored was changed.',
        cause: error,
      },
    );
  }
}
