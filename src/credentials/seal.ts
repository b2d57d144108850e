/** Sealing a record: AES-256-GCM (NIST SP 800-38D) with a fresh random 96-bit nonce for every write. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { isObject, nonEmptyString, parseJson } from '../shared/json.ts';

const FILE_FORMAT = 'convirza-credentials';
export const FILE_VERSION = 1;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Why a file cannot be opened. */
export type SealFault = 'not-a-store' | 'newer-version' | 'other-key' | 'damaged';

export class SealError extends Error {
  readonly fault: SealFault;
  constructor(fault: SealFault) {
    super(fault);
    this.name = 'SealError';
    this.fault = fault;
  }
}

/** How a key was derived from a passphrase; stored in the clear beside what it sealed. */
export interface KdfParameters {
  name: 'scrypt';
  n: number;
  r: number;
  p: number;
  /** Base64. */
  salt: string;
}

export interface SealKey {
  /** 32 bytes. */
  bytes: Buffer;
  /** Where the key comes from; stored in the clear, so that the right one can be asked for. */
  backend: string;
  /** Where the key was derived. */
  kdf?: KdfParameters | undefined;
}

/** What a sealed file says of its key. */
export interface SealedHeader {
  backend: string;
  keyId: string;
  kdf?: KdfParameters | undefined;
}

interface SealedFile extends SealedHeader {
  format: string;
  version: number;
  nonce: string;
  data: string;
}

/** Tells a wrong key from a damaged file without helping anybody to guess the key. */
export function keyId(key: Buffer): string {
  return createHash('sha256').update('convirza key id\0').update(key).digest('hex').slice(0, 16);
}

/** The profile, the version, the backend and the derivation are bound in: a file moved to another profile does not open. */
function associatedData(
  profile: string,
  { backend, kdf }: Pick<SealedHeader, 'backend' | 'kdf'>,
  version: number,
) {
  const derivation = kdf === undefined ? [] : [kdf.name, kdf.n, kdf.r, kdf.p, kdf.salt];
  return Buffer.from(JSON.stringify([FILE_FORMAT, version, backend, profile, ...derivation]), 'utf8');
}

/** Seals any JSON value into the text of a file. */
export function seal(value: unknown, profile: string, key: SealKey): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce);
  cipher.setAAD(associatedData(profile, key, FILE_VERSION));
  const encrypted = Buffer.concat([
    cipher.update(JSON.stringify(value), 'utf8'),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  const file: SealedFile = {
    format: FILE_FORMAT,
    version: FILE_VERSION,
    backend: key.backend,
    keyId: keyId(key.bytes),
    ...(key.kdf === undefined ? {} : { kdf: key.kdf }),
    nonce: nonce.toString('base64'),
    data: encrypted.toString('base64'),
  };
  return `${JSON.stringify(file)}\n`;
}

/**
 * What a sealed file says of its key, so that it can be fetched.
 *
 * @throws SealError `not-a-store`, `newer-version` or `damaged`
 */
export function sealedHeader(text: string): SealedHeader {
  const { backend, keyId, kdf } = parse(text);
  return { backend, keyId, kdf };
}

/** More than the parameters of this version, so that they can grow, but not what would stop the machine. */
const KDF_LIMITS = { n: 2 ** 20, r: 16, p: 4 };

function parseKdf(value: unknown): KdfParameters | undefined {
  if (value === undefined) return undefined;
  if (!isObject(value) || value['name'] !== 'scrypt') throw new SealError('damaged');
  const number = (name: 'n' | 'r' | 'p') => {
    const given = value[name];
    if (!Number.isInteger(given) || Number(given) < 1 || Number(given) > KDF_LIMITS[name])
      throw new SealError('damaged');
    return Number(given);
  };
  const n = number('n');
  const salt = nonEmptyString(value['salt']);
  if (salt === undefined || n < 2 || (n & (n - 1)) !== 0) throw new SealError('damaged');
  return { name: 'scrypt', n, r: number('r'), p: number('p'), salt };
}

function parse(text: string): SealedFile {
  const parsed = parseJson(text)?.value;
  if (!isObject(parsed) || parsed['format'] !== FILE_FORMAT) throw new SealError('not-a-store');
  if (typeof parsed['version'] !== 'number' || parsed['version'] > FILE_VERSION)
    throw new SealError('newer-version');
  const text_ = (name: string) => {
    const value = nonEmptyString(parsed[name]);
    if (value === undefined) throw new SealError('damaged');
    return value;
  };
  return {
    format: FILE_FORMAT,
    version: parsed['version'],
    backend: text_('backend'),
    keyId: text_('keyId'),
    kdf: parseKdf(parsed['kdf']),
    nonce: text_('nonce'),
    data: text_('data'),
  };
}

/** Strict, since `Buffer` skips what is no base64 and ignores the spare bits of the last character. */
function fromBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw new SealError('damaged');
  return bytes;
}

/**
 * Opens a sealed file.
 *
 * @throws SealError when it is no store, of a newer version, sealed with another key, or changed in any bit
 */
export function unseal(text: string, profile: string, key: SealKey): unknown {
  const file = parse(text);
  if (key.bytes.length !== KEY_BYTES || file.keyId !== keyId(key.bytes)) throw new SealError('other-key');
  const nonce = fromBase64(file.nonce);
  const sealed = fromBase64(file.data);
  if (nonce.length !== NONCE_BYTES || sealed.length < TAG_BYTES) throw new SealError('damaged');
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(associatedData(profile, file, file.version));
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES));
  try {
    const clear = Buffer.concat([
      decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES)),
      decipher.final(),
    ]);
    return JSON.parse(clear.toString('utf8')) as unknown;
  } catch {
    throw new SealError('damaged');
  }
}
