/** Every command that touches a secret, and a search of everything that it wrote. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ENDPOINTS } from '../../src/convirza/catalogue/index.ts';
import { type Bench, PROMPTS, type Result, startBench, temporaryFolder } from '../helpers/cli.ts';

const PASSPHRASE = 'marked-passphrase-7f3b';
const WRONG_PASSWORD = 'marked-wrong-password-91c2';
const WRONG_KEY = 'oak_marked-wrong-key-55d0';
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const JWT = `${part({ alg: 'HS256' })}.${part({ sub: 'marked', exp: 4_000_000_000 })}.marked-signature-aa17`;

/** Writes what every child process of the program is started with to a file. */
const RECORDER = `
const processes = require('node:child_process');
const { appendFileSync } = require('node:fs');
const { spawn } = processes;
processes.spawn = (...args) => {
  appendFileSync(process.env.RECORD_TO, JSON.stringify([process.argv, args[0], args[1], args[2]?.env]) + '\\n');
  return spawn(...args);
};
appendFileSync(process.env.RECORD_TO, JSON.stringify([process.argv]) + '\\n');
`;

/** The tokens that the service has seen or given, out of what it recorded. */
function tokensOf(bench: Bench): string[] {
  const found = new Set<string>();
  for (const { headers, body } of bench.sandbox.requests) {
    const bearer = headers['authorization']?.replace('Bearer ', '');
    if (bearer) found.add(bearer);
    const fields = (body ?? {}) as Record<string, unknown>;
    for (const name of ['token', 'refresh_token']) {
      const value = fields[name];
      if (typeof value === 'string') found.add(value);
    }
  }
  return [...found];
}

/** How a secret may look in a text: as it is, in an address, in JSON in base64. */
function faces(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    encodeURIComponent(secret),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('hex'),
  ];
}

async function filesBelow(folder: string): Promise<[string, string][]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(async (file): Promise<[string, string]> => [file, await readFile(file, 'latin1')]),
  );
}

async function session(bench: Bench) {
  const folder = await temporaryFolder();
  const recorder = join(folder, 'recorder.cjs');
  const record = join(folder, 'record.txt');
  await writeFile(recorder, RECORDER);
  const written: [string, Result][] = [];
  const run = async (args: string[], input = '', env: Record<string, string | undefined> = {}) => {
    const result = await bench.anonymous(args, {
      input,
      node: ['--require', recorder],
      env: { NEXTEVI_API_KEY: undefined, CONVIRZA_STACK: '1', RECORD_TO: record, ...env },
    });
    written.push([args.join(' '), result]);
    return result;
  };
  /** Where a secret was found, apart from where it may be. */
  const leaks = async (secrets: readonly string[]) => {
    const texts: [string, string][] = written
      .filter(([line]) => line !== 'auth token')
      .flatMap(([line, { stdout, stderr }]): [string, string][] => [
        [`stdout of ${line}`, stdout],
        [`stderr of ${line}`, stderr],
      ]);
    const tokenErrors = written.filter(([line]) => line === 'auth token');
    for (const [line, { stderr }] of tokenErrors) texts.push([`stderr of ${line}`, stderr]);
    texts.push(...(await filesBelow(bench.home)), ['arguments', await readFile(record, 'utf8')]);
    return secrets.flatMap((secret) =>
      texts.filter(([, text]) => faces(secret).some((face) => text.includes(face))).map(([place]) => place),
    );
  };
  return { run, leaks, record };
}

describe('no secret is written anywhere', () => {
  it('by any command of a session of both services', async () => {
    const bench = await startBench();
    const { account, voiceKey } = bench.sandbox;
    const { run, leaks, record } = await session(bench);
    const signIn = ['auth', 'login', '--email', account.email, '--password-stdin'];
    const codes: number[] = [];
    for (const flags of [[], ['--debug'], ['--json'], ['--dry-run'], ['--curl']])
      codes.push((await run([...signIn, ...flags], account.password)).code ?? -1);
    expect(codes).toEqual([0, 0, 0, 0, 0]);
    expect((await run([...signIn, '--debug', '--profile', 'x'], WRONG_PASSWORD)).code).toBe(4);
    expect((await run(['voice', 'login', '--key-stdin', '--json'], voiceKey)).code).toBe(0);
    expect((await run(['voice', 'login', '--key-stdin'], `x${voiceKey}`)).code).toBe(4);
    expect((await run(['voice', 'login', '--token-stdin', '--profile', 'jwt', '--debug'], JWT)).code).toBe(0);
    for (const flags of [[], ['--json'], ['--debug'], ['--output', 'yaml']]) {
      await run(['auth', 'status', ...flags]);
      await run(['auth', 'list', ...flags]);
    }
    await run(['auth', 'status', '--profile', 'jwt']);
    const printed = await run(['auth', 'token']);
    expect(printed.stdout.length).toBeGreaterThan(20);
    for (const flags of [['--debug'], ['--curl'], ['--raw'], ['--json'], ['--api-url', 'http://localhost:1']])
      await run(['users', 'list', '--limit', '1', '--retries', '0', ...flags]);
    await run(['users', 'get', '999999', '--debug']);
    bench.sandbox.expireAccessTokens();
    expect((await run(['users', 'list', '--limit', '1', '--debug'])).code).toBe(0);
    await run(['auth', 'refresh', '--debug', '--json']);
    bench.sandbox.setFaults([{ path: '/oauth/refresh-token', status: 500, times: 1 }]);
    await run(['auth', 'refresh', '--debug', '--retries', '0']);
    bench.sandbox.setFaults([]);
    const env = { CONVIRZA_PASSPHRASE: PASSPHRASE };
    expect((await run(['auth', 'migrate', '--to', 'passphrase', '--debug'], '', env)).code).toBe(0);
    expect((await run(['auth', 'status'], '', { CONVIRZA_PASSPHRASE: 'other' })).code).toBe(4);
    // A keychain that cannot be reached still makes the program start its helper.
    const bus = { ...env, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' };
    expect((await run(['auth', 'migrate', '--to', 'keychain'], '', bus)).code).toBe(4);
    if (process.platform === 'linux') expect(await readFile(record, 'utf8')).toContain('__keychain');
    expect((await run(['auth', 'logout', '--all', '--debug'], '', env)).code).toBe(0);
    const tokens = tokensOf(bench);
    expect(tokens.length).toBeGreaterThan(4);
    expect(tokens).toContain(printed.stdout.trim());
    const secrets = [account.password, WRONG_PASSWORD, voiceKey, JWT, PASSPHRASE, ...tokens];
    expect(await leaks(secrets)).toEqual([]);
  }, 180_000);

  it('by any command of the catalogue, whatever comes of it', { timeout: 120_000 }, async () => {
    const bench = await startBench();
    const { account } = bench.sandbox;
    const { run, leaks } = await session(bench);
    await run(['auth', 'login', '--email', account.email, '--password-stdin'], account.password);
    const api = ENDPOINTS.filter(({ service }) => service === 'api');
    for (const { family, verb, path, method, action, danger } of api) {
      const words = [family, verb];
      if (path.includes('{')) words.push('1');
      if (action === 'prompts-upload') words.push(join(PROMPTS, 'menu.mp3'), '--message-type', 'prompt');
      else if (method !== 'GET' && danger !== 'delete') words.push('--field', 'name=x');
      if (danger !== undefined) words.push('--yes');
      await run([...words, '--debug', '--retries', '0']);
    }
    const tokens = tokensOf(bench);
    expect(bench.sandbox.requests.length).toBeGreaterThan(api.length);
    expect(tokens.length).toBeGreaterThan(0);
    expect(await leaks([account.password, ...tokens])).toEqual([]);
  });

  it.each([
    ['a status', { refuse: { status: 401 } }],
    ['a close', { refuse: { close: 4001, reason: 'no' } }],
  ])('by a voice session that is refused with %s', { timeout: 120_000 }, async (_, voice) => {
    const bench = await startBench({ voice });
    const { run, leaks } = await session(bench);
    const stream = ['voice', 'stream', join(PROMPTS, 'welcome.wav'), '--debug'];
    await run(['voice', 'login', '--key-stdin'], WRONG_KEY);
    await run(['voice', 'login', '--token-stdin', '--profile', 'jwt'], JWT);
    for (const profile of ['default', 'jwt']) {
      expect((await run([...stream, '--profile', profile])).code).toBe(4);
      await run([...stream, '--profile', profile, '--json']);
    }
    await run(stream, '', { NEXTEVI_API_KEY: WRONG_KEY, NEXTEVI_URL: 'ws://localhost:1/ws/voice' });
    expect(await leaks([WRONG_KEY, JWT])).toEqual([]);
  });

  it('and the search does find one', async () => {
    const bench = await startBench();
    const { run, leaks } = await session(bench);
    await run(['config', 'set', 'proxy', `http://${PASSPHRASE}.example.com`]);
    expect((await leaks([PASSPHRASE])).length).toBeGreaterThan(1);
  });
});
