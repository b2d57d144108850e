import { afterEach, expect, it } from 'vitest';
import { READ_ONLY_EMAIL } from '../../src/sandbox/accounts.ts';
import { type Sandbox, type SandboxOptions, startSandbox, type TokenPair } from '../../src/sandbox/index.ts';
import { client, jsonInit, login, type Reply, request } from './http-client.ts';

const START = Date.parse('2026-03-01T12:00:00.000Z');

let sandbox: Sandbox;
let clock = START;
afterEach(() => sandbox.close());

async function start(options: SandboxOptions = {}): Promise<void> {
  clock = START;
  sandbox = await startSandbox({ now: () => clock, ...options });
}

function oauth(path: string, body: unknown): Promise<Reply> {
  return request(`${sandbox.oauthUrl}/oauth/${path}`, jsonInit('POST', body));
}

async function isGood(token: string): Promise<boolean> {
  return (await client(sandbox, token).get('/auth/profile')).status === 200;
}

function pair(reply: Reply): TokenPair {
  expect(reply.status, reply.text).toBe(200);
  return reply.body as unknown as TokenPair;
}

it('answers a login flat, with absolute times', async () => {
  await start();
  const reply = await oauth('token', sandbox.account);
  expect(reply.status).toBe(200);
  expect(reply.body).toEqual({
    access_token: expect.stringMatching(/^\S{100,}$/),
    refresh_token: expect.stringMatching(/^\S{100,}$/),
    frontend_token: expect.stringMatching(/^\w{32}$/),
    token_type: 'Bearer',
    expires_in: '2026-03-08T12:00:00.000Z',
    refresh_expires_in: '2026-08-28T12:00:00.000Z',
    user: { user_id: 101, email: 'admin@example.com', role_id: 1, org_unit_id: 1001 },
  });
  expect(await isGood(pair(reply).access_token)).toBe(true);
});

it('takes the address as email or as username, in any case, and refuses everything else', async () => {
  await start({ loginsPerMinute: 100 });
  const { email, password } = sandbox.account;
  expect((await oauth('token', { username: email, password })).status).toBe(200);
  expect((await oauth('token', { email: 'ADMIN@example.com', password })).status).toBe(200);
  const wrong = await oauth('token', { email, password: 'wrong' });
  expect(wrong.status).toBe(401);
  expect(wrong.body).toMatchObject({ code: 401, requestId: expect.any(String) });
  expect((await oauth('token', { email: 'nobody@example.com', password })).status).toBe(401);
  expect((await oauth('token', { email })).status).toBe(400);
  expect((await oauth('token', { password })).status).toBe(400);
});

it('allows ten logins a minute, failed ones counted', async () => {
  await start();
  for (let count = 0; count < 10; count += 1) {
    const password = count % 2 === 0 ? 'wrong' : sandbox.account.password;
    expect((await oauth('token', { ...sandbox.account, password })).status).toBe(count % 2 === 0 ? 401 : 200);
    clock += 1000;
  }
  const limited = await oauth('token', sandbox.account);
  expect(limited.status).toBe(429);
  expect(limited.headers.get('retry-after')).toBe('50');
  clock += 50_000;
  expect((await oauth('token', sandbox.account)).status).toBe(200);
  expect((await oauth('token', sandbox.account)).status).toBe(429);
});

it('refreshes once with each refresh token and keeps the old access token', async () => {
  await start({ detectReuse: false });
  const first = sandbox.issueTokens();
  const second = pair(await oauth('refresh-token', { refresh_token: first.refresh_token }));
  expect(second.access_token).not.toBe(first.access_token);
  expect(second.user).toEqual(first.user);
  expect(await isGood(first.access_token)).toBe(true);
  expect(await isGood(second.access_token)).toBe(true);
  expect((await oauth('refresh-token', { refresh_token: first.refresh_token })).status).toBe(401);
  expect(await isGood(second.access_token)).toBe(true);
  expect((await oauth('refresh-token', { refresh_token: second.refresh_token })).status).toBe(200);
});

it('gives one of two refreshes at once a pair', async () => {
  await start({ detectReuse: false });
  const { refresh_token } = sandbox.issueTokens();
  const replies = await Promise.all([1, 2].map(() => oauth('refresh-token', { refresh_token })));
  expect(replies.map((reply) => reply.status).sort()).toEqual([200, 401]);
});

it('revokes the session, and no other, when a spent refresh token comes back', async () => {
  await start();
  const [first, other] = [sandbox.issueTokens(), sandbox.issueTokens()];
  const second = pair(await oauth('refresh-token', { refresh_token: first.refresh_token }));
  const reused = await oauth('refresh-token', { refresh_token: first.refresh_token });
  expect(reused.status).toBe(401);
  expect(reused.body['message']).toContain('already used');
  expect(await isGood(first.access_token)).toBe(false);
  expect(await isGood(second.access_token)).toBe(false);
  expect((await oauth('refresh-token', { refresh_token: second.refresh_token })).status).toBe(401);
  expect(await isGood(other.access_token)).toBe(true);
});

it('refuses other refreshes', async () => {
  await start();
  const { access_token } = sandbox.issueTokens();
  expect((await oauth('refresh-token', { refresh_token: access_token })).status).toBe(401);
  expect((await oauth('refresh-token', { refresh_token: 'unknown' })).status).toBe(401);
  expect((await oauth('refresh-token', {})).status).toBe(400);
});

it('lets tokens end', async () => {
  await start({ accessTokenSeconds: 60, refreshTokenSeconds: 120 });
  const first = sandbox.issueTokens();
  expect(first.expires_in).toBe('2026-03-01T12:01:00.000Z');
  clock += 59_999;
  expect(await isGood(first.access_token)).toBe(true);
  clock += 1;
  expect(await isGood(first.access_token)).toBe(false);
  const second = pair(await oauth('refresh-token', { refresh_token: first.refresh_token }));
  clock += 120_000;
  expect((await oauth('refresh-token', { refresh_token: second.refresh_token })).status).toBe(401);
});

it('revokes one token at a time, at once, any number of times', async () => {
  await start();
  const { access_token, refresh_token } = sandbox.issueTokens();
  const logout = { token: access_token, token_type: 'access' };
  expect((await oauth('revoke-token', logout)).status).toBe(200);
  expect(await isGood(access_token)).toBe(false);
  expect((await oauth('revoke-token', logout)).status).toBe(200);
  expect((await oauth('revoke-token', { token: 'unknown', token_type: 'refresh' })).status).toBe(200);
  const renewed = pair(await oauth('refresh-token', { refresh_token }));
  const other = { refresh_token: renewed.refresh_token, token_type: 'refresh' };
  expect((await oauth('revoke-token', other)).status).toBe(200);
  expect((await oauth('refresh-token', { refresh_token: renewed.refresh_token })).status).toBe(401);
});

it('checks the token_type of a revocation', async () => {
  await start();
  const { access_token: token } = sandbox.issueTokens();
  for (const body of [{ token }, { token, token_type: 'bearer' }, { token, token_type: 'refresh' }]) {
    expect((await oauth('revoke-token', body)).status).toBe(400);
  }
  expect((await oauth('revoke-token', { token_type: 'access' })).status).toBe(400);
  expect(await isGood(token)).toBe(true);
});

it('expires and revokes from outside', async () => {
  await start();
  const first = sandbox.issueTokens();
  sandbox.expireAccessTokens();
  expect(await isGood(first.access_token)).toBe(false);
  const second = pair(await oauth('refresh-token', { refresh_token: first.refresh_token }));
  expect(await isGood(second.access_token)).toBe(true);
  sandbox.revokeSessions();
  expect(await isGood(second.access_token)).toBe(false);
  expect((await oauth('refresh-token', { refresh_token: second.refresh_token })).status).toBe(401);
});

it('lets a ReadOnly user read and not write', async () => {
  await start();
  const reader = client(sandbox, await login(sandbox, READ_ONLY_EMAIL));
  expect((await reader.get('/auth/profile')).data).toMatchObject({ email: READ_ONLY_EMAIL, role_id: 3 });
  expect((await reader.get('/users/list')).status).toBe(200);
  const before = sandbox.state.rows('tags');
  expect((await reader.send('POST', '/tag', { name: 'x' })).status).toBe(403);
  expect((await reader.send('PUT', '/tag/41', { name: 'x' })).status).toBe(403);
  expect((await reader.send('DELETE', '/tag/41')).status).toBe(403);
  expect(sandbox.state.rows('tags')).toEqual(before);
});

it('signs out a user who is deleted, and reads roles at each call', async () => {
  await start();
  const token = await login(sandbox, READ_ONLY_EMAIL);
  const admin = client(sandbox);
  await admin.send('PATCH', '/users/102', { role: 'Standard' });
  expect((await client(sandbox, token).send('POST', '/tag', { name: 'x' })).status).toBe(201);
  await admin.send('DELETE', '/users/102');
  expect(await isGood(token)).toBe(false);
  const again = await oauth('token', { email: READ_ONLY_EMAIL, password: sandbox.account.password });
  expect(again.status).toBe(401);
});
