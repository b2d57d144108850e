import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  BIN,
  cleanEnv,
  errorLine,
  run,
  startBench,
  startSharedBench,
  temporaryFolder,
} from '../helpers/cli.ts';
import { serve } from '../helpers/server.ts';

const shared = await startSharedBench();
const env = { CONVIRZA_TOKEN: 'token-of-the-test' };

/** Runs against a server that answers every request with one body. */
async function against(body: unknown, args: readonly string[], status = 200) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const url = await serve((_request, response) => response.writeHead(status).end(text));
  return run([...args, '--api-url', url], await temporaryFolder(), { env });
}

describe('periods', () => {
  it.each(['31d', '62d', '93d'])(
    'of whole windows until now have no empty last window (%s)',
    async (start) => {
      const result = await shared.signedIn(['calls', 'list', '--start', start, '--json']);
      expect(result).toMatchObject({ code: 0, stderr: expect.not.stringContaining('error') });
    },
  );

  it('that begin in the future say so', async () => {
    const result = await shared.signedIn(['calls', 'list', '--start', '2999-01-01']);
    expect(result.code).toBe(2);
    expect(errorLine(result)).toMatch(/--start .* lies in the future/);
  });

  it('are ignored beside --call-id, as the service does', async () => {
    const bench = await startBench();
    await bench.signedIn(['calls', 'list', '--call-id', '98765', '--start', '300d']);
    expect(bench.sandbox.requests).toHaveLength(1);
  });

  it('come in the order of their times, not of their durations', async () => {
    const day = 86_400_000;
    const calls = Array.from({ length: 60 }, (_, id) => ({
      call_id: id,
      talk_time: (id * 7) % 11,
      call_started: new Date(Date.UTC(2026, 0, 1) + id * day).toISOString(),
    })).reverse();
    const url = await serve((request, response) => {
      const query = new URL(request.url ?? '', 'http://x').searchParams;
      const inside = calls.filter(
        ({ call_started }) =>
          call_started >= (query.get('start') ?? '') &&
          call_started.slice(0, 19) <= (query.get('end') ?? '').slice(0, 19),
      );
      const offset = Number(query.get('offset'));
      const rows = inside.slice(offset, offset + Number(query.get('limit')));
      response.end(JSON.stringify({ data: { calls: rows, total: inside.length } }));
    });
    const args = [
      'calls',
      'list',
      '--start',
      '2026-01-01',
      '--end',
      '2026-03-01',
      '--limit',
      '10',
      '--jq',
      '[.[].call_id]',
      '--api-url',
      url,
    ];
    const result = await run(args, await temporaryFolder(), { env });
    expect(JSON.parse(result.stdout)).toEqual([59, 58, 57, 56, 55, 54, 53, 52, 51, 50]);
  });
});

describe('what is asked for and is not there', () => {
  it.each([
    [['--json', 'nope'], /No row has nope\. There are: .*email/],
    [['--sort', 'nope', '--json'], /No row has nope/],
    [['--columns', 'nope', '--output', 'csv'], /No row has nope/],
  ])('%j is told', async (flags, message) => {
    const result = await shared.signedIn(['users', 'list', '--limit', '2', ...flags]);
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(message);
  });

  it('--columns without a name is wrong usage', async () => {
    expect((await shared.signedIn(['users', 'list', '--columns=', '--limit', '1'])).code).toBe(2);
  });

  it('--columns chooses the fields of shapes without columns', async () => {
    const result = await shared.signedIn([
      'users',
      'list',
      '--columns',
      'email',
      '--limit',
      '1',
      '--output',
      'ndjson',
      '-q',
    ]);
    expect(Object.keys(JSON.parse(result.stdout) as object)).toEqual(['email']);
  });

  it('fields that come after the first page of a CSV are told', async () => {
    let page = 0;
    const url = await serve((_request, response) => {
      page++;
      const users = page === 1 ? [{ id: 1 }] : [{ id: 2, late: 'x' }];
      response.end(JSON.stringify({ data: { users, total: 2 } }));
    });
    const result = await run(
      ['users', 'list', '--all', '--output', 'csv', '--api-url', url],
      await temporaryFolder(),
      { env },
    );
    expect(result.stdout).toBe('id\r\n1\r\n2\r\n');
    expect(result.stderr).toContain('are left out: late');
  });

  it('all pages come from a service that gives fewer rows than asked for and no total', async () => {
    const url = await serve((request, response) => {
      const offset = Number(new URL(request.url ?? '', 'http://x').searchParams.get('offset'));
      const users = Array.from({ length: Math.max(0, Math.min(100, 250 - offset)) }, (_, index) => ({
        id: offset + index,
      }));
      response.end(JSON.stringify({ data: { users } }));
    });
    const result = await run(
      ['users', 'list', '--all', '--jq', 'length', '--api-url', url],
      await temporaryFolder(),
      { env },
    );
    expect(result.stdout).toBe('250\n');
  });
});

describe('secrets', () => {
  it('that a service repeats do not reach the screen', async () => {
    const result = await against(
      { message: `bad token Bearer ${env.CONVIRZA_TOKEN}` },
      ['users', 'list'],
      400,
    );
    expect(result.code).toBe(6);
    expect(result.stderr).toContain('bad token Bearer REDACTED');
    const debug = await against(
      { data: { users: [] }, authorization: `Bearer ${env.CONVIRZA_TOKEN}`, secret: 123456 },
      ['users', 'list', '--debug'],
    );
    expect(debug.stderr).not.toContain(env.CONVIRZA_TOKEN);
    expect(debug.stderr).not.toContain('123456');
  });

  it('are not in a dry run, whatever its shape', async () => {
    const result = await shared.anonymous([
      'users',
      'create',
      '--field',
      'password=hunter22',
      '--dry-run',
      '--json',
    ]);
    expect(JSON.parse(result.stdout)).toMatchObject({ body: { password: 'REDACTED' } });
    const curl = await shared.anonymous(['users', 'create', '--field', 'password=hunter22', '--curl']);
    expect(curl.stdout).not.toContain('hunter22');
    expect(curl.stderr).toContain('Replace REDACTED');
  });
});

describe('the environment and the command line', () => {
  const lines = async (args: string[], given: Record<string, string>) => {
    const result = await shared.signedIn(['users', 'list', '-q', ...args], { env: given });
    expect(result.stderr).toBe('');
    return result.stdout.trimEnd().split(/\r?\n/);
  };

  it('a typed flag silences its rivals', async () => {
    expect(await lines(['--limit', '3', '--output', 'ndjson'], { CONVIRZA_ALL: '1' })).toHaveLength(3);
    expect((await lines(['--json', '--limit', '1'], { CONVIRZA_OUTPUT: 'csv' }))[0]).toBe('[');
    expect((await lines(['--output', 'csv', '--limit', '1'], { CONVIRZA_JSON: '1' }))[0]).toContain(
      'first_name,',
    );
  });

  it.each([{ CONVIRZA_NO_HEADER: '1' }, { CONVIRZA_HEADER: '0' }])(
    '%j leaves out the headings',
    async (given) => {
      expect(await lines(['--limit', '2'], given)).toHaveLength(2);
    },
  );

  it('CONVIRZA_NO_COLOR is --no-color', async () => {
    const result = await shared.signedIn(['users', 'list', '--limit', '1'], {
      env: { FORCE_COLOR: '1', CONVIRZA_NO_COLOR: '1' },
    });
    expect(result.stdout).not.toContain('\u001b');
  });
});

describe('answers', () => {
  it('keep every digit of large ids', async () => {
    const body =
      '{"data":{"users":[{"ct_user_id":12345678901234567890,"first_name":"12345678901234567890"}],"total":1}}';
    expect((await against(body, ['users', 'list', '--json'])).stdout).toContain(
      '"ct_user_id": "12345678901234567890"',
    );
    expect((await against(body, ['users', 'list', '--output', 'csv'])).stdout).toContain(
      '12345678901234567890,12345678901234567890',
    );
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ] as const)('may be compressed though nobody asked for it: %s', async (encoding, compress) => {
    const body = compress(Buffer.from('{"data":{"users":[{"ct_user_id":1}],"total":1}}'));
    const url = await serve((_request, response) =>
      response.setHeader('content-encoding', encoding).end(body),
    );
    const result = await run(['users', 'list', '--json', '--api-url', url], await temporaryFolder(), { env });
    expect(JSON.parse(result.stdout)).toEqual([{ ct_user_id: 1 }]);
    const cut = await serve((_request, response) =>
      response.setHeader('content-encoding', encoding).end(body.subarray(0, 20)),
    );
    const broken = await run(['users', 'list', '--retries', '0', '--api-url', cut], await temporaryFolder(), {
      env,
    });
    expect(broken.code).toBe(9);
  });

  it('may begin with a byte order mark', async () => {
    const result = await against('\ufeff{"data":{"users":[{"ct_user_id":1}],"total":1}}', [
      'users',
      'list',
      '--json',
    ]);
    expect(JSON.parse(result.stdout)).toEqual([{ ct_user_id: 1 }]);
  });
});

describe('paths', () => {
  it('of api keep their percent signs, and stay below the API also with --all', async () => {
    const asked: string[] = [];
    const url = await serve((request, response) => {
      asked.push((request.url ?? '').split('?')[0] ?? '');
      response.end('{"data":{"rows":[],"total":0}}');
    });
    const home = await temporaryFolder();
    for (const path of ['users/%252e%252e/%252e%252e/steal', 'users/50%25off', 'users/%ff'])
      await run(['api', 'GET', path, '--all', '--api-url', `${url}/v3`], home, { env });
    expect(asked).toEqual(['/v3/users/%252e%252e/%252e%252e/steal', '/v3/users/50%25off', '/v3/users/%ff']);
  });

  it.each(['PATCH /../../x/{id}', 'PATCH /%2e%2e/x/{id}', 'PATCH /a\\b'])(
    'of corrections do not climb: %s',
    async (value) => {
      expect(
        (await run(['config', 'set', 'endpoints.tags.update', value], await temporaryFolder())).code,
      ).toBe(2);
    },
  );
});

describe('an output that cannot be written', () => {
  it
    .skipIf(!existsSync('/dev/full'))
    .each([['users', 'list'], ['users', 'list', '--json'], ['--help'], ['--version']])(
    '%s %s %s: says so, with code 2',
    async (...args) => {
      const { sandbox, home } = shared;
      const given = cleanEnv(home, { ...sandbox.env, CONVIRZA_TOKEN: sandbox.issueTokens().access_token });
      const child = spawn(
        'sh',
        ['-c', '"$@" > /dev/full', 'sh', process.execPath, BIN, ...args.filter((word) => word !== undefined)],
        {
          env: given,
        },
      );
      let text = '';
      child.stderr.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      const code = await new Promise((resolve) => child.on('close', resolve));
      // Where nothing but a few words is written, the failure is known when there is nobody left to say it.
      if (text !== '') expect(text).toMatch(/The output cannot be written: no space is left/);
      expect(code).toBe(2);
    },
  );

  it('--watch and --raw do not go together, and --curl sends nothing', async () => {
    const bench = await startBench();
    expect((await bench.signedIn(['tags', 'list', '--watch', '--raw'])).code).toBe(2);
    expect((await bench.signedIn(['tags', 'list', '--watch', '--curl'])).stdout).toMatch(/^curl /);
    expect(bench.sandbox.requests).toEqual([]);
  });
});
