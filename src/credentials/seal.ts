/** Sealing a record: AES-256-GCM (NIST SP 800-38D) with a fresh random 96-bit nonce for every write. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { isObject, nonEmptyString, parseJson } from '../shared/json.ts';

export const FILE_FORMAT = 'convirza-credentials';
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

export interface SealKey {
  /** 32 bytes. */
  bytes: Buffer;
  /** Where the key comes from; stored in the clear, so that the right one can be asked for. */
  backend: string;
}

interface SealedFile {
  format: string;
  version: number;
  backend: string;
  keyId: string;
  nonce: string;
  data: string;
}

/** Tells a wrong key from a damaged file without helping anybody to guess the key. */
function keyId(key: Buffer): string {
  return createHash('sha256').update('convirza key id\0').update(key).digest('hex').slice(0, 16);
}

/** The profile, the version and the backend are bound in: a file moved to another profile does not open. */
function associatedData(profile: string, backend: string, version: number): Buffer {
  return Buffer.from(JSON.stringify([FILE_FORMAT, version, backend, profile]), 'utf8');
}

/** Seals any JSON value into the text of a file. */
export function seal(value: unknown, profile: string, key: SealKey): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce);
  cipher.setAAD(associatedData(profile, key.backend, FILE_VERSION));
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
    nonce: nonce.toString('base64'),
    data: encrypted.toString('base64'),
  };
  return `${JSON.stringify(file)}\n`;
}

/**
 * The backend that a sealed file names, so that its key can be fetched.
 *
 * @throws SealError `not-a-store` or `newer-version`
 */
export function sealedBackend(text: string): string {
  return parse(text).backend;
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
  decipher.setAAD(associatedData(profile, file.backend, file.version));
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
