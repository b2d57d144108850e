import { readFileSync, writeFileSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FaultRule } from '../../src/sandbox/index.ts';
import { SETTINGS } from '../../src/settings/settings.ts';
import {
  type Bench,
  BIN,
  cleanEnv,
  run,
  startBench,
  startSharedBench,
  temporaryFolder,
} from '../helpers/cli.ts';
import { closedPort } from '../helpers/server.ts';
import { findShell, listedByBash, offers, type ShellName, type ShellOptions } from '../helpers/shells.ts';

const FILES = { bash: 'convirza.bash', zsh: '_convirza', fish: 'convirza.fish', powershell: 'convirza.ps1' };
const path = (file: string) => fileURLToPath(new URL(`../../completions/${file}`, import.meta.url));

/** No test is about speed: what is in time on a quiet machine is so on a busy one. */
const PATIENT = { CONVIRZA_COMPLETION_TIMEOUT: '30' };

const LOGIN = { CONVIRZA_EMAIL: 'admin@example.com', CONVIRZA_PASSWORD: 'sandbox-password' };

/** Signs in and keeps the session under a profile. */
async function signIn(bench: Bench, profile: string): Promise<void> {
  const result = await bench.anonymous(['auth', 'profile', '--profile', profile], { env: LOGIN });
  expect(result).toMatchObject({ code: 0 });
}

/** The environment of a shell that finds the program by its name. */
async function shellEnv(
  bench: Bench,
  env: Record<string, string | undefined> = {},
): Promise<NodeJS.ProcessEnv> {
  const folder = join(bench.home, 'bin');
  await mkdir(folder, { recursive: true });
  const wrapper = join(folder, 'convirza');
  await writeFile(wrapper, `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`);
  await chmod(wrapper, 0o755);
  const { apiUrl, oauthUrl } = bench.sandbox;
  const addresses = { CONVIRZA_API_URL: apiUrl, CONVIRZA_OAUTH_URL: oauthUrl };
  return cleanEnv(bench.home, { ...addresses, ...PATIENT, PATH: `${folder}:${process.env['PATH']}`, ...env });
}

const complete = (bench: Bench, words: readonly string[], env: Record<string, string | undefined> = {}) =>
  bench.anonymous(['__complete', ...words], { env: { ...PATIENT, ...env } });

const SILENT = { code: 0, stdout: '', stderr: '' };

describe('the scripts that are checked in', () => {
  it.each(Object.entries(FILES))('%s: is the one that the program prints', async (shell, file) => {
    const result = await run(['completion', shell], await temporaryFolder());
    expect(result.code).toBe(0);
    // Stale? Run: npm run completions
    expect(result.stdout).toBe(readFileSync(path(file), 'utf8'));
  });
});

describe.each(['bash', 'zsh', 'fish'] as const)('%s, as somebody types', async (shell: ShellName) => {
  const installed = findShell(shell);
  if (installed === undefined) {
    it.skip(`${shell} is not installed here`, () => {});
    return;
  }
  const bench = await startSharedBench();
  const options = async (env?: Record<string, string | undefined>): Promise<ShellOptions> => ({
    env: await shellEnv(bench, env),
    cwd: bench.home,
    path: installed,
  });
  const offered = async (lines: readonly string[], env?: Record<string, string | undefined>) =>
    (await offers(shell, lines, await options(env))).map(({ words }) => words.toSorted());

  const STATIC: [line: string, words: string[]][] = [
    ['convirza us', ['users']],
    ['convirza users ', ['create', 'delete', 'get', 'list', 'patch', 'update']],
    ['convirza users list --sort-', ['--sort-by', '--sort-order']],
    ['convirza users patch 7 --no-sc', ['--no-score-call']],
    ['convirza users list --sort-by ', ['created_on', 'email', 'name']],
    ['convirza users list --sort-by=na', ['--sort-by=name']],
    ['convirza --output y', ['yaml']],
    ['convirza calls list --disposition NO', ['NO ANSWER']],
    ['convirza calls list --disposition "NO', ['NO ANSWER']],
    ['convirza calls list --disposition=NO', ['--disposition=NO ANSWER']],
    ['convirza --profile users gro', ['groups']],
    ['convirza --profile=users gro', ['groups']],
    ['convirza users --json l', ['list']],
    ['convirza --json users l', ['list']],
    ['convirza users list --watch --limi', ['--limit']],
    ['convirza help users li', ['list']],
    ['convirza schema us', ['users']],
    ['convirza completion ', ['bash', 'fish', 'powershell', 'zsh']],
    ['convirza prompts upload spoken', ['spoken word.wav']],
    ['convirza api GET x --input spoken', ['spoken word.wav']],
    ['convirza users list --limit ', []],
    ['convirza __comp', []],
  ];

  it('offers commands, flags, enumerations and files', async () => {
    writeFileSync(join(bench.home, 'spoken word.wav'), '');
    // A folder that is called like a command is no part of it.
    await mkdir(join(bench.home, 'users'), { recursive: true });
    const lines = STATIC.map(([line]) => line);
    expect((await offered(lines)).map((words, index) => [lines[index], words])).toEqual(STATIC);
  });

  it('offers them too, and nothing else, where the program is not found', async () => {
    const empty = await temporaryFolder();
    const lines = ['convirza us', 'convirza --profile ', 'convirza users get ', 'convirza config get '];
    expect(await offered(lines, { PATH: empty })).toEqual([['users'], [], [], []]);
  });

  it('offers profiles, ids and settings', async () => {
    await signIn(bench, 'default');
    await signIn(bench, 'ann@example.com');
    const ids = bench.sandbox.state
      .rows('users')
      .filter((row) => row['status'] !== 'deleted')
      .map((row) => String(row['ct_user_id']))
      .toSorted();
    expect(ids.length).toBeGreaterThan(10);
    const last = ids.at(-1) ?? '';
    expect(
      await offered([
        'convirza --profile ',
        'convirza users list --profile ann@exa',
        'convirza --profile=ann@e',
        'convirza users get ',
        `convirza users delete --profile ann@example.com ${last}`,
        `convirza users get ${last} --jso`,
        'convirza config set retry-',
        'convirza config unset ',
      ]),
    ).toEqual([
      ['ann@example.com', 'default'],
      ['ann@example.com'],
      ['--profile=ann@example.com'],
      ids,
      [last],
      ['--json'],
      ['retry-delay'],
      SETTINGS.map(({ name }) => name).toSorted(),
    ]);
  });

  it('offers no ids, silently, where nobody answers', async () => {
    const dead = `http://127.0.0.1:${await closedPort()}/v3`;
    const token = { CONVIRZA_TOKEN: bench.sandbox.issueTokens().access_token, CONVIRZA_API_URL: dead };
    expect(await offered(['convirza users get '], token)).toEqual([[]]);
  });

  if (shell === 'fish')
    it('shows names beside ids', async () => {
      const token = { CONVIRZA_TOKEN: bench.sandbox.issueTokens().access_token };
      const [found] = await offers(shell, ['convirza users get 10'], await options(token));
      expect(found?.notes).toContain('Alex Morgan');
    });

  if (shell === 'bash')
    it('shows names beside ids where it lists them', async () => {
      const token = { CONVIRZA_TOKEN: bench.sandbox.issueTokens().access_token };
      expect(await listedByBash('convirza users get 10', await options(token))).toMatch(
        /101 {2}\(Alex Morgan\)/,
      );
    });
});

describe('__complete', () => {
  it('names profiles without opening them', async () => {
    const bench = await startBench();
    await signIn(bench, 'work');
    await writeFile(join(bench.home, 'config', 'credentials.key'), 'lost');
    expect(await complete(bench, ['profiles'])).toEqual({ ...SILENT, signal: null, stdout: 'work\n' });
  });

  it('names settings, those for endpoints included where they are set', async () => {
    const bench = await startBench();
    await bench.anonymous(['config', 'set', 'endpoints.tags.update', 'PATCH /tag/{id}']);
    const { stdout } = await complete(bench, ['settings']);
    expect(stdout.split('\n')).toEqual([
      ...SETTINGS.map(({ name, description }) => `${name}\t${description}`),
      'endpoints.tags.update\twhere tags update is sent',
      '',
    ]);
  });

  it.each([
    ['users', '101\tAlex Morgan'],
    ['groups', '1001\tLarkspur Home Services'],
    ['prompts', '12345\tMain Menu'],
    ['tags', '41\tVIP'],
  ])('names the ids of %s', async (family, line) => {
    const bench = await startBench();
    const env = { CONVIRZA_TOKEN: bench.sandbox.issueTokens().access_token };
    const result = await complete(bench, ['ids', family], env);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout.split('\n')).toContain(line);
  });

  it('asks the service once a minute for each profile and address', async () => {
    const bench = await startBench();
    await signIn(bench, 'default');
    await signIn(bench, 'other');
    const asked = () => bench.sandbox.requests.filter((request) => request.path === '/v3/users/list');
    const first = await complete(bench, ['ids', 'users']);
    expect(await complete(bench, ['ids', 'users', 'users', 'get'])).toEqual(first);
    expect(asked().map(({ query }) => query)).toEqual([{ limit: '200', offset: '0' }]);
    await complete(bench, ['ids', 'users', 'users', 'get', '--profile', 'other']);
    await complete(bench, ['ids', 'users', '--profile="other"', 'users', 'get']);
    expect(asked()).toHaveLength(2);

    const folder = join(bench.home, 'config', 'cache');
    const files = await readdir(folder);
    expect(files).toEqual([
      expect.stringMatching(/^ids-users-[0-9a-f]+\.json$/),
      expect.stringMatching(/^ids-users-[0-9a-f]+\.json$/),
    ]);
    for (const file of files) {
      if (process.platform !== 'win32') expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
      const old = JSON.parse(await readFile(join(folder, file), 'utf8')) as { savedAt: number };
      await writeFile(join(folder, file), JSON.stringify({ ...old, savedAt: Date.now() - 61_000 }));
    }
    expect(await complete(bench, ['ids', 'users'])).toEqual(first);
    expect(asked()).toHaveLength(3);
    // Names of people stay no longer than they are of use.
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('does not mix up accounts whose tokens come from the environment, nor trust a broken cache', async () => {
    const bench = await startBench();
    const env = { CONVIRZA_TOKEN: bench.sandbox.issueTokens().access_token };
    const first = await complete(bench, ['ids', 'tags'], env);
    expect(first.stdout).not.toBe('');
    expect(await complete(bench, ['ids', 'tags'], { CONVIRZA_TOKEN: 'of-somebody-else' })).toMatchObject(
      SILENT,
    );
    const folder = join(bench.home, 'config', 'cache');
    for (const file of await readdir(folder)) await writeFile(join(folder, file), '{"savedAt":');
    expect(await complete(bench, ['ids', 'tags'], env)).toEqual(first);
  });

  it('cleans names, and leaves out ids that a shell could misread', async () => {
    const bench = await startBench();
    const rows = [
      { id: 7, name: '\u001b]0;owned\u0007Red\u001b[31m\ttag\n\u202eevil' },
      { id: '$(touch pwned)', name: 'code' },
      { id: '-x', name: 'flag' },
      { id: 'a b', name: 'two words' },
      { id: 'a\u001b[2J', name: 'cleared' },
      { id: 'ok-1', name: '' },
      { id: 'ok-1', name: 'twice' },
      { name: 'none' },
      'no row',
    ];
    bench.sandbox.setFaults([{ path: '/v3/tag', body: JSON.stringify({ data: rows }) }]);
    const env = { CONVIRZA_TOKEN: bench.sandbox.issueTokens().access_token };
    const wanted = { ...SILENT, stdout: '7\tRed tag evil\nok-1\ttwice\n' };
    expect(await complete(bench, ['ids', 'tags'], env)).toMatchObject(wanted);
    expect(await complete(bench, ['ids', 'tags'], env), 'out of the cache').toMatchObject(wanted);
  });

  const FAULTS: [name: string, rule: Omit<FaultRule, 'path'>][] = [
    ['refuses', { status: 403 }],
    ['fails', { status: 503 }],
    ['limits', { status: 429, headers: { 'retry-after': '1' } }],
    ['answers HTML', { body: '<html>sign in</html>' }],
    ['answers no list', { body: '{"data":{"users":7}}' }],
    ['breaks off', { cutAfterBytes: 20 }],
    ['hangs up', { reset: 'before' }],
  ];
  it.each(FAULTS)('says nothing when the service %s', async (_name, rule) => {
    const bench = await startBench({ faults: [{ path: '/v3/*', ...rule }] });
    const env = { CONVIRZA_TOKEN: bench.sandbox.issueTokens().access_token };
    expect(await complete(bench, ['ids', 'users'], env)).toMatchObject(SILENT);
    // Nothing is tried twice while somebody waits.
    expect(bench.sandbox.requests).toHaveLength(1);
  });

  it('says nothing when the service is slow, and does not wait for it', async () => {
    const bench = await startBench({ faults: [{ path: '/v3/*', delayMs: 5000 }] });
    const env = {
      CONVIRZA_TOKEN: bench.sandbox.issueTokens().access_token,
      CONVIRZA_COMPLETION_TIMEOUT: undefined,
    };
    expect(await complete(bench, ['ids', 'users'], env)).toMatchObject(SILENT);
  });

  // Its own limit is the assertion: a connection that is being made would hold the process for ten seconds.
  it('gives up a connection that is never made', { timeout: 8000 }, async () => {
    const bench = await startBench();
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void silent.close());
    const env = {
      CONVIRZA_TOKEN: 'any',
      CONVIRZA_API_URL: `https://127.0.0.1:${(silent.address() as AddressInfo).port}/v3`,
      CONVIRZA_COMPLETION_TIMEOUT: undefined,
    };
    expect(await complete(bench, ['ids', 'users'], env)).toMatchObject(SILENT);
  });

  it('says nothing without credentials, and signs nobody in', async () => {
    const bench = await startBench();
    expect(await complete(bench, ['ids', 'users'], LOGIN)).toMatchObject(SILENT);
    expect(bench.sandbox.requests).toEqual([]);
  });

  it('says nothing when the session has ended, and refreshes nothing', async () => {
    const bench = await startBench();
    await signIn(bench, 'default');
    bench.sandbox.expireAccessTokens();
    const before = bench.sandbox.requests.length;
    expect(await complete(bench, ['ids', 'users'])).toMatchObject(SILENT);
    expect(bench.sandbox.requests.slice(before).map((request) => request.path)).toEqual(['/v3/users/list']);
    expect(await readdir(join(bench.home, 'config', 'credentials'))).toEqual(['default.json']);
  });

  it('sends no token to another address than its own, and nothing where an end is known', async () => {
    const bench = await startBench({ accessTokenSeconds: 1 });
    await signIn(bench, 'default');
    const before = bench.sandbox.requests.length;
    const elsewhere = { CONVIRZA_OAUTH_URL: 'http://127.0.0.1:9' };
    expect(await complete(bench, ['ids', 'users'], elsewhere)).toMatchObject(SILENT);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await complete(bench, ['ids', 'users'])).toMatchObject(SILENT);
    expect(bench.sandbox.requests).toHaveLength(before);
  });

  it('asks nobody for a sandbox, for a family without ids, and where the list became a change', async () => {
    const bench = await startBench();
    const env = { CONVIRZA_TOKEN: bench.sandbox.issueTokens().access_token };
    await bench.anonymous(['config', 'set', 'endpoints.users.list', 'POST /users']);
    for (const words of [
      ['ids', 'tags', '--sandbox'],
      ['ids', 'numbers'],
      ['ids', 'nobody'],
      ['ids'],
      ['ids', 'users'],
    ])
      expect(await complete(bench, words, env)).toMatchObject(SILENT);
    expect(await complete(bench, ['ids', 'tags'], { ...env, CONVIRZA_SANDBOX: '1' })).toMatchObject(SILENT);
    const proxied = { ...env, CONVIRZA_API_URL: 'https://10.1.2.3/v3', HTTPS_PROXY: bench.sandbox.url };
    expect(await complete(bench, ['ids', 'tags'], proxied)).toMatchObject(SILENT);
    expect(bench.sandbox.requests).toEqual([]);
  });

  it('says nothing about wrong words, a wrong profile, broken settings and a broken store', async () => {
    const bench = await startBench();
    await signIn(bench, 'default');
    for (const words of [[], ['nothing'], ['--help'], ['ids', 'users', '--profile', '../x']])
      expect(await complete(bench, words)).toMatchObject(SILENT);
    await writeFile(join(bench.home, 'config', 'credentials', 'default.json'), 'no store');
    expect(await complete(bench, ['ids', 'users'])).toMatchObject(SILENT);
    await writeFile(join(bench.home, 'config', 'config.json'), 'no settings');
    expect(await complete(bench, ['ids', 'users'])).toMatchObject(SILENT);
  });

  it('is on no page', async () => {
    const home = await temporaryFolder();
    for (const words of [['--help'], ['schema', '--json'], ['completion', 'bash']]) {
      const { stdout } = await run(words, home);
      expect(stdout.replaceAll('convirza __complete "$@"', '')).not.toContain('__complete');
    }
  });
});
