/**
 * Certificates for `https:` on this machine: an authority that signs one server certificate and is then forgotten.
 * Node.js reads X.509 and does not write it; these are the few structures of RFC 5280 that it takes.
 */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIP, isIPv4 } from 'node:net';

/** What a server needs, and what its clients must trust; all PEM. */
export interface ServerCertificate {
  key: string;
  /** Of the server, then of the authority. */
  cert: string;
  /** Of the authority alone: what clients are given. Its key exists nowhere any more. */
  ca: string;
}

const DAY = 86_400_000;
/** Some clients refuse server certificates of more than 398 days. */
const LIFE_DAYS = 90;

const OID = {
  commonName: '2.5.4.3',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

/** A value in DER: tag, length, content. */
function tlv(tag: number, ...content: readonly Buffer[]): Buffer {
  const body = Buffer.concat(content);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const size = Buffer.from(body.length.toString(16).padStart(body.length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | size.length]), size, body]);
}

const sequence = (...content: readonly Buffer[]): Buffer => tlv(0x30, ...content);
const octets = (content: Buffer): Buffer => tlv(0x04, content);
const bits = (content: Buffer, unused = 0): Buffer => tlv(0x03, Buffer.from([unused]), content);
const integer = (...bytes: readonly number[]): Buffer => tlv(0x02, Buffer.from(bytes));
const TRUE = tlv(0x01, Buffer.from([0xff]));

function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return tlv(0x06, Buffer.from(bytes));
}

/** UTCTime, which is what dates before 2050 must be; GeneralizedTime after. */
function time(ms: number): Buffer {
  const text = `${new Date(ms).toISOString().replace(/\D/g, '').slice(0, 14)}Z`;
  return text < '2050' ? tlv(0x17, Buffer.from(text.slice(2))) : tlv(0x18, Buffer.from(text));
}

function nameOf(commonName: string): Buffer {
  return sequence(tlv(0x31, sequence(objectId(OID.commonName), tlv(0x0c, Buffer.from(commonName)))));
}

function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(objectId(id), ...(critical ? [TRUE] : []), octets(value));
}

/** The 4 or 16 bytes of an IP address. */
function addressBytes(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  // The URL parser writes an IPv4 tail in hexadecimal and leaves at most one `::`.
  const plain = new URL(`http://[${address.replace(/%.*$/, '')}]/`).hostname.slice(1, -1);
  const [head = '', tail = ''] = plain.split('::').map((part) => part);
  const words = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const [left, right] = [words(head), words(tail)];
  const zeros = Array<string>(8 - left.length - right.length).fill('0');
  return Buffer.from([...left, ...zeros, ...right].map((word) => word.padStart(4, '0')).join(''), 'hex');
}

interface Request {
  subject: string;
  issuer: string;
  publicKey: KeyObject;
  issuerKeys: { publicKey: KeyObject; privateKey: KeyObject };
  now: number;
  extensions: readonly Buffer[];
}

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });
const keyId = (key: KeyObject): Buffer => createHash('sha256').update(spki(key)).digest().subarray(0, 20);

function certificate({ subject, issuer, publicKey, issuerKeys, now, extensions }: Request): string {
  const algorithm = sequence(objectId(OID.ecdsaWithSha256));
  const serial = randomBytes(16);
  // Positive, and without a leading zero byte.
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const signed = sequence(
    tlv(0xa0, integer(2)),
    tlv(0x02, serial),
    algorithm,
    nameOf(issuer),
    sequence(time(now - DAY), time(now + LIFE_DAYS * DAY)),
    nameOf(subject),
    spki(publicKey),
    tlv(
      0xa3,
      sequence(
        ...extensions,
        extension(OID.subjectKeyIdentifier, octets(keyId(publicKey))),
        extension(OID.authorityKeyIdentifier, sequence(tlv(0x80, keyId(issuerKeys.publicKey)))),
      ),
    ),
  );
  const signature = sign('sha256', signed, issuerKeys.privateKey);
  const text = sequence(signed, algorithm, bits(signature)).toString('base64');
  return `-----BEGIN CERTIFICATE-----\n${text.replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

/**
 * A certificate for these names and addresses (P-256), signed by an authority of its own; good from a day ago for 90
 * days. An authority apart, since many clients refuse one certificate in both roles.
 *
 * @param now milliseconds since 1970
 */
export function makeCertificate(names: readonly string[], now: number): ServerCertificate {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = `convirza sandbox ${randomBytes(4).toString('hex')}`;
  const ca = certificate({
    subject: issuer,
    issuer,
    publicKey: authority.publicKey,
    issuerKeys: authority,
    now,
    extensions: [
      extension(OID.basicConstraints, sequence(TRUE, integer(0)), true),
      // Signing of certificates and of revocation lists.
      extension(OID.keyUsage, bits(Buffer.from([0x06]), 1), true),
    ],
  });
  const alternatives = names.map((name) =>
    isIP(name) === 0 ? tlv(0x82, Buffer.from(name, 'latin1')) : tlv(0x87, addressBytes(name)),
  );
  const cert = certificate({
    subject: 'localhost',
    issuer,
    publicKey: server.publicKey,
    issuerKeys: authority,
    now,
    extensions: [
      extension(OID.basicConstraints, sequence(), true),
      // Digital signatures.
      extension(OID.keyUsage, bits(Buffer.from([0x80]), 7), true),
      extension(OID.extendedKeyUsage, sequence(objectId(OID.serverAuth))),
      extension(OID.subjectAltName, sequence(...alternatives)),
    ],
  });
  const key = server.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  return { key, cert: `${cert}${ca}`, ca };
}
