import { readFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { refresh } from '../../src/convirza/oauth.ts';
import { type CredentialStore, toStoredSession } from '../../src/credentials/index.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { CliError } from '../../src/shared/errors.ts';
import type { HeldLock } from '../../src/shared/lock.ts';
import { endpointOf, makeClient } from '../convirza/peer.ts';
import { failureOf } from '../shared/folder.ts';
import { ENDED, HOUR, NOW, session, startBench } from './session-bench.ts';

describe('a refresh', () => {
  it('is on disk before its token is used, and keeps what the service did not repeat', async () => {
    const bench = await startBench();
    expect(await bench.tokens().renew('access-1')).toBe('access-2');
    expect(await bench.saved()).toEqual({
      ...session(),
      accessToken: 'access-2',
      refreshToken: 'refresh-2',
      accessExpiresAt: NOW + 168 * HOUR,
      savedAt: NOW,
    });
  });

  it('happens once for two that race, and both have the new token', async () => {
    const bench = await startBench();
    const both = [bench.tokens(), bench.tokens()];
    expect(await Promise.all(both.map((tokens) => tokens.renew('access-1')))).toEqual([
      'access-2',
      'access-2',
    ]);
    expect(bench.spent).toEqual(['refresh-1']);
  });

  it('happens once for many requests of one process, early or after a 401', async () => {
    const bench = await startBench(session({ accessExpiresAt: NOW - 1 }));
    const tokens = bench.tokens();
    const asked = await Promise.all([1, 2, 3, 4].map(() => tokens.accessToken()));
    expect(asked).toEqual(Array(4).fill('access-2'));
    const renewed = await Promise.all([1, 2, 3, 4].map(() => tokens.renew('access-2')));
    expect(renewed).toEqual(Array(4).fill('access-3'));
    expect(bench.spent).toEqual(['refresh-1', 'refresh-2']);
  });

  it('that another process has made already is taken from the disk', async () => {
    const bench = await startBench();
    const [slow, fast] = [bench.tokens(), bench.tokens()];
    expect(await slow.accessToken()).toBe('access-1');
    await fast.renew('access-1');
    expect(await slow.renew('access-1')).toBe('access-2');
    expect(await slow.accessToken()).toBe('access-2');
    expect(bench.spent).toEqual(['refresh-1']);
  });

  it.each<[string, CliError]>([
    ['the network', new CliError('network', 'broke off')],
    ['the service', new CliError('server', 'failed', { status: 500 })],
    ['a refusal', ENDED],
  ])('that fails by %s keeps the pair, and can be tried again', async (_, failure) => {
    const bench = await startBench(session({ accessExpiresAt: NOW - HOUR }));
    const before = await readFile(bench.store.path('default'));
    const failing = bench.tokens({ refresh: () => Promise.reject(failure) });
    await expect(failing.renew('access-1')).rejects.toBe(failure);
    // What the API says of the old token decides, not its expiry.
    expect(await failing.accessToken()).toBe('access-1');
    expect(await readFile(bench.store.path('default'))).toEqual(before);
    expect(await bench.tokens().renew('access-1')).toBe('access-2');
  });

  it('is not begun when the lock was lost, and its lock is gone after it', async () => {
    const bench = await startBench();
    const lost = new CliError('internal', 'taken over');
    const store: CredentialStore = Object.assign(bench.store, {
      locked: (_: string, work: (lock: HeldLock) => Promise<never>) =>
        work({ assertHeld: () => Promise.reject(lost) }),
    });
    await expect(bench.tokens({ store }).renew('access-1')).rejects.toBe(lost);
    expect(bench.spent).toEqual([]);
  });

  it('of a profile that was signed out meanwhile does not bring it back', async () => {
    const bench = await startBench();
    const tokens = bench.tokens();
    expect(await tokens.accessToken()).toBe('access-1');
    await bench.store.remove('default');
    expect(await failureOf(() => tokens.renew('access-1'))).toMatchObject({ type: 'auth' });
    expect(await bench.saved()).toBeUndefined();
    expect(bench.spent).toEqual([]);
  });

  it('leaves what else the profile keeps', async () => {
    const bench = await startBench();
    const record = { convirza: session(), later: { key: 'kept' } };
    await bench.store.write('default', record);
    await bench.tokens().renew('access-1');
    expect(await bench.store.read('default')).toMatchObject({ later: { key: 'kept' } });
  });
});

describe('giving up', () => {
  it('in the middle of a refresh still saves the pair: the old one is spent', async () => {
    const bench = await startBench();
    const stop = new AbortController();
    const refreshing = bench.tokens({
      refresh: async (_, signal) => {
        stop.abort(new Error('interrupted'));
        expect(signal?.aborted ?? false).toBe(false);
        await new Promise(setImmediate);
        return { accessToken: 'access-2', refreshToken: 'refresh-2' };
      },
    });
    expect(await refreshing.renew('access-1', stop.signal)).toBe('access-2');
    expect(await bench.saved()).toMatchObject({ accessToken: 'access-2', refreshToken: 'refresh-2' });
  });

  it('while another process refreshes spends nothing', async () => {
    const bench = await startBench();
    const stop = new AbortController();
    const reason = new Error('interrupted');
    await bench.store.locked('default', async () => {
      const waiting = bench.tokens().renew('access-1', stop.signal);
      setImmediate(() => stop.abort(reason));
      await expect(waiting).rejects.toBe(reason);
    });
    expect(bench.spent).toEqual([]);
  });
});

it('two processes whose token has expired refresh once at the sandbox, and both get their answer', async () => {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.close());
  const issued = sandbox.issueTokens();
  const hosts = { apiUrl: sandbox.apiUrl, oauthUrl: sandbox.oauthUrl };
  const pair = { accessToken: issued.access_token, refreshToken: issued.refresh_token };
  const bench = await startBench(toStoredSession(pair, hosts, 0));
  sandbox.expireAccessTokens();
  const oauth = makeClient(sandbox.url, { tokens: undefined }).client;
  const clients = [1, 2].map(() => {
    const tokens = bench.tokens({ ...hosts, refresh: (token) => refresh(oauth, token, Date.now()) });
    return makeClient(sandbox.url, { tokens }).client;
  });
  const answers = await Promise.all(clients.map((client) => client.call(endpointOf('users list'))));
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  expect(sandbox.requests.filter(({ path }) => path === '/oauth/refresh-token')).toHaveLength(1);
  expect((await bench.saved())?.refreshToken).not.toBe(issued.refresh_token);
});
