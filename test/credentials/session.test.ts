import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { toStoredSession } from '../../src/credentials/index.ts';
import { failureOf } from '../shared/folder.ts';
import { ENDED, HOSTS, HOUR, NOW, session, startBench } from './session-bench.ts';

describe('the token of a stored session', () => {
  it('is the stored one, as long as it is good; nothing is asked and nothing written', async () => {
    const bench = await startBench();
    const before = await readFile(bench.store.path('default'));
    const tokens = bench.tokens();
    expect([await tokens.accessToken(), await tokens.accessToken()]).toEqual(['access-1', 'access-1']);
    expect(bench.spent).toEqual([]);
    expect(await readFile(bench.store.path('default'))).toEqual(before);
  });

  it.each<[string, number | undefined, boolean]>([
    ['ended an hour ago', -HOUR, true],
    ['ends now', 0, true],
    ['ends within the minute', 59_999, true],
    ['ends in a minute', 60_000, false],
    ['ends in a week', 168 * HOUR, false],
    ['ends nobody knows when', undefined, false],
  ])('that %s (%j ms): refreshed first is %j', async (_, left, early) => {
    const bench = await startBench(session({ accessExpiresAt: left === undefined ? undefined : NOW + left }));
    expect(await bench.tokens().accessToken()).toBe(early ? 'access-2' : 'access-1');
    expect(bench.spent).toEqual(early ? ['refresh-1'] : []);
    expect((await bench.saved())?.accessToken).toBe(early ? 'access-2' : 'access-1');
  });

  it('that has ended is used all the same where there is no refresh token', async () => {
    const bench = await startBench(session({ accessExpiresAt: NOW - HOUR, refreshToken: undefined }));
    expect(await bench.tokens().accessToken()).toBe('access-1');
    expect(await failureOf(() => bench.tokens().renew('access-1'))).toMatchObject({
      type: 'auth',
      message: 'The session has ended and cannot be refreshed',
    });
  });

  it('that has ended is used all the same when its refresh is refused, which is asked once', async () => {
    const bench = await startBench(session({ accessExpiresAt: NOW - HOUR }));
    bench.spent.push('refresh-1');
    let asked = 0;
    const tokens = bench.tokens({
      refresh: async () => {
        asked++;
        throw ENDED;
      },
    });
    for (let request = 0; request < 5; request++) expect(await tokens.accessToken()).toBe('access-1');
    expect(asked).toBe(1);
    expect(await bench.saved()).toEqual(session({ accessExpiresAt: NOW - HOUR }));
    await expect(tokens.renew('access-1')).rejects.toBe(ENDED);
  });

  it('that lives for seconds is not exchanged for every request', async () => {
    const bench = await startBench(session({ accessExpiresAt: NOW - HOUR }));
    let asked = 0;
    const tokens = bench.tokens({
      refresh: async () => ({
        accessToken: `short-${++asked}`,
        refreshToken: `r-${asked}`,
        accessExpiresAt: NOW + 30_000,
      }),
    });
    for (let request = 0; request < 5; request++) expect(await tokens.accessToken()).toBe('short-1');
    expect(asked).toBe(1);
  });
});

describe('tokens stay with their hosts', () => {
  it.each([
    [{ apiUrl: 'https://evil.example.com/v3' }, HOSTS.apiUrl, 'https://evil.example.com/v3'],
    [{ oauthUrl: 'https://evil.example.com/' }, HOSTS.oauthUrl, 'https://evil.example.com/'],
    [{ apiUrl: `${HOSTS.apiUrl}/` }, HOSTS.apiUrl, `${HOSTS.apiUrl}/`],
  ])('a command that goes to %j gets none', async (hosts, theirs, ours) => {
    const bench = await startBench(session({ accessExpiresAt: NOW - HOUR }));
    const tokens = bench.tokens({ ...hosts, login: async () => ({ accessToken: 'x' }) });
    for (const ask of [() => tokens.accessToken(), () => tokens.renew('access-1')])
      expect(await failureOf(ask)).toMatchObject({
        type: 'auth',
        message: `You are signed in at ${theirs}, but this command goes to ${ours}`,
      });
    expect(bench.spent).toEqual([]);
  });
});

describe('without a stored session', () => {
  it('nobody is signed in', async () => {
    const bench = await startBench();
    await bench.store.remove('default');
    const hint = 'Run convirza auth login, or set CONVIRZA_TOKEN.';
    expect(await failureOf(() => bench.tokens().accessToken())).toMatchObject({
      type: 'auth',
      message: 'You are not signed in',
      hint,
    });
    expect((await failureOf(() => bench.tokens({ profile: 'work' }).accessToken())).message).toBe(
      'You are not signed in (profile work)',
    );
  });

  it('one login serves all who race, and is stored for its hosts', async () => {
    const bench = await startBench();
    await bench.store.remove('default');
    let logins = 0;
    const login = async () => {
      await new Promise(setImmediate);
      return { accessToken: `login-${++logins}`, refreshToken: 'r' };
    };
    const all = await Promise.all([1, 2, 3].map(() => bench.tokens({ login }).accessToken()));
    expect(all).toEqual(Array(3).fill('login-1'));
    expect(await bench.saved()).toMatchObject({
      accessToken: 'login-1',
      refreshToken: 'r',
      ...HOSTS,
      savedAt: NOW,
    });
  });

  it('a login that fails stores nothing; a damaged file is not logged in over', async () => {
    const bench = await startBench();
    const failing = bench.tokens({ login: () => Promise.reject(ENDED) });
    await writeFile(bench.store.path('default'), 'garbage');
    expect((await failureOf(() => failing.accessToken())).message).toContain('not a credential file');
    expect(await readFile(bench.store.path('default'), 'utf8')).toBe('garbage');
    await bench.store.remove('default');
    await expect(failing.accessToken()).rejects.toBe(ENDED);
    expect(await bench.saved()).toBeUndefined();
  });
});

it('toStoredSession keeps the refresh token and the account where a new pair has none, and no old expiry', () => {
  const pair = { accessToken: 'access-2' };
  expect(toStoredSession(pair, HOSTS, NOW, session())).toEqual({
    ...session(),
    accessToken: 'access-2',
    accessExpiresAt: undefined,
    savedAt: NOW,
  });
  expect(toStoredSession(pair, HOSTS, NOW)).toEqual({ accessToken: 'access-2', ...HOSTS, savedAt: NOW });
});
