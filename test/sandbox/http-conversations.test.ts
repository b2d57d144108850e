import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { type Client, client, type Row, request, rows, stringValues } from './http-client.ts';

const NOW = Date.parse('2026-03-15T09:30:00.000Z');
const DAY = 86_400_000;

let sandbox: Sandbox;
let admin: Client;
let clock = NOW;
beforeAll(async () => {
  sandbox = await startSandbox({ now: () => clock });
  admin = client(sandbox);
});
afterAll(() => sandbox.close());

const daysAgo = (days: number): string => new Date(NOW - days * DAY).toISOString();
const ALL = { limit: 200, start: daysAgo(31), end: daysAgo(0) };

async function calls(query: Record<string, string | number>): Promise<Row[]> {
  return rows(await admin.get('/conversations/calls', { limit: 200, ...query }), 'calls');
}

async function callStatus(query: Record<string, string | number>): Promise<number> {
  return (await admin.get('/conversations/calls', query)).status;
}

describe('calls list', () => {
  it('answers the last 7 days, newest first, when no period is given', async () => {
    const reply = await admin.get('/conversations/calls', { limit: 10 });
    expect(reply.data['total']).toBe(30);
    const times = rows(reply, 'calls').map((call) => String(call['call_started']));
    expect(times).toHaveLength(10);
    expect(times).toEqual([...times].sort().reverse());
    expect((await admin.get('/conversations/calls', ALL)).data['total']).toBe(133);
    expect(await calls({ start: daysAgo(14), end: daysAgo(7) })).toHaveLength(30);
  });

  it('pages without gaps', async () => {
    const whole = await calls(ALL);
    const pages = await Promise.all([0, 50, 100].map((offset) => calls({ ...ALL, limit: 50, offset })));
    expect(pages.flat()).toEqual(whole);
  });

  it('wants a limit and a possible period', async () => {
    expect(await callStatus({})).toBe(400);
    expect(await callStatus({ limit: 0 })).toBe(400);
    expect(await callStatus({ limit: 201 })).toBe(400);
    expect(await callStatus({ limit: 5, start: daysAgo(1), end: daysAgo(2) })).toBe(400);
    expect(await callStatus({ limit: 5, start: daysAgo(1), end: daysAgo(1) })).toBe(400);
    expect(await callStatus({ limit: 5, start: daysAgo(32), end: daysAgo(1) })).toBe(200);
    expect(await callStatus({ limit: 5, start: daysAgo(32.001), end: daysAgo(1) })).toBe(400);
    expect(await callStatus({ limit: 5, start: 'yesterday' })).toBe(400);
    expect(await callStatus({ limit: 5, start: '2026-03-01T00:00:00Z' })).toBe(200);
    expect(await callStatus({ limit: 5, start: '2025-03-01T00:00:00Z' })).toBe(400);
  });

  it('finds one call by its id, whatever period and page say', async () => {
    const reply = await admin.get('/conversations/calls', { call_id: 98765, offset: 50 });
    expect(reply.data).toMatchObject({ total: 1, calls: [{ call_id: 98765 }] });
    expect((await admin.get('/conversations/calls', { call_id: 1 })).data).toEqual({ calls: [], total: 0 });
  });

  it.each(['campaign_id', 'provisioned_route_id', 'caller_id', 'phone_number', 'ring_to'])(
    'filters by %s',
    async (name) => {
      const whole = await calls(ALL);
      const wanted = whole[0]?.[name];
      const found = await calls({ ...ALL, [name]: String(wanted) });
      expect(found).toEqual(whole.filter((call) => call[name] === wanted));
      expect(found.length).toBeLessThan(133);
      expect(await calls({ ...ALL, [name]: 'none' })).toEqual([]);
    },
  );

  it('filters by group, 403 outside', async () => {
    const found = await calls({ ...ALL, org_unit_id: 1003 });
    expect(found.length).toBeGreaterThan(0);
    expect(new Set(found.map((call) => call['org_unit_id']))).toEqual(new Set([1003]));
    expect(await callStatus({ limit: 5, org_unit_id: 4711 })).toBe(403);
  });

  it('takes several dispositions, joined or repeated', async () => {
    const whole = await calls(ALL);
    const wanted = whole.filter((call) => ['BUSY', 'NO ANSWER'].includes(String(call['disposition'])));
    expect(wanted.length).toBeGreaterThan(0);
    expect(await calls({ ...ALL, disposition: 'BUSY,NO ANSWER' })).toEqual(wanted);
    const search = new URLSearchParams(stringValues(ALL));
    search.append('disposition', 'BUSY');
    search.append('disposition', 'NO ANSWER');
    const repeated = await admin.get(`/conversations/calls?${search}&x=`);
    expect(rows(repeated, 'calls')).toEqual(wanted);
    expect(await callStatus({ ...ALL, disposition: 'BUSY,LOST' })).toBe(400);
  });

  it('adds what include asks for', async () => {
    const [plain] = await calls({ ...ALL, limit: 1 });
    const [call] = await calls({
      ...ALL,
      limit: 1,
      include: 'tags,comments,custom_sources,call_flow,transcription',
    });
    expect(call).toMatchObject(plain ?? {});
    const added = Object.keys(call ?? {}).filter((name) => !(name in (plain ?? {})));
    expect(added.sort()).toEqual(['call_flow', 'comments', 'custom_sources', 'tags', 'transcription']);
    expect(await callStatus({ ...ALL, include: 'everything' })).toBe(400);
  });

  it('signs recordings for 7 days', async () => {
    const [call = {}] = await calls({ ...ALL, limit: 1, include: 'recordings', disposition: 'ANSWERED' });
    const [recording] = call['recordings'] as [{ url: string; recording_details: { expires_at: number } }];
    expect(recording.recording_details.expires_at).toBe(NOW / 1000 + 7 * 86_400);
    const file = await fetch(recording.url);
    expect(file.headers.get('content-type')).toBe('audio/wav');
    expect(Buffer.from(await file.arrayBuffer()).toString('latin1', 0, 4)).toBe('RIFF');
    expect((await request(`${recording.url}0`)).status).toBe(403);
    expect((await request(recording.url.replace('expires=1', 'expires=2'))).status).toBe(403);
    clock = NOW + 7 * DAY;
    expect((await request(recording.url)).status).toBe(410);
    clock = NOW;
    const [missed] = await calls({ ...ALL, limit: 1, include: 'recordings', disposition: 'NO ANSWER' });
    expect(missed?.['recordings']).toEqual([]);
  });
});

it('gets one call with everything', async () => {
  const reply = await admin.get('/conversations/calls/98765');
  expect(reply.data).toMatchObject({
    call_id: 98765,
    tags: expect.any(Array),
    recordings: expect.any(Array),
  });
  expect((await admin.get('/conversations/calls/1')).status).toBe(404);
});

describe('sms list', () => {
  const sms = async (query: Record<string, string | number> = {}): Promise<Row[]> =>
    rows(await admin.get('/conversations/sms', query), 'conversation');
  const ALL_TYPES = ['allOpen', 'close'];

  it('answers 7 rows by default, with exactly the documented fields', async () => {
    const reply = await admin.get('/conversations/sms');
    expect(reply.data['total']).toBe(235);
    const found = rows(reply, 'conversation');
    expect(found).toHaveLength(7);
    expect(Object.keys(found[0] ?? {})).toEqual([
      'conversation_id',
      'phone_number',
      'first_response_time',
      'avg_response_time',
      'sms_type',
      'conversation_started',
      'conversation_updated',
      'source',
      'source_name',
      'conversation_status',
      'ct_user_id',
      'pin',
      'message',
      'unread_count',
      'agent',
      'closed_at',
    ]);
    expect(found[0]?.['phone_number']).toMatch(/^1208555012\d$/);
    expect(found[0]?.['first_response_time']).toMatch(/^\d\d:\d\d:\d\d$/);
  });

  it('knows four types', async () => {
    const own = await sms({ type: 'assignedToYou', limit: 200 });
    expect(new Set(own.map((row) => row['ct_user_id']))).toEqual(new Set([101]));
    const free = await sms({ type: 'unassigned', limit: 200 });
    expect(free.length).toBeGreaterThan(0);
    expect(free.every((row) => row['ct_user_id'] === null && row['closed_at'] === null)).toBe(true);
    expect((await sms({ type: 'close', limit: 200 })).every((row) => row['closed_at'] !== null)).toBe(true);
    const counts = await Promise.all(
      ALL_TYPES.map(async (type) => (await admin.get('/conversations/sms', { type })).data['total']),
    );
    expect(counts).toEqual([235, 78]);
    expect((await admin.get('/conversations/sms', { type: 'lost' })).status).toBe(400);
  });

  it('searches names and numbers', async () => {
    expect((await sms({ search: 'whitfield' })).length).toBeGreaterThan(0);
    expect((await sms({ search: '+1 (208) 555-0120' })).map((row) => row['phone_number'])).toEqual([
      '12085550120',
    ]);
    expect(await sms({ search: 'nobody' })).toEqual([]);
    expect((await admin.get('/conversations/sms', { search: 'x'.repeat(256) })).status).toBe(400);
    expect((await admin.get('/conversations/sms', { search: 'x'.repeat(255) })).status).toBe(200);
  });

  it('orders, filters by time and pages', async () => {
    const month = { limit: 200, start: daysAgo(30) };
    const down = (await sms(month)).map((row) => row['conversation_id']);
    const up = (await sms({ ...month, order: 'asc' })).map((row) => row['conversation_id']);
    expect(up).toEqual([...down].reverse());
    const recent = await sms({ limit: 200, start: daysAgo(3) });
    expect(recent.length).toBeGreaterThan(0);
    expect(recent.every((row) => String(row['conversation_updated']) >= daysAgo(3))).toBe(true);
    const older = await sms({ ...month, end: daysAgo(3) });
    expect(recent.length + older.length).toBe(down.length);
    expect((await sms({ limit: 4, offset: 4 })).map((row) => row['conversation_id'])).toEqual(
      down.slice(4, 8),
    );
    expect((await admin.get('/conversations/sms', { limit: 201 })).status).toBe(400);
  });
});

it('makes the same data from the same seed', async () => {
  const [same, other] = await Promise.all([
    startSandbox({ now: () => NOW }),
    startSandbox({ now: () => NOW, seed: 2 }),
  ]);
  expect(same.state.rows('calls')).toEqual(sandbox.state.rows('calls'));
  expect(same.state.rows('users')).toEqual(sandbox.state.rows('users'));
  expect(other.state.rows('calls')).not.toEqual(sandbox.state.rows('calls'));
  await Promise.all([same.close(), other.close()]);
});
