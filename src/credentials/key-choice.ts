/** Which backend keeps the key of a new file, and which may open an existing one. */
import { CliError } from '../shared/errors.ts';
import { type KeychainCall, KeychainFailure, KeychainKey } from './keychain.ts';
import { BACKENDS, type BackendName, type KeyBackend, KeyFile } from './keys.ts';
import { type AskPassphrase, PassphraseKey } from './passphrase.ts';
import type { SealedHeader, SealKey } from './seal.ts';

export interface KeyChoiceOptions {
  keychain: KeychainCall;
  ask: AskPassphrase;
  /** Whether a passphrase is at hand without asking. */
  hasPassphrase: boolean;
  /** The backend of new files; `auto`: the best that works. */
  backend: BackendName | 'auto';
  /** The weakest backend that is allowed. */
  require?: BackendName | undefined;
  warn: (text: string) => void;
}

/** How a new key was found. */
export interface Keys {
  /** @returns undefined for a name that no backend has */
  named(name: string): KeyBackend | undefined;
  /** The key of a new file. `others`: what the other files of the store say of theirs. */
  forNew(others: readonly SealedHeader[]): Promise<SealKey>;
  /** @throws CliError `auth` when the policy refuses the backend */
  checkAllowed(name: string): void;
}

/** One backend for everything. */
export function onlyKey(backend: KeyBackend): Keys {
  return {
    named: (name) => (name === backend.name ? backend : undefined),
    forNew: () => backend.readOrCreate(),
    checkAllowed: () => {},
  };
}

const strength = (name: string) => BACKENDS.indexOf(name as BackendName);

export class KeyChoice implements Keys {
  readonly #options: KeyChoiceOptions;
  readonly #keychain: KeychainKey;
  readonly #backends: Readonly<Record<BackendName, KeyBackend>>;

  constructor(configFolder: string, options: KeyChoiceOptions) {
    this.#options = options;
    this.#keychain = new KeychainKey(configFolder, options.keychain);
    this.#backends = {
      file: new KeyFile(configFolder),
      passphrase: new PassphraseKey(options.ask),
      keychain: this.#keychain,
    };
  }

  named(name: string): KeyBackend | undefined {
    return Object.hasOwn(this.#backends, name) ? this.#backends[name as BackendName] : undefined;
  }

  checkAllowed(name: string): void {
    const { require } = this.#options;
    if (require === undefined || strength(name) >= strength(require)) return;
    throw new CliError('auth', `credentials.require is ${require}, which refuses a key of the kind ${name}`, {
      hint: `Move the stored credentials: convirza auth migrate --to ${require}.`,
    });
  }

  async forNew(others: readonly SealedHeader[]): Promise<SealKey> {
    const { backend, require } = this.#options;
    if (backend !== 'auto') return this.#use(backend, others);
    const used = others.find(({ backend }) => this.#allows(backend) && this.named(backend) !== undefined);
    if (used !== undefined) return this.#use(used.backend as BackendName, others);
    try {
      return await this.#keychain.tryReadOrCreate();
    } catch (error) {
      if (!(error instanceof KeychainFailure)) throw error;
      if (require === 'keychain')
        throw new CliError(
          'auth',
          `credentials.require is keychain, but it cannot be used: ${error.message}`,
          {
            hint: 'Unlock or install it, or give a token in CONVIRZA_TOKEN.',
            cause: error,
          },
        );
      const next = this.#options.hasPassphrase || require === 'passphrase' ? 'passphrase' : 'file';
      const key = await this.#use(next, others);
      this.#options.warn(
        `The keychain cannot be used (${error.message}). ${
          next === 'file'
            ? 'The key of the credentials is kept in a file instead; convirza auth status says what that does not protect against.'
            : 'The key of the credentials is derived from your passphrase instead.'
        }`,
      );
      return key;
    }
  }

  #allows(name: string): boolean {
    const { require } = this.#options;
    return require === undefined || strength(name) >= strength(require);
  }

  #use(name: BackendName, others: readonly SealedHeader[]): Promise<SealKey> {
    this.checkAllowed(name);
    return this.#backends[name].readOrCreate(others.find(({ backend }) => backend === name));
  }
}
