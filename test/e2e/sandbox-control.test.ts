import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  errorLine,
  type Result,
  type RunOptions,
  run,
  startBench,
  startSharedBench,
} from '../helpers/cli.ts';
import { closedPort, serve } from '../helpers/server.ts';
import { findShell } from '../helpers/shells.ts';

async function controlled() {
  const bench = await startBench();
  const command = (words: readonly string[], options: RunOptions = {}) =>
    run(['sandbox', ...words], bench.home, { ...options, env: { CONVIRZA_SANDBOX_URL: bench.sandbox.url } });
  return { ...bench, command };
}

const rowsOf = (result: Result) => JSON.parse(result.stdout) as Record<string, unknown>[];

describe('sandbox env', () => {
  it.each(['bash', 'zsh', 'fish'] as const)('leads %s to the sandbox', async (shell) => {
    const path = findShell(shell);
    if (path === undefined) return;
    const { command, sandbox } = await controlled();
    const printed = await command(['env', '--shell', shell]);
    expect(printed).toMatchObject({ code: 0, stderr: '' });
    const script = `${printed.stdout}printf '%s %s' "$CONVIRZA_API_URL" "$CONVIRZA_SANDBOX_URL"`;
    expect(execFileSync(path, ['-c', script]).toString()).toBe(`${sandbox.apiUrl} ${sandbox.url}`);
  });

  it('is an object for programs', async () => {
    const { command, sandbox } = await controlled();
    const result = await command(['env', '--json']);
    expect(JSON.parse(result.stdout)).toEqual({ ...sandbox.env, CONVIRZA_SANDBOX_URL: sandbox.url });
    expect((await command(['env', '--jq', '.NEXTEVI_URL'])).stdout.trim()).toBe(sandbox.voiceUrl);
  });

  it('hands nothing to a shell that a sandbox would not say', async () => {
    const { home } = await startBench();
    const bodies = [
      '{"url": "http://x", "env": {"A;rm -rf": "1"}}',
      '{"url": "http://x", "env": {"A": "a\\nb"}}',
      '{"env": {}}',
      '[]',
    ];
    const results = await Promise.all(
      bodies.map(async (body) => {
        const url = await serve((_request, response) => response.writeHead(200).end(body));
        return run(['sandbox', 'env', '--url', url], home);
      }),
    );
    for (const result of results) {
      expect([result.code, result.stdout]).toEqual([5, '']);
      expect(errorLine(result)).toContain('did not say how it is reached');
    }
  });
});

describe('sandbox requests', async () => {
  const bench = await startSharedBench();
  const command = (words: readonly string[]) =>
    run(['sandbox', 'requests', '--url', bench.sandbox.url, ...words], bench.home);
  await bench.signedIn(['tags', 'create', '--field', 'name=VIP']);
  await bench.signedIn(['tags', 'list']);
  await bench.signedIn(['users', 'get', '99999']);

  it('shows what came, without secrets', async () => {
    const all = rowsOf(await command(['--json']));
    expect(all.map(({ method, path, status }) => [method, path, status])).toEqual([
      ['POST', '/v3/tag', 201],
      ['GET', '/v3/tag', 200],
      ['GET', '/v3/users/99999', 404],
    ]);
    expect(all[0]).toMatchObject({ body: { name: 'VIP' }, headers: { authorization: 'REDACTED' } });
    expect((await command([])).stdout).toMatch(/^AT +METHOD +PATH +QUERY +STATUS\n/);
  });

  it('counts, and ends as was expected or not', async () => {
    const cases: [flags: string[], code: number, stdout: string][] = [
      [['--method', 'get', '--path', '/v3/*', '--status', '2xx', '--since', '5m'], 0, '1\n'],
      [['--method', 'POST', '--expect'], 0, '1\n'],
      [['--method', 'POST', '--expect', '1'], 0, '1\n'],
      [['--method', 'PUT', '--expect', '0'], 0, '0\n'],
      [['--method', 'PUT', '--expect'], 5, '0\n'],
      [['--path', '/v3/*', '--expect', '2'], 11, '3\n'],
      [['--expect', 'many'], 2, ''],
      [['--since', 'someday'], 2, ''],
    ];
    const results = await Promise.all(cases.map(([flags]) => command([...flags, '--count'])));
    expect(results.map(({ code, stdout }) => [code, stdout])).toEqual(cases.map(([, ...end]) => end));
  });
});

describe('the commands to a running sandbox', () => {
  it('set, list and clear fault rules, from files and standard input', async () => {
    const { command, sandbox, home } = await controlled();
    await writeFile(
      join(home, 'faults.yaml'),
      '- { path: /v3/tag, status: 503, times: 1, delay_ms: 1, headers: { Retry-After: "0" } }\n',
    );
    expect(await command(['faults', 'set', 'faults.yaml'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'In force: 1 fault rule.\n',
    });
    const env = { ...sandbox.env };
    const listed = await run(['tags', 'list'], home, { env });
    expect(listed.code).toBe(0);
    expect(rowsOf(await command(['faults', 'list', '--json']))).toEqual([
      {
        path: '/v3/tag',
        status: 503,
        times: 1,
        delay_ms: 1,
        headers: { 'Retry-After': '0' },
        acted: 1,
        seen: 1,
      },
    ]);
    expect((await command(['faults', 'list'])).stdout).toMatch(/\/v3\/tag +503 /);
    const input = '[{"path": "/a"}, {"path": "/b", "cut_after_bytes": 3}]';
    expect((await command(['faults', 'set', '-'], { input })).code).toBe(0);
    expect(rowsOf(await command(['faults', 'list', '--json'])).length).toBe(2);
    await command(['faults', 'clear']);
    expect(await command(['faults', 'list'])).toMatchObject({
      code: 0,
      stderr: 'No fault rules are in force.\n',
    });
    const wrong = await command(['faults', 'set', '-'], { input: '- { path: /x, status: "bad" }' });
    expect([wrong.code, errorLine(wrong)]).toEqual([
      2,
      expect.stringContaining('"standard input", line 1: rule 1: status'),
    ]);
  });

  it('give the voice agent a script, and show its sessions', async () => {
    const { command, sandbox, home } = await controlled();
    await writeFile(
      join(home, 'busy.yaml'),
      'voice: { refuse: { status: 503 }, limits: { session_ms: .inf } }\n',
    );
    expect((await command(['voice', 'set', 'busy.yaml'])).code).toBe(0);
    const check = () => run(['voice', 'check'], home, { env: { ...sandbox.env } });
    expect((await check()).code).not.toBe(0);
    expect(await command(['voice', 'sessions'])).toMatchObject({
      stdout: '',
      stderr: 'There was no voice session yet.\n',
    });
    await command(['reset']);
    expect((await check()).code).toBe(0);
    expect(rowsOf(await command(['voice', 'sessions', '--json']))).toMatchObject([
      { connection: 1, close_code: 1000 },
    ]);
    await writeFile(join(home, 'file.yaml'), 'turns:\n  - audio: x.wav\n');
    const wrong = await command(['voice', 'set', 'file.yaml']);
    expect([wrong.code, errorLine(wrong)]).toEqual([
      2,
      'error: "file.yaml", line 2: turns[0].audio must be a number of seconds or none: only a script file names files.',
    ]);
  });

  it('say so when nothing is there, or something else', async () => {
    const { home } = await startBench();
    const gone = `http://127.0.0.1:${await closedPort()}`;
    const nobody = await run(['sandbox', 'reset', '--url', gone], home);
    expect([nobody.code, errorLine(nobody)]).toEqual([9, expect.stringContaining('convirza sandbox start')]);
    const url = await serve((_request, response) => response.writeHead(404).end('<html>'));
    const other = await run(['sandbox', 'requests', '--url', url], home);
    expect([other.code, errorLine(other)]).toEqual([5, expect.stringContaining('is no sandbox')]);
    const far = await run(['sandbox', 'reset', '--url', 'http://example.com'], home);
    expect([far.code, errorLine(far)]).toEqual([2, expect.stringContaining('--url is http://example.com')]);
    const odd = await run(['sandbox', 'reset'], home, { env: { CONVIRZA_SANDBOX_URL: 'here' } });
    expect([odd.code, errorLine(odd)]).toEqual([
      2,
      expect.stringContaining('CONVIRZA_SANDBOX_URL is not a URL'),
    ]);
  });
});
