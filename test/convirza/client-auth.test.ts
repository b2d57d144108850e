import { describe, expect, it } from 'vitest';
import { ENDPOINTS } from '../../src/convirza/catalogue/index.ts';
import { login, refresh, revoke } from '../../src/convirza/oauth.ts';
import type { TokenSource } from '../../src/convirza/tokens.ts';
import { CliError } from '../../src/shared/errors.ts';
import { failureOf } from '../shared/folder.ts';
import { answer, endpointOf, makeClient, ok, type Received, startPeer, TokenRow } from './peer.ts';

const TOKEN = 'Ab+/9_-.~==';
const USERS = endpointOf('users list');

/** All values of a header, as they came. */
function rawValues(request: Received | undefined, name: string): string[] {
  const raw = request?.rawHeaders ?? [];
  return raw.filter((_, index) => index % 2 === 1 && raw[index - 1]?.toLowerCase() === name);
}

/** Accepts the given tokens alone. */
const accepting =
  (...tokens: string[]) =>
  (request: Received, response: Parameters<typeof ok>[0]) =>
    tokens.includes(request.headers.authorization?.replace(/^Bearer /, '') ?? '')
      ? ok(response, { users: [] })
      : answer(response, 401, { code: 401, message: 'The token has expired', requestId: 'r-401' });

describe('the bearer header', () => {
  it('is exactly the token as it was received, once', async () => {
    const peer = await startPeer((_, response) => ok(response, { users: [] }));
    await makeClient(peer.url, { tokens: new TokenRow(TOKEN) }).client.call(USERS);
    expect(rawValues(peer.requests[0], 'authorization')).toEqual([`Bearer ${TOKEN}`]);
  });

  it('goes with every call of the API and with none of the OAuth calls', async () => {
    const peer = await startPeer((_, response) => ok(response, { rows: [] }));
    const { client } = makeClient(peer.url, { tokens: new TokenRow(TOKEN) });
    for (const endpoint of ENDPOINTS) {
      await client.call(endpoint, { path: { id: '7' } });
      const request = peer.requests.at(-1);
      const base = endpoint.service === 'api' ? '/v3' : '';
      expect(`${request?.method} ${request?.path}`).toBe(
        `${endpoint.method} ${base}${endpoint.path.replace('{id}', '7')}`,
      );
      expect(rawValues(request, 'authorization'), endpoint.path).toEqual(
        endpoint.service === 'api' ? [`Bearer ${TOKEN}`] : [],
      );
    }
    expect(peer.requests).toHaveLength(ENDPOINTS.length);
  });

  it('is not sent by login, refresh and revoke, which need no signed-in client', async () => {
    const peer = await startPeer((_, response) => answer(response, 200, { access_token: 'a' }));
    const { client } = makeClient(peer.url, { tokens: undefined });
    await login(client, { email: 'ann@example.com', password: 'p' }, 0);
    await refresh(client, 'r', 0);
    await revoke(client, 'a', 'access');
    expect(peer.requests.map(({ path }) => path)).toEqual([
      '/oauth/token',
      '/oauth/refresh-token',
      '/oauth/revoke-token',
    ]);
    for (const request of peer.requests) expect(rawValues(request, 'authorization')).toEqual([]);
    await expect(client.call(USERS)).rejects.toThrow('made without credentials');
  });

  it('nothing is sent when there is no token to be had', async () => {
    const peer = await startPeer((_, response) => ok(response, {}));
    const refusal = new CliError('auth', 'You are not signed in');
    const tokens: TokenSource = {
      accessToken: () => Promise.reject(refusal),
      renew: async () => undefined,
    };
    await expect(makeClient(peer.url, { tokens }).client.call(USERS)).rejects.toBe(refusal);
    expect(peer.requests).toEqual([]);
  });

  it('never shows in an error, nor does a query', async () => {
    const peer = await startPeer((_, response) => answer(response, 403, { message: 'no' }));
    const { client } = makeClient(peer.url, { tokens: new TokenRow(TOKEN) });
    const error = await failureOf(() => client.call(USERS, { query: { email: 'ann@example.com' } }));
    const text = JSON.stringify({ ...error, message: error.message, stack: error.stack });
    expect(text).not.toContain(TOKEN);
    expect(text).not.toContain('ann@example.com');
    expect(error.endpoint).toBe(`GET ${peer.url.origin}/v3/users/list`);
  });
});

describe('a 401', () => {
  it('is followed by one refresh and the same request with the new token', async () => {
    const peer = await startPeer(accepting('new'));
    const tokens = new TokenRow('old', 'new');
    const result = await makeClient(peer.url, { tokens }).client.call(USERS, { query: { limit: 5 } });
    expect(result.data).toEqual({ users: [] });
    expect(tokens.rejected).toEqual(['old']);
    expect(peer.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
    expect(peer.requests.map(({ query }) => query)).toEqual([{ limit: '5' }, { limit: '5' }]);
  });

  it('sends the body again, whole', async () => {
    const peer = await startPeer(accepting('new'));
    const tokens = new TokenRow('old', 'new');
    const value = { username: 'zoë@example.com' };
    await makeClient(peer.url, { tokens }).client.call(endpointOf('users create'), {
      body: { kind: 'json', value },
    });
    expect(peer.requests.map(({ body }) => JSON.parse(body.toString()))).toEqual([value, value]);
    expect(tokens.rejected).toEqual(['old']);
  });

  it('that comes again is the truth: never two refreshes', async () => {
    const peer = await startPeer(accepting());
    const tokens = new TokenRow('old', 'new', 'newer');
    const error = await failureOf(() => makeClient(peer.url, { tokens }).client.call(USERS));
    expect(error).toMatchObject({
      type: 'auth',
      status: 401,
      requestId: 'r-401',
      message: 'The service did not accept the credentials: The token has expired (HTTP 401)',
    });
    expect(tokens.rejected).toEqual(['old']);
    expect(peer.requests).toHaveLength(2);
  });

  it.each([
    ['there is no newer token', new TokenRow('old')],
    ['the newer token is the same', new TokenRow('old', 'old')],
  ])('is the truth at once when %s', async (_, tokens) => {
    const peer = await startPeer(accepting());
    const error = await failureOf(() => makeClient(peer.url, { tokens }).client.call(USERS));
    expect(error).toMatchObject({ type: 'auth', status: 401 });
    expect(tokens.rejected).toEqual(['old']);
    expect(peer.requests).toHaveLength(1);
  });

  it('whose refresh fails ends with the failure of the refresh', async () => {
    const peer = await startPeer(accepting());
    const failure = new CliError('network', 'no way through');
    const tokens: TokenSource = { accessToken: async () => 'old', renew: () => Promise.reject(failure) };
    await expect(makeClient(peer.url, { tokens }).client.call(USERS)).rejects.toBe(failure);
    expect(peer.requests).toHaveLength(1);
  });

  it('of an OAuth call is not followed by a refresh', async () => {
    const peer = await startPeer(accepting());
    const tokens = new TokenRow('old', 'new');
    const error = await failureOf(() =>
      makeClient(peer.url, { tokens }).client.call(endpointOf('auth login')),
    );
    expect(error).toMatchObject({ type: 'auth', status: 401 });
    expect(tokens.rejected).toEqual([]);
    expect(peer.requests).toHaveLength(1);
  });

  it('is followed by a refresh for every request anew', async () => {
    const peer = await startPeer(accepting('second', 'fourth'));
    const tokens = new TokenRow('first', 'second');
    const { client } = makeClient(peer.url, { tokens });
    await client.call(USERS);
    await client.call(USERS);
    expect(tokens.rejected).toEqual(['first']);
    expect(peer.requests).toHaveLength(3);
  });

  it.each([400, 403, 404, 409, 410, 422, 500])('is not a %i: no refresh', async (status) => {
    const peer = await startPeer((_, response) => answer(response, status, { message: 'x' }));
    const tokens = new TokenRow('old', 'new');
    const error = await failureOf(() => makeClient(peer.url, { tokens }).client.call(USERS));
    expect(error.status).toBe(status);
    expect(tokens.rejected).toEqual([]);
    expect(peer.requests).toHaveLength(1);
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])(
    '%i to another host is not followed: the token stays here',
    async (status) => {
      const thief = await startPeer((_, response) => ok(response, { users: [] }));
      const peer = await startPeer((_, response) =>
        answer(response, status, '', { location: `${thief.url.href}v3/users/list` }),
      );
      const error = await failureOf(() => makeClient(peer.url).client.call(USERS));
      expect(error).toMatchObject({ type: 'server', status });
      expect(error.message).toContain(thief.url.host);
      expect(thief.requests).toEqual([]);
      expect(peer.requests).toHaveLength(1);
    },
  );

  it('is not followed within the host either, nor by a login', async () => {
    const peer = await startPeer((_, response) => answer(response, 307, '', { location: '/elsewhere' }));
    const { client } = makeClient(peer.url);
    await expect(client.call(USERS)).rejects.toMatchObject({ type: 'server', status: 307 });
    await expect(login(client, { email: 'a', password: 'hunter2' }, 0)).rejects.toMatchObject({
      status: 307,
    });
    expect(peer.requests.map(({ path }) => path)).toEqual(['/v3/users/list', '/oauth/token']);
  });
});
