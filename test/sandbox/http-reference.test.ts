/** Rules of the documentation that no other test of the sandbox looks at, each with its place in it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ENDPOINTS } from '../../src/convirza/catalogue/index.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { type Client, client, login, type Row, request, rows } from './http-client.ts';

let sandbox: Sandbox;
let admin: Client;
beforeAll(async () => {
  sandbox = await startSandbox({ loginsPerMinute: 1000 });
  admin = client(sandbox);
});
beforeEach(() => request(`${sandbox.url}/_sandbox/reset`, { method: 'POST' }));
afterAll(() => sandbox.close());

/** Somebody of a group, with a role. */
async function member(unit: number, role = 'Standard User'): Promise<Client> {
  const user = sandbox.state
    .rows('users')
    .find((row) => row['group_org_unit_id'] === unit && row['status'] === 'active' && row['role'] === role);
  return client(sandbox, await login(sandbox, String(user?.['email'])));
}

describe('§2 paths', () => {
  it('answers broadcasts at both of their paths', async () => {
    const created = await admin.send('POST', '/sms-broadcasts', { name: 'New' });
    expect(created.status).toBe(201);
    const { id } = created.data;
    expect((await admin.get(`/broadcast/${id}`)).data).toEqual(created.data);
    expect((await admin.send('DELETE', `/sms-broadcasts/${id}`)).status).toBe(200);
    expect((await admin.get('/sms-broadcasts')).data).toEqual((await admin.get('/broadcast')).data);
  });
});

describe('§3 pages', () => {
  const paged = ENDPOINTS.filter(({ list }) => list?.paged === true);

  it.each(paged.map((endpoint) => [endpoint.path, endpoint] as const))(
    '%s has true totals, whole pages, and an empty one behind the last',
    async (path, { list }) => {
      const key = (data: Row): string =>
        list?.key ?? Object.keys(data).find((name) => name !== 'total') ?? '';
      const get = async (limit: number, offset: number) => {
        const { data } = await admin.get(path, { limit, offset });
        return { rows: data[key(data)] as unknown[], total: data['total'] as number };
      };
      const whole = await get(200, 0);
      expect(whole.rows.length).toBe(Math.min(200, whole.total));
      expect(whole.total).toBeGreaterThan(1);
      const seen: unknown[] = [];
      const size = whole.total > 50 ? 60 : 7;
      for (let offset = 0; offset < whole.total; offset += size) {
        const page = await get(size, offset);
        expect(page.total).toBe(whole.total);
        seen.push(...page.rows);
      }
      expect(seen).toHaveLength(whole.total);
      expect(seen.slice(0, 200)).toEqual(whole.rows);
      expect(await get(1, whole.total)).toEqual({ rows: [], total: whole.total });
      expect((await admin.get(path, { limit: 201 })).status).toBe(400);
      expect((await admin.get(path, { limit: 1, offset: -1 })).status).toBe(400);
    },
  );
});

describe('§3 roles', () => {
  const mutations = ENDPOINTS.filter(({ method, service }) => method !== 'GET' && service === 'api');

  it.each(mutations.map(({ method, path }) => [method, path] as const))(
    'a ReadOnly user may not %s %s, whatever it holds',
    async (method, path) => {
      const reader = client(sandbox, await login(sandbox, 'readonly@example.com'));
      expect((await reader.send(method, path.replace('{id}', '999'), {})).status).toBe(403);
    },
  );
});

describe('§5 and §6 what somebody of a sub-group sees and may do', () => {
  it('is that group and everything below it', async () => {
    const north = await member(1002);
    expect(rows(await north.get('/groups/tree'), 'groups').map((row) => row['org_unit_id'])).toEqual([
      1002, 1005, 1006,
    ]);
    expect((await north.get('/groups/1001')).status).toBe(404);
    expect((await north.get('/groups/list', { org_unit_id: 1003 })).status).toBe(403);
    expect((await north.get('/groups/org-list/1003')).status).toBe(401);
    expect((await north.get('/conversations/calls', { limit: 5, org_unit_id: 1003 })).status).toBe(403);
    expect((await north.get('/users/list', { org_unit_id: 1001 })).status).toBe(403);
    const user = { username: 'x@example.com', ct_user_ou_id: 1003 };
    expect((await north.send('POST', '/users', user)).status).toBe(400);
    expect((await north.send('POST', '/users', { ...user, ct_user_ou_id: 1005 })).status).toBe(201);
    expect(
      (await north.send('POST', '/groups', { org_unit_name: 'N', org_unit_parent_id: 1003 })).status,
    ).toBe(400);
    expect((await north.send('DELETE', '/groups/1007')).status).toBe(404);
  });
});

describe('§8 prompts', () => {
  it('are listed for a group with its sub-groups', async () => {
    const listed = async (unit: number) =>
      rows(await admin.get('/media-prompts', { org_unit_id: unit }), 'prompts').map((row) => row['filename']);
    expect(await listed(1002)).toEqual(['After Hours']);
    expect(await listed(1001)).toHaveLength(4);
    expect((await admin.get('/media-prompts', { org_unit_id: 4711 })).status).toBe(403);
  });
});

describe('§9 conversations', () => {
  it('finds one call whatever the period and the page are', async () => {
    const odd = { call_id: 98_765, start: 'never', end: '', limit: 5000, offset: -3 };
    expect((await admin.get('/conversations/calls', odd)).data).toMatchObject({ total: 1 });
    expect((await admin.get('/conversations/calls', { ...odd, call_id: '' })).status).toBe(400);
    expect((await admin.get('/conversations/calls', { ...odd, org_unit_id: 4711 })).status).toBe(403);
    for (const id of ['abc', '98765.5', '-1', '9'.repeat(30), '0x181CD'])
      expect((await admin.get('/conversations/calls', { call_id: id })).data['total']).toBe(0);
  });

  it('counts characters of a search, not halves of them', async () => {
    expect((await admin.get('/conversations/sms', { search: '📞'.repeat(255) })).status).toBe(200);
    expect((await admin.get('/conversations/sms', { search: '📞'.repeat(256) })).status).toBe(400);
  });

  it('takes a period of 31 days to the second, and an end strictly later', async () => {
    const calls = async (start: string, end: string) =>
      (await admin.get('/conversations/calls', { limit: 5, start, end })).status;
    expect(await calls('2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z')).toBe(200);
    expect(await calls('2026-01-01T00:00:00Z', '2026-02-01T00:00:01Z')).toBe(400);
    expect(await calls('2026-01-01T00:00:00Z', '2026-01-01T00:00:01Z')).toBe(200);
    expect(await calls('2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z')).toBe(400);
  });

  it('has every call in the windows that cover the year, whatever is at their seams', async () => {
    const whole = sandbox.state.rows('calls').map((call) => call['call_id']);
    const day = 86_400_000;
    const now = Date.now();
    const found = new Set<unknown>();
    for (let age = 366; age > 0; age -= 30) {
      const [start = '', end = ''] = [age, Math.max(0, age - 30)].map((days) =>
        new Date(now - days * day).toISOString(),
      );
      const reply = await admin.get('/conversations/calls', { limit: 200, start, end });
      for (const call of rows(reply, 'calls')) found.add(call['call_id']);
    }
    expect([...found].sort()).toEqual(whole.sort());
  });
});
