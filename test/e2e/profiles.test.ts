import { chmod, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Bench, errorLine, PROMPTS, type Result, startBench } from '../helpers/cli.ts';

const NO_ADDRESSES = { CONVIRZA_API_URL: undefined, CONVIRZA_OAUTH_URL: undefined, NEXTEVI_URL: undefined };
const NO_VOICE = { NEXTEVI_API_KEY: undefined, NEXTEVI_CONFIG_ID: undefined };

function login(bench: Bench, ...args: string[]): Promise<Result> {
  const { email, password } = bench.sandbox.account;
  return bench.anonymous(['auth', 'login', '--email', email, '--password-stdin', ...args], {
    input: password,
  });
}

function voiceLogin(bench: Bench, ...args: string[]): Promise<Result> {
  return bench.anonymous(['voice', 'login', '--key-stdin', ...args], {
    input: `${bench.sandbox.voiceKey}\n`,
    env: NO_VOICE,
  });
}

describe('profiles', () => {
  it('are listed offline with service, account, group, expiry and key; one is active', async () => {
    const bench = await startBench();
    expect((await bench.anonymous(['auth', 'list'])).stderr).toContain('Nobody is signed in');
    await login(bench);
    await login(bench, '--profile', 'work');
    await voiceLogin(bench, '--profile', 'work');
    const requests = bench.sandbox.requests.length;
    const table = await bench.anonymous(['auth', 'list']);
    expect(table.code).toBe(0);
    expect(table.stdout).toMatch(/default +yes +convirza +admin@example\.com +1001 +in 179 days +file/);
    expect(table.stdout).toMatch(/work +no +voice +API key +.*never +file/);
    const rows = JSON.parse((await bench.anonymous(['auth', 'list', '--json'])).stdout) as object[];
    expect(rows).toMatchObject([
      { profile: 'default', active: true, service: 'convirza', org_unit_id: 1001, backend: 'file' },
      { profile: 'work', active: false, service: 'convirza' },
      { profile: 'work', service: 'voice', url: expect.stringContaining('/ws/voice') },
    ]);
    expect(bench.sandbox.requests).toHaveLength(requests);
  });

  it('are switched, and unknown ones are refused', async () => {
    const bench = await startBench();
    await login(bench, '--profile', 'work');
    expect((await bench.anonymous(['users', 'list'])).code).toBe(4);
    const unknown = await bench.anonymous(['auth', 'switch', 'home']);
    expect(unknown.code).toBe(2);
    expect(errorLine(unknown)).toBe('error: There is no profile home. There are: work.');
    expect((await bench.anonymous(['auth', 'switch', 'work'])).code).toBe(0);
    expect((await bench.anonymous(['users', 'list', '--limit', '1'])).code).toBe(0);
    const other = await bench.anonymous(['auth', 'switch', 'work'], { env: { CONVIRZA_PROFILE: 'x' } });
    expect(other.stderr).toContain('CONVIRZA_PROFILE still says x');
  });

  it('remember the addresses they were made with; flag and environment win', async () => {
    const bench = await startBench();
    const { apiUrl, oauthUrl } = bench.sandbox;
    const flags = ['--api-url', apiUrl, '--oauth-url', oauthUrl];
    const { email, password } = bench.sandbox.account;
    const made = await bench.anonymous(
      ['auth', 'login', '--profile', 'test', '--email', email, '--password-stdin', ...flags],
      { input: password, env: NO_ADDRESSES },
    );
    expect(made.code).toBe(0);
    const list = (args: string[], env = {}) =>
      bench.anonymous(['config', 'list', '--origin', '--json', ...args], {
        env: { ...NO_ADDRESSES, ...env },
      });
    const origin = async (result: Promise<Result>) => {
      const rows = JSON.parse((await result).stdout) as { name: string; origin: string }[];
      return rows.find(({ name }) => name === 'api-url');
    };
    expect(await origin(list(['--profile', 'test']))).toMatchObject({ value: apiUrl, origin: 'profile' });
    expect(await origin(list([]))).toMatchObject({ origin: 'default' });
    expect(
      await origin(list(['--profile', 'test'], { CONVIRZA_API_URL: 'http://localhost:1' })),
    ).toMatchObject({
      origin: 'environment',
    });
    expect(await origin(list(['--profile', 'test', ...flags]))).toMatchObject({ origin: 'flag' });
    const used = await bench.anonymous(['users', 'list', '--profile', 'test'], { env: NO_ADDRESSES });
    expect(used.code).toBe(0);
    const out = await bench.anonymous(['auth', 'logout', '--all'], { env: NO_ADDRESSES });
    expect(out.stderr).toContain('its tokens are revoked and forgotten');
    expect(await origin(list(['--profile', 'test']))).toMatchObject({ origin: 'default' });
  });

  it('are all signed out by auth logout --all', async () => {
    const bench = await startBench();
    await login(bench);
    await login(bench, '--profile', 'work');
    await voiceLogin(bench);
    const result = await bench.anonymous(['auth', 'logout', '--all']);
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(
      /profile default.*revoked and forgotten[\s\S]*voice credentials are forgotten too[\s\S]*profile work/,
    );
    expect((await bench.anonymous(['auth', 'list', '--json'])).stdout).toBe('[]\n');
  });
});

describe('voice credentials in the store', () => {
  it('are used by voice stream with the configuration of the profile', async () => {
    const bench = await startBench({ voice: { replySpeed: Number.POSITIVE_INFINITY } });
    const kept = await voiceLogin(bench, '--config-id', bench.sandbox.env['NEXTEVI_CONFIG_ID'] ?? '');
    expect(kept).toMatchObject({ code: 0, stdout: '' });
    const stream = ['voice', 'stream', join(PROMPTS, 'welcome.wav'), '--speed', '20'];
    const spoken = await bench.anonymous(stream, { env: NO_VOICE });
    expect(spoken.stdout).toContain('agent: ');
    expect(spoken.code).toBe(0);
    const elsewhere = await bench.anonymous([...stream, '--voice-url', 'ws://localhost:9/x'], {
      env: NO_VOICE,
    });
    expect(elsewhere.code).toBe(4);
    expect(errorLine(elsewhere)).toContain('The voice key belongs to');
    const status = await bench.anonymous(['auth', 'status'], { env: NO_VOICE });
    expect(status.code).toBe(0);
    expect(status.stdout).toMatch(/voice service alone[\s\S]*Convirza +not signed in[\s\S]*voice +API key/);
    expect((await bench.anonymous(['auth', 'logout'])).stderr).toContain(
      'voice credentials are forgotten too',
    );
    const gone = await bench.anonymous(stream, { env: NO_VOICE });
    expect(gone.code).toBe(4);
    expect(errorLine(gone)).toContain('convirza voice login');
  });

  it('may be a JWT, whose end is known', async () => {
    const bench = await startBench();
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const jwt = (exp: number) => `${part({ alg: 'none' })}.${part({ exp })}.x`;
    const keep = (input: string) =>
      bench.anonymous(['auth', 'login', '--voice', '--token-stdin'], { input, env: NO_VOICE });
    expect((await keep(jwt(Date.now() / 1000 + 7300))).code).toBe(0);
    expect((await bench.anonymous(['auth', 'status'], { env: NO_VOICE })).stdout).toContain(
      'token, ends in 2 hours',
    );
    expect((await keep(jwt(5))).code).toBe(0);
    const ended = await bench.anonymous(['voice', 'stream', join(PROMPTS, 'welcome.wav')], { env: NO_VOICE });
    expect(ended.code).toBe(4);
    expect(errorLine(ended)).toContain('has ended');
    expect((await keep('oak_not-a-jwt')).code).toBe(4);
  });

  it.each([
    [['voice', 'login', '--key-stdin'], 'sk_wrong', 4, /begin with oak_/],
    [['voice', 'login', '--key-stdin'], '', 2, /is empty/],
    [['voice', 'login'], '', 2, /nobody to ask/],
    [['auth', 'login', '--key-stdin'], 'oak_x', 2, /belong to --voice/],
    [['auth', 'login', '--voice', '--email', 'a@b.c'], '', 2, /takes no email/],
    [['auth', 'login', '--voice', '--key-stdin', '--token-stdin'], 'oak_x', 2, /cannot both/],
    [['auth', 'login', '--voice', '--dry-run'], '', 2, /sends nothing/],
  ])('refuses %j with input %j', async (args, input, code, message) => {
    const bench = await startBench();
    const result = await bench.anonymous(args, { input, env: NO_VOICE });
    expect(result.code).toBe(code);
    expect(errorLine(result)).toMatch(message);
    expect(errorLine(result)).not.toContain('sk_wrong');
  });
});

describe('auth token', () => {
  it('prints the access token, refreshed when it has ended', async () => {
    const bench = await startBench({ accessTokenSeconds: 30 });
    await login(bench);
    const first = await bench.anonymous(['auth', 'token']);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const used = await bench.anonymous(['users', 'list', '--limit', '1'], {
      env: { CONVIRZA_TOKEN: first.stdout.trim() },
    });
    expect(used.code).toBe(0);
    expect((await bench.anonymous(['auth', 'token', '--profile', 'none'])).code).toBe(4);
  });

  it('says so when it has ended and cannot be refreshed', async () => {
    const bench = await startBench({ accessTokenSeconds: 0 });
    await login(bench);
    bench.sandbox.revokeSessions();
    const result = await bench.anonymous(['auth', 'token']);
    expect(result.stderr).toMatch(/warning: This token has ended/);
  });

  it('prints one that was given by --token-stdin', async () => {
    const bench = await startBench();
    const token = bench.sandbox.issueTokens().access_token;
    const kept = await bench.anonymous(['auth', 'login', '--token-stdin'], { input: `${token}\n` });
    expect(kept).toMatchObject({ code: 0, stdout: '' });
    expect((await bench.anonymous(['auth', 'token'])).stdout).toBe(`${token}\n`);
    expect((await bench.anonymous(['users', 'list', '--limit', '1'])).code).toBe(0);
    bench.sandbox.expireAccessTokens();
    const ended = await bench.anonymous(['users', 'list']);
    expect(ended.code).toBe(4);
    expect(errorLine(ended)).toContain('cannot be refreshed');
  });
});

describe('auth migrate', () => {
  it('seals with a passphrase, without which nothing opens, and back', async () => {
    const bench = await startBench();
    await login(bench);
    const env = { CONVIRZA_PASSPHRASE: 'correct horse battery staple' };
    expect((await bench.anonymous(['auth', 'migrate', '--to', 'passphrase'])).code).toBe(4);
    expect((await bench.anonymous(['auth', 'status'])).code).toBe(0);
    const moved = await bench.anonymous(['auth', 'migrate', '--to', 'passphrase', '--json'], { env });
    expect(JSON.parse(moved.stdout)).toEqual({ backend: 'passphrase', moved: ['default'], kept: [] });
    expect((await bench.anonymous(['users', 'list', '--limit', '1'], { env })).code).toBe(0);
    expect(errorLine(await bench.anonymous(['users', 'list']))).toContain('CONVIRZA_PASSPHRASE');
    const wrong = await bench.anonymous(['users', 'list'], { env: { CONVIRZA_PASSPHRASE: 'x' } });
    expect(wrong.code).toBe(4);
    const strict = { ...env, CONVIRZA_CREDENTIALS_REQUIRE: 'keychain' };
    expect(errorLine(await bench.anonymous(['users', 'list'], { env: strict }))).toContain('refuses a key');
    expect((await bench.anonymous(['auth', 'migrate', '--to', 'file'], { env })).code).toBe(0);
    expect((await bench.anonymous(['auth', 'status'])).code).toBe(0);
  });
});

describe.skipIf(process.platform === 'win32')('files that others may read', () => {
  it('are reported once with what to do', async () => {
    const bench = await startBench();
    await login(bench);
    const key = join(bench.home, 'config', 'credentials.key');
    await chmod(key, 0o644);
    const result = await bench.anonymous(['users', 'list', '--limit', '1']);
    expect(result.code).toBe(0);
    expect(result.stderr.split('\n').filter((line) => line.startsWith('warning:'))).toEqual([
      expect.stringMatching(/credentials\.key is open to others \(mode 0644\): chmod 600 it/),
    ]);
    expect((await bench.signedIn(['users', 'list', '--limit', '1'])).stderr).not.toContain('warning:');
    expect(await readFile(key, 'utf8')).toMatch(/=\n$/);
  });
});
