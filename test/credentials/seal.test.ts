import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  FILE_VERSION,
  SealError,
  type SealKey,
  seal,
  sealedHeader,
  unseal,
} from '../../src/credentials/seal.ts';
import { anyText } from '../shared/text.ts';

const SEED = 37;
const KEY: SealKey = { bytes: Buffer.alloc(32, 7), backend: 'file' };

/** Why the text does not open; undefined when it does. */
function faultOf(text: string, profile = 'default', key = KEY): string | undefined {
  try {
    unseal(text, profile, key);
    return undefined;
  } catch (error) {
    if (error instanceof SealError) return error.fault;
    throw error;
  }
}

/** The same file with some of its fields changed. */
function changed(text: string, fields: Record<string, unknown>): string {
  return JSON.stringify({ ...(JSON.parse(text) as object), ...fields });
}

describe('seal and unseal', () => {
  it('give every value back, for every profile and key', () => {
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(
        fc.jsonValue(),
        anyText,
        key,
        fc.string({ minLength: 1 }),
        (value, profile, bytes, backend) => {
          const sealKey = { bytes: Buffer.from(bytes), backend };
          const text = seal(value, profile, sealKey);
          expect(JSON.stringify(unseal(text, profile, sealKey))).toBe(JSON.stringify(value));
          expect(sealedHeader(text).backend).toBe(backend);
        },
      ),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('never use a nonce twice, and never give one value the same face', () => {
    const files = Array.from({ length: 2000 }, () => seal({ a: 1 }, 'default', KEY));
    const nonces = files.map((text) => (JSON.parse(text) as { nonce: string }).nonce);
    expect(new Set(nonces).size).toBe(2000);
    for (const nonce of nonces) expect(Buffer.from(nonce, 'base64')).toHaveLength(12);
    expect(new Set(files).size).toBe(2000);
  });

  it('show nothing of the value, of the key, and of the profile', () => {
    const key = { bytes: randomBytes(32), backend: 'file' };
    const text = seal({ refreshToken: 'the-secret-token', email: 'ann@example.com' }, 'customer-x', key);
    const shown =
      text + Buffer.from((JSON.parse(text) as { data: string }).data, 'base64').toString('latin1');
    for (const secret of [
      'secret',
      'ann@',
      'refreshToken',
      'customer-x',
      key.bytes.toString('base64'),
      key.bytes.toString('hex'),
    ])
      expect(shown).not.toContain(secret);
  });

  it('are one line of JSON that says what it is', () => {
    const text = seal({}, 'default', KEY);
    expect(text.indexOf('\n')).toBe(text.length - 1);
    expect(JSON.parse(text)).toEqual({
      format: 'convirza-credentials',
      version: 1,
      backend: 'file',
      keyId: expect.stringMatching(/^[0-9a-f]{16}$/),
      nonce: expect.any(String),
      data: expect.any(String),
    });
  });
});

describe('a sealed file that was tampered with', () => {
  // Three lengths, so that the base64 of the data ends with no, one and two signs of padding.
  it.each([0, 1, 2])('is refused for every single bit that flips (value longer by %i)', (extra) => {
    const bytes = Buffer.from(seal({ token: 'x'.repeat(10 + extra) }, 'default', KEY));
    const faults = new Set<string>();
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const copy = Buffer.from(bytes);
      copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const fault = faultOf(copy.toString('utf8'));
      if (fault === undefined)
        throw new Error(`opened with bit ${bit & 7} of byte ${bit >> 3} flipped: ${copy}`);
      faults.add(fault);
    }
    expect(faults).toEqual(new Set(['not-a-store', 'newer-version', 'other-key', 'damaged']));
  });

  it('is refused when it is cut at any byte', () => {
    const text = seal({ token: 'secret' }, 'default', KEY);
    for (let length = 0; length < text.length - 1; length++)
      expect(faultOf(text.slice(0, length)), `${length} bytes`).toBe('not-a-store');
    expect(unseal(text.slice(0, -1), 'default', KEY)).toEqual({ token: 'secret' });
  });

  it('is refused when its data or its nonce is cut, emptied or lengthened', () => {
    const text = seal({ token: 'secret' }, 'default', KEY);
    const { data, nonce } = JSON.parse(text) as { data: string; nonce: string };
    const bytes = Buffer.from(data, 'base64');
    for (let length = 0; length < bytes.length; length++)
      expect(faultOf(changed(text, { data: bytes.subarray(0, length).toString('base64') }))).toBe('damaged');
    for (const fields of [
      { data: `${data}AAAA` },
      { data: ` ${data}` },
      { data: `${data}=` },
      { data: 5 },
      { data: null },
      { nonce: '' },
      { nonce: nonce.slice(4) },
      { nonce: `${nonce}AAAA` },
      { nonce: `${nonce}\n` },
      { keyId: '' },
      { backend: '' },
    ])
      expect(faultOf(changed(text, fields)), JSON.stringify(fields)).toBe('damaged');
  });

  it('is refused when a part of it stands in another', () => {
    const first = seal({ token: 'one' }, 'default', KEY);
    const second = seal({ token: 'two' }, 'default', KEY);
    const { nonce, data } = JSON.parse(second) as { nonce: string; data: string };
    expect(faultOf(changed(first, { nonce }))).toBe('damaged');
    expect(faultOf(changed(first, { data }))).toBe('damaged');
    expect(faultOf(changed(first, { nonce, data }))).toBeUndefined();
  });
});

describe('a sealed file in the wrong place', () => {
  it('is refused under another profile', () => {
    const text = seal({ token: 'a' }, 'work', KEY);
    expect(faultOf(text, 'work')).toBeUndefined();
    for (const profile of ['default', 'Work', 'work ', '', 'work","x'])
      expect(faultOf(text, profile)).toBe('damaged');
  });

  it('is refused with another key, and says that it is the key', () => {
    const text = seal({ token: 'a' }, 'default', KEY);
    for (const bytes of [
      Buffer.alloc(32),
      randomBytes(32),
      Buffer.alloc(31, 7),
      Buffer.alloc(33, 7),
      Buffer.alloc(0),
    ])
      expect(faultOf(text, 'default', { bytes, backend: 'file' })).toBe('other-key');
  });

  it('opens with the right key wherever that came from: the name of the backend is that of the file', () => {
    const text = seal({ token: 'a' }, 'default', KEY);
    expect(faultOf(text, 'default', { ...KEY, backend: 'keychain' })).toBeUndefined();
    expect(faultOf(changed(text, { backend: 'keychain' }))).toBe('damaged');
  });
});

describe('what is no file of this version', () => {
  const text = seal({ token: 'a' }, 'default', KEY);

  it.each([FILE_VERSION + 1, 99, '1', null, undefined])(
    'version %j is refused as one that is not known',
    (version) => {
      expect(faultOf(changed(text, { version }))).toBe('newer-version');
      expect(() => sealedHeader(changed(text, { version }))).toThrow('newer-version');
    },
  );

  it.each([0, -1, 0.5])('version %j, which never was, is refused', (version) => {
    expect(faultOf(changed(text, { version }))).toBe('damaged');
  });

  it.each([
    '',
    '\n',
    'null',
    '[]',
    '"text"',
    '{}',
    '{"convirza":{"accessToken":"plain"}}',
    '{"format":"other","version":1}',
    'not json',
    '\0\0\0\0',
  ])('%j is not a store', (other) => {
    expect(faultOf(other)).toBe('not-a-store');
    expect(() => sealedHeader(other)).toThrow('not-a-store');
  });

  it('nothing at all throws anything else', () => {
    const file = fc.record({
      format: fc.constant('convirza-credentials'),
      version: fc.constantFrom<unknown>(1, 0, 2, '1'),
      backend: fc.jsonValue(),
      keyId: fc.oneof(fc.jsonValue(), fc.constant((JSON.parse(text) as { keyId: string }).keyId)),
      nonce: fc.oneof(fc.jsonValue(), fc.base64String()),
      data: fc.oneof(fc.jsonValue(), fc.base64String()),
    });
    fc.assert(
      fc.property(
        fc.oneof(
          file.map((value) => JSON.stringify(value)),
          fc.string(),
        ),
        (other) => {
          expect(faultOf(other)).toBeDefined();
        },
      ),
      { seed: SEED, numRuns: 500 },
    );
  });
});
