import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, get } from 'node:https';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeCertificate } from '../../src/sandbox/certificate.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const NAMES = ['localhost', '127.0.0.1', '::1'];

function parsed(names: readonly string[], now = NOW) {
  const { cert, ca, key } = makeCertificate(names, now);
  expect(cert.endsWith(ca)).toBe(true);
  return { server: new X509Certificate(cert), authority: new X509Certificate(ca), key };
}

describe('a certificate of the sandbox', () => {
  it('is signed by an authority that is nothing else, and is itself no authority', () => {
    const { server, authority } = parsed(NAMES);
    expect(server.checkIssued(authority)).toBe(true);
    expect(server.verify(authority.publicKey)).toBe(true);
    expect(authority.verify(authority.publicKey)).toBe(true);
    expect([server.ca, authority.ca]).toEqual([false, true]);
    expect(server.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(server.serialNumber).not.toBe(authority.serialNumber);
  });

  it('holds for the names and addresses it was made for, and for no other', () => {
    const { server } = parsed([...NAMES, 'build-7.example', '10.1.2.3', '2001:db8::5:1', '::ffff:10.0.0.1']);
    for (const name of ['localhost', 'build-7.example']) expect(server.checkHost(name)).toBe(name);
    for (const address of ['127.0.0.1', '10.1.2.3', '::1', '2001:db8::5:1'])
      expect(server.checkIP(address)).toBe(address);
    expect(server.checkHost('example.com')).toBeUndefined();
    expect(server.checkIP('10.1.2.4')).toBeUndefined();
  });

  it.each([
    [NOW, 'Nov 19 12:00:00 2026 GMT', 'Feb 18 12:00:00 2027 GMT'],
    [Date.parse('2049-12-01T00:00:00Z'), 'Nov 30 00:00:00 2049 GMT', 'Mar  1 00:00:00 2050 GMT'],
  ])('is good from a day before %i for 90 days', (now, from, to) => {
    const { server, authority } = parsed(NAMES, now);
    for (const one of [server, authority]) expect([one.validFrom, one.validTo]).toEqual([from, to]);
  });

  it('can be read whatever addresses are in it', () => {
    fc.assert(
      fc.property(fc.ipV6(), fc.ipV4(), (v6, v4) => {
        const { server } = parsed([v6, v4]);
        expect(server.checkIP(v6)).toBe(v6);
        expect(server.checkIP(v4)).toBe(v4);
      }),
      { numRuns: 30 },
    );
  });

  it('is what a client that trusts the authority accepts, and no other client', async () => {
    const { key, cert, ca } = makeCertificate(NAMES, Date.now());
    const server = createServer({ key, cert }, (_, response) => response.end('hello'));
    onTestFinished(() => void server.close());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const ask = (options: object) =>
      new Promise<string>((resolve) => {
        get({ host: '127.0.0.1', port, agent: false, ...options }, (answer) => {
          answer.setEncoding('utf8').on('data', resolve);
        }).on('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)));
      });
    expect(await ask({ ca })).toBe('hello');
    expect(await ask({})).toBe('SELF_SIGNED_CERT_IN_CHAIN');
    expect(await ask({ ca: makeCertificate(NAMES, Date.now()).ca })).toMatch(/SELF_SIGNED|UNABLE_TO/);
  });
});
