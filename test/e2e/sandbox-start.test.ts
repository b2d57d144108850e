import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorLine, PROMPTS, type Result, run, temporaryFolder } from '../helpers/cli.ts';
import { startedSandbox } from '../helpers/started-sandbox.ts';

const json = (result: Result) => {
  expect(result).toMatchObject({ code: 0 });
  return JSON.parse(result.stdout) as Record<string, unknown>[];
};

describe('sandbox start', () => {
  it('says when it is ready in one line of JSON, and all else on standard error', async () => {
    const home = await temporaryFolder();
    const { ready, stop } = await startedSandbox(home);
    expect(Object.keys(ready)).toEqual(['url', 'voice_url', 'port', 'account', 'env']);
    expect(ready.env).toMatchObject({
      CONVIRZA_API_URL: `${ready.url}/v3`,
      NEXTEVI_URL: ready.voice_url,
      CONVIRZA_SANDBOX_URL: ready.url,
    });
    const result = await stop();
    expect(result.code).toBe(0);
    expect(result.stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(result.stderr).toBe(
      `The sandbox listens at ${ready.url} and forgets everything when it ends (Ctrl-C).\n`,
    );
    const terminated = await startedSandbox(home, ['--quiet']);
    terminated.child.kill('SIGTERM');
    expect(await terminated.result).toMatchObject({ code: 143 });
  });

  it('begins with the rows of --data, and goes on with --state after an end of any kind', async () => {
    const home = await temporaryFolder();
    await writeFile(join(home, 'rows.json'), '{"tags": [{"id": 7, "name": "Mine"}]}');
    const flags = ['--state', 'state.json', '--data', 'rows.json'];
    const first = await startedSandbox(home, flags);
    const added = await run(['tags', 'create', '--field', 'name=Kept', '--json'], home, {
      env: first.ready.env,
    });
    expect(added.code).toBe(0);
    const file = join(home, 'state.json');
    await expect.poll(() => readFile(file, 'utf8').catch(() => '')).toContain('"Kept"');
    first.child.kill('SIGKILL');
    await first.result;

    const second = await startedSandbox(home, flags);
    // A port of its own is another service: who is signed in at the first is not signed in here.
    const env = { ...second.ready.env, CONVIRZA_CONFIG_DIR: join(home, 'second') };
    const names = async () =>
      json(await run(['tags', 'list', '--json'], home, { env })).map(({ name }) => name);
    expect(await names()).toEqual(['Mine', 'Kept']);
    expect(await run(['sandbox', 'reset'], home, { env })).toMatchObject({ code: 0, stdout: '' });
    expect(await names()).toEqual(['Mine']);
    const ended = await second.stop();
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stderr).toContain(
      'It goes on with state.json; the rows of rows.json come back with sandbox reset.',
    );
    expect((await readdir(home)).filter((name) => name.startsWith('state'))).toEqual([
      'state.json',
      'state.json.files',
    ]);
    const other = await run(
      ['sandbox', 'start', '--port', '0', '--state', 'state.json', '--seed', '3'],
      home,
    );
    expect(errorLine(other)).toBe(
      'error: "state.json" was begun with --seed 1, not 3. Leave --seed out, or name another --state file.',
    );
  });

  it('speaks TLS to this program and to Node.js, with the certificate where it was asked for', async () => {
    const home = await temporaryFolder();
    const { ready, stop } = await startedSandbox(home, ['--tls', '--tls-cert', 'ca.pem']);
    const { env, url } = ready;
    expect(url).toMatch(/^https:/);
    expect(env['CONVIRZA_CA_FILE']).toBe(join(home, 'ca.pem'));
    const welcome = join(PROMPTS, 'welcome.wav');
    const [listed, spoken, distrusted, sessions] = await Promise.all([
      run(['tags', 'list', '--json'], home, { env }),
      run(['voice', 'stream', welcome, '--speed', '20', '--json'], home, { env }),
      run(['tags', 'list', '--retries', '0'], home, {
        env: { ...env, CONVIRZA_CA_FILE: undefined, NODE_EXTRA_CA_CERTS: undefined },
      }),
      run(['sandbox', 'requests', '--url', url, '--ca-file', 'ca.pem', '--json'], home),
    ]);
    expect(json(listed).length).toBeGreaterThan(0);
    expect(spoken.code).toBe(0);
    expect(distrusted.code).toBe(9);
    expect(errorLine(distrusted)).toContain('is not trusted');
    expect(sessions.code).toBe(0);
    await stop();
    await writeFile(join(home, 'mine.txt'), 'precious');
    const refused = await run(['sandbox', 'start', '--port', '0', '--tls', '--tls-cert', 'mine.txt'], home);
    expect([refused.code, errorLine(refused)]).toEqual([2, expect.stringContaining('holds something else')]);
    expect(await readFile(join(home, 'mine.txt'), 'utf8')).toBe('precious');
  });

  it('logs requests and voice sessions at the end of a file, without their secrets', async () => {
    const home = await temporaryFolder();
    await writeFile(join(home, 'log.ndjson'), '{"kind":"older"}\n');
    const { ready, stop } = await startedSandbox(home, ['--log', 'log.ndjson']);
    const { env } = ready;
    await run(['tags', 'create', '--field', 'name=VIP'], home, { env });
    await run(['voice', 'check'], home, { env });
    await run(['voice', 'check', '--config-id', 'none'], home, { env });
    await stop();
    const text = await readFile(join(home, 'log.ndjson'), 'utf8');
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ kind, path, event }) => [kind, path ?? event])).toEqual([
      ['older', undefined],
      ['request', '/oauth/token'],
      ['request', '/v3/tag'],
      ['voice', 'open'],
      ['voice', 'close'],
      ['voice', 'refused'],
    ]);
    expect(lines[1]).toMatchObject({
      status: 200,
      body: { email: 'admin@example.com', password: 'REDACTED' },
    });
    expect(lines[2]).toMatchObject({ headers: { authorization: 'REDACTED' }, body: { name: 'VIP' } });
    expect(text).not.toContain(ready.account.password);
    expect(text).not.toContain(env['NEXTEVI_API_KEY']);
  });

  it('ends with whoever holds its standard input', async () => {
    const home = await temporaryFolder();
    const result = await run(['sandbox', 'start', '--port', '0', '--with-parent'], home);
    expect([result.code, Object.keys(JSON.parse(result.stdout) as object)[0]]).toEqual([0, 'url']);
  });

  it('tells of flags and files that are not good, before anything listens', async () => {
    const home = await temporaryFolder();
    await writeFile(join(home, 'bad.json'), '{"users": [7], "tagz": []}');
    await writeFile(join(home, 'rules.yaml'), '- { path: /x, colour: red }\n');
    const cases: [flags: string[], message: RegExp][] = [
      [['--data', 'bad.json'], /"bad\.json" has 2 problems\. line 1: .*; line 1: /],
      [['--faults', 'rules.yaml'], /"rules\.yaml".*"?colour"?/],
      [['--state', 'bad.json'], /"bad\.json" is no state of a sandbox/],
      [['--latency', '50ms-20'], /--latency "50ms-20" is no time/],
      [['--tls-cert', 'ca.pem'], /--tls-cert goes with --tls/],
      [['--log', 'none/log'], /--log none\/log cannot be written: its folder is not there/],
      [['--port', '1.5'], /whole number/],
    ];
    const results = await Promise.all(
      cases.map(([flags]) => run(['sandbox', 'start', '--port', '0', ...flags], home)),
    );
    for (const [index, [flags, message]] of cases.entries()) {
      const result = results[index] as Result;
      expect([result.code, result.stdout], flags.join(' ')).toEqual([2, '']);
      expect(errorLine(result)).toMatch(message);
    }
    expect((await readdir(home)).sort()).toEqual(['bad.json', 'rules.yaml']);
  });
});
