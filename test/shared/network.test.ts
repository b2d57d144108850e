import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTlsError, proxyName, usesProxy, withUsualCertificates } from '../../src/shared/network.ts';

const url = 'http://proxy.example.com:3128';
const through = (to: string, except = '') => usesProxy(new URL(to), { url, except });

describe('whether a connection goes through the proxy', () => {
  it.each([
    ['wss://api.nextevi.com/ws', '', true],
    ['wss://api.nextevi.com/ws', 'api.nextevi.com', false],
    ['wss://API.nextevi.com/ws', 'Api.NextEVI.com', false],
    ['wss://api.nextevi.com/ws', 'nextevi.com', false],
    ['wss://api.nextevi.com/ws', '.nextevi.com', false],
    ['wss://api.nextevi.com/ws', '*.nextevi.com', false],
    ['wss://nextevi.com/ws', '*.nextevi.com', false],
    ['wss://notnextevi.com/ws', 'nextevi.com', true],
    ['wss://nextevi.com.example/ws', 'nextevi.com', true],
    ['wss://api.nextevi.com/ws', 'a.example, b.example api.nextevi.com', false],
    ['wss://api.nextevi.com/ws', 'api.nextevi.com:443', false],
    ['ws://api.nextevi.com/ws', 'api.nextevi.com:443', true],
    ['ws://api.nextevi.com/ws', 'api.nextevi.com:80', false],
    ['https://api.nextevi.com:8443/', 'api.nextevi.com:443', true],
    ['https://api.nextevi.com:8443/', 'api.nextevi.com:8443', false],
    ['https://api.example/', '*', false],
    ['https://api.example/', 'x.example, *', false],
    ['https://api.example/', ' ,, ', true],
    ['https://api.example/', '.', true],
    ['https://10.1.2.3/', '10.1.2.3', false],
    ['https://[2001:db8::1]/', '2001:db8::1', false],
    ['https://[2001:db8::1]/', '[2001:db8::1]:443', false],
    ['https://[2001:db8::1]/', '[2001:db8::1]:80', true],
    ['https://[2001:db8::1]/', '2001:db8::2', true],
  ])('%s except for %j: %s', (to, except, expected) => {
    expect(through(to, except)).toBe(expected);
  });

  it.each(['ws://localhost:1/x', 'http://127.0.0.1/', 'https://127.9.9.9/', 'wss://[::1]:8443/'])(
    'never to this machine itself: %s',
    (to) => expect(through(to)).toBe(false),
  );

  it('not without a proxy', () => {
    expect(usesProxy(new URL('https://api.example/'), undefined)).toBe(false);
  });

  it('whatever the exceptions hold, a name that is among them is reached directly', () => {
    const entry = fc.string({ unit: fc.constantFrom(...'a1.:*[]-%'), maxLength: 12 });
    fc.assert(
      fc.property(fc.array(entry), fc.array(entry), (before, after) => {
        expect(through('wss://voice.example/', [...before, 'voice.example', ...after].join(','))).toBe(false);
      }),
    );
  });
});

describe('what is said of a connection', () => {
  it('names a proxy without its credentials', () => {
    expect(proxyName({ url: 'https://me:secret@proxy.example.com:8080/x' })).toBe(
      'https://proxy.example.com:8080',
    );
  });

  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', true],
    ['SELF_SIGNED_CERT_IN_CHAIN', true],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', true],
    ['CERT_HAS_EXPIRED', true],
    ['ERR_TLS_CERT_ALTNAME_INVALID', true],
    ['ERR_SSL_WRONG_VERSION_NUMBER', true],
    ['EPROTO', true],
    ['ECONNREFUSED', false],
    ['ENOTFOUND', false],
    ['', false],
  ])('%s is of TLS: %s', (code, expected) => expect(isTlsError(code)).toBe(expected));

  it('certificates of one’s own stand beside the usual ones', async () => {
    const all = await withUsualCertificates('mine');
    expect(all.length).toBeGreaterThan(50);
    expect(all.at(-1)).toBe('mine');
  });
});
