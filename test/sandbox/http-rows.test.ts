import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { seededStore } from '../../src/sandbox/seed/index.ts';
import { Timeline } from '../../src/sandbox/timeline.ts';
import { type Client, client, login, type Row, rows } from './http-client.ts';

const NOW = Date.parse('2026-03-15T09:30:00.000Z');
const DAY = 86_400_000;
const MILLION = 1_000_000;

const daysAgo = (days: number): string => new Date(NOW - days * DAY).toISOString();

describe('a timeline', () => {
  /** Times with gaps and with neighbours of one time. */
  const timeline = (times: number[]) =>
    new Timeline({
      length: times.length,
      firstId: 10,
      timeAt: (index) => times[index] as number,
      facts: (index) => index % 3,
      row: (index, id) => ({ id, time: times[index] as number, fact: index % 3 }),
    });
  const list = fc
    .array(fc.integer({ min: -20, max: 20 }), { maxLength: 40 })
    .map((t) => t.sort((a, b) => a - b));
  const end = fc.integer({ min: -25, max: 25 });

  it('finds the rows of any period, as looking at each of them does', () => {
    fc.assert(
      fc.property(list, end, end, fc.option(fc.nat(2), { nil: undefined }), (times, start, stop, fact) => {
        const line = timeline(times);
        const filter =
          fact === undefined ? undefined : { name: String(fact), test: (found: number) => found === fact };
        const read = () => {
          const found = line.select(start, stop, filter);
          return Array.from({ length: found.length }, (_, place) => line.at(found.at(place)));
        };
        const wanted = line
          .all()
          .filter(({ time }) => time >= start && time <= stop)
          .filter((row) => fact === undefined || row.fact === fact);
        expect(read()).toEqual(wanted);
        expect(read()).toEqual(wanted);
      }),
    );
  });

  it('finds ids, and no others', () => {
    const line = timeline([1, 1, 2]);
    expect([9, 10, 12, 13, 10.5, Number.NaN].map((id) => line.get(id)?.id)).toEqual([
      undefined,
      10,
      12,
      undefined,
      undefined,
      undefined,
    ]);
    expect(line.select(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY).length).toBe(3);
    expect(line.select(5, 1).length).toBe(0);
  });

  it('looks once at rows that several pages ask for', () => {
    let looks = 0;
    const line = new Timeline({
      length: 100,
      firstId: 0,
      timeAt: (index) => index,
      facts: () => {
        looks += 1;
        return undefined;
      },
      row: (index) => index,
    });
    const filter = (name: string) => ({ name, test: () => true });
    for (let i = 0; i < 5; i += 1) expect(line.select(0, 49, filter('a')).length).toBe(50);
    expect(looks).toBe(50);
    for (let i = 0; i < 8; i += 1) line.select(0, 49, filter(String(i)));
    line.select(0, 49, filter('a'));
    expect(looks).toBe(50 * 10);
  });
});

describe('a year of rows', () => {
  it('goes up in time, inside the year, the same for one seed', () => {
    const store = seededStore(3, NOW, 5000);
    for (const { all, length } of [
      { all: store.calls.all().map((call) => call.startedAt), length: 5000 },
      { all: store.sms.all().map((sms) => sms.updatedAt), length: 1000 },
    ]) {
      expect(all).toHaveLength(length);
      expect(all).toEqual([...all].sort((a, b) => a - b));
      expect(all[0]).toBeGreaterThan(NOW - 365 * DAY);
      expect(all[0]).toBeLessThan(NOW - 364 * DAY);
      expect(all.at(-1)).toBeLessThan(NOW);
    }
    const facts = (seed: number) => JSON.stringify(seededStore(seed, NOW, 300).calls.all());
    expect(facts(3)).toBe(facts(3));
    expect(facts(3)).not.toBe(facts(4));
    const dispositions = store.calls.all().map((call) => call.row['disposition']);
    expect(new Set(dispositions).size).toBe(7);
    const answered = dispositions.filter((name) => name === 'ANSWERED').length / 5000;
    expect(answered).toBeGreaterThan(0.4);
    expect(answered).toBeLessThan(0.5);
  });

  it('has calls whose facts are those of their rows', () => {
    const { calls, sms } = seededStore(1, NOW, 50);
    for (const [index, call] of calls.all().entries()) {
      const found = calls.select(call.startedAt, call.startedAt, {
        name: String(index),
        test: (facts) => Object.entries(facts).every(([name, value]) => call.row[name] === value),
      });
      expect(found.length).toBe(1);
    }
    for (const one of sms.all()) {
      const same = sms.select(one.updatedAt, one.updatedAt, {
        name: one.row.phone_number,
        test: (facts) =>
          facts.phone_number === one.row.phone_number &&
          facts.ct_user_id === one.row.ct_user_id &&
          facts.closed === (one.row['closed_at'] !== null),
      });
      expect(same.length).toBe(1);
    }
  });

  it.each([-1, 1.5, Number.NaN, 10_000_001])('is refused for %d rows', async (count) => {
    await expect(startSandbox({ rows: count })).rejects.toMatchObject({ type: 'usage' });
  });

  it('may be empty', async () => {
    const sandbox = await startSandbox({ rows: 0 });
    const admin = client(sandbox);
    expect((await admin.get('/conversations/calls', { limit: 5 })).data).toEqual({ calls: [], total: 0 });
    expect((await admin.get('/conversations/sms')).data).toEqual({ conversation: [], total: 0 });
    await sandbox.close();
  });
});

describe('a million calls', () => {
  let sandbox: Sandbox;
  let admin: Client;
  beforeAll(async () => {
    sandbox = await startSandbox({ rows: MILLION, now: () => NOW });
    admin = client(sandbox);
  });
  afterAll(() => sandbox.close());

  const WINDOW = { start: daysAgo(200), end: daysAgo(169), limit: 200 };
  const calls = async (query: Record<string, string | number>): Promise<Row[]> =>
    rows(await admin.get('/conversations/calls', query), 'calls');

  it('are paged anywhere, without gaps, with true totals', async () => {
    const first = await admin.get('/conversations/calls', WINDOW);
    const total = Number(first.data['total']);
    expect(Math.abs(total - (MILLION * 31) / 365)).toBeLessThan(3);
    const last = await calls({ ...WINDOW, offset: total - 150 });
    expect(last).toHaveLength(150);
    const middle = await calls({ ...WINDOW, offset: 40_000, limit: 100 });
    expect([...middle, ...(await calls({ ...WINDOW, offset: 40_100, limit: 100 }))]).toEqual(
      await calls({ ...WINDOW, offset: 40_000 }),
    );
    const ids = [...rows(first, 'calls'), ...last].map((call) => Number(call['call_id']));
    expect((ids[0] ?? 0) - (ids.at(-1) ?? 0)).toBe(total - 1);
    expect(await calls({ ...WINDOW, offset: total })).toEqual([]);
  });

  it('are filtered with true totals', async () => {
    let total = 0;
    for (const disposition of ['ANSWERED,NO ANSWER,BUSY', 'FAILED,VOICEMAIL,ABANDONED,TRANSFERRED']) {
      const reply = await admin.get('/conversations/calls', { ...WINDOW, disposition });
      total += Number(reply.data['total']);
      const found = rows(reply, 'calls');
      expect(found.every((call) => disposition.split(',').includes(String(call['disposition'])))).toBe(true);
    }
    expect(total).toBe((await admin.get('/conversations/calls', WINDOW)).data['total']);
    const branch = client(sandbox, await login(sandbox, String(memberOf(1003)['email'])));
    const own = await branch.get('/conversations/calls', WINDOW);
    expect(Number(own.data['total'])).toBeLessThan(total);
    expect(new Set(rows(own, 'calls').map((call) => call['org_unit_id']))).toEqual(new Set([1003]));
  });

  const memberOf = (unit: number): Row =>
    sandbox.state
      .rows('users')
      .find((user) => user['group_org_unit_id'] === unit && user['status'] === 'active') as Row;

  it('are found by their ids', async () => {
    const [call = {}] = await calls({ ...WINDOW, offset: 1234, limit: 1 });
    const id = String(call['call_id']);
    expect(await calls({ call_id: id })).toEqual([call]);
    expect((await admin.get(`/conversations/calls/${id}`)).data).toMatchObject(call);
    expect(await calls({ call_id: 98_765 + MILLION })).toEqual([]);
  });

  it('have a fifth as many conversations', async () => {
    const open = await admin.get('/conversations/sms', { limit: 200, offset: 100_000 });
    const closed = await admin.get('/conversations/sms', { type: 'close' });
    expect(Number(open.data['total']) + Number(closed.data['total'])).toBe(200_000);
    expect(rows(open, 'conversation')).toHaveLength(200);
  });
});
