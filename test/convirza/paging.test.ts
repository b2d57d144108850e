import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/convirza/catalogue/types.ts';
import type { Call } from '../../src/convirza/client.ts';
import { type Page, walk } from '../../src/convirza/paging.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { failureOf } from '../shared/folder.ts';
import { answer, endpointOf, makeClient, ok, type Peer, startPeer, TokenRow } from './peer.ts';

/** Pages of at most 7, so that few rows make many pages. */
const LIST: Endpoint = { ...endpointOf('users list'), list: { key: 'users', paged: true, maxLimit: 7 } };
const UNKNOWN: Endpoint = { ...LIST, list: { paged: true, maxLimit: 7 } };
const ALL = Number.POSITIVE_INFINITY;

const people = (count: number) => Array.from({ length: count }, (_, id) => ({ id }));

/** What a service does with the rows that it has. */
interface Service {
  rows: unknown[];
  /** Its own limit of a page. */
  cap?: number;
  /** What it says for the total; undefined: nothing. */
  total?: (rows: number) => number | undefined;
  ignores?: 'offset' | 'both';
  key?: string;
}

function page(service: Service, query: Record<string, string>): Record<string, unknown> {
  const { rows, cap = ALL, total, ignores, key = 'users' } = service;
  const offset = ignores === undefined ? Number(query['offset']) : 0;
  const limit = ignores === 'both' ? ALL : Math.min(Number(query['limit']), cap);
  return { [key]: rows.slice(offset, offset + limit), total: total?.(rows.length) };
}

const serve = (service: Service): Promise<Peer> =>
  startPeer((request, response) => ok(response, page(service, request.query)));

async function collect(
  url: URL | string,
  endpoint: Endpoint,
  limit: number,
  call: Call = {},
): Promise<Page[]> {
  const pages: Page[] = [];
  for await (const next of walk(makeClient(url).client, endpoint, { ...call, limit })) pages.push(next);
  return pages;
}

const rowsOf = (pages: Page[]): unknown[] => pages.flatMap(({ rows }) => rows);
const asked = (peer: Peer) =>
  peer.requests.map(({ query }) => [Number(query['offset']), Number(query['limit'])]);

describe('walk', () => {
  it('always sends a limit, fills the last page exactly, and asks for nothing more', async () => {
    const peer = await serve({ rows: people(50), total: (count) => count });
    const pages = await collect(peer.url, LIST, 17);
    expect(rowsOf(pages)).toEqual(people(17));
    expect(asked(peer)).toEqual([
      [0, 7],
      [7, 7],
      [14, 3],
    ]);
    expect(pages.map(({ total }) => total)).toEqual([50, 50, 50]);
    expect(JSON.parse(pages[0]?.text ?? '')).toMatchObject({ code: 200, request_id: 'r-1' });
  });

  it('starts at the offset given, keeps the other parameters, and overrides the limit', async () => {
    const peer = await serve({ rows: people(20), total: (count) => count });
    const query = { offset: 9, limit: 999, name: 'ann' };
    expect(rowsOf(await collect(peer.url, LIST, ALL, { query }))).toEqual(people(20).slice(9));
    expect(asked(peer)).toEqual([
      [9, 7],
      [16, 7],
    ]);
    for (const request of peer.requests) expect(request.query['name']).toBe('ann');
  });

  it.each([0, 1, 6, 7, 8, 14, 15])(
    'without a total ends at an empty page, since a short one may be all that comes at once (%i rows)',
    async (count) => {
      const peer = await serve({ rows: people(count) });
      expect(rowsOf(await collect(peer.url, LIST, ALL))).toEqual(people(count));
      expect(peer.requests).toHaveLength(Math.ceil(count / 7) + 1);
    },
  );

  it('with a total needs no request beyond the last row', async () => {
    const peer = await serve({ rows: people(14), total: (count) => count });
    expect(rowsOf(await collect(peer.url, LIST, ALL))).toEqual(people(14));
    expect(peer.requests).toHaveLength(2);
  });

  it('a service that gives fewer rows than asked for is asked on, where its total says so', async () => {
    const peer = await serve({ rows: people(10), cap: 3, total: (count) => count });
    expect(rowsOf(await collect(peer.url, LIST, ALL))).toEqual(people(10));
    expect(asked(peer).map(([offset]) => offset)).toEqual([0, 3, 6, 9]);
  });

  it('an empty page ends the walk, whatever the total promises', async () => {
    const peer = await serve({ rows: people(9), total: () => 1_000 });
    expect(rowsOf(await collect(peer.url, LIST, ALL))).toEqual(people(9));
    expect(asked(peer).map(([offset]) => offset)).toEqual([0, 7, 9]);
    const nothing = await serve({ rows: [], total: () => 5 });
    expect((await collect(nothing.url, LIST, ALL)).map(({ rows }) => rows)).toEqual([[]]);
  });

  it.each([0, -1, 3])('a total of %i that the rows disprove is not believed', async (wrong) => {
    const peer = await serve({ rows: people(20), total: () => wrong });
    expect(rowsOf(await collect(peer.url, LIST, ALL))).toEqual(people(20));
    expect(asked(peer).map(([offset]) => offset)).toEqual([0, 7, 14, 20]);
  });

  it('sends no limit and offset where a list has no pages, and cuts it itself', async () => {
    const peer = await startPeer((_, response) => ok(response, { orgUnits: people(30) }));
    const endpoint: Endpoint = { ...LIST, list: { key: 'orgUnits', paged: false, maxLimit: 7 } };
    expect(rowsOf(await collect(peer.url, endpoint, 12, { query: { active: true } }))).toEqual(people(12));
    expect(peer.requests.map(({ query }) => query)).toEqual([{ active: 'true' }]);
  });

  it('is for lists alone', async () => {
    await expect(collect('http://127.0.0.1:1', endpointOf('users get'), 1)).rejects.toThrow('is no list');
  });
});

describe('a service that ignores offset', () => {
  it.each([
    ['and says no total', undefined, ALL],
    ['and says a total that two pages reach', (count: number) => count, ALL],
    ['when the second page reaches the limit', undefined, 10],
    ['when the second page reaches total and limit', (count: number) => count, 14],
  ])('%s is an error, and no row comes twice', async (_, total, limit) => {
    const peer = await serve({ rows: people(14), ignores: 'offset', ...(total && { total }) });
    const rows: unknown[] = [];
    const error = await failureOf(async () => {
      for await (const next of walk(makeClient(peer.url).client, LIST, { limit })) rows.push(...next.rows);
    });
    expect(error).toMatchObject({ type: 'server', message: expect.stringContaining('ignore offset') });
    expect(rows).toEqual(people(7));
    expect(peer.requests).toHaveLength(2);
  });

  it('does no harm where one page is enough', async () => {
    for (const [rows, limit] of [
      [people(5), ALL],
      [people(50), 7],
    ] as const) {
      const peer = await serve({ rows, ignores: 'offset' });
      expect(rowsOf(await collect(peer.url, LIST, limit))).toEqual(rows.slice(0, 7));
    }
  });

  it('and limit too has given its whole list with the first answer', async () => {
    for (const total of [undefined, (count: number) => count]) {
      const peer = await serve({ rows: people(30), ignores: 'both', ...(total && { total }) });
      expect(rowsOf(await collect(peer.url, LIST, ALL))).toEqual(people(30));
      expect(rowsOf(await collect(peer.url, LIST, 12))).toEqual(people(12));
    }
  });
});

describe('a page that fails', () => {
  it('is an error after the pages before it were given', async () => {
    const peer = await startPeer(({ index, query }, response) =>
      index === 1
        ? answer(response, 500, { message: 'page two', requestId: 'r-2' })
        : ok(response, page({ rows: people(20) }, query)),
    );
    const rows: unknown[] = [];
    const error = await failureOf(async () => {
      for await (const next of walk(makeClient(peer.url).client, LIST, { limit: ALL })) {
        rows.push(...next.rows);
        // Time for the failure of the page ahead to arrive while this one is worked on.
        while (peer.requests.length < 2) await new Promise(setImmediate);
        await new Promise(setImmediate);
      }
    });
    expect(rows).toEqual(people(7));
    expect(error).toMatchObject({ type: 'server', status: 500, requestId: 'r-2' });
  });

  it('may hold no list at all', async () => {
    const peer = await startPeer((_, response) => ok(response, { user: { id: 1 } }));
    expect(await failureOf(() => collect(peer.url, UNKNOWN, ALL))).toMatchObject({
      type: 'server',
      requestId: 'r-1',
      message: 'The answer of GET /users/list holds no list',
    });
  });

  it('that nobody waits for any more is no unhandled rejection', async () => {
    const peer = await startPeer(({ index, query }, response) =>
      index > 0 ? answer(response, 500) : ok(response, page({ rows: people(20) }, query)),
    );
    for await (const next of walk(makeClient(peer.url).client, LIST, { limit: ALL })) {
      expect(next.rows).toEqual(people(7));
      while (peer.requests.length < 2) await new Promise(setImmediate);
      break;
    }
    await new Promise(setImmediate);
    expect(peer.requests).toHaveLength(2);
  });
});

describe('against an array behind real HTTP', () => {
  it('any limit, offset, cap and total give exactly the rows asked for, in order', async () => {
    let service: Service = { rows: [] };
    const peer = await startPeer((request, response) => ok(response, page(service, request.query)));
    const { client } = makeClient(peer.url);
    const cases = fc.record({
      count: fc.nat(40),
      limit: fc.oneof(fc.integer({ min: 1, max: 45 }), fc.constant(ALL)),
      offset: fc.nat(45),
      cap: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
      key: fc.constantFrom('users', 'other'),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ count, limit, offset, cap, key }) => {
        peer.requests.length = 0;
        const total = count % 2 === 0 ? (rows: number) => rows : undefined;
        service = { rows: people(count), key, ...(total && { total }), ...(cap && { cap }) };
        const rows: unknown[] = [];
        for await (const next of walk(client, LIST, { limit, query: { offset } })) rows.push(...next.rows);
        expect(rows).toEqual(service.rows.slice(offset, offset + limit));
        const size = Math.min(7, cap ?? 7);
        expect(peer.requests.length).toBeLessThanOrEqual(Math.ceil(rows.length / size) + 1);
        for (const [, sent] of asked(peer)) expect(sent).toBeLessThanOrEqual(7);
      }),
      { seed: 19, numRuns: 150 },
    );
  });

  it('walks the sandbox, page by page and whole', async () => {
    const sandbox = await startSandbox();
    try {
      const tokens = new TokenRow(sandbox.issueTokens().access_token);
      const { client } = makeClient(sandbox.url, { tokens });
      const ids = async (maxLimit: number) => {
        const endpoint = { ...LIST, list: { key: 'users', paged: true, maxLimit } };
        const found: unknown[] = [];
        for await (const { rows } of walk(client, endpoint, { limit: ALL }))
          found.push(...rows.map((row) => (row as { ct_user_id: number }).ct_user_id));
        return found;
      };
      const whole = await ids(200);
      expect(new Set(whole).size).toBe(whole.length);
      expect(whole.length).toBeGreaterThan(7);
      expect(await ids(7)).toEqual(whole);
    } finally {
      await sandbox.close();
    }
  });
});
