import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENDPOINTS } from '../../src/convirza/catalogue/index.ts';
import { parseOverride } from '../../src/convirza/override.ts';
import { apiPath, parseBaseUrl } from '../../src/convirza/url.ts';
import { CliError } from '../../src/shared/errors.ts';
import { failureOf } from '../shared/folder.ts';
import { anyText } from '../shared/text.ts';
import { answer, endpointOf, makeClient, ok, startPeer, TokenRow } from './peer.ts';

const BASE = parseBaseUrl('https://api.example.com/v3', 'api-url', 'http');

describe('apiPath', () => {
  it.each([
    ['users/list', 'https://api.example.com/v3/users/list'],
    ['/users/list', 'https://api.example.com/v3/users/list'],
    ['users/list?limit=5&name=a%20b#top', 'https://api.example.com/v3/users/list?limit=5&name=a%20b'],
    ['https://api.example.com/v3/users', 'https://api.example.com/v3/users'],
    ['users/../groups', 'https://api.example.com/v3/groups'],
    ['', 'https://api.example.com/v3/'],
  ])('puts %j below the base', (typed, expected) => {
    expect(apiPath(BASE, typed).href).toBe(expected);
  });

  it('adds parameters to those of the path, and replaces the same ones', () => {
    const url = apiPath(BASE, 'users?limit=5&a=1', { limit: 7, list: ['x', 'y'], none: undefined });
    expect(Object.fromEntries(url.searchParams)).toEqual({ limit: '7', a: '1', list: 'x,y' });
  });

  it.each([
    'https://evil.example.com/v3/users',
    'https://api.example.com.evil.com/v3/',
    'https://api.example.com/v4/users',
    'https://api.example.com/v3evil',
    'https://api.example.com@evil.com/v3/',
    'http://api.example.com/v3/users',
    'javascript:alert(1)',
    '../oauth/token',
    'users/../../oauth/token',
    '%2e%2e/oauth/token',
    '..%2F..\\x',
    '\\\\evil.com',
    'https://api.example.com/v3/../oauth',
    'https://api.example.com/v3///evil.com',
    'https://api.example.com/v3/https://evil.com',
  ])('refuses %j, which leads elsewhere', (typed) => {
    expect(() => apiPath(BASE, typed)).toThrow(CliError);
    expect(() => apiPath(BASE, typed)).toThrow('leads away from https://api.example.com/v3/');
  });

  it('never leads anywhere else, whatever is typed', () => {
    const pieces = fc.constantFrom(
      '/',
      '\\',
      '..',
      '.',
      '%2e',
      '%2f',
      '@',
      ':',
      'https:',
      'evil.com',
      '?',
      '#',
      '\t',
      '\n',
      'v3',
      BASE.href,
    );
    const typed = fc.oneof(
      anyText,
      fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(typed, (text) => {
        let url: URL;
        try {
          url = apiPath(BASE, text);
        } catch (error) {
          expect(error).toMatchObject({ name: 'CliError', type: 'usage' });
          return;
        }
        expect(url.href.startsWith('https://api.example.com/v3/')).toBe(true);
        expect(url.username + url.password).toBe('');
      }),
      { seed: 41, numRuns: 1000 },
    );
  });
});

describe('parseOverride', () => {
  const endpoint = endpointOf('tags update');

  it.each([
    ['PATCH /tag/{id}', { method: 'PATCH', path: '/tag/{id}' }],
    ['  put   /v2/tags/{id}/x  ', { method: 'PUT', path: '/v2/tags/{id}/x' }],
    ['GET /tag', { method: 'GET', path: '/tag' }],
  ])('reads %j', (text, expected) => {
    expect(parseOverride(text, endpoint)).toEqual(expected);
  });

  it('reads every endpoint of the catalogue as it stands there', () => {
    for (const entry of ENDPOINTS)
      expect(parseOverride(`${entry.method} ${entry.path}`, entry)).toEqual({
        method: entry.method,
        path: entry.path,
      });
  });

  it.each([
    '',
    'PATCH',
    '/tag',
    'TRACE /tag',
    'PATCH tag',
    'PATCH //evil.com/tag',
    'PATCH /tag?x=1',
    'PATCH /tag#x',
    'PATCH https://evil.com/',
    'PATCH /tag /x',
    'PATCH /{name}',
    'PATCH /{}',
  ])('refuses %j', (text) => {
    expect(() => parseOverride(text, endpoint)).toThrow(expect.objectContaining({ type: 'usage' }));
  });
});

describe('a client whose user corrects an endpoint', () => {
  it('sends it there, and says so when it is not there either', async () => {
    const peer = await startPeer((_, response) => answer(response, 404, { message: 'no' }));
    const endpoint = endpointOf('tags update');
    const { client } = makeClient(peer.url, {
      overrides: new Map([['tags update', parseOverride('POST /tags/{id}', endpoint)]]),
    });
    const error = await failureOf(() => client.call(endpoint, { path: { id: 'a/b' } }));
    expect(error).toMatchObject({ type: 'not_found', hint: expect.stringContaining('POST /tags/{id}') });
    await failureOf(() => client.call(endpointOf('tags list')));
    expect(peer.requests.map(({ method, rawPath }) => `${method} ${rawPath}`)).toEqual([
      'POST /v3/tags/a%2Fb',
      'GET /v3/tag',
    ]);
  });

  it('that turns it into a POST makes it one that is sent once', async () => {
    const peer = await startPeer((_, response) => answer(response, 503));
    const endpoint = endpointOf('tags update');
    const { client } = makeClient(peer.url, {
      overrides: new Map([['tags update', parseOverride('POST /tag/{id}', endpoint)]]),
    });
    await failureOf(() => client.call(endpoint, { path: { id: '1' } }));
    expect(peer.requests).toHaveLength(1);
  });
});

describe('any request to the API', () => {
  it('is sent signed in, below the base', async () => {
    const peer = await startPeer((_, response) => ok(response, { a: 1 }));
    const { client } = makeClient(peer.url, { tokens: new TokenRow('tok') });
    const result = await client.send('PUT', 'x/y?z=1', { body: { kind: 'json', value: [1] } });
    expect(result.data).toEqual({ a: 1 });
    expect(peer.requests[0]).toMatchObject({ method: 'PUT', path: '/v3/x/y', query: { z: '1' } });
    expect(peer.requests[0]?.headers.authorization).toBe('Bearer tok');
    expect(peer.requests[0]?.body.toString()).toBe('[1]');
  });

  it('to another host is refused before a token is asked for', async () => {
    const thief = await startPeer((_, response) => ok(response, {}));
    const peer = await startPeer((_, response) => ok(response, {}));
    const { client } = makeClient(peer.url);
    expect((await failureOf(() => client.send('GET', `${thief.url.href}v3/users`, {}))).type).toBe('usage');
    expect([...thief.requests, ...peer.requests]).toEqual([]);
  });

  it.each([
    ['GET', 2],
    ['DELETE', 2],
    ['POST', 1],
    ['PATCH', 1],
  ])('by %s is sent %i times when the service is away for a moment', async (method, times) => {
    const peer = await startPeer(({ index }, response) =>
      index === 0 ? answer(response, 503) : ok(response, {}),
    );
    await makeClient(peer.url)
      .client.send(method, 'x', {})
      .catch((error: CliError) => expect(error.status).toBe(503));
    expect(peer.requests).toHaveLength(times);
  });
});
