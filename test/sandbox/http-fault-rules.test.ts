import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FAULT_RULE, fileForm } from '../../src/sandbox/fault-rules.ts';
import { FaultBook } from '../../src/sandbox/faults.ts';
import {
  type FaultRule,
  loadFaultRules,
  parseFaultRules,
  type Sandbox,
  startSandbox,
} from '../../src/sandbox/index.ts';
import { fieldsOf } from '../../src/sandbox/voice/schema.ts';
import { CliError } from '../../src/shared/errors.ts';
import { temporaryFolder } from '../helpers/cli.ts';
import { type Client, client, jsonInit, request } from './http-client.ts';

const DOCS = new URL('../../docs/sandbox-http.md', import.meta.url);
const NOW = Date.parse('2026-03-15T09:30:00.400Z');

let sandbox: Sandbox;
let admin: Client;
beforeAll(async () => {
  sandbox = await startSandbox({ now: () => NOW });
});
beforeEach(() => {
  sandbox.setFaults([]);
  admin = client(sandbox);
});
afterAll(() => sandbox.close());

const refresh = (refresh_token: string) =>
  request(`${sandbox.url}/oauth/refresh-token`, jsonInit('POST', { refresh_token }));

/** How a new connection to the sandbox ends: `made`, or the code of its error. */
function attempt(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    );
    socket.on('data', () => {
      socket.destroy();
      resolve('made');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });
}

describe('which requests a rule means', () => {
  it('goes by the command of an endpoint, whatever the id', async () => {
    sandbox.setFaults([{ endpoint: 'webhooks get', status: 500 }]);
    expect((await admin.get('/webhooks/41')).status).toBe(500);
    expect((await admin.get('/webhooks/4%31')).status).toBe(500);
    expect((await admin.get('/webhooks')).status).toBe(200);
    expect((await admin.send('DELETE', '/webhooks/999')).status).toBe(404);
    sandbox.setFaults([{ endpoint: 'users get', status: 500 }]);
    expect((await admin.get('/users/list')).status).toBe(200);
    expect((await admin.get('/users/%zz')).status).toBe(400);
  });

  it('counts what matched and what was acted on', async () => {
    sandbox.setFaults([
      { endpoint: 'tags list', after: 1, times: 1, status: 503, retryAfter: 1 },
      { path: '/v3/industry', delayMs: 0 },
    ]);
    for (let i = 0; i < 3; i += 1) await admin.get('/tag');
    expect(sandbox.faultCounts()).toEqual([
      { rule: { endpoint: 'tags list', after: 1, times: 1, status: 503, retry_after: 1 }, seen: 2, acted: 1 },
      { rule: { path: '/v3/industry', delay_ms: 0 }, seen: 0, acted: 0 },
    ]);
  });

  it('acts by chance, the same way for one seed', () => {
    const rule = { path: '*', chance: 0.2, status: 500 };
    const acts = (seed: number, rules: FaultRule[] = [rule]): string => {
      const book = new FaultBook(rules, seed);
      return Array.from({ length: 1000 }, () => (book.take('GET', '/') === undefined ? '.' : 'x')).join('');
    };
    expect(acts(1)).toBe(acts(1));
    expect(acts(1)).not.toBe(acts(2));
    expect(acts(1)).not.toBe(acts(1, [{ ...rule, status: 501 }]));
    const hits = acts(1).replaceAll('.', '').length;
    expect(hits).toBeGreaterThan(150);
    expect(hits).toBeLessThan(250);
    expect(acts(1, [{ ...rule, chance: 0 }])).not.toContain('x');
    expect(acts(1, [{ ...rule, chance: 1 }])).not.toContain('.');
    expect(acts(1, [{ ...rule, times: 3 }]).replaceAll('.', '')).toBe('xxx');
    expect(acts(1, [{ ...rule, after: 100 }]).indexOf('x')).toBeGreaterThanOrEqual(100);
  });
});

describe('what it does', () => {
  it('sends Retry-After as seconds, as a date, or as it is', async () => {
    const header = async (rule: Omit<FaultRule, 'path'>) => {
      sandbox.setFaults([{ path: '*', status: 429, ...rule }]);
      const reply = await admin.get('/tag');
      expect(reply.status).toBe(429);
      return reply.headers.get('retry-after');
    };
    expect(await header({ retryAfter: 3 })).toBe('3');
    expect(await header({ retryAfter: 3, retryAfterForm: 'date' })).toBe('Sun, 15 Mar 2026 09:30:04 GMT');
    expect(await header({ retryAfter: 'soon' })).toBe('soon');
    expect(await header({ retryAfter: 3, headers: { 'Retry-After': '9' } })).toBe('9');
  });

  it('answers any JSON', async () => {
    sandbox.setFaults([{ path: '*', status: 409, body: { message: 'Taken', list: [1, null] } }]);
    const reply = await admin.get('/tag');
    expect(reply).toMatchObject({ status: 409, body: { message: 'Taken', list: [1, null] } });
    sandbox.setFaults([{ path: '*', body: ['x'] }]);
    expect((await admin.get('/tag')).text).toBe('["x"]');
  });

  it('sends in pieces', async () => {
    sandbox.setFaults([{ path: '*', pieceBytes: 7, body: '<'.repeat(50) }]);
    expect((await admin.get('/tag')).text).toBe('<'.repeat(50));
    sandbox.setFaults([{ path: '*', pieceBytes: 1000, bytesPerSecond: 1_000_000 }]);
    expect((await admin.get('/tag')).status).toBe(200);
    sandbox.setFaults([
      { path: '*', bytesPerSecond: 100_000, cutAfterBytes: 20_000, body: 'x'.repeat(30_000) },
    ]);
    await expect(admin.get('/tag')).rejects.toThrow();
  });

  it('sends slowly: the first bytes come, the rest waits; a client may leave', async () => {
    sandbox.setFaults([{ path: '*', bytesPerSecond: 1, body: 'slow' }]);
    const leaving = new AbortController();
    const response = await fetch(`${sandbox.url}/`, { signal: leaving.signal });
    const reader = response.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('s');
    leaving.abort();
    await expect(reader?.read()).rejects.toThrow();
  });

  it('closes the port for a while', async () => {
    const own = await startSandbox({ faults: [{ path: '/v3/tag', times: 1, refuseMs: 20 }] });
    const answered = await client(own).get('/tag');
    expect([answered.status, answered.headers.get('connection')]).toEqual([200, 'close']);
    while ((await attempt(own.port)) !== 'made');
    expect((await client(own).get('/tag')).status).toBe(200);
    own.setFaults([{ path: '/v3/tag', refuseMs: 600_000, reset: 'before' }]);
    await expect(client(own).get('/tag')).rejects.toThrow();
    expect(await attempt(own.port)).toBe('ECONNREFUSED');
    await own.close();
  });

  it('breaks so many new connections', async () => {
    const own = await startSandbox({
      faults: [{ path: '/v3/tag', times: 1, refuseConnections: 2, status: 503 }],
    });
    expect((await client(own).get('/tag')).status).toBe(503);
    expect([await attempt(own.port), await attempt(own.port)]).toEqual(['ECONNRESET', 'ECONNRESET']);
    expect(await attempt(own.port)).toBe('made');
    await own.close();
  });

  it('lets access tokens end, or revokes sessions, with the request', async () => {
    const pair = sandbox.issueTokens();
    const own = client(sandbox, pair.access_token);
    sandbox.setFaults([{ endpoint: 'tags list', after: 1, times: 1, tokens: 'expire' }]);
    expect((await own.get('/tag')).status).toBe(200);
    const ended = await own.get('/tag');
    expect([ended.status, ended.body['message']]).toEqual([401, 'The token has expired.']);
    const next = await refresh(pair.refresh_token);
    expect(next.status).toBe(200);
    sandbox.setFaults([{ path: '*', times: 1, tokens: 'revoke' }]);
    const revoked = await client(sandbox, String(next.body['access_token'])).get('/tag');
    expect(revoked.body['message']).toBe('The token was revoked.');
    expect((await refresh(String(next.body['refresh_token']))).status).toBe(401);
  });

  it.each([true, false])('tells a spent refresh token apart: %s', async (detectReuse) => {
    sandbox.setFaults([{ endpoint: 'auth refresh', detectReuse }]);
    const { refresh_token } = sandbox.issueTokens();
    const next = await refresh(refresh_token);
    expect((await refresh(refresh_token)).status).toBe(401);
    const token = String(next.body['access_token']);
    expect((await client(sandbox, token).get('/tag')).status).toBe(detectReuse ? 401 : 200);
  });
});

describe('rules that people write', () => {
  const load = async (text: string, name = 'rules.yaml') => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, name), text);
    return await loadFaultRules(name, folder);
  };
  const refusal = async (text: string): Promise<string> => {
    const error = await load(text).then(
      () => undefined,
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ type: 'usage', exitCode: 2 });
    const { message, hint } = error as CliError;
    return `${message} ${hint ?? ''}`;
  };

  it('are YAML or JSON', async () => {
    expect(await load('')).toEqual([]);
    expect(await load('# none\n[]')).toEqual([]);
    const yaml =
      '- endpoint: calls list\n  delay_ms: 5\n  headers: { Retry-After: 2 }\n  times: null\n- { path: "*", cut_after_bytes: 3 }';
    const rules = [
      { endpoint: 'calls list', delayMs: 5, headers: { 'Retry-After': '2' } },
      { path: '*', cutAfterBytes: 3 },
    ];
    expect(await load(yaml)).toEqual(rules);
    expect(await load(JSON.stringify(rules.map(fileForm)), 'rules.json')).toEqual(rules);
    expect(parseFaultRules(rules)).toEqual(rules);
    expect(parseFaultRules(rules.map(fileForm))).toEqual(rules);
  });

  it('are refused with every problem at once, by line, rule and field', async () => {
    const said = await refusal(
      [
        '- status: 500',
        '- path: /v3/tag',
        '  delayMs: 5',
        '  status: 1000',
        '  headers: { a: "x\\r\\ny", "b c": x }',
        '- endpoint: users lst',
        '  chance: 1.5',
        '- endpoint: users list',
        '  method: GET',
        '- { path: x, refuse_ms: 1, refuse_connections: 1 }',
        '- { path: x, retry_after: soon, retry_after_form: date }',
        '- nothing',
      ].join('\n'),
    );
    expect(said).toContain('"rules.yaml" has 11 problems.');
    for (const line of [
      'line 1: rule 1 needs a path or an endpoint',
      'line 3: rule 2: delayMs is not known; did you mean delay_ms?',
      'line 4: rule 2: status must be a whole number from 200 to 999',
      'line 5: rule 2: headers.a must be a text of one line',
      'line 5: rule 2: headers.b c is no name of a header',
      'line 6: rule 3: endpoint must be the command of an endpoint',
      'line 7: rule 3: chance must be a number from 0 to 1',
      'line 8: rule 4 has a path or a method beside an endpoint',
      'line 10: rule 5 has both refuse_ms and refuse_connections',
      'line 11: rule 6 has retry_after_form without seconds in retry_after',
      'line 12: rule 7 must be an object with fields',
    ])
      expect(said).toContain(line);
  });

  it.each([
    ['path: x', 'must be a list of fault rules'],
    ['- { path: x, path: y }', 'line 1: Map keys must be unique'],
    ['- {', '"rules.yaml", line 1:'],
    ['- { path: x, retry_after: -1 }', 'line 1: rule 1: retry_after must be a whole number'],
    ['- { path: x, bytes_per_second: 0 }', 'bytes_per_second must be a whole number from 1'],
    ['- { path: x, tokens: lose }', 'tokens must be expire or revoke'],
    ['- { path: x, headers: [a] }', 'headers must be an object with fields'],
    ['- { path: x, __proto__: 1 }', '__proto__ is not known'],
  ])('are refused: %j', async (text, expected) => {
    expect(await refusal(text)).toContain(expected);
  });

  it('are refused when there is no such file, or a far too large one', async () => {
    await expect(loadFaultRules('none.yaml', await temporaryFolder())).rejects.toMatchObject({
      type: 'usage',
    });
    expect(await refusal(`# ${'x'.repeat(5_000_000)}`)).toContain('too large for a file of fault rules');
  });

  it('are read or refused, whatever they hold', () => {
    const names = [...fieldsOf(FAULT_RULE), 'delayMs', 'x', '__proto__'];
    const value = fc.oneof(
      fc.constantFrom<unknown>(null, true, 0, 1, -1, 0.5, 500, 'expire', 'users list', 'after', '', [], {}),
      fc.anything(),
    );
    const rule = fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 5 });
    fc.assert(
      fc.property(
        fc.oneof(fc.array(fc.oneof(rule, fc.anything()), { maxLength: 3 }), fc.anything()),
        (rules) => {
          try {
            new FaultBook(parseFaultRules(rules)).take('GET', '/v3/users/list');
          } catch (error) {
            expect(error).toBeInstanceOf(CliError);
          }
        },
      ),
    );
  });

  it('have all their fields in the documentation, and no others', async () => {
    const text = await readFile(DOCS, 'utf8');
    const table = text.split('## Fault rules')[1]?.split('\n## ')[0] ?? '';
    const documented = [...table.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, name]) => name);
    expect(documented.sort()).toEqual(fieldsOf(FAULT_RULE).sort());
    const examples = [...text.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, example]) => example ?? '');
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) expect((await load(example)).length).toBeGreaterThan(0);
  });
});
