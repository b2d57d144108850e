import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { type Client, client, login, type Row, request, rows } from './http-client.ts';

const ROW_FIELDS = [
  'org_unit_id',
  'org_unit_ext_id',
  'org_unit_name',
  'org_unit_parent_id',
  'top_ou_id',
  'org_unit_status',
  'billing_id',
  'address',
  'city',
  'state',
  'zip',
  'phone_number',
  'industry_id',
  'industry_name',
  'org_unit_created',
  'org_unit_modified',
];

let sandbox: Sandbox;
let admin: Client;
beforeAll(async () => {
  sandbox = await startSandbox();
  admin = client(sandbox);
});
beforeEach(() => request(`${sandbox.url}/_sandbox/reset`, { method: 'POST' }));
afterAll(() => sandbox.close());

const children = async (query: Record<string, string | number> = {}): Promise<Row[]> =>
  rows(await admin.get('/groups/list', query), 'groups');

const ids = (groups: Row[]): unknown[] => groups.map((group) => group['org_unit_id']);

describe('reading', () => {
  it('lists all groups and the children of one, with exactly the documented fields', async () => {
    expect(ids(rows(await admin.get('/groups'), 'groups'))).toEqual([
      1001, 1002, 1005, 1006, 1003, 1007, 1008, 1004,
    ]);
    expect(ids(await children())).toEqual([1002, 1003, 1004]);
    const [boise] = await children({ org_unit_id: 1002, group_name: 'BOISE' });
    expect(Object.keys(boise ?? {})).toEqual(ROW_FIELDS);
    expect(boise).toMatchObject({ org_unit_id: 1005, top_ou_id: 1001, industry_name: 'Home Services' });
    expect(ids(await children({ org_unit_id: 1002, status: 'Archived' }))).toEqual([1009]);
    expect((await admin.get('/groups/list', { org_unit_id: 4711 })).status).toBe(403);
    const page = await admin.get('/groups/list', { limit: 1, offset: 1 });
    expect([ids(rows(page, 'groups')), page.data['total']]).toEqual([[1003], 3]);
  });

  it('answers the tree flat, in depth order', async () => {
    const tree = rows(await admin.get('/groups/tree'), 'groups');
    expect(tree.map((node) => [node['code'], node['group_level'], node['text']])).toEqual([
      ['1', 1, 'Larkspur Home Services'],
      ['1.1', 2, 'North Region'],
      ['1.1.1', 3, 'Boise Branch'],
      ['1.1.2', 3, 'Spokane Branch'],
      ['1.2', 2, 'South Region'],
      ['1.2.1', 3, 'Tucson Branch'],
      ['1.2.2', 3, 'Mesa Branch'],
      ['1.3', 2, 'Commercial'],
    ]);
    const all = rows(await admin.get('/groups/tree', { active: false }), 'groups');
    expect(all.map((node) => node['text'])).toContain('Reno Branch');
  });

  it('answers the hierarchy as ids, and 401 outside of it', async () => {
    expect((await admin.get('/groups/org-list/1002')).data['orgUnits']).toEqual([1002, 1005, 1006, 1009]);
    expect((await admin.get('/groups/org-list/4711')).status).toBe(401);
    const found = rows(await admin.get('/users/list', { org_unit_id: 1005, user_status: 'active' }), 'users');
    const member = client(sandbox, await login(sandbox, String(found[0]?.['email'])));
    expect((await member.get('/groups/org-list/1001')).status).toBe(401);
    expect((await member.get('/groups/org-list/1005')).data['orgUnits']).toEqual([1005]);
    expect((await member.get('/groups/1001')).status).toBe(404);
  });
});

describe('writing', () => {
  it('creates below a parent, with its time zone', async () => {
    const body = { org_unit_name: 'Nampa', org_unit_parent_id: 1002, colour: 'green' };
    const reply = await admin.send('POST', '/groups', body);
    expect(reply.status).toBe(201);
    expect(reply.data).toEqual({ orgUnitId: 1010 });
    expect((await admin.get('/groups/1010')).data).toMatchObject({
      org_unit_parent_id: 1002,
      top_ou_id: 1001,
      org_unit_status: 'active',
      timezone: 'America/Boise',
      colour: 'green',
    });
    expect((await admin.get('/groups/org-list/1001')).data['orgUnits']).toContain(1010);
  });

  it('reads the other name of the parent; the default is the own group', async () => {
    await admin.send('POST', '/groups', { org_unit_name: 'A', parent_org_unit_id: 1003, timezone: 'UTC' });
    await admin.send('POST', '/groups', { org_unit_name: 'B' });
    expect((await admin.get('/groups/1010')).data).toMatchObject({
      org_unit_parent_id: 1003,
      timezone: 'UTC',
    });
    expect((await admin.get('/groups/1011')).data).toMatchObject({ org_unit_parent_id: 1001 });
  });

  it.each([
    ['no name', { org_unit_parent_id: 1001 }],
    ['the name of a sibling', { org_unit_name: 'North Region', org_unit_parent_id: 1001 }],
    ['an unknown parent', { org_unit_name: 'X', org_unit_parent_id: 4711 }],
    ['an archived parent', { org_unit_name: 'X', org_unit_parent_id: 1009 }],
    ['an unknown time zone', { org_unit_name: 'X', timezone: 'Mars/Olympus' }],
  ])('refuses %s', async (_, body) => {
    expect((await admin.send('POST', '/groups', body)).status).toBe(400);
    expect(sandbox.state.rows('groups')).toHaveLength(9);
  });

  it('allows a name again elsewhere and below an archived one', async () => {
    const again = { org_unit_name: 'North Region', org_unit_parent_id: 1003 };
    expect((await admin.send('POST', '/groups', again)).status).toBe(201);
    const reno = { org_unit_name: 'Reno Branch', org_unit_parent_id: 1002 };
    expect((await admin.send('POST', '/groups', reno)).status).toBe(201);
  });

  it('replaces with PUT and merges with PATCH', async () => {
    const before = (await admin.get('/groups/1005')).data;
    const patched = (await admin.send('PATCH', '/groups/1005', { city: 'Meridian', zip: null })).data;
    expect(patched).toEqual({
      ...before,
      city: 'Meridian',
      zip: null,
      org_unit_modified: patched['org_unit_modified'],
    });
    const replaced = (await admin.send('PUT', '/groups/1005', { org_unit_name: 'Boise' })).data;
    expect(replaced).toMatchObject({ org_unit_name: 'Boise', org_unit_parent_id: 1002, city: null });
    expect((await admin.send('PUT', '/groups/1005', { city: 'Boise' })).status).toBe(400);
    const whole = (await admin.get('/groups/1001')).data;
    expect((await admin.send('PUT', '/groups/1001', whole)).data).toMatchObject({ billing_id: 'B-20417' });
  });

  it('never makes a circle', async () => {
    expect((await admin.send('PATCH', '/groups/1002', { org_unit_parent_id: 1005 })).status).toBe(400);
    expect((await admin.send('PATCH', '/groups/1002', { org_unit_parent_id: 1002 })).status).toBe(400);
    expect((await admin.send('PATCH', '/groups/1002', { org_unit_parent_id: 1003 })).status).toBe(200);
  });

  it('archives what is deleted, leaves first', async () => {
    expect((await admin.send('DELETE', '/groups/1001')).status).toBe(400);
    expect((await admin.send('DELETE', '/groups/1003')).status).toBe(400);
    for (const id of [1007, 1008, 1003])
      expect((await admin.send('DELETE', `/groups/${id}`)).status).toBe(200);
    expect((await admin.get('/groups/1003')).data['org_unit_status']).toBe('archived');
    expect(ids(await children())).toEqual([1002, 1004]);
    expect((await admin.send('DELETE', '/groups/1003')).status).toBe(404);
  });
});
