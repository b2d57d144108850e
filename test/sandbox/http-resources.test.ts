import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { type Client, client, type Row, request, rows } from './http-client.ts';

let sandbox: Sandbox;
let admin: Client;
beforeAll(async () => {
  sandbox = await startSandbox();
  admin = client(sandbox);
});
beforeEach(() => request(`${sandbox.url}/_sandbox/reset`, { method: 'POST' }));
afterAll(() => sandbox.close());

describe.each([
  ['webhooks', '/webhooks'],
  ['agents', '/ai-voice-agents'],
  ['routes', '/provisioned-routes'],
  ['broadcasts', '/broadcast'],
])('%s', (family, path) => {
  it('keeps what is sent, replaces, merges and deletes', async () => {
    const sent = { name: 'New', nested: { list: [1, null] }, id: 7 };
    const created = await admin.send('POST', path, sent);
    expect(created.status).toBe(201);
    const { id } = created.data;
    expect(created.data).toMatchObject({ name: 'New', nested: { list: [1, null] }, status: 'active' });
    expect(id).not.toBe(7);
    expect((await admin.get(`${path}/${id}`)).data).toEqual(created.data);

    const patched = (await admin.send('PATCH', `${path}/${id}`, { colour: 'red' })).data;
    expect(patched).toMatchObject({ id, name: 'New', colour: 'red', created: created.data['created'] });
    const replaced = (await admin.send('PUT', `${path}/${id}`, { title: 'Other' })).data;
    expect(replaced).toMatchObject({ id, title: 'Other', created: created.data['created'] });
    expect(replaced).not.toHaveProperty('name');
    expect(sandbox.state.rows(family)).toContainEqual(replaced);

    expect((await admin.send('DELETE', `${path}/${id}`)).data).toEqual({ id });
    expect((await admin.get(`${path}/${id}`)).status).toBe(404);
    expect((await admin.send('PATCH', `${path}/${id}`, {})).status).toBe(404);
    expect((await admin.send('DELETE', `${path}/${id}`)).status).toBe(404);
  });

  it('pages', async () => {
    const whole = rows(await admin.get(path), family);
    const page = await admin.get(path, { limit: 1, offset: 1 });
    expect(rows(page, family)).toEqual(whole.slice(1, 2));
    expect(page.data['total']).toBe(whole.length);
  });
});

it.each([
  ['tags', '/tag'],
  ['ad_sources', '/ad-source'],
  ['industries', '/industry'],
])('lists %s', async (key, path) => {
  const found = rows(await admin.get(path), key);
  expect(found.length).toBeGreaterThan(2);
  expect(found.every((row) => typeof row['id'] === 'number' && typeof row['name'] === 'string')).toBe(true);
});

it('keeps an odd field name as data', async () => {
  const authorization = `Bearer ${sandbox.issueTokens().access_token}`;
  const headers = { authorization, 'content-type': 'application/json' };
  const body = '{"__proto__":{"admin":true},"name":"x"}';
  const reply = await request(`${sandbox.apiUrl}/tag`, { method: 'POST', headers, body });
  expect(reply.status).toBe(201);
  expect(({} as Row)['admin']).toBeUndefined();
});

describe('numbers', () => {
  const list = async (kind: string): Promise<unknown[]> =>
    rows(await admin.get(`/phone-numbers/${kind}`), 'numbers').map((row) => row['phone_number']);
  const NUMBER = '+18015550100';

  it('moves from available to assigned and back', async () => {
    expect(await list('available')).toContain(NUMBER);
    expect((await list('provisioned')).length).toBe(6);
    const ordered = await admin.send('POST', '/phone-numbers', { phone_number: NUMBER, note: 'mine' });
    expect(ordered.status).toBe(201);
    expect(rows(ordered, 'numbers')).toMatchObject([
      { phone_number: NUMBER, status: 'assigned', note: 'mine' },
    ]);
    expect(await list('available')).not.toContain(NUMBER);
    expect(await list('assigned')).toContain(NUMBER);
    expect((await admin.send('POST', '/phone-numbers', { phone_number: NUMBER })).status).toBe(400);
    const released = await admin.send('DELETE', '/phone-numbers/reserved', { phone_number: NUMBER });
    expect(released.status).toBe(200);
    expect(await list('available')).toContain(NUMBER);
    expect((await admin.send('DELETE', '/phone-numbers/reserved', { phone_number: NUMBER })).status).toBe(
      400,
    );
  });

  it('takes several numbers, all of them or none', async () => {
    const phone_numbers = ['+18015550101', '+18015550102'];
    const mixed = { phone_numbers: [...phone_numbers, '+18015550108'] };
    expect((await admin.send('POST', '/phone-numbers', mixed)).status).toBe(400);
    expect(await list('available')).toEqual(expect.arrayContaining(phone_numbers));
    expect((await admin.send('POST', '/phone-numbers', { phone_numbers })).data['total']).toBe(2);
    expect(await list('assigned')).toEqual(expect.arrayContaining(phone_numbers));
  });

  it('refuses unknown numbers and groups', async () => {
    const order = (body: unknown) => admin.send('POST', '/phone-numbers', body);
    expect((await order({})).status).toBe(400);
    expect((await order({ phone_number: '+1' })).status).toBe(400);
    expect((await order({ phone_number: NUMBER, org_unit_id: 4711 })).status).toBe(400);
    expect((await admin.send('DELETE', '/phone-numbers/reserved')).status).toBe(400);
  });
});
