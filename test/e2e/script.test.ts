import { spawn, spawnSync } from 'node:child_process';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CERTIFICATE, KEY } from '../helpers/certificate.ts';
import { errorLine, PROMPTS, run, startBench, startSharedBench, temporaryFolder } from '../helpers/cli.ts';
import { startProxy } from '../helpers/proxy.ts';
import { serve } from '../helpers/server.ts';

const shared = await startSharedBench();
const users = ['users', 'list', '--sort-by', 'email', '--sort-order', 'asc', '--limit', '4', '--quiet'];

/** Runs a line in a shell, without blocking this process, in which the sandbox answers. */
function runShell(line: string, env: NodeJS.ProcessEnv): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', line], { env, stdio: 'ignore' });
    child.on('error', reject);
    child.on('close', resolve);
  });
}

describe('what is printed', () => {
  it.each([[[...users, '--json', 'email']], [[...users, '--json=email']], [['--json', 'email', ...users]]])(
    '%j: chosen fields',
    async (args) => {
      const rows = JSON.parse((await shared.signedIn(args)).stdout) as object[];
      expect(rows).toHaveLength(4);
      for (const row of rows) expect(Object.keys(row)).toEqual(['email']);
    },
  );

  it('--json in front of an argument does not take it', async () => {
    const one = JSON.parse((await shared.signedIn(['users', 'get', '--json', '101'])).stdout) as object;
    expect(one).toMatchObject({ ct_user_id: 101, email: 'admin@example.com' });
    const some = await shared.signedIn(['users', 'get', '101', '--json', 'email,no_such']);
    expect(JSON.parse(some.stdout)).toEqual({ email: 'admin@example.com', no_such: null });
  });

  it('--jq is real jq, over lists and objects', async () => {
    const names = await shared.signedIn([
      ...users,
      '--jq',
      '[.[] | select(.role == "Admin")] | length, .[0].email',
    ]);
    expect(names.stdout).toMatch(/^\d+\n\S+@example\.com\n$/);
    expect((await shared.signedIn(['users', 'get', '101', '--jq', '.email | ascii_upcase'])).stdout).toBe(
      'ADMIN@EXAMPLE.COM\n',
    );
    const wrong = await shared.signedIn([...users, '--jq', '.[']);
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
    expect(JSON.parse(wrong.stderr)).toMatchObject({
      error: { message: expect.stringContaining('syntax error') },
    });
  });

  it('--raw is the envelope as it came, a line for each page', async () => {
    const one = JSON.parse((await shared.signedIn(['users', 'get', '101', '--raw'])).stdout) as object;
    expect(one).toMatchObject({ code: 200, message: 'Success', data: { ct_user_id: 101 } });
    const pages = (await shared.signedIn(['users', 'list', '--all', '--raw'])).stdout.trimEnd().split('\n');
    expect(pages.map((page) => (JSON.parse(page) as { code: number }).code)).toEqual(pages.map(() => 200));
  });

  it('--output yaml, of lists and objects', async () => {
    expect((await shared.signedIn([...users, '--output', 'yaml'])).stdout).toMatch(
      /^- first_name: .*\n {2}last_name: /,
    );
    expect((await shared.signedIn(['users', 'get', '101', '--output', 'yaml'])).stdout).toContain(
      '\nemail: admin@example.com\n',
    );
    expect(
      (await shared.signedIn(['users', 'list', '--name', 'nobody', '--output', 'yaml', '-q'])).stdout,
    ).toBe('[]\n');
  });

  it('--columns, --sort and --no-header', async () => {
    const table = await shared.signedIn([
      ...users,
      '--columns',
      'email,ct_user_id',
      '--sort',
      '-email',
      '--no-header',
    ]);
    const lines = table.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect([...lines].sort().reverse()).toEqual(lines);
    expect(lines[0]).toMatch(/^\S+@example\.com +\d+$/);
    const csv = await shared.signedIn([...users, '--columns', 'email', '--output', 'csv', '--no-header']);
    expect(csv.stdout.split('\r\n')).toHaveLength(5);
    const unknown = await shared.signedIn([...users, '--columns', 'mail']);
    expect(unknown.code).toBe(2);
    expect(errorLine(unknown)).toMatch(/No row has mail\. There are: .*email/);
  });

  it('--watch shows a list again only when it has changed, until it is interrupted', async () => {
    const bench = await startBench();
    let text = '';
    const tag = () => bench.signedIn(['tags', 'create', '--field', 'name=Watched']);
    const result = await bench.signedIn(['tags', 'list', '--watch', '0.1', '--output', 'ndjson'], {
      onStart: (child) => {
        let created: Promise<unknown> | undefined;
        child.stdout?.on('data', (part: string) => {
          text += part;
          // Several looks without a change come before this.
          if (created === undefined && bench.sandbox.requests.length >= 1) created = tag();
          if (text.includes('Watched')) child.kill('SIGINT');
        });
      },
    });
    expect(result.code).toBe(130);
    const rows = bench.sandbox.state.rows('tags').length;
    expect(result.stdout.trimEnd().split('\n')).toHaveLength(rows - 1 + rows);
  });
});

describe('requests that are only shown', () => {
  it('--dry-run sends nothing, and needs no credentials', async () => {
    const bench = await startBench();
    const shown = await bench.anonymous(['tags', 'create', '--field', 'name=VIP', '--dry-run']);
    expect(shown).toMatchObject({
      code: 0,
      stdout: `> POST ${bench.sandbox.apiUrl}/tag\n> {"name":"VIP"}\n`,
    });
    const json = await bench.anonymous(['users', 'delete', '5', '--dry-run', '--json']);
    expect(JSON.parse(json.stdout)).toEqual({
      method: 'DELETE',
      url: `${bench.sandbox.apiUrl}/users/5`,
      body: null,
    });
    expect(bench.sandbox.requests).toEqual([]);
  });

  it.skipIf(spawnSync('curl', ['--version']).status !== 0)(
    '--curl prints a line that does the same',
    async () => {
      const bench = await startBench();
      const env = { PATH: process.env['PATH'], CONVIRZA_TOKEN: bench.sandbox.issueTokens().access_token };
      // Each of these characters means something to a shell or to curl.
      const name = '@/etc/hosts; "Welcome", press 1 \\ now';
      const file = join(await temporaryFolder(), ';type=x,@a<b "c\'d.mp3');
      await copyFile(join(PROMPTS, 'menu.mp3'), file);
      const lines = await Promise.all([
        bench.anonymous(['users', 'list', '--email', "o'brien & co@example.com", '--curl']),
        bench.anonymous(['tags', 'create', '--field', 'name=It\'s $HOME `here` "quoted"', '--curl']),
        bench.anonymous(['prompts', 'upload', file, '--message-type', 'prompt', '--name', name, '--curl']),
      ]);
      expect(bench.sandbox.requests).toEqual([]);
      for (const { stdout } of lines) await runShell(stdout.replace('curl', 'curl -sf -m 10'), env);
      expect(bench.sandbox.requests.map(({ method, path, status }) => [method, path, status])).toEqual([
        ['GET', '/v3/users/list', 200],
        ['POST', '/v3/tag', 201],
        ['POST', '/v3/media-prompts', 201],
      ]);
      expect(bench.sandbox.requests[0]?.query['email']).toBe("o'brien & co@example.com");
      expect(bench.sandbox.requests[1]?.body).toEqual({ name: 'It\'s $HOME `here` "quoted"' });
      const stored = bench.sandbox.state.rows('prompts').at(-1);
      expect(stored).toMatchObject({ filename: name });
      expect(bench.sandbox.promptBytes(Number(stored?.['media_prompt_id']))).toEqual(await readFile(file));
    },
  );

  it('no secret is in any of them', async () => {
    const bench = await startBench();
    const env = {
      CONVIRZA_TOKEN: 'secret-token',
      CONVIRZA_EMAIL: 'me@example.com',
      CONVIRZA_PASSWORD: 'secret-password',
    };
    for (const flag of ['--curl', '--dry-run'])
      for (const command of [
        ['auth', 'login'],
        ['auth', 'refresh'],
        ['auth', 'logout'],
        ['tags', 'create', '-f', 'name=x'],
      ]) {
        const { stdout, stderr, code } = await bench.anonymous([...command, flag], { env });
        expect(code).toBe(0);
        expect(stdout + stderr).not.toContain('secret');
      }
    expect(bench.sandbox.requests).toEqual([]);
  });

  it('--debug shows requests and answers on stderr, without secrets', async () => {
    const bench = await startBench();
    const { email, password } = bench.sandbox.account;
    const login = await bench.anonymous(['auth', 'login', '--email', email, '--password-stdin', '--debug'], {
      input: password,
    });
    expect(login.stderr).toMatch(/> POST .*\/oauth\/token\n/);
    expect(login.stderr).toMatch(/< HTTP 200 after \d+ ms\n/);
    const list = await bench.anonymous(['users', 'list', '--limit', '1', '--debug']);
    const token = bench.sandbox.requests.at(-1)?.headers['authorization']?.slice(7) ?? '';
    expect(list.stderr).toContain('> authorization: REDACTED');
    expect(list.stdout).not.toContain('REDACTED');
    for (const text of [login.stderr, list.stderr]) {
      expect(text).not.toContain(password);
      expect(text).not.toContain(token);
    }
  });
});

describe('api', () => {
  it('sends any request with the same credentials', async () => {
    const bench = await startBench();
    expect(
      (await bench.signedIn(['api', 'GET', 'users/list', '-f', 'limit=2', '--jq', 'length'])).stdout,
    ).toBe('2\n');
    expect((await bench.signedIn(['api', 'get', '/users/list?limit=3', '--jq', 'length'])).stdout).toBe(
      '3\n',
    );
    const all = await bench.signedIn(['api', 'GET', 'users/list', '--all', '--output', 'ndjson']);
    expect(all.stdout.trimEnd().split('\n')).toHaveLength(24);
    const created = await bench.signedIn([
      'api',
      'POST',
      'tag',
      '-f',
      'name=VIP',
      '-f',
      'weight:=3',
      '--json',
    ]);
    expect(JSON.parse(created.stdout)).toMatchObject({ name: 'VIP', weight: 3 });
    const piped = await bench.signedIn(['api', 'POST', 'tag', '--input', '-', '--json', 'name'], {
      input: '{"name":"Piped"}',
    });
    expect(JSON.parse(piped.stdout)).toEqual({ name: 'Piped' });
    expect((await bench.signedIn(['api', 'GET', 'nothing/here'])).code).toBe(5);
  });

  it.each([
    ['https://evil.example/v3/users'],
    ['//evil.example/users'],
    ['../oauth/token'],
    ['users/../../oauth/token'],
    ['\\\\evil.example\\x'],
    ['users/%2e%2e/%2e%2e/oauth/token'],
  ])('never leads away from the API: %s', async (path) => {
    const bench = await startBench();
    const result = await bench.signedIn(['api', 'GET', path]);
    expect(bench.sandbox.requests.filter((record) => !record.path.startsWith('/v3/'))).toEqual([]);
    expect([2, 5]).toContain(result.code);
  });
});

describe('corrections of endpoints', () => {
  it('change method and path of one command on this machine', async () => {
    const bench = await startBench();
    const id = String(bench.sandbox.state.rows('tags')[0]?.['id']);
    expect((await bench.anonymous(['config', 'set', 'endpoints.tags.update', 'PATCH /tag/{id}'])).code).toBe(
      0,
    );
    const result = await bench.signedIn(['tags', 'update', id, '-f', 'name=New']);
    expect(bench.sandbox.requests.at(-1)).toMatchObject({ method: 'PATCH', path: `/v3/tag/${id}` });
    expect(result.code).toBe(6);
    expect(errorLine(result)).toMatch(/The settings of this machine send it to PATCH \/tag\/\{id\}/);
    expect((await bench.anonymous(['config', 'list'])).stdout).toContain('endpoints.tags.update');
    expect((await bench.anonymous(['config', 'unset', 'endpoints.tags.update'])).code).toBe(0);
    expect((await bench.signedIn(['tags', 'update', id, '-f', 'name=New'])).code).toBe(0);
  });

  it.each([
    ['endpoints.tags.rename', 'PUT /tag/{id}', /no endpoint "tags rename"/],
    ['endpoints.tags.update', 'PUT', /Give a method and a path/],
    ['endpoints.tags.update', 'PUT https://evil.example/{id}', /Give a method and a path/],
    ['endpoints.tags.update', 'PUT /tag/{name}', /has no \{name\}/],
  ])('refuses %s = %s', async (name, value, message) => {
    const result = await run(['config', 'set', name, value], await temporaryFolder());
    expect(result.code).toBe(2);
    expect(errorLine(result)).toMatch(message);
  });

  it('a 404 on an inferred endpoint says so, and how to correct it', async () => {
    const bench = await startBench({ faults: [{ path: '/v3/webhooks/*', status: 404 }] });
    const result = await bench.signedIn(['webhooks', 'get', '42']);
    expect(errorLine(result)).toMatch(
      /inferred, not documented.*convirza config set endpoints\.webhooks\.get "GET \/webhooks\/\{id\}"/,
    );
  });
});

describe('the environment', () => {
  it('has a variable for every flag; the command line wins', async () => {
    const count = async (args: string[], env: Record<string, string>) =>
      (await shared.signedIn(['users', 'list', '--output', 'ndjson', '-q', ...args], { env })).stdout
        .trimEnd()
        .split('\n').length;
    expect(await count([], { CONVIRZA_LIMIT: '2' })).toBe(2);
    expect(await count(['--limit', '3'], { CONVIRZA_LIMIT: '2' })).toBe(3);
    expect(await count([], { CONVIRZA_USERS_LIST_LIMIT: '4', CONVIRZA_LIMIT: '2' })).toBe(4);
    const json = await shared.signedIn(['users', 'list'], {
      env: { CONVIRZA_JSON: '1', CONVIRZA_LIMIT: '1' },
    });
    expect(JSON.parse(json.stdout)).toHaveLength(1);
    const email = await shared.signedIn(['users', 'list', '-q', '--json'], {
      env: { CONVIRZA_EMAIL: 'nobody@example.com' },
    });
    expect(JSON.parse(email.stdout)).toHaveLength(24);
  });

  it.each([
    [{ CONVIRZA_LIMIT: 'many' }, /CONVIRZA_LIMIT=many: .*whole number/],
    [{ CONVIRZA_ALL: 'perhaps' }, /CONVIRZA_ALL must be 1 or 0/],
  ])('refuses %j', async (env, message) => {
    const result = await shared.signedIn(['users', 'list'], { env });
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(message);
  });

  it('gives a deletion its --yes', async () => {
    const bench = await startBench();
    const id = String(bench.sandbox.state.rows('tags')[0]?.['id']);
    expect((await bench.signedIn(['tags', 'delete', id], { env: { CONVIRZA_YES: '0' } })).code).toBe(3);
    expect((await bench.signedIn(['tags', 'delete', id], { env: { CONVIRZA_YES: '1' } })).code).toBe(0);
  });
});

describe('for machines', () => {
  it('schema describes every command, flag, evidence and exit code', async () => {
    const home = await temporaryFolder();
    const all = JSON.parse((await run(['schema'], home)).stdout) as {
      commands: { command: string; path: string | null }[];
    };
    expect(all.commands.filter(({ path }) => path !== null)).toHaveLength(60);
    const one = JSON.parse((await run(['schema', 'users', 'delete'], home)).stdout) as Record<
      string,
      unknown
    >;
    expect(one).toMatchObject({
      command: 'users delete',
      method: 'DELETE',
      path: '/users/{id}',
      evidence: 'listed',
      exit_codes: [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 130],
    });
    expect(
      (
        await run(
          [
            'schema',
            'users',
            'list',
            '--jq',
            '.flags[] | select(.flag == "--sort-by") | .values | join(",")',
          ],
          home,
        )
      ).stdout,
    ).toBe('created_on,name,email\n');
    expect((await run(['schema', 'nothing'], home)).code).toBe(2);
  });

  it('whoami is auth profile; open names the page', async () => {
    expect((await shared.signedIn(['whoami', '--jq', '.email'])).stdout).toBe('admin@example.com\n');
    const home = await temporaryFolder();
    expect(await run(['open', 'upload', 'prompt'], home)).toMatchObject({
      code: 0,
      stdout: 'https://docs.convirza.com/\n',
      stderr: 'Look for "Upload Prompt" (convirza prompts upload).\n',
    });
    expect((await run(['open', 'no such page'], home)).code).toBe(5);
  });
});

describe('long periods of calls', () => {
  it('are shown by --curl as they are sent: in parts', async () => {
    const words = ['calls', 'list', '--start', '2026-01-01', '--end', '2026-04-11', '--curl'];
    const { stdout, stderr } = await shared.anonymous(words);
    expect(decodeURIComponent(stdout)).toContain('start=2026-01-01T00:00:00Z&end=2026-02-01T00:00:00Z&');
    expect(stderr).toBe('This is the first of 4 parts: the service answers at most 31 days at once.\n');
    const short = await shared.anonymous(words.with(5, '2026-01-31'));
    expect(decodeURIComponent(short.stdout)).toContain('end=2026-01-31T00:00:00Z');
    expect(short.stderr).toBe('');
  });

  it('come in windows of 31 days, in order, none lost or doubled at the seams', async () => {
    const day = 86_400_000;
    const begin = Date.UTC(2026, 0, 1);
    // One call exactly at every midnight: each seam has one.
    const calls = Array.from({ length: 100 }, (_, index) => ({
      call_id: index,
      call_started: new Date(begin + index * day).toISOString(),
    }));
    for (const newestFirst of [true, false]) {
      const asked: number[] = [];
      const url = await serve((request, response) => {
        const query = new URL(request.url ?? '', 'http://x').searchParams;
        const [start, end] = [Date.parse(query.get('start') ?? ''), Date.parse(query.get('end') ?? '')];
        asked.push((end - start) / day);
        const inside = calls.filter(
          ({ call_started }) => Date.parse(call_started) >= start && Date.parse(call_started) <= end,
        );
        const ordered = newestFirst ? [...inside].reverse() : inside;
        const offset = Number(query.get('offset'));
        const rows = ordered.slice(offset, offset + 7);
        response.end(JSON.stringify({ data: { calls: rows, total: inside.length } }));
      });
      const args = [
        'calls',
        'list',
        '--start',
        '2026-01-01',
        '--end',
        '2026-04-11',
        '--json',
        '--api-url',
        url,
      ];
      const env = { CONVIRZA_TOKEN: 't' };
      const all = JSON.parse((await run([...args, '--all'], await temporaryFolder(), { env })).stdout) as {
        call_id: number;
      }[];
      const expected = calls.map(({ call_id }) => call_id);
      expect(all.map(({ call_id }) => call_id)).toEqual(newestFirst ? expected.reverse() : expected);
      expect(Math.max(...asked)).toBeLessThanOrEqual(31);
      const some = JSON.parse(
        (await run([...args, '--limit', '40', '--offset', '5'], await temporaryFolder(), { env })).stdout,
      ) as { call_id: number }[];
      expect(some.map(({ call_id }) => call_id)).toEqual((newestFirst ? expected : expected).slice(5, 45));
    }
  });

  it('end before start is wrong usage', async () => {
    const result = await shared.signedIn(['calls', 'list', '--start', '2026-02-01', '--end', '2026-01-01']);
    expect(result.code).toBe(2);
    expect(errorLine(result)).toMatch(/must be later than --start/);
  });
});

describe('the way to the service', () => {
  const answer = '{"data":{"users":[{"ct_user_id":1}],"total":1}}';

  async function serveTls(): Promise<string> {
    const server = createHttpsServer({ cert: CERTIFICATE, key: KEY }, (_request, response) =>
      response.end(answer),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('a certificate that is not trusted ends with 9, without retries; --ca-file makes it trusted', async () => {
    const url = await serveTls();
    const home = await temporaryFolder();
    const env = { CONVIRZA_TOKEN: 't' };
    const refused = await run(['users', 'list', '--api-url', url], home, { env });
    expect(refused.code).toBe(9);
    expect(errorLine(refused)).toMatch(/certificate of 127\.0\.0\.1:\d+ is not trusted/);
    expect(refused.stderr).not.toContain('Trying again');
    await writeFile(join(home, 'ca.pem'), CERTIFICATE);
    const trusted = await run(['users', 'list', '--api-url', url, '--ca-file', 'ca.pem', '--json'], home, {
      env,
    });
    expect(JSON.parse(trusted.stdout)).toEqual([{ ct_user_id: 1 }]);
    await writeFile(join(home, 'ca.pem'), 'nothing');
    expect(
      errorLine(await run(['users', 'list', '--api-url', url, '--ca-file', 'ca.pem'], home, { env })),
    ).toMatch(/holds no certificate/);
  });

  /** A proxy that leads every tunnel to one address. @returns its address and the hosts that were asked for */
  async function serveProxy(target: string): Promise<{ url: string; asked: string[] }> {
    const asked: string[] = [];
    const server = createServer();
    server.on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      const { hostname, port } = new URL(target);
      const onward = connect(Number(port), hostname, () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      for (const end of [socket, onward]) end.on('error', () => end.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
  }

  it.each([
    [(proxy: string) => ({ HTTPS_PROXY: proxy }), true],
    [(proxy: string) => ({ https_proxy: '', HTTPS_PROXY: proxy }), true],
    [(proxy: string) => ({ https_proxy: proxy }), true],
    [(proxy: string) => ({ CONVIRZA_PROXY: proxy }), true],
    [(proxy: string) => ({ HTTPS_PROXY: proxy, NO_PROXY: 'api.test.invalid' }), false],
  ])('a proxy of the environment (%#)', async (environment, proxied) => {
    const target = await serveTls();
    const proxy = await serveProxy(target);
    const home = await temporaryFolder();
    const result = await run(
      ['users', 'list', '--api-url', 'https://api.test.invalid/v3', '--retries', '0', '--json'],
      home,
      {
        env: { CONVIRZA_TOKEN: 't', ...environment(proxy.url) },
      },
    );
    expect(proxy.asked).toEqual(proxied ? ['api.test.invalid:443'] : []);
    // The name is not in the certificate, so the tunnel itself is as far as it goes.
    expect(result.code).toBe(9);
  });

  it('--ca-file holds for a proxy that speaks TLS as well', async () => {
    const proxy = await startProxy({ target: new URL(await serveTls()), secure: true });
    const home = await temporaryFolder();
    await writeFile(join(home, 'ca.pem'), CERTIFICATE);
    const args = ['users', 'list', '--api-url', 'https://api.test.invalid/v3', '--retries', '0'];
    const env = { CONVIRZA_TOKEN: 't', HTTPS_PROXY: proxy.url };
    expect((await run(args, home, { env })).code).toBe(9);
    expect(proxy.asked).toEqual([]);
    await run([...args, '--ca-file', 'ca.pem'], home, { env });
    expect(proxy.asked.map(({ authority }) => authority)).toEqual(['api.test.invalid:443']);
  });

  it('is direct to this machine, whatever proxy there is', async () => {
    const bench = await startBench();
    const result = await bench.signedIn(['users', 'list', '--limit', '1', '--json'], {
      env: { HTTPS_PROXY: 'http://127.0.0.1:9' },
    });
    expect(result.code).toBe(0);
  });
});
