import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Bench, errorLine, startBench } from '../helpers/cli.ts';

async function signIn(bench: Bench): Promise<void> {
  const result = await bench.anonymous(
    ['auth', 'login', '--email', bench.sandbox.account.email, '--password-stdin'],
    {
      input: `${bench.sandbox.account.password}\n`,
    },
  );
  expect(result.stderr).toContain(`Signed in as ${bench.sandbox.account.email}`);
  expect(result).toMatchObject({ code: 0, stdout: '' });
}

const oauthCalls = (bench: Bench, path: string) =>
  bench.sandbox.requests.filter((record) => record.path === path);

describe('auth login', () => {
  it('keeps the tokens encrypted, in files that only their owner can read', async () => {
    const bench = await startBench();
    await signIn(bench);
    const folder = join(bench.home, 'config', 'credentials');
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await readdir(folder)).toEqual(['default.json']);
    for (const file of [join(folder, 'default.json'), join(bench.home, 'config', 'credentials.key')])
      expect((await stat(file)).mode & 0o777).toBe(0o600);
    const stored = await readFile(join(folder, 'default.json'), 'utf8');
    const result = await bench.anonymous(['users', 'list', '--limit', '1']);
    expect(result.code).toBe(0);
    const token = bench.sandbox.requests.at(-1)?.headers['authorization']?.replace('Bearer ', '') ?? '';
    expect(token.length).toBeGreaterThan(10);
    expect(stored).not.toContain(token);
    expect(stored).not.toContain('admin@example.com');
  });

  it('takes the address and the password of the environment', async () => {
    const bench = await startBench();
    const { email, password } = bench.sandbox.account;
    const env = { CONVIRZA_EMAIL: email, CONVIRZA_PASSWORD: password };
    expect((await bench.anonymous(['auth', 'login', '--json'], { env })).stdout).toContain(
      `"email": "${email}"`,
    );
  });

  it('signs in at the first request when the environment has address and password, once for several processes', async () => {
    const bench = await startBench();
    const { email, password } = bench.sandbox.account;
    const env = { CONVIRZA_EMAIL: email, CONVIRZA_PASSWORD: password };
    const results = await Promise.all(
      [1, 2, 3].map(() => bench.anonymous(['users', 'list', '--limit', '1'], { env })),
    );
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(oauthCalls(bench, '/oauth/token')).toHaveLength(1);
  });

  it('says that a password is wrong, with code 4, and keeps nothing', async () => {
    const bench = await startBench();
    const result = await bench.anonymous(
      ['auth', 'login', '--email', 'admin@example.com', '--password-stdin'],
      { input: 'wrong' },
    );
    expect(result.code).toBe(4);
    expect(errorLine(result)).toMatch(/Sign-in failed.*Check the address and the password\.$/);
    expect((await bench.anonymous(['auth', 'status'])).code).toBe(4);
  });

  it('refuses to guess without a terminal', async () => {
    const bench = await startBench();
    const result = await bench.anonymous(['auth', 'login']);
    expect(result.code).toBe(2);
    expect(errorLine(result)).toContain('--password-stdin');
  });

  it.each([
    [['--email', 'a@example.com', '--password-stdin'], '', /is empty/],
    [['--password-stdin'], 'secret', /needs --email/],
  ])('refuses %j with input %j', async (args, input, message) => {
    const bench = await startBench();
    const result = await bench.anonymous(['auth', 'login', ...args], { input });
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(message);
  });

  it('reports the limit of ten logins a minute with code 7', async () => {
    const bench = await startBench({ loginsPerMinute: 0 });
    const { email, password } = bench.sandbox.account;
    const result = await bench.anonymous(
      ['auth', 'login', '--email', email, '--password-stdin', '--retries', '0'],
      { input: password },
    );
    expect(result.code).toBe(7);
  });
});

describe('auth status', () => {
  it('works offline and says who, how long and how the tokens are kept', async () => {
    const bench = await startBench();
    await signIn(bench);
    const before = bench.sandbox.requests.length;
    const { stdout, code } = await bench.anonymous(['auth', 'status']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Signed in as admin@example\.com, Admin \(profile default\)/);
    expect(stdout).toMatch(/access token +ends in 6 days/);
    expect(stdout).toMatch(/refresh token +ends in 179 days/);
    expect(stdout).toMatch(/key file .*mode 0600.*not from programs that run as you/);
    expect(bench.sandbox.requests).toHaveLength(before);
    const json = JSON.parse((await bench.anonymous(['auth', 'status', '--json'])).stdout) as object;
    expect(json).toMatchObject({
      signed_in: true,
      email: 'admin@example.com',
      role: 'Admin',
      backend: 'file',
    });
  });

  it('says that nobody is signed in with code 4', async () => {
    const bench = await startBench();
    const result = await bench.anonymous(['auth', 'status']);
    expect(result).toMatchObject({ code: 4, stdout: '' });
    expect(errorLine(result)).toBe(
      'error: You are not signed in (profile default). Run convirza auth login, or set CONVIRZA_TOKEN.',
    );
  });

  it('says so as an object with --json, with code 4', async () => {
    const bench = await startBench();
    const result = await bench.anonymous(['auth', 'status', '--json']);
    expect(result.code).toBe(4);
    expect(JSON.parse(result.stdout)).toEqual({ profile: 'default', signed_in: false });
    expect(JSON.parse(result.stderr)).toMatchObject({ error: { type: 'auth' } });
  });

  it('shows address and password of the environment as an object with --json', async () => {
    const bench = await startBench();
    const env = { CONVIRZA_EMAIL: 'a@example.com', CONVIRZA_PASSWORD: 'secret' };
    const result = await bench.anonymous(['auth', 'status', '--json'], { env });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(result.stdout)).toEqual({
      profile: 'default',
      source: 'CONVIRZA_EMAIL',
      signed_in: false,
    });
    expect((await bench.anonymous(['auth', 'status'], { env })).stdout).toMatch(/^Not signed in yet/);
  });

  it('knows a token of the environment', async () => {
    const bench = await startBench();
    const result = await bench.signedIn(['auth', 'status']);
    expect(result).toMatchObject({ code: 0 });
    expect(result.stdout).toContain('CONVIRZA_TOKEN');
  });
});

describe('auth logout', () => {
  it('revokes both tokens and forgets them', async () => {
    const bench = await startBench();
    await signIn(bench);
    const result = await bench.anonymous(['auth', 'logout']);
    expect(result.code).toBe(0);
    const kinds = oauthCalls(bench, '/oauth/revoke-token').map(
      (record) => (record.body as { token_type: string }).token_type,
    );
    expect(kinds.sort()).toEqual(['access', 'refresh']);
    expect(
      oauthCalls(bench, '/oauth/revoke-token').every(
        (record) => record.headers['authorization'] === undefined,
      ),
    ).toBe(true);
    expect((await bench.anonymous(['users', 'list'])).code).toBe(4);
    expect((await bench.anonymous(['auth', 'logout'])).code).toBe(0);
  });

  it('signs out here even when the service cannot be reached, and says what that means', async () => {
    const bench = await startBench();
    await signIn(bench);
    bench.sandbox.setFaults([{ path: '/oauth/revoke-token', status: 500 }]);
    const result = await bench.anonymous(['auth', 'logout', '--retries', '0']);
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(/warning: Signed out here, but the tokens may still work/);
    expect((await bench.anonymous(['auth', 'status'])).code).toBe(4);
  });
});

describe('an expired session', () => {
  it('is refreshed once and by itself', async () => {
    const bench = await startBench();
    await signIn(bench);
    bench.sandbox.expireAccessTokens();
    const result = await bench.anonymous(['users', 'list', '--limit', '1']);
    expect(result.code).toBe(0);
    expect(oauthCalls(bench, '/oauth/refresh-token')).toHaveLength(1);
  });

  it('is refreshed once for eight processes at the same moment', async () => {
    const bench = await startBench();
    await signIn(bench);
    bench.sandbox.expireAccessTokens();
    const results = await Promise.all(
      Array.from({ length: 8 }, () => bench.anonymous(['users', 'list', '--limit', '1'])),
    );
    expect(results.map(({ code }) => code)).toEqual(Array(8).fill(0));
    expect(oauthCalls(bench, '/oauth/refresh-token')).toHaveLength(1);
  });

  it('that cannot be refreshed says to sign in again, with code 4', async () => {
    const bench = await startBench();
    await signIn(bench);
    bench.sandbox.revokeSessions();
    const result = await bench.anonymous(['users', 'list']);
    expect(result.code).toBe(4);
    expect(errorLine(result)).toMatch(/Sign in again: convirza auth login\.$/);
  });

  it('keeps the stored pair when the refresh fails on the way', async () => {
    const bench = await startBench();
    await signIn(bench);
    bench.sandbox.expireAccessTokens();
    bench.sandbox.setFaults([{ path: '/oauth/refresh-token', times: 1, reset: 'before' }]);
    expect((await bench.anonymous(['users', 'list'])).code).toBe(9);
    expect((await bench.anonymous(['users', 'list'])).code).toBe(0);
  });

  it('auth refresh makes a new pair now', async () => {
    const bench = await startBench();
    await signIn(bench);
    const result = await bench.anonymous(['auth', 'refresh']);
    expect(result).toMatchObject({ code: 0, stdout: '' });
    expect(result.stderr).toMatch(/Refreshed: the access token ends in 6 days/);
  });
});

describe('the store', () => {
  it.each([
    [
      'changed',
      (text: string) =>
        text.replace(/"data":"(.)/, (_, first: string) => `"data":"${first === 'A' ? 'B' : 'A'}`),
      /was changed or damaged/,
    ],
    ['cut', (text: string) => text.slice(0, 60), /is not a credential file/],
    ['replaced by plain text', () => '{"access_token":"x"}', /is not a credential file/],
  ])('that was %s is refused and left as it is', async (_how, change, message) => {
    const bench = await startBench();
    await signIn(bench);
    const path = join(bench.home, 'config', 'credentials', 'default.json');
    const broken = change(await readFile(path, 'utf8'));
    await writeFile(path, broken);
    const result = await bench.anonymous(['users', 'list']);
    expect(result.code).toBe(4);
    expect(errorLine(result)).toMatch(message);
    expect(await readFile(path, 'utf8')).toBe(broken);
    expect((await bench.anonymous(['auth', 'logout'])).code).toBe(0);
    await signIn(bench);
  });

  it('never sends a token to another host than the one it came from', async () => {
    const bench = await startBench();
    const other = await startBench();
    await signIn(bench);
    const result = await bench.anonymous(['users', 'list', '--api-url', other.sandbox.apiUrl]);
    expect(result.code).toBe(4);
    expect(errorLine(result)).toMatch(/You are signed in at .* but this command goes to/);
    expect(other.sandbox.requests).toHaveLength(0);
  });

  it.skipIf(process.getuid?.() === 0)('that cannot be written says so', async () => {
    const bench = await startBench();
    await chmod(bench.home, 0o500);
    const { email, password } = bench.sandbox.account;
    const result = await bench.anonymous(['auth', 'login', '--email', email, '--password-stdin'], {
      input: password,
    });
    await chmod(bench.home, 0o700);
    expect(result.code).toBe(2);
    expect(errorLine(result)).toContain('CONVIRZA_CONFIG_DIR');
  });
});

describe('a token of the environment', () => {
  it('is used as it is and never refreshed', async () => {
    const bench = await startBench();
    const result = await bench.anonymous(['users', 'list'], { env: { CONVIRZA_TOKEN: 'not-a-token' } });
    expect(result.code).toBe(4);
    expect(oauthCalls(bench, '/oauth/refresh-token')).toHaveLength(0);
    expect(await readdir(bench.home)).toEqual([]);
    expect(result.stderr).not.toContain('not-a-token');
  });

  it('with a line break in it is refused before it is sent', async () => {
    const bench = await startBench();
    const result = await bench.anonymous(['users', 'list'], { env: { CONVIRZA_TOKEN: 'two\nlines' } });
    expect(result.code).toBe(4);
    expect(bench.sandbox.requests).toHaveLength(0);
  });
});
