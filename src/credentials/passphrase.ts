/** A key derived from a passphrase: scrypt (RFC 7914), its parameters and salt in the sealed file. */
import { randomBytes, type ScryptOptions, scrypt } from 'node:crypto';
import { CliError } from '../shared/errors.ts';
import { KEY_BYTES, type KeyBackend } from './keys.ts';
import { type KdfParameters, keyId, type SealedHeader, type SealKey } from './seal.ts';

/** OWASP's first choice for scrypt: 128 MiB and some tenths of a second for every guess. */
const PARAMETERS = { name: 'scrypt', n: 2 ** 17, r: 8, p: 1 } as const;
const SALT_BYTES = 16;

function derive(passphrase: string, kdf: KdfParameters): Promise<Buffer> {
  const { n, r, p } = kdf;
  const options: ScryptOptions = { N: n, r, p, maxmem: 128 * r * (n + p + 2) + 1024 * 1024 };
  return new Promise((resolve, reject) => {
    // The same letters can be typed as different code points on different machines.
    const text = passphrase.normalize('NFC');
    scrypt(text, Buffer.from(kdf.salt, 'base64'), KEY_BYTES, options, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

/** Asks for the passphrase; `create`: of a store that is being made. @throws CliError where nobody can be asked */
export type AskPassphrase = (create: boolean) => Promise<string>;

export class PassphraseKey implements KeyBackend {
  readonly name = 'passphrase';
  readonly description =
    'derived from your passphrase (scrypt): protects what is at rest, also from other programs of yours; not from those that can read the environment or the keyboard of this one';
  readonly #ask: AskPassphrase;
  #passphrase: Promise<string> | undefined;
  readonly #keys = new Map<string, Promise<Buffer>>();
  #made: SealKey | undefined;

  constructor(ask: AskPassphrase) {
    this.#ask = ask;
  }

  /** @throws CliError `auth` when the passphrase is another one than the file was sealed with */
  async read(sealed?: SealedHeader): Promise<SealKey | undefined> {
    if (sealed?.kdf === undefined) return undefined;
    const key = await this.#derive(sealed.kdf, false);
    if (keyId(key.bytes) !== sealed.keyId) {
      this.#passphrase = undefined;
      this.#keys.clear();
      throw new CliError('auth', 'The passphrase is not the one that the credentials were sealed with', {
        hint: 'Check CONVIRZA_PASSPHRASE, or type it again.',
      });
    }
    return key;
  }

  async readOrCreate(sealed?: SealedHeader): Promise<SealKey> {
    const existing = await this.read(sealed);
    if (existing !== undefined) return existing;
    const salt = randomBytes(SALT_BYTES).toString('base64');
    this.#made ??= await this.#derive({ ...PARAMETERS, salt }, true);
    return this.#made;
  }

  async #derive(kdf: KdfParameters, create: boolean): Promise<SealKey> {
    this.#passphrase ??= this.#ask(create);
    const passphrase = await this.#passphrase;
    const id = JSON.stringify([kdf.n, kdf.r, kdf.p, kdf.salt]);
    const bytes = this.#keys.get(id) ?? derive(passphrase, kdf);
    this.#keys.set(id, bytes);
    return { bytes: await bytes, backend: this.name, kdf };
  }
}
