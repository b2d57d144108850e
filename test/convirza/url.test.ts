import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildUrl, fillPath, parseBaseUrl } from '../../src/convirza/url.ts';
import { CliError } from '../../src/shared/errors.ts';
import { isLoopback } from '../../src/shared/network.ts';
import { anyText } from '../shared/text.ts';

const SEED = 7;

function refusal(work: () => unknown): CliError {
  try {
    work();
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

const LOOPBACK = [
  'localhost',
  'LOCALHOST',
  '127.0.0.1',
  '127.1.2.3',
  '127.1',
  '2130706433',
  '[::1]',
  '[0:0:0:0:0:0:0:1]',
];
const ELSEWHERE = [
  'example.com',
  'localhost.example.com',
  'notlocalhost',
  'localhost.evil',
  '127.0.0.1.example.com',
  '127.example.com',
  '128.0.0.1',
  '0.0.0.0',
  '10.0.0.1',
  '192.168.0.1',
  '169.254.169.254',
  '[::]',
  '[::ffff:10.0.0.1]',
  '[2001:db8::1]',
];

describe('parseBaseUrl', () => {
  it.each([
    ['https://platform-api.convirza.com/v3', 'https://platform-api.convirza.com/v3'],
    ['https://platform-api.convirza.com/v3/', 'https://platform-api.convirza.com/v3'],
    ['https://platform-api.convirza.com/v3///', 'https://platform-api.convirza.com/v3'],
    ['https://platform-oauth.convirza.com', 'https://platform-oauth.convirza.com/'],
    ['HTTPS://Example.COM:8443/A/b?x=1#y', 'https://example.com:8443/A/b'],
  ])('takes %s as %s', (text, expected) => {
    expect(parseBaseUrl(text, 'api-url', 'http').href).toBe(expected);
  });

  it.each(LOOPBACK)('takes plain http and ws to %s, which is this machine', (host) => {
    expect(isLoopback(parseBaseUrl(`http://${host}:8080/v3`, 'api-url', 'http'))).toBe(true);
    expect(isLoopback(parseBaseUrl(`ws://${host}:8080/ws`, 'voice-url', 'ws'))).toBe(true);
  });

  it.each(ELSEWHERE)('refuses plain http and ws to %s, unless it was asked for', (host) => {
    for (const [scheme, setting, kind] of [
      ['http', 'api-url', 'http'],
      ['ws', 'voice-url', 'ws'],
    ] as const) {
      const error = refusal(() => parseBaseUrl(`${scheme}://${host}/v3`, setting, kind));
      expect(error.type).toBe('usage');
      expect(error.message).toContain(setting);
      expect(error.message).toContain('unencrypted');
      expect(error.hint).toContain('--insecure-http');
      expect(parseBaseUrl(`${scheme}://${host}/v3`, setting, kind, true).pathname).toBe('/v3');
      expect(parseBaseUrl(`${scheme}s://${host}/v3`, setting, kind).pathname).toBe('/v3');
    }
  });

  it.each([
    ['ftp://example.com', 'http'],
    ['file:///etc/passwd', 'http'],
    ['javascript:alert(1)', 'http'],
    ['data:text/plain,x', 'http'],
    ['localhost:3000', 'http'],
    ['wss://example.com', 'http'],
    ['https://example.com', 'ws'],
    ['http://localhost', 'ws'],
  ] as const)('refuses the scheme of %s for %s, insecure or not', (text, kind) => {
    for (const insecure of [false, true]) {
      const error = refusal(() => parseBaseUrl(text, 'api-url', kind, insecure));
      expect(error.type).toBe('usage');
      expect(error.message).toContain(kind === 'http' ? 'https://' : 'wss://');
    }
  });

  it.each(['', ' ', 'example.com', '//example.com', 'https://', 'http://[::1', 'https://a b/'])(
    'refuses %j, which is no URL',
    (text) => {
      expect(refusal(() => parseBaseUrl(text, 'oauth-url', 'http'))).toMatchObject({
        type: 'usage',
        message: `oauth-url is not a URL: ${JSON.stringify(text)}`,
      });
    },
  );

  it.each([
    'https://ann@example.com',
    'https://ann:hunter2@example.com',
    'https://:hunter2@example.com',
    'http://localhost@example.com',
    'http://ann:hunter2@localhost',
  ])('refuses %s with its user name or password, and does not repeat it', (text) => {
    const error = refusal(() => parseBaseUrl(text, 'api-url', 'http', true));
    expect(error.type).toBe('usage');
    expect(`${error.message} ${error.hint}`).not.toMatch(/hunter2|ann/);
  });
});

describe('buildUrl', () => {
  const base = parseBaseUrl('https://example.com/v3', 'api-url', 'http');

  it('puts the path below the base, whatever slashes end it, and leaves the base alone', () => {
    expect(buildUrl(base, '/users').href).toBe('https://example.com/v3/users');
    expect(buildUrl(new URL('https://example.com/v3/'), '/users').href).toBe('https://example.com/v3/users');
    expect(buildUrl(new URL('https://example.com'), '/users').href).toBe('https://example.com/users');
    buildUrl(base, '/users', { a: 1 });
    expect(base.href).toBe('https://example.com/v3');
  });

  it('writes numbers, booleans, lists by commas, and leaves out what is undefined', () => {
    const url = buildUrl(base, '/x', { a: 1, b: false, c: ['X', 'Y Z'], d: undefined, e: '' });
    expect([...url.searchParams]).toEqual([
      ['a', '1'],
      ['b', 'false'],
      ['c', 'X,Y Z'],
      ['e', ''],
    ]);
  });

  it('keeps the plus of a phone number', () => {
    expect(buildUrl(base, '/x', { caller_id: '+15551234567' }).search).toBe('?caller_id=%2B15551234567');
  });

  it('a question mark or a hash in a path stays in the path', () => {
    const url = buildUrl(base, '/a?b#c');
    expect([url.pathname, url.search, url.hash]).toEqual(['/v3/a%3Fb%23c', '', '']);
  });

  it('any name and value arrive as they are, and nothing else changes', () => {
    const text = anyText;
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(text, text), { selector: ([name]) => name }), (entries) => {
        const query = Object.fromEntries(entries);
        const url = buildUrl(base, '/users', query);
        expect(Object.fromEntries(new URL(url.href).searchParams)).toEqual(query);
        expect(url.origin + url.pathname).toBe('https://example.com/v3/users');
        expect(url.hash).toBe('');
      }),
      { seed: SEED },
    );
  });
});

describe('fillPath', () => {
  const base = parseBaseUrl('https://example.com/v3', 'api-url', 'http');

  function expectInPlace(id: string): void {
    const url = new URL(buildUrl(base, fillPath('/users/{id}/tags', { id })).href);
    expect(url.origin).toBe('https://example.com');
    const segments = url.pathname.split('/');
    expect(segments).toHaveLength(5);
    expect([segments[1], segments[2], segments[4]]).toEqual(['v3', 'users', 'tags']);
    expect(decodeURIComponent(segments[3] ?? '')).toBe(id);
    expect(url.search + url.hash).toBe('');
  }

  it.each([
    '123',
    'a/b',
    '/',
    '../../oauth/token',
    '..\\..\\x',
    './x',
    '%2e%2e',
    '%2e%2e%2f',
    '%',
    '%00',
    '?admin=1',
    '#x',
    ';a=b',
    ' .. ',
    '\t..',
    '..\n',
    'a\0b',
    '@evil.com',
    '//evil.com',
    'Zoë 🎧',
    '．．',
    '。',
    '{id}',
    '$&',
  ])('keeps the id %j in its place', (id) => {
    expectInPlace(id);
  });

  it('keeps any id in its place', () => {
    const id = fc
      .oneof(anyText, fc.string({ unit: fc.constantFrom('.', '/', '\\', '%', '2', 'e', '?', '#') }))
      .filter((text) => text.trim() !== '' && !/^\.+$/.test(text));
    fc.assert(fc.property(id, expectInPlace), { seed: SEED, numRuns: 200 });
  });

  it.each(['', ' ', '\n', '.', '..', '...', '\ud800', 'a\udfffb'])('refuses the id %j', (id) => {
    expect(refusal(() => fillPath('/users/{id}', { id }))).toMatchObject({
      type: 'usage',
      message: `${JSON.stringify(id)} is no id`,
    });
  });

  it('refuses a path whose value is missing, and leaves a path without names alone', () => {
    expect(refusal(() => fillPath('/users/{id}', {})).type).toBe('usage');
    expect(fillPath('/users/list', { id: '..' })).toBe('/users/list');
    expect(fillPath('/{a}/{b}', { a: '1', b: '2' })).toBe('/1/2');
  });
});
