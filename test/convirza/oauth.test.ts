import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { login, parseExpiry, parseTokenPair, refresh, revoke } from '../../src/convirza/oauth.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { CliError } from '../../src/shared/errors.ts';
import { failureOf } from '../shared/folder.ts';
import { answer, closedPort, makeClient, NOW, type Peer, startPeer } from './peer.ts';

const WEEK = 604_800;
const ann = { email: 'ann@example.com', password: 'hunter2' };

const bodies = (peer: Peer): unknown[] => peer.requests.map(({ body }) => JSON.parse(body.toString()));
const replying = (status: number, body: unknown = '', headers = {}) =>
  startPeer((_, response) => answer(response, status, body, headers));

describe('parseExpiry', () => {
  it.each<[unknown, number | undefined]>([
    ['2026-05-22T12:00:00.000Z', NOW + WEEK * 1000],
    ['2026-05-22T12:00:00Z', NOW + WEEK * 1000],
    ['2026-05-22T14:00:00+02:00', NOW + WEEK * 1000],
    ['2026-05-22T12:00:00', NOW + WEEK * 1000],
    ['2026-05-22T12:00:00.000', NOW + WEEK * 1000],
    ['2026-05-22 12:00:00', NOW + WEEK * 1000],
    ['2026-05-22', Date.UTC(2026, 4, 22)],
    ['Fri, 22 May 2026 12:00:00 GMT', NOW + WEEK * 1000],
    [WEEK, NOW + WEEK * 1000],
    [String(WEEK), NOW + WEEK * 1000],
    [` ${WEEK} `, NOW + WEEK * 1000],
    [1.5, NOW + 1500],
    [0, NOW],
    [-5, NOW - 5000],
    [NOW / 1000, NOW],
    [NOW, NOW],
    [String(NOW), NOW],
    [String(NOW / 1000), NOW],
    ['', undefined],
    [' ', undefined],
    ['soon', undefined],
    ['7d', undefined],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [null, undefined],
    [undefined, undefined],
    [true, undefined],
    [{}, undefined],
    [[604_800], undefined],
  ])('reads %j as %j', (value, expected) => {
    expect(parseExpiry(value, NOW)).toBe(expected);
  });

  it('means UTC where no zone is named, wherever the machine stands', () => {
    vi.stubEnv('TZ', 'America/New_York');
    try {
      expect(new Date(NOW).getTimezoneOffset()).toBe(240);
      for (const text of ['2026-05-22T12:00:00.000', '2026-05-22T12:00', '2026-05-22 12:00:00'])
        expect(parseExpiry(text, NOW), text).toBe(NOW + WEEK * 1000);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('of anything is a finite number or undefined', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const at = parseExpiry(value, NOW);
        expect(at === undefined || !Number.isNaN(at)).toBe(true);
      }),
      { seed: 29, numRuns: 500 },
    );
  });
});

describe('parseTokenPair', () => {
  const full = {
    access_token: 'a',
    refresh_token: 'r',
    frontend_token: 'f',
    token_type: 'Bearer',
    expires_in: '2026-05-22T12:00:00.000Z',
    refresh_expires_in: '2026-11-11T12:00:00.000Z',
    user: { user_id: 123, email: 'ann@example.com', role_id: 1, org_unit_id: 1001 },
  };

  it('reads the documented answer', () => {
    expect(parseTokenPair(full, NOW)).toEqual({
      accessToken: 'a',
      refreshToken: 'r',
      accessExpiresAt: NOW + WEEK * 1000,
      refreshExpiresAt: NOW + 180 * 86_400_000,
      account: { userId: 123, email: 'ann@example.com', roleId: 1, orgUnitId: 1001 },
    });
  });

  it('needs nothing but the access token', () => {
    const bare = { accessToken: 'a', refreshToken: undefined, accessExpiresAt: undefined };
    expect(parseTokenPair({ access_token: 'a' }, NOW)).toMatchObject({ ...bare, account: undefined });
    const odd = { access_token: 'a', refresh_token: 5, expires_in: {}, refresh_expires_in: 'x', user: [] };
    expect(parseTokenPair(odd, NOW)).toMatchObject({ ...bare, account: undefined });
    const user = { user_id: '123', email: '', role_id: 1.5 };
    expect(parseTokenPair({ access_token: 'a', user }, NOW).account).toEqual({
      userId: undefined,
      email: undefined,
      roleId: undefined,
      orgUnitId: undefined,
    });
  });

  it('keeps a token to the letter', () => {
    const token = ' a+/=\t"é ';
    expect(parseTokenPair({ access_token: token }, NOW).accessToken).toBe(token);
  });

  it('refuses anything without one, as a fault of the server', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        try {
          expect(parseTokenPair(value, NOW).accessToken).not.toBe('');
        } catch (error) {
          expect(error).toMatchObject({ name: 'CliError', type: 'server' });
        }
      }),
      { seed: 31, numRuns: 300 },
    );
    for (const data of [undefined, null, {}, [], 'a', { access_token: '' }, { access_token: 5 }])
      expect(() => parseTokenPair(data, NOW), JSON.stringify(data)).toThrow(CliError);
  });
});

describe('login', () => {
  it('sends the address under "email" or under the key given, and nothing else', async () => {
    const peer = await replying(200, { access_token: 'a', expires_in: WEEK });
    const { client } = makeClient(peer.url);
    expect(await login(client, ann, NOW)).toMatchObject({
      accessToken: 'a',
      accessExpiresAt: NOW + WEEK * 1000,
    });
    await login(client, { ...ann, loginKey: 'username' }, NOW);
    expect(bodies(peer)).toEqual([ann, { username: ann.email, password: ann.password }]);
  });

  it.each([400, 401])(
    '%i is a wrong address or password, said with what the service says',
    async (status) => {
      const peer = await replying(status, { message: 'wrong password', requestId: 'r-7' });
      const error = await failureOf(() => login(makeClient(peer.url).client, ann, NOW));
      expect(error).toMatchObject({
        type: 'auth',
        status,
        requestId: 'r-7',
        hint: 'Check the address and the password.',
      });
      expect(error.message).toMatch(/^Sign-in failed: .*wrong password/);
      expect(error.message + error.hint).not.toContain('hunter2');
      expect(peer.requests).toHaveLength(1);
    },
  );

  it.each([
    [404, 'not_found'],
    [500, 'server'],
    [503, 'server'],
  ])('%i says nothing of the password: %s', async (status, type) => {
    const peer = await replying(status, { message: 'x' });
    expect(await failureOf(() => login(makeClient(peer.url).client, ann, NOW))).toMatchObject({
      type,
      status,
    });
  });

  it('without a token in the answer is a fault of the server', async () => {
    const peer = await replying(200, { hello: 'world' });
    expect(await failureOf(() => login(makeClient(peer.url).client, ann, NOW))).toMatchObject({
      type: 'server',
      hint: expect.stringContaining('oauth-url'),
    });
  });
});

describe('refresh', () => {
  it.each([400, 401, 403])('%i means that the session has ended', async (status) => {
    const peer = await replying(status, { message: 'spent' });
    const error = await failureOf(() => refresh(makeClient(peer.url).client, 'r-token', NOW));
    expect(error).toMatchObject({ type: 'auth', status, hint: 'Sign in again: convirza auth login.' });
    expect(error.message).not.toContain('r-token');
    expect(bodies(peer)).toEqual([{ refresh_token: 'r-token' }]);
  });

  it.each<[string, number, string, string]>([
    ['the service failing', 500, '{}', 'server'],
    ['a proxy with a page of its own', 200, '<html>sign in to the hotel</html>', 'server'],
    ['a cut answer', 200, '{"access_token":"a', 'server'],
    ['an answer without a token', 200, '{}', 'server'],
    ['a redirect', 302, '', 'server'],
    ['a wrong address', 404, '', 'not_found'],
    ['a wrong method', 405, '', 'rejected'],
    ['too many requests', 429, '', 'rate_limited'],
  ])('%s does not mean that the session has ended', async (_, status, body, type) => {
    const peer = await replying(status, body);
    const error = await failureOf(() => refresh(makeClient(peer.url).client, 'r', NOW));
    expect(error.type).toBe(type);
    expect(error.message).not.toContain('session has ended');
  });

  it('a broken connection does not either, and the token is sent once: it may be spent', async () => {
    const peer = await startPeer(({ socket }) => socket.resetAndDestroy());
    const error = await failureOf(() => refresh(makeClient(peer.url).client, 'r', NOW));
    expect(error).toMatchObject({ type: 'network', sent: true });
    expect(peer.requests).toHaveLength(1);
    const away = makeClient(`http://127.0.0.1:${await closedPort()}`);
    expect(await failureOf(() => refresh(away.client, 'r', NOW))).toMatchObject({
      type: 'network',
      sent: false,
    });
    expect(away.slept).toHaveLength(3);
  });
});

describe('against the sandbox', () => {
  it('signs in, refreshes, spends the refresh token, and revokes both tokens, dead or not', async () => {
    const sandbox = await startSandbox();
    onTestFinished(() => sandbox.close());
    const { client } = makeClient(sandbox.url, { tokens: undefined });
    const first = await login(client, sandbox.account, Date.now());
    expect(first.account?.email).toBe(sandbox.account.email);
    const second = await refresh(client, first.refreshToken ?? '', Date.now());
    expect(second.accessToken).not.toBe(first.accessToken);
    expect(await failureOf(() => refresh(client, first.refreshToken ?? '', Date.now()))).toMatchObject({
      type: 'auth',
      status: 401,
    });
    for (let round = 0; round < 2; round++) {
      await revoke(client, second.accessToken, 'access');
      await revoke(client, second.refreshToken ?? '', 'refresh', { tokenKey: 'refresh_token' });
    }
    const sent = sandbox.requests
      .filter(({ path }) => path === '/oauth/revoke-token')
      .map(({ body }) => body);
    expect(sent.slice(0, 2)).toEqual([
      { token: second.accessToken, token_type: 'access' },
      { refresh_token: second.refreshToken, token_type: 'refresh' },
    ]);
    expect(await failureOf(() => refresh(client, second.refreshToken ?? '', Date.now()))).toMatchObject({
      type: 'auth',
    });
  });
});
