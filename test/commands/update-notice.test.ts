import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { isNewer, registryOf } from '../../src/commands/update-notice.ts';
import { runProgram } from '../../src/program.ts';
import { temporaryFolder } from '../helpers/cli.ts';
import { fakeContext } from '../helpers/context.ts';
import { serve } from '../helpers/server.ts';

const NOW = Date.UTC(2026, 10, 20);
const DAY = 86_400_000;

type Env = Record<string, string | undefined>;

interface Place {
  home: string;
  /** What a registry on this machine was asked, and its address. */
  asked: string[];
  registry: string;
}

/** A home and a registry that answers in one way. */
async function place(answer: string, status = 200): Promise<Place> {
  const asked: string[] = [];
  const registry = await serve((request, response) => {
    asked.push(`${request.method} ${request.url} ${JSON.stringify(request.headers)}`);
    response.writeHead(status, { 'content-type': 'application/json' }).end(answer);
  });
  return { home: await temporaryFolder(), asked, registry };
}

const record = (home: string) => join(home, 'config', 'update.json');

async function keep(home: string, kept: unknown): Promise<void> {
  await mkdir(join(home, 'config'), { recursive: true });
  await writeFile(record(home), typeof kept === 'string' ? kept : JSON.stringify(kept));
}

const kept = async (home: string) =>
  JSON.parse(await readFile(record(home), 'utf8')) as Record<string, unknown>;

/** Runs one command as at a terminal. @returns what it said on standard error */
async function atTerminal(
  words: readonly string[],
  { home, registry }: Pick<Place, 'home' | 'registry'>,
  { env = {}, now = NOW, isTTY = true }: { env?: Env; now?: number; isTTY?: boolean } = {},
): Promise<string> {
  let said = '';
  const stream = (hear: (text: string) => void) => {
    const passed = new PassThrough().setEncoding('utf8').on('data', hear);
    return Object.assign(passed, { isTTY, columns: 80 }) as unknown as NodeJS.WriteStream;
  };
  const ctx = {
    ...fakeContext(),
    stdout: stream(() => {}),
    stderr: stream((text) => {
      said += text;
    }),
    env: {
      CONVIRZA_CONFIG_DIR: join(home, 'config'),
      CONVIRZA_NO_INPUT: '1',
      npm_config_registry: registry,
      ...env,
    },
    home,
    now: () => now,
  };
  await runProgram(ctx, words);
  return said;
}

/** A command that sends a request, which is answered once `until` holds. */
async function online(
  given: Place,
  until: () => boolean | Promise<boolean>,
  options: { env?: Env; now?: number; isTTY?: boolean } = {},
) {
  const api = await serve(async (_, response) => {
    while (!(await until())) await new Promise((resolve) => setImmediate(resolve));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"data":[]}');
  });
  const env = { CONVIRZA_API_URL: `${api}/v3`, CONVIRZA_TOKEN: 'token', ...options.env };
  return atTerminal(['tags', 'list'], given, { ...options, env });
}

const atOnce = () => true;

/** Whether the answer of a registry was kept. */
const heard = (home: string) => () =>
  kept(home).then(
    ({ latest }) => latest !== undefined,
    () => false,
  );

describe('asking for a newer release', () => {
  it('happens beside a command that sends requests, names the package alone, and is told at the next start', async () => {
    const given = await place('{"version":"9.8.7"}');
    expect(await online(given, heard(given.home))).not.toContain('9.8.7');
    expect(given.asked).toHaveLength(1);
    expect(given.asked[0]).toMatch(/^GET \/convirza-cli\/latest /);
    expect(given.asked[0]).not.toMatch(/authorization|cookie|token/i);
    expect(await kept(given.home)).toEqual({ asked: NOW, told: 0, latest: '9.8.7' });
    const said = await atTerminal(['config', 'list'], given, { now: NOW + 1 });
    expect(said).toMatch(/^convirza 9\.8\.7 is there, this is .*: npm install -g convirza-cli\n/);
    expect(said).toContain('config set update-notice off');
  });

  it('happens and is told once a day', async () => {
    const given = await place('{"version":"9.8.7"}');
    await online(given, heard(given.home));
    await online(given, atOnce, { now: NOW + DAY - 1 });
    expect(given.asked).toHaveLength(1);
    expect(await atTerminal(['config', 'list'], given, { now: NOW + DAY })).toBe('');
    expect(await atTerminal(['config', 'list'], given, { now: NOW + 2 * DAY - 1 })).toContain('9.8.7');
    await online(given, () => given.asked.length === 2, { now: NOW + 2 * DAY });
    expect(given.asked).toHaveLength(2);
  });

  it.each<[string, Env]>([
    ['in CI', { CI: 'true' }],
    ['with CONVIRZA_NO_UPDATE_NOTICE', { CONVIRZA_NO_UPDATE_NOTICE: '1' }],
    ['with NO_UPDATE_NOTIFIER', { NO_UPDATE_NOTIFIER: '1' }],
    ['with CONVIRZA_UPDATE_NOTICE=off', { CONVIRZA_UPDATE_NOTICE: 'off' }],
    ['with CONVIRZA_QUIET', { CONVIRZA_QUIET: '1' }],
    ['with JSON as output', { CONVIRZA_JSON: '1' }],
    ['where npm names no registry', { npm_config_registry: undefined }],
  ])('does not happen %s', async (_, env) => {
    const given = await place('{"version":"9.8.7"}');
    await online(given, atOnce, { env });
    expect(given.asked).toEqual([]);
  });

  it('does not happen off a terminal, beside a command that sends nothing, or with the setting off', async () => {
    const given = await place('{"version":"9.8.7"}');
    await online(given, atOnce, { isTTY: false });
    await atTerminal(['config', 'list'], given);
    await atTerminal(['tags', 'list', '--sandbox'], given);
    await mkdir(join(given.home, 'config'), { recursive: true });
    await writeFile(join(given.home, 'config', 'config.json'), '{"update-notice":"off"}');
    await online(given, atOnce);
    expect(given.asked).toEqual([]);
  });

  it('is given up when the command ends, and not begun again that day', async () => {
    let asked = 0;
    const silent = { home: await temporaryFolder(), asked: [], registry: await serve(() => asked++) };
    await online(silent, () => asked === 1);
    await online(silent, atOnce);
    expect(asked).toBe(1);
    expect(await kept(silent.home)).toEqual({ asked: NOW, told: 0 });
  });

  it.each([
    ['no JSON', '<html>', 200],
    ['no version', '{}', 200],
    ['a version that is none', JSON.stringify({ version: '9.9.9\u001b[31m; rm -rf /' }), 200],
    ['a preview', '{"version":"9.9.9-beta.1"}', 200],
    ['an error', '{"version":"9.9.9"}', 404],
    ['a redirect', '{"version":"9.9.9"}', 302],
  ])('hears nothing from %s', async (_, answer, status) => {
    const given = await place(answer, status);
    await online(given, () => given.asked.length === 1);
    expect(await kept(given.home)).toEqual({ asked: NOW, told: 0 });
  });

  it.each(['', '{', '[]', '{"latest":7}', '{"latest":"9.9.9\\u001b[2J"}'])(
    'goes on from a record that holds %j',
    async (text) => {
      const given = await place('{"version":"9.8.7"}');
      await keep(given.home, text);
      expect(await atTerminal(['config', 'list'], given)).toBe('');
      await online(given, heard(given.home));
      expect((await kept(given.home))['latest']).toBe('9.8.7');
    },
  );

  it('is not silenced by a record from the future', async () => {
    const given = await place('{"version":"9.8.7"}');
    await keep(given.home, { asked: NOW + 900 * DAY, told: NOW + 900 * DAY, latest: '9.0.0' });
    expect(await online(given, () => given.asked.length === 1)).toContain('9.0.0');
  });
});

describe('which release is newer', () => {
  it.each([
    ['1.0.0', '0.9.9', true],
    ['0.10.0', '0.9.0', true],
    ['0.1.1', '0.1.0', true],
    ['0.1.0', '0.1.0', false],
    ['0.1.0', '0.1.1', false],
    ['1.0.0', '1.0.0-beta.2', true],
    ['1.0.0', '1.0.1-beta.2', false],
    ['1.0', '0.1.0', false],
    ['9.9.9-rc.1', '0.1.0', false],
  ])('%s after %s: %s', (version, than, newer) => {
    expect(isNewer(version, than)).toBe(newer);
  });
});

describe('the registry that npm is set to', () => {
  const at = (env: Env, home = '/nowhere') => registryOf(env, home)?.href;

  it('comes from the environment', () => {
    expect(at({ npm_config_registry: 'https://packages.example/npm' })).toBe('https://packages.example/npm');
    expect(at({ NPM_CONFIG_REGISTRY: 'https://packages.example' })).toBe('https://packages.example/');
    expect(at({})).toBeUndefined();
  });

  it.each([
    'http://packages.example/',
    'https://user:secret@packages.example/',
    'https://packages.example/?a=b',
    'ftp://packages.example/',
    'packages.example',
  ])('%s is not asked', (registry) => {
    expect(at({ npm_config_registry: registry })).toBeUndefined();
  });

  it.each([
    ['registry=https://a.example/npm/\n', 'https://a.example/npm/'],
    ['; registry=https://no.example\n registry = "https://b.example" \r\n', 'https://b.example/'],
    ['registry=https://a.example\nregistry=https://b.example\n', 'https://b.example/'],
    ['@scope:registry=https://scope.example\n//a.example/:_authToken=secret\n', undefined],
    ['registry=https://$' + '{HOST}/npm\n', 'https://c.example/npm'],
    ['registry=\n', undefined],
    ['', undefined],
  ])('in the file %j: %s', async (text, address) => {
    const home = await temporaryFolder();
    await writeFile(join(home, '.npmrc'), text);
    expect(at({ HOST: 'c.example' }, home)).toBe(address);
    const elsewhere = { HOST: 'c.example', npm_config_userconfig: join(home, '.npmrc') };
    expect(at(elsewhere)).toBe(address);
  });
});
