import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FaultRule, parseFaultRules, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { CliError } from '../../src/shared/errors.ts';
import { type Client, client, jsonInit, request, rows } from './http-client.ts';

const DEFAULT: FaultRule = { path: '/v3/industry', status: 503, times: 1 };

let sandbox: Sandbox;
let admin: Client;
beforeAll(async () => {
  sandbox = await startSandbox({ faults: [DEFAULT] });
  admin = client(sandbox);
});
beforeEach(() => sandbox.setFaults([]));
afterAll(() => sandbox.close());

const statuses = async (path: string, count: number): Promise<number[]> => {
  const found: number[] = [];
  for (let index = 0; index < count; index += 1) found.push((await admin.get(path)).status);
  return found;
};

const tagCount = (): number => sandbox.state.rows('tags').length;

describe('which rule acts', () => {
  it('counts after and times', async () => {
    sandbox.setFaults([{ path: '/v3/tag', after: 1, times: 2, status: 502 }]);
    expect(await statuses('/tag', 5)).toEqual([200, 502, 502, 200, 200]);
  });

  it('takes the first that matches and has turns left', async () => {
    sandbox.setFaults([
      { path: '/v3/tag', times: 1, status: 500 },
      { method: 'post', path: '*', status: 418 },
      { path: '/v3/*', times: 1, status: 503 },
    ]);
    expect(await statuses('/tag', 3)).toEqual([500, 503, 200]);
    expect((await admin.send('POST', '/tag', {})).status).toBe(418);
  });

  it('reads * as any run of characters and everything else as it is', async () => {
    sandbox.setFaults([
      { path: '/v3/webhooks/*1', status: 500 },
      { path: '/v3/t.g', status: 500 },
    ]);
    expect((await admin.get('/webhooks/41')).status).toBe(500);
    expect((await admin.get('/webhooks/42')).status).toBe(200);
    expect((await admin.get('/tag')).status).toBe(200);
  });
});

describe('what it does', () => {
  it('answers a status with an error envelope, without effect', async () => {
    sandbox.setFaults([{ path: '/v3/tag', status: 503, headers: { 'Retry-After': '2' } }]);
    const before = tagCount();
    const reply = await admin.send('POST', '/tag', { name: 'x' });
    expect(reply.status).toBe(503);
    expect(reply.headers.get('retry-after')).toBe('2');
    expect(reply.body).toMatchObject({ code: 503, requestId: expect.any(String) });
    expect(tagCount()).toBe(before);
  });

  it('lets the request take effect when told to', async () => {
    sandbox.setFaults([{ method: 'POST', path: '/v3/tag', status: 504, takesEffect: true }]);
    const before = tagCount();
    expect((await admin.send('POST', '/tag', { name: 'late' })).status).toBe(504);
    expect(tagCount()).toBe(before + 1);
  });

  it('answers a raw body with raw headers', async () => {
    sandbox.setFaults([
      { path: '/v3/tag', status: 502, body: '<html>Bad gateway</html>' },
      { path: '/v3/industry', body: '{"cut', headers: { 'content-type': 'text/odd' } },
      { path: '/v3/ad-source', headers: { 'x-more': 'yes' } },
    ]);
    const html = await admin.get('/tag');
    expect([html.status, html.text]).toEqual([502, '<html>Bad gateway</html>']);
    expect(html.headers.get('content-type')).toContain('text/html');
    const odd = await admin.get('/industry');
    expect([odd.status, odd.text, odd.headers.get('content-type')]).toEqual([200, '{"cut', 'text/odd']);
    const real = await admin.get('/ad-source');
    expect(real.headers.get('x-more')).toBe('yes');
    expect(rows(real, 'ad_sources').length).toBeGreaterThan(0);
  });

  it('answers an empty body below 400', async () => {
    sandbox.setFaults([{ path: '/v3/tag', status: 204 }]);
    expect(await admin.get('/tag')).toMatchObject({ status: 204, text: '' });
  });

  it('breaks the connection before the effect or after it', async () => {
    const before = tagCount();
    sandbox.setFaults([{ path: '/v3/tag', reset: 'before' }]);
    await expect(admin.send('POST', '/tag', { name: 'a' })).rejects.toThrow();
    expect(tagCount()).toBe(before);
    sandbox.setFaults([{ path: '/v3/tag', reset: 'after' }]);
    await expect(admin.send('POST', '/tag', { name: 'b' })).rejects.toThrow();
    expect(tagCount()).toBe(before + 1);
    expect(sandbox.requests.at(-1)).toMatchObject({ path: '/v3/tag', status: 'reset', body: { name: 'b' } });
  });

  it('cuts the body', async () => {
    sandbox.setFaults([{ path: '/v3/tag', cutAfterBytes: 10 }]);
    const response = await fetch(`${sandbox.apiUrl}/tag`, {
      headers: { authorization: `Bearer ${sandbox.issueTokens().access_token}` },
    });
    expect(response.status).toBe(200);
    let text = '';
    const read = async (): Promise<void> => {
      for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
    };
    await expect(read()).rejects.toThrow();
    expect(text).toBe('{"code":20');
    sandbox.setFaults([{ path: '/v3/tag', cutAfterBytes: 0, status: 500 }]);
    await expect(admin.get('/tag')).rejects.toThrow();
  });

  it('waits before the answer, after the effect', async () => {
    sandbox.setFaults([{ method: 'POST', path: '/v3/tag', delayMs: 60_000 }]);
    const before = tagCount();
    const init = jsonInit('POST', { name: 'slow' }, sandbox.issueTokens().access_token);
    const leaving = new AbortController();
    let answered = false;
    const waiting = fetch(`${sandbox.apiUrl}/tag`, { ...init, signal: leaving.signal }).finally(() => {
      answered = true;
    });
    while (tagCount() === before) await new Promise(setImmediate);
    expect(answered).toBe(false);
    leaving.abort();
    await expect(waiting).rejects.toThrow();
    sandbox.setFaults([{ path: '/v3/tag', delayMs: 50 }]);
    const started = performance.now();
    expect((await admin.get('/tag')).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThan(45);
  });

  it('acts on OAuth, files and unknown paths too', async () => {
    sandbox.setFaults([{ path: '*', status: 500 }]);
    for (const path of ['/', '/oauth/token', '/uploads/x', '/nothing']) {
      expect((await request(sandbox.url + path)).status).toBe(500);
    }
  });
});

describe('rules from outside', () => {
  it.each([
    ['no list', {}],
    ['no object', ['x']],
    ['no path', [{ status: 500 }]],
    ['an unknown field', [{ path: '*', stauts: 500 }]],
    ['a status out of range', [{ path: '*', status: 99 }]],
    ['a reset of another kind', [{ path: '*', reset: 'during' }]],
    ['a negative count', [{ path: '*', after: -1 }]],
    ['a header that cannot be sent', [{ path: '*', headers: { a: 'x\r\ny' } }]],
  ])('refuses %s', async (_, rules) => {
    expect(() => parseFaultRules(rules)).toThrow(CliError);
    const reply = await request(`${sandbox.url}/_sandbox/faults`, jsonInit('PUT', rules));
    expect(reply.status).toBe(400);
  });

  it('are read, replaced and removed', async () => {
    const url = `${sandbox.url}/_sandbox/faults`;
    const rules = [{ path: '/v3/tag', status: 500 }];
    expect(JSON.parse((await request(url, jsonInit('PUT', rules))).text)).toEqual(rules);
    expect(JSON.parse((await request(url)).text)).toEqual(rules);
    expect(await statuses('/tag', 1)).toEqual([500]);
    expect((await request(url, { method: 'DELETE' })).text).toBe('[]');
    expect(await statuses('/tag', 1)).toEqual([200]);
    expect((await request(url, { method: 'POST' })).status).toBe(405);
    expect((await request(`${sandbox.url}/_sandbox/nothing`)).status).toBe(404);
  });
});

it('records requests', async () => {
  await admin.get('/tag', { limit: 3 });
  await admin.send('POST', '/tag', { name: 'seen' });
  const reply = await request(`${sandbox.url}/_sandbox/requests`);
  const records = JSON.parse(reply.text) as typeof sandbox.requests;
  expect(records).toEqual(sandbox.requests);
  expect(records.slice(-2)).toMatchObject([
    { method: 'GET', path: '/v3/tag', query: { limit: '3' }, status: 200, at: expect.any(String) },
    { method: 'POST', path: '/v3/tag', status: 201, body: { name: 'seen' } },
  ]);
  expect(records.at(-1)?.headers['authorization']).toMatch(/^Bearer /);
});

it('resets to the state of the start; sessions stay', async () => {
  const before = tagCount();
  await admin.send('POST', '/tag', { name: 'gone' });
  sandbox.setFaults([{ path: '*', status: 500 }]);
  expect((await request(`${sandbox.url}/_sandbox/reset`, { method: 'POST' })).status).toBe(200);
  expect(sandbox.requests).toEqual([]);
  expect(sandbox.state.rows('tags').length).toBeLessThan(before);
  expect(await statuses('/tag', 1)).toEqual([200]);
  expect(await statuses('/industry', 2)).toEqual([503, 200]);
});

it('lets access tokens end on demand', async () => {
  const { access_token, refresh_token } = sandbox.issueTokens();
  const signedIn = async () =>
    (await request(`${sandbox.url}/v3/tag`, { headers: { authorization: `Bearer ${access_token}` } })).status;
  expect(await signedIn()).toBe(200);
  expect((await request(`${sandbox.url}/_sandbox/expire`, { method: 'POST' })).status).toBe(200);
  expect(await signedIn()).toBe(401);
  const pair = await request(`${sandbox.url}/oauth/refresh-token`, jsonInit('POST', { refresh_token }));
  expect(pair.status).toBe(200);
});
