import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { toneWav } from '../helpers/wav.ts';
import { type Client, client, jsonInit, login, type Reply, request } from './http-client.ts';

let strict: Sandbox;
let lenient: Sandbox;
let admin: Client;
beforeAll(async () => {
  [strict, lenient] = await Promise.all([
    startSandbox({ strict: true, loginsPerMinute: 1000 }),
    startSandbox({ loginsPerMinute: 1000 }),
  ]);
});
beforeEach(async () => {
  await request(`${strict.url}/_sandbox/reset`, { method: 'POST' });
  admin = client(strict);
});
afterAll(() => Promise.all([strict.close(), lenient.close()]));

/** The documented envelope, with a message that says this. */
function expectRefused(reply: Reply, ...said: string[]): void {
  expect(reply.status, reply.text).toBe(400);
  expect(reply.body).toMatchObject({
    code: 400,
    requestId: expect.any(String),
    timestamp: expect.any(String),
  });
  for (const part of said) expect(reply.body['message']).toContain(part);
}

describe('a query', () => {
  it.each([
    ['/users/list?limits=5', 'limits is not a documented query parameter of users list'],
    ['/users/list?limit=5&limit=6', 'limit is given 2 times'],
    ['/users/list?name=', 'name is empty'],
    ['/users/101?verbose=1', 'verbose is not a documented query parameter of users get (none)'],
    ['/tag?sort_by=name', 'sort_by is not a documented query parameter of tags list (limit, offset)'],
    ['/groups/tree?active=1', 'active must be true or false'],
    ['/groups/tree?active=TRUE', 'active must be true or false'],
    ['/conversations/calls?limit=5&start=1767225600000&end=1769904000000', 'start must be a time such as'],
    [
      '/conversations/calls?limit=5&start=2026-01-01&end=2026-01-02',
      'UTC, with seconds and without fractions',
    ],
    ['/conversations/calls?limit=5&start=2026-01-01T00:00:00.000Z&end=2026-01-02T00:00:00Z', 'start must be'],
    [
      '/conversations/calls?limit=5&start=2026-01-01T00:00:00%2B01:00&end=2026-01-02T00:00:00Z',
      'start must be',
    ],
    ['/conversations/calls?limit=5&start=2026-01-01T00:00:00Z', 'end is missing'],
    ['/conversations/calls?limit=5&end=2026-01-01T00:00:00Z', 'start is missing'],
    ['/conversations/calls?limit=5&caller_id=+12085550120', 'caller_id must be E.164'],
    ['/conversations/calls?limit=5&phone_number=8015550114', 'phone_number must be E.164'],
    ['/conversations/calls?limit=5&disposition=BUSY,,FAILED', 'disposition is empty'],
    ['/conversations/sms?start=yesterday', 'start must be a time'],
  ])('%s is refused', async (path, said) => {
    expectRefused(await raw(path), said);
  });

  const raw = (path: string) =>
    request(strict.apiUrl + path, {
      headers: { authorization: `Bearer ${strict.issueTokens().access_token}` },
    });

  it('is told of every problem at once', async () => {
    expectRefused(
      await raw('/users/list?limits=5&name=&email=a&email=b'),
      'limits is',
      'name is',
      'email is',
    );
  });

  it('of a list of calls needs a limit', async () => {
    expectRefused(await raw('/conversations/calls'), 'limit is required');
  });

  it.each([
    '/users/list?limit=5&offset=1&name=a',
    '/conversations/calls?limit=5&start=2026-01-01T00:00:00Z&end=2026-01-02T00:00:00Z&caller_id=%2B12085550120',
    '/conversations/calls?limit=5&disposition=BUSY&disposition=NO%20ANSWER,FAILED',
    '/conversations/calls?call_id=98765',
    '/conversations/sms?type=close',
    '/groups/tree?active=false',
  ])('%s is taken', async (path) => {
    expect((await raw(path)).status).toBe(200);
  });
});

describe('a body', () => {
  const USER = { username: 'ann@example.com', ct_user_ou_id: 1005 };

  it.each<[string, string, unknown, string[]]>([
    [
      'POST',
      '/users',
      { ...USER, nickname: 'A', email: 'x' },
      ['nickname is not a documented field of users create', 'email is not'],
    ],
    [
      'POST',
      '/users',
      { ...USER, ct_user_ou_id: '1005' },
      ['ct_user_ou_id must be a JSON number, not a string'],
    ],
    [
      'POST',
      '/users',
      { ...USER, access_audio: 'Yes', agent_code: true },
      ['access_audio must be a JSON boolean', 'agent_code must be'],
    ],
    ['POST', '/users', { ...USER, timezone: null }, ['timezone must not be null']],
    ['POST', '/users', { ...USER, timezone: ['UTC'] }, ['timezone must not be an object or a list']],
    ['POST', '/users', { ct_user_ou_id: 1005 }, ['username']],
    [
      'POST',
      '/groups',
      { org_unit_name: 'N', org_unit_status: 'active' },
      ['org_unit_status is not a documented field'],
    ],
    ['POST', '/groups', { org_unit_parent_id: 1001 }, ['org_unit_name is required']],
    ['PUT', '/users/104', { ...USER, first_name: 7 }, ['first_name must be a JSON string']],
    ['PATCH', '/groups/1005', { colour: 'red' }, ['colour is not a documented field of groups patch']],
    ['DELETE', '/webhooks/41', { sure: true }, ['webhooks delete takes no body']],
  ])('%s %s %j is refused', async (method, path, body, said) => {
    const before = JSON.stringify([strict.state.rows('users'), strict.state.rows('groups')]);
    expectRefused(await admin.send(method, path, body), ...said);
    expect(JSON.stringify([strict.state.rows('users'), strict.state.rows('groups')])).toBe(before);
    expect(strict.state.rows('webhooks')).toHaveLength(3);
  });

  it.each<[string, string, unknown, number]>([
    ['POST', '/users', { ...USER, aliases: null, score_call: false }, 201],
    ['POST', '/groups', { org_unit_name: 'N', parent_org_unit_id: 1001 }, 201],
    ['PATCH', '/users/104', { agent_ring_to: null }, 200],
    ['POST', '/webhooks', { anything: { goes: ['here'] } }, 201],
    ['DELETE', '/phone-numbers/reserved', { phone_number: '+18015550108' }, 200],
  ])('%s %s %j is taken', async (method, path, body, status) => {
    expect((await admin.send(method, path, body)).status).toBe(status);
  });

  it('must be declared as JSON', async () => {
    const authorization = `Bearer ${strict.issueTokens().access_token}`;
    const init = {
      method: 'POST',
      headers: { authorization, 'content-type': 'text/json' },
      body: '{"name":"x"}',
    };
    expectRefused(await request(`${strict.apiUrl}/tag`, init), 'application/json');
  });
});

describe('an upload', () => {
  const send = (sandbox: Sandbox, bytes: Uint8Array, fields: Record<string, string>, name = 'a.wav') => {
    const form = new FormData();
    for (const [key, value] of Object.entries(fields)) form.set(key, value);
    form.set('file', new Blob([bytes]), name);
    const headers = { authorization: `Bearer ${sandbox.issueTokens().access_token}` };
    return request(`${sandbox.apiUrl}/media-prompts`, { method: 'POST', headers, body: form });
  };
  const FIELDS = { message_type: 'prompt', name: 'Hello' };
  const SOUND = toneWav(0.1, 8000, 1);
  const AIFF = Buffer.from(
    'FORM\0\0\0\x1eAIFFCOMM\0\0\0\x12\0\x01\0\0\0\0\0\x10\x40\x0b\xfa\0\0\0\0\0\0\0',
    'latin1',
  );

  it('is taken as documented', async () => {
    const reply = await send(strict, SOUND, {
      ...FIELDS,
      org_unit_id: '1002',
      recording_file_type: 'uploaded',
    });
    expect(reply.status, reply.text).toBe(201);
  });

  it('needs a name, documented fields, and the content of a documented kind', async () => {
    expectRefused(await send(strict, SOUND, { message_type: 'prompt' }), 'name is required');
    expectRefused(await send(strict, SOUND, { ...FIELDS, mood: 'calm' }), 'mood is not a documented field');
    expectRefused(await send(strict, SOUND, { ...FIELDS, org_unit_id: '' }), 'org_unit_id is empty');
    expectRefused(await send(strict, Buffer.from('no sound'), FIELDS), 'The file holds text');
    expectRefused(await send(strict, new Uint8Array(0), FIELDS), 'The file holds empty');
    expect(strict.state.rows('prompts')).toHaveLength(4);
  });

  it.each([
    ['a PDF', Buffer.from('%PDF-1.7 ...')],
    ['AIFF audio', AIFF],
  ])('of %s under the name of another kind is refused at all times', async (what, bytes) => {
    expectRefused(await send(strict, bytes, FIELDS), `The file holds ${what}`);
    expectRefused(await send(lenient, bytes, FIELDS), `The file holds ${what}`);
    expect((await send(lenient, Buffer.from('made up'), { message_type: 'prompt', name: what })).status).toBe(
      201,
    );
  });
});

describe('the OAuth calls', () => {
  const send = (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const init = jsonInit('POST', body);
    return request(`${strict.url}/oauth/${path}`, {
      ...init,
      headers: { ...(init.headers as object), ...headers },
    });
  };

  it.each<[string, unknown, string]>([
    [
      'token',
      { email: 'a', password: 'b', grant_type: 'password', client_id: 'x' },
      'grant_type belongs to V2; client_id belongs',
    ],
    ['token', { email: 'a', username: 'a', password: 'b' }, 'email and username are given together'],
    ['token', { email: 'a', password: 7 }, 'password must be a JSON string'],
    ['token', { password: 'b' }, 'email or username is required'],
    ['refresh-token', { refresh_token: 'x', token_type: 'refresh' }, 'token_type is not a documented field'],
    ['revoke-token', { token_type: 'access' }, 'token or access_token or refresh_token is required'],
  ])('%s %j is refused', async (path, body, said) => {
    expectRefused(await send(path, body), said);
  });

  it('take no bearer token', async () => {
    const { refresh_token, access_token } = strict.issueTokens();
    const authorization = `Bearer ${access_token}`;
    expectRefused(
      await send('refresh-token', { refresh_token }, { authorization }),
      'no Authorization header',
    );
    expect((await send('refresh-token', { refresh_token })).status).toBe(200);
    expect((await send('token', strict.account)).status).toBe(200);
    expect((await send('revoke-token', { token: access_token, token_type: 'access' })).status).toBe(200);
  });
});

it('refuses a slash at the end of a path', async () => {
  expectRefused(await admin.get('/users/list/'), 'must not end with a slash: /v3/users/list/');
  expect((await client(lenient).get('/users/list/')).status).toBe(404);
});

it('says first who may not ask at all', async () => {
  expect((await request(`${strict.apiUrl}/users/list?x=1`)).status).toBe(401);
  const reader = client(strict, await login(strict, 'readonly@example.com'));
  expect((await reader.send('POST', '/users', { nickname: 'x' })).status).toBe(403);
});

describe('without strict', () => {
  it('takes what is not documented', async () => {
    const own = client(lenient);
    const paths = [
      '/users/list?limits=5',
      '/groups/tree?active=1',
      '/conversations/calls?limit=5&end=2026-01-01',
    ];
    for (const path of paths) expect((await own.get(path.split('?')[0] ?? '', query(path))).status).toBe(200);
    const body = { username: 'ann@example.com', ct_user_ou_id: '1005', nickname: 'A' };
    expect((await own.send('POST', '/users', body)).status).toBe(201);
  });

  const query = (path: string) => Object.fromEntries(new URLSearchParams(path.split('?')[1]));
});
