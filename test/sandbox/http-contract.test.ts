import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandName, ENDPOINTS, type Endpoint } from '../../src/convirza/catalogue/index.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { client, jsonInit, request } from './http-client.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ISO_MS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await startSandbox({ loginsPerMinute: 1000 });
});
afterAll(() => sandbox.close());

/** Sends raw bytes and answers everything that comes back before the server closes. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(sandbox.port, '127.0.0.1', () => socket.end(text));
    let reply = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      reply += chunk;
    });
    socket.on('end', () => resolve(reply));
    socket.on('error', reject);
  });
}

/** Ids that exist and may be changed or deleted. */
const IDS: Readonly<Record<string, string>> = {
  users: '120',
  groups: '1005',
  prompts: '12345',
  calls: '98765',
};

/** Bodies of the requests that need certain fields. */
const BODIES: Readonly<Record<string, unknown>> = {
  'users create': { username: 'new@example.com', ct_user_ou_id: 1001, role: 'Standard' },
  'users update': { username: 'changed@example.com', ct_user_ou_id: 1001 },
  'groups create': { org_unit_name: 'New', org_unit_parent_id: 1001 },
  'groups update': { org_unit_name: 'Changed' },
  'numbers order': { phone_number: '+18015550100' },
  'numbers release': { phone_number: '+18015550108' },
};

function oauthBody(endpoint: Endpoint): unknown {
  const tokens = sandbox.issueTokens();
  if (endpoint.verb === 'login') return sandbox.account;
  if (endpoint.verb === 'refresh') return { refresh_token: tokens.refresh_token };
  return { token: tokens.access_token, token_type: 'access' };
}

function target(endpoint: Endpoint): string {
  const base = endpoint.service === 'oauth' ? sandbox.oauthUrl : sandbox.apiUrl;
  const query = endpoint.list?.paged ? '?limit=5' : '';
  return base + endpoint.path.replace('{id}', IDS[endpoint.family] ?? '41') + query;
}

function properRequest(endpoint: Endpoint, token: string | undefined): RequestInit {
  const { method } = endpoint;
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  if (commandName(endpoint) === 'prompts upload') {
    const form = new FormData();
    form.set('file', new Blob(['sound'], { type: 'audio/wav' }), 'new.wav');
    form.set('message_type', 'prompt');
    return { method, headers, body: form };
  }
  if (endpoint.service === 'oauth') return jsonInit(method, oauthBody(endpoint));
  const body = BODIES[commandName(endpoint)];
  if (body === undefined && (method === 'GET' || method === 'DELETE')) return { method, headers };
  return jsonInit(method, body ?? { name: 'Changed' }, token);
}

describe('every endpoint of the catalogue', () => {
  it.each(ENDPOINTS.map((endpoint) => [commandName(endpoint), endpoint] as const))(
    '%s',
    async (_, endpoint) => {
      if (endpoint.service === 'api') {
        const refused = await request(target(endpoint), properRequest(endpoint, undefined));
        expect(refused.status).toBe(401);
        expect(refused.body).toEqual({
          code: 401,
          message: expect.stringContaining('Authorization'),
          requestId: expect.stringMatching(UUID),
          timestamp: expect.stringMatching(ISO_MS),
        });
      }
      const token = sandbox.issueTokens().access_token;
      const reply = await request(target(endpoint), properRequest(endpoint, token));
      expect(reply.status, reply.text).toBe(
        endpoint.method === 'POST' && endpoint.service === 'api' ? 201 : 200,
      );
      if (endpoint.service === 'oauth') {
        expect(reply.body).not.toHaveProperty('data');
        return;
      }
      expect(reply.body).toEqual({
        code: 200,
        message: 'Success',
        data: expect.any(Object),
        request_id: expect.stringMatching(UUID),
        timestamp: expect.stringMatching(ISO_MS),
      });
      if (endpoint.list !== undefined) {
        const arrays = Object.entries(reply.data).filter(([, value]) => Array.isArray(value));
        expect(arrays).toHaveLength(1);
        expect(reply.data['total']).toEqual(expect.any(Number));
        if (endpoint.list.key !== undefined) expect(arrays[0]?.[0]).toBe(endpoint.list.key);
        if (endpoint.list.paged)
          expect((arrays as [string, unknown[]][]).flatMap(([, rows]) => rows).length).toBeLessThanOrEqual(5);
      }
    },
  );
});

describe('refusals', () => {
  it('answers 404 for an unknown path and 405 for a known one with another method', async () => {
    const admin = client(sandbox);
    const unknown = await admin.get('/nothing');
    expect(unknown.status).toBe(404);
    expect(unknown.body).toMatchObject({ code: 404, requestId: expect.stringMatching(UUID) });
    expect((await admin.get('/webhooks/999')).status).toBe(404);
    expect((await admin.get('/webhooks/abc')).status).toBe(404);
    expect((await admin.get('/webhooks/')).status).toBe(404);
    const wrong = await admin.send('DELETE', '/users/list');
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('GET');
    expect(wrong.body['code']).toBe(405);
    expect((await request(`${sandbox.url}/oauth/token`)).status).toBe(405);
    expect((await request(`${sandbox.url}/v3/%zz`)).status).toBe(400);
  });

  it.each([
    [400, 'not JSON', '{"name":', 'application/json'],
    [400, 'not an object', '[1]', 'application/json'],
    [400, 'not declared as JSON', '{"name":"x"}', 'text/plain'],
    [400, 'empty', '', 'application/json'],
    [413, 'over 2 MB', JSON.stringify({ name: 'x'.repeat(2_000_000) }), 'application/json'],
  ])('answers %i for a body that is %s', async (status, _, body, type) => {
    const authorization = `Bearer ${sandbox.issueTokens().access_token}`;
    const headers = { authorization, 'content-type': type };
    const before = sandbox.state.rows('tags').length;
    const reply = await request(`${sandbox.apiUrl}/tag`, { method: 'POST', headers, body });
    expect(reply.status).toBe(status);
    expect(reply.body).toMatchObject({ code: status, message: expect.any(String) });
    expect(sandbox.state.rows('tags')).toHaveLength(before);
  });

  it.each([
    ['limit', 0],
    ['limit', 201],
    ['limit', 'many'],
    ['offset', -1],
  ])('answers 400 for %s=%s', async (name, value) => {
    expect((await client(sandbox).get('/tag', { [name]: value })).status).toBe(400);
  });

  it('wants exactly "Bearer <token>"', async () => {
    const { access_token, refresh_token } = sandbox.issueTokens();
    for (const authorization of [
      access_token,
      `Basic ${access_token}`,
      'Bearer ',
      `Bearer ${refresh_token}`,
    ]) {
      const reply = await request(`${sandbox.apiUrl}/tag`, { headers: { authorization } });
      expect(reply.status).toBe(401);
    }
  });
});

describe('strangers', () => {
  const ask = (host: string, more = '') =>
    raw(`GET / HTTP/1.1\r\nHost: ${host}\r\n${more}Connection: close\r\n\r\n`);

  it('answers a Host of this machine alone', async () => {
    for (const host of ['localhost', 'LOCALHOST:1', '127.0.0.1', '127.9.9.9:80', '[::1]:8080']) {
      expect(await ask(host)).toContain('200 OK');
    }
    for (const host of [
      'evil.example',
      'localhost.evil.example',
      '127.0.0.1.evil.example:80',
      '10.0.0.1',
      '',
    ]) {
      const reply = await ask(host);
      expect(reply).toContain('403 Forbidden');
      expect(reply).toContain('text/plain');
    }
  });

  it('refuses pages of other origins and has no CORS headers', async () => {
    expect(await ask('localhost', 'Origin: https://evil.example\r\n')).toContain('403 Forbidden');
    const reply = await ask('localhost', 'Origin: http://localhost\r\n');
    expect(reply).toContain('200 OK');
    expect(reply.toLowerCase()).not.toContain('access-control');
  });

  it.each([
    '/../package.json',
    '/uploads/../package.json',
    '/uploads/call-flow-recordings/%2e%2e/x',
    '//etc/passwd',
  ])('has no file at %s', async (path) => {
    expect(await raw(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)).toContain(
      '404',
    );
  });

  it('says what it is at /', async () => {
    const reply = await request(sandbox.url);
    expect(reply.status).toBe(200);
    expect(reply.text).toContain('convirza sandbox');
  });
});
