import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/shared/errors.ts';
import { BIN, cleanEnv, errorLine, run, startBench, temporaryFolder } from '../helpers/cli.ts';
import { closedPort, serve } from '../helpers/server.ts';

describe('exit codes', () => {
  const statuses: [number, number][] = [
    [400, 6],
    [401, 4],
    [403, 4],
    [404, 5],
    [405, 6],
    [409, 6],
    [410, 5],
    [422, 6],
    [429, 7],
    [500, 10],
    [502, 10],
    [503, 10],
    [504, 10],
  ];
  it.each(statuses)(
    'HTTP %i ends with %i, and the error carries what support asks for',
    async (status, code) => {
      const bench = await startBench({
        faults: [{ path: '/v3/users/list', status, body: '{"requestId":"abc-1","message":"as asked"}' }],
      });
      const result = await bench.signedIn(['users', 'list', '--json', '--retries', '1']);
      expect(result).toMatchObject({ code, stdout: '' });
      const { error } = JSON.parse(result.stderr.trimEnd().split('\n').at(-1) ?? '') as {
        error: Record<string, unknown>;
      };
      expect(Object.keys(error)).toEqual([
        'type',
        'message',
        'hint',
        'status',
        'request_id',
        'endpoint',
        'timestamp',
      ]);
      expect(EXIT_CODES[error['type'] as keyof typeof EXIT_CODES]).toBe(code);
      expect(error).toMatchObject({
        status,
        request_id: 'abc-1',
        endpoint: `GET ${bench.sandbox.apiUrl}/users/list`,
        message: expect.stringContaining('as asked'),
      });
      expect(String(error['timestamp'])).toMatch(/^\d{4}-\d\d-\d\dT/);
    },
  );

  it('code 1 is for what nobody foresaw', async () => {
    const home = await temporaryFolder();
    const preload = join(home, 'broken.cjs');
    await writeFile(
      preload,
      "const { Agent } = require('node:http'); process.cwd = () => { throw new Error('boom'); };",
    );
    const result = await run(['users', 'list'], home, { node: ['-r', preload] });
    expect(result.code).toBe(1);
  });
});

describe('servers that misbehave', () => {
  const list = ['users', 'list', '--retries', '1'];
  const env = { CONVIRZA_TOKEN: 'token' };

  it.each([
    [
      'HTML with 200',
      200,
      '<!doctype html><html><body>Sign in</body></html>',
      10,
      /answered HTML instead of JSON \(HTTP 200\).*Check the base URL/,
    ],
    ['HTML with 502', 502, '<html><h1>Bad gateway</h1></html>', 10, /it answered HTML \(HTTP 502\)/],
    ['an empty 200', 200, '', 10, /answered nothing instead of JSON/],
    ['cut JSON', 200, '{"data":{"users":[{"a":1},', 10, /broken JSON/],
    ['JSON without a list', 200, '{"data":{"user":1}}', 10, /holds no list/],
    ['a bare string', 200, '"hello"', 10, /holds no list/],
  ])('%s', async (_what, status, body, code, message) => {
    const url = await serve((_request, response) => response.writeHead(status).end(body));
    const result = await run([...list, '--api-url', url], await temporaryFolder(), { env });
    expect(errorLine(result)).toMatch(message);
    expect(result).toMatchObject({ code, stdout: '' });
  });

  it('one that closes without a word: code 9', async () => {
    const url = await serve((request) => request.socket.destroy());
    const result = await run([...list, '--api-url', url], await temporaryFolder(), { env });
    expect(errorLine(result)).toMatch(/broke off before the answer was complete/);
    expect(result.code).toBe(9);
  });

  it('one that is not there: code 9, and the retries are told', async () => {
    const result = await run(
      [...list, '--api-url', `http://127.0.0.1:${await closedPort()}`],
      await temporaryFolder(),
      { env },
    );
    expect(errorLine(result)).toMatch(/Nothing answers at .* \(connection refused\)\. Check the address/);
    expect(result.stderr).toMatch(/Trying again in 0\.0 s \(1 of 1\)/);
    expect(result.code).toBe(9);
  });

  it('one that says nothing for too long: code 9', async () => {
    const url = await serve(() => {});
    const result = await run(
      ['users', 'list', '--retries', '0', '--timeout', '0.2', '--api-url', url],
      await temporaryFolder(),
      { env },
    );
    expect(errorLine(result)).toMatch(/did not answer within 0\.2 seconds.*--timeout/);
    expect(result.code).toBe(9);
  });

  it('one that redirects elsewhere: the token does not go along', async () => {
    const seen: unknown[] = [];
    const target = await serve((request, response) => {
      seen.push(request.headers);
      response.end('{}');
    });
    const url = await serve((_request, response) =>
      response.writeHead(302, { location: `${target}/v3/users/list` }).end(),
    );
    const result = await run([...list, '--api-url', url], await temporaryFolder(), { env });
    expect(errorLine(result)).toMatch(/redirect to 127\.0\.0\.1:\d+ \(HTTP 302\)/);
    expect(result.code).toBe(10);
    expect(seen).toEqual([]);
  });

  it('one that fails for a moment is asked again, and after 429 only as late as it says', async () => {
    let calls = 0;
    const url = await serve((_request, response) => {
      calls++;
      if (calls === 1) response.writeHead(503).end();
      else if (calls === 2) response.writeHead(429, { 'retry-after': '0' }).end();
      else response.end('{"data":{"users":[{"ct_user_id":7}],"total":1}}');
    });
    const result = await run(['users', 'list', '--json', '--api-url', url], await temporaryFolder(), { env });
    expect(result).toMatchObject({ code: 0 });
    expect(JSON.parse(result.stdout)).toEqual([{ ct_user_id: 7 }]);
    expect(calls).toBe(3);
  });

  it('one that puts escape sequences into names cannot move the cursor', async () => {
    const name = '\u001b[2J\u001b]0;owned\u0007Eve\u202e\u0000';
    const url = await serve((_request, response) =>
      response.end(JSON.stringify({ data: { users: [{ ct_user_id: 1, first_name: name }] } })),
    );
    const table = await run(['users', 'list', '--api-url', url], await temporaryFolder(), { env });
    expect(table.stdout).toBe('CT USER ID  FIRST NAME\n1           Eve\n');
    const json = await run(['users', 'list', '--json', '--api-url', url], await temporaryFolder(), { env });
    expect(JSON.parse(json.stdout)).toEqual([{ ct_user_id: 1, first_name: name }]);
    expect(json.stdout).not.toContain('\u001b');
    const failing = await serve((_request, response) =>
      response.writeHead(400).end(JSON.stringify({ message: `${name}!` })),
    );
    expect(
      (await run([...list, '--api-url', failing], await temporaryFolder(), { env })).stderr,
    ).not.toContain('\u001b');
  });
});

describe('pipes', () => {
  it('a reader that leaves early ends the command quietly', async () => {
    const bench = await startBench();
    const env = cleanEnv(bench.home, {
      ...bench.sandbox.env,
      CONVIRZA_TOKEN: bench.sandbox.issueTokens().access_token,
    });
    for (const format of ['--json', '--output=ndjson', '--output=csv', '--output=table']) {
      const script = `"$0" "$1" users list --all ${format} | head -1; echo "code \${PIPESTATUS[0]}"`;
      const child = spawn('bash', ['-c', script, process.execPath, BIN], { env, cwd: bench.home });
      let out = '';
      let err = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        out += text;
      });
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        err += text;
      });
      await new Promise((resolve) => child.on('close', resolve));
      expect(out.trimEnd().split('\n'), format).toHaveLength(2);
      expect(out).toMatch(/code 0\n$/);
      expect(err).toBe('');
    }
  });

  it('everything arrives when the reader is slow', async () => {
    const rows = Array.from({ length: 20_000 }, (_, id) => ({ ct_user_id: id, first_name: 'x'.repeat(50) }));
    const url = await serve((_request, response) =>
      response.end(JSON.stringify({ data: { users: rows, total: rows.length } })),
    );
    const result = await run(
      ['users', 'list', '--limit', '20000', '--json', '--api-url', url],
      await temporaryFolder(),
      {
        env: { CONVIRZA_TOKEN: 't' },
        onStart: (child) => {
          child.stdout?.pause();
          child.stderr?.once('end', () => child.stdout?.resume());
          setImmediate(() => child.stdout?.resume());
        },
      },
    );
    expect(JSON.parse(result.stdout)).toHaveLength(20_000);
  });
});
