import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { type Client, client, login, type Row, request, rows } from './http-client.ts';

const ROW_FIELDS = [
  'first_name',
  'last_name',
  'email',
  'user_ext_id',
  'ct_user_id',
  'status',
  'agent_ring_to',
  'agent_id',
  'group',
  'group_org_unit_id',
  'group_external_id',
  'account',
  'account_org_unit_id',
  'account_external_id',
  'parent_group',
  'parent_group_org_unit_id',
  'parent_group_external_id',
  'role',
  'access_audio',
  'group_access',
  'report_access',
  'assign_scorecard',
  'user_created',
];

let sandbox: Sandbox;
let admin: Client;
beforeAll(async () => {
  sandbox = await startSandbox();
  admin = client(sandbox);
});
beforeEach(() => request(`${sandbox.url}/_sandbox/reset`, { method: 'POST' }));
afterAll(() => sandbox.close());

const list = async (query: Record<string, string | number> = {}): Promise<Row[]> =>
  rows(await admin.get('/users/list', query), 'users');

const names = (users: Row[]): string[] => users.map((user) => `${user['first_name']} ${user['last_name']}`);

describe('list', () => {
  it('answers exactly the documented fields', async () => {
    const [user] = await list({ limit: 1, sort_order: 'asc' });
    expect(Object.keys(user ?? {}).sort()).toEqual([...ROW_FIELDS].sort());
    expect(user).toMatchObject({
      ct_user_id: 101,
      email: 'admin@example.com',
      role: 'Admin',
      access_audio: 'Yes',
      agent_id: 'AGT-001',
      group: 'Larkspur Home Services',
      account_org_unit_id: 1001,
      parent_group: null,
    });
  });

  it('leaves deleted users out unless they are asked for', async () => {
    const reply = await admin.get('/users/list');
    expect(reply.data['total']).toBe(24);
    expect((await list({ user_status: 'deleted' })).map((user) => user['status'])).toEqual(['deleted']);
    expect(await list({ user_status: 'inactive' })).toHaveLength(2);
    expect(await list({ user_status: 'active' })).toHaveLength(22);
  });

  it('pages, with the total before paging', async () => {
    const whole = await list();
    const page = await admin.get('/users/list', { limit: 5, offset: 20 });
    expect(page.data['total']).toBe(24);
    expect(rows(page, 'users')).toEqual(whole.slice(20));
    expect(await list({ offset: 100 })).toEqual([]);
    expect((await admin.get('/users/list', { limit: 200 })).status).toBe(200);
    for (const limit of [0, 201, 1.5]) {
      expect((await admin.get('/users/list', { limit })).status).toBe(400);
    }
  });

  it('finds parts of names and addresses in any case', async () => {
    const [someone] = await list({ name: 'carla' });
    const name = names([someone ?? {}])[0] ?? '';
    expect(names(await list({ name: name.toUpperCase().slice(3, -1) }))).toContain(name);
    expect((await list({ email: 'READONLY@' })).map((user) => user['ct_user_id'])).toEqual([102]);
    expect(await list({ name: 'nobody at all' })).toEqual([]);
  });

  it('filters by role and by group with its sub-groups', async () => {
    expect((await list({ role_id: 3 })).every((user) => user['role'] === 'ReadOnly')).toBe(true);
    expect((await list({ role_id: 2 }))[0]?.['role']).toBe('Standard User');
    const north = await list({ org_unit_id: 1002 });
    expect(new Set(north.map((user) => user['group_org_unit_id']))).toEqual(new Set([1002, 1005, 1006]));
    expect((await admin.get('/users/list', { org_unit_id: 4711 })).status).toBe(403);
    expect((await admin.get('/users/list', { role_id: 4 })).status).toBe(400);
  });

  it('sorts', async () => {
    const created = (await list()).map((user) => String(user['user_created']));
    expect(created).toEqual([...created].sort().reverse());
    const byName = names(await list({ sort_by: 'name', sort_order: 'asc' }));
    expect(byName).toEqual([...byName].sort());
    const byEmail = (await list({ sort_by: 'email' })).map((user) => String(user['email']));
    expect(byEmail).toEqual([...byEmail].sort().reverse());
    expect((await admin.get('/users/list', { sort_by: 'age' })).status).toBe(400);
  });

  it('shows a user of a sub-group nothing above it', async () => {
    const branch = (await list({ org_unit_id: 1005, user_status: 'active' }))[0];
    const member = client(sandbox, await login(sandbox, String(branch?.['email'])));
    const reply = await member.get('/users/list');
    expect(new Set(rows(reply, 'users').map((user) => user['group_org_unit_id']))).toEqual(new Set([1005]));
    expect((await member.get('/users/101')).status).toBe(404);
  });
});

describe('create', () => {
  const NEW = { username: 'ann@example.com', first_name: 'Ann', last_name: 'Lee', ct_user_ou_id: 1005 };

  it('answers the id and stores everything, unknown fields too', async () => {
    const body = {
      ...NEW,
      role: 'ReadOnly',
      access_audio: true,
      agent_code: 7,
      aliases: null,
      favourite: 'blue',
    };
    const reply = await admin.send('POST', '/users', body);
    expect(reply.status).toBe(201);
    expect(reply.data).toEqual({ userId: 126 });
    expect((await admin.get('/users/126')).data).toMatchObject({
      ct_user_id: 126,
      username: 'ann@example.com',
      email: 'ann@example.com',
      role: 'ReadOnly',
      role_id: 3,
      access_audio: 'Yes',
      agent_id: 'AGT-007',
      timezone: 'America/Boise',
      status: 'active',
      favourite: 'blue',
    });
    expect(await list({ email: 'ann@' })).toHaveLength(1);
  });

  it.each([
    ['no username', { username: undefined }],
    ['a username that is no address', { username: 'ann' }],
    ['a taken username', { username: 'Admin@Example.com' }],
    ['no group', { ct_user_ou_id: undefined }],
    ['an unknown group', { ct_user_ou_id: 4711 }],
    ['an unknown role', { role: 'King' }],
    ['an unknown role_id', { role_id: 4 }],
    ['two roles', { role: 'Admin', role_id: 2 }],
    ['an unknown time zone', { timezone: 'Mars/Olympus' }],
    ['a wrong type', { agent_code: 'x' }],
  ])('refuses %s', async (_, change) => {
    const reply = await admin.send('POST', '/users', { ...NEW, ...change });
    expect(reply.status).toBe(400);
    expect(sandbox.state.rows('users')).toHaveLength(25);
  });

  it('takes a role by its id', async () => {
    await admin.send('POST', '/users', { ...NEW, role_id: 1 });
    expect((await admin.get('/users/126')).data['role']).toBe('Admin');
  });
});

describe('change', () => {
  it('replaces with PUT', async () => {
    const reply = await admin.send('PUT', '/users/104', { username: 'bo@example.com', ct_user_ou_id: 1003 });
    expect(reply.status).toBe(200);
    expect(reply.data).toMatchObject({
      ct_user_id: 104,
      email: 'bo@example.com',
      first_name: '',
      agent_ring_to: null,
      group_org_unit_id: 1003,
    });
    expect((await admin.send('PUT', '/users/104', { first_name: 'Bo' })).status).toBe(400);
  });

  it('merges with PATCH', async () => {
    const before = (await admin.get('/users/104')).data;
    const change = { last_name: 'Moss', access_audio: false, agent_ring_to: null };
    const reply = await admin.send('PATCH', '/users/104', change);
    expect(reply.data).toEqual({ ...before, last_name: 'Moss', access_audio: 'No', agent_ring_to: null });
  });

  it('takes its own answer back unchanged', async () => {
    const before = (await admin.get('/users/104')).data;
    expect((await admin.send('PUT', '/users/104', before)).data).toEqual(before);
    const row = (await list({ email: String(before['email']) }))[0];
    expect(Object.keys(row ?? {}).sort()).toEqual([...ROW_FIELDS].sort());
  });

  it('deletes softly', async () => {
    expect((await admin.send('DELETE', '/users/104')).status).toBe(200);
    expect((await admin.get('/users/104')).data['status']).toBe('deleted');
    expect((await list()).map((user) => user['ct_user_id'])).not.toContain(104);
    expect((await list({ user_status: 'deleted' })).map((user) => user['ct_user_id'])).toContain(104);
    expect((await admin.send('DELETE', '/users/104')).status).toBe(404);
    expect((await admin.get('/users/999')).status).toBe(404);
  });
});
