import { describe, expect, it } from 'vitest';
import type { Endpoint } from '../../src/convirza/catalogue/types.ts';
import { TransportError } from '../../src/convirza/transport-error.ts';
import { failureOf } from '../shared/folder.ts';
import {
  answer,
  closedPort,
  endpointOf,
  makeClient,
  NOW,
  ok,
  type Peer,
  type Received,
  startPeer,
  startTcpPeer,
} from './peer.ts';

const LIST = endpointOf('users list');
const CREATE = endpointOf('users create');
const PATCH = endpointOf('users patch');
const DELETE = endpointOf('users delete');
const ORDER = endpointOf('numbers order');
const RELEASE = endpointOf('numbers release');
const call = { path: { id: '7' }, body: { kind: 'json', value: { a: 1 } } } as const;

type Step = number | 'reset' | ((...args: Parameters<typeof ok>) => void);

/** Answers with the steps in turn, and with a success after them. */
function script(...steps: Step[]): Promise<Peer> {
  return startPeer((request: Received, response) => {
    const step = steps[request.index];
    if (step === 'reset') request.socket.resetAndDestroy();
    else if (typeof step === 'number') answer(response, step, { message: `step ${request.index}` });
    else ok(response, { users: [{ id: 1 }] });
  });
}

describe('429', () => {
  it.each([LIST, CREATE, PATCH, ORDER])(
    'is tried again for any request ($method $path)',
    async (endpoint) => {
      const peer = await script(429, 429);
      const { client, slept, notices } = makeClient(peer.url);
      expect((await client.call(endpoint, call)).status).toBe(200);
      expect(peer.requests).toHaveLength(3);
      expect(slept).toEqual([75, 150]);
      expect(notices).toEqual([
        { reason: 'HTTP 429', delayMs: 75, attempt: 1, retries: 3 },
        { reason: 'HTTP 429', delayMs: 150, attempt: 2, retries: 3 },
      ]);
    },
  );

  it.each([
    ['7', 7_000],
    [new Date(NOW + 90_000).toUTCString(), 60_000],
    [new Date(NOW + 30_000).toUTCString(), 30_000],
    ['86400', 60_000],
    ['0', 75],
    ['soon', 75],
  ])('with Retry-After %s waits %i ms', async (header, expected) => {
    const peer = await startPeer(({ index }, response) =>
      index === 0 ? answer(response, 429, '', { 'retry-after': header }) : ok(response, []),
    );
    const { client, slept } = makeClient(peer.url);
    await client.call(LIST);
    expect(slept).toEqual([expected]);
  });

  it('to the end is an error with the type for it', async () => {
    const peer = await script(429, 429, 429, 429, 429);
    const { client, slept } = makeClient(peer.url);
    expect(await failureOf(() => client.call(CREATE, call))).toMatchObject({
      type: 'rate_limited',
      status: 429,
      message: 'Too many requests: step 3 (HTTP 429)',
    });
    expect(peer.requests).toHaveLength(4);
    expect(slept).toEqual([75, 150, 300]);
  });
});

describe('a gate', () => {
  it('is asked before every request, and told of every 429 with the pause that was asked for', async () => {
    const peer = await startPeer((request, response) => {
      if (request.index === 0) answer(response, 429, {}, { 'retry-after': '7' });
      else if (request.index === 1) answer(response, 429, {});
      else ok(response, { users: [] });
    });
    const heard: unknown[] = [];
    const gate = {
      ready: async () => void heard.push('ready'),
      refused: (holdMs?: number) => void heard.push(holdMs),
    };
    const { client } = makeClient(peer.url, { gate });
    await client.call(LIST);
    expect(heard).toEqual(['ready', 7000, 'ready', undefined, 'ready']);
  });

  it('that is given up sends nothing', async () => {
    const peer = await script();
    const gate = { ready: () => Promise.reject(new Error('stopped')), refused: () => undefined };
    const { client } = makeClient(peer.url, { gate });
    await expect(client.call(LIST)).rejects.toThrow('stopped');
    expect(peer.requests).toHaveLength(0);
  });
});

describe('502, 503 and 504', () => {
  it.each([502, 503, 504])('%i is tried again where a request may be repeated', async (status) => {
    for (const endpoint of [LIST, DELETE, endpointOf('users update'), endpointOf('auth logout')]) {
      const peer = await script(status);
      const { client, slept } = makeClient(peer.url);
      expect((await client.call(endpoint, call)).status).toBe(200);
      expect(peer.requests).toHaveLength(2);
      expect(slept).toEqual([75]);
    }
  });

  it.each([502, 503, 504])('%i is the end where it may not: sent once', async (status) => {
    const never: Endpoint[] = [
      CREATE,
      PATCH,
      ORDER,
      RELEASE,
      endpointOf('auth login'),
      endpointOf('auth refresh'),
    ];
    for (const endpoint of never) {
      const peer = await script(status);
      const error = await failureOf(() => makeClient(peer.url).client.call(endpoint, call));
      expect(error).toMatchObject({ type: 'server', status });
      expect(peer.requests, endpoint.path).toHaveLength(1);
    }
  });

  it.each([500, 501, 505, 400, 404, 409])('%i is never tried again', async (status) => {
    const peer = await script(status);
    expect((await failureOf(() => makeClient(peer.url).client.call(LIST))).status).toBe(status);
    expect(peer.requests).toHaveLength(1);
  });

  it('the caller can say that a request may or may not be repeated', async () => {
    const once = await script(503);
    await failureOf(() => makeClient(once.url).client.call(LIST, { repeatable: false }));
    expect(once.requests).toHaveLength(1);
    const again = await script(503);
    await makeClient(again.url).client.call(CREATE, { ...call, repeatable: true });
    expect(again.requests).toHaveLength(2);
  });

  it('a mixture counts as one row of attempts', async () => {
    const peer = await script(503, 'reset', 429, 502);
    const { client, slept } = makeClient(peer.url);
    expect(await failureOf(() => client.call(LIST))).toMatchObject({ status: 502 });
    expect(slept).toEqual([75, 150, 300]);
  });

  it('with retries 0 nothing is tried again', async () => {
    const peer = await script(503);
    const { client, slept } = makeClient(peer.url, { retry: { retries: 0 } });
    await failureOf(() => client.call(LIST));
    expect(peer.requests).toHaveLength(1);
    expect(slept).toEqual([]);
  });
});

describe('a connection that breaks', () => {
  it('after the request came: a GET is sent again, a POST, PATCH and an order never', async () => {
    const peer = await script('reset', 'reset');
    expect((await makeClient(peer.url).client.call(LIST)).status).toBe(200);
    expect(peer.requests).toHaveLength(3);
    for (const endpoint of [CREATE, PATCH, ORDER, RELEASE]) {
      const other = await script('reset');
      const error = await failureOf(() => makeClient(other.url).client.call(endpoint, call));
      expect(error).toBeInstanceOf(TransportError);
      expect(error).toMatchObject({ type: 'network', sent: true, passing: true, status: undefined });
      expect(error.message).toContain('broke off');
      expect(other.requests, endpoint.path).toHaveLength(1);
    }
  });

  it('before anything is read: nobody can tell, so a POST is sent once', async () => {
    let connections = 0;
    const peer = await startTcpPeer((socket) => {
      connections++;
      socket.resetAndDestroy();
    });
    const error = await failureOf(() => makeClient(peer.url).client.call(CREATE, call));
    expect(error).toMatchObject({ type: 'network', sent: true });
    expect(connections).toBe(1);
  });

  it('that was never made: any request is sent again, and arrives once', async () => {
    for (const endpoint of [LIST, CREATE, ORDER]) {
      const port = await closedPort();
      const started: Peer[] = [];
      const { client, notices } = makeClient(`http://127.0.0.1:${port}`, {
        onSleep: async () => {
          if (notices.length === 2) started.push(await startPeer((_, response) => ok(response, []), port));
        },
      });
      expect((await client.call(endpoint, call)).status).toBe(200);
      expect(notices.map(({ reason }) => reason)).toEqual(
        Array(2).fill(`Nothing answers at 127.0.0.1:${port} (connection refused)`),
      );
      expect(started[0]?.requests).toHaveLength(1);
    }
  });

  it('that is never made is an error of the network', async () => {
    const port = await closedPort();
    const { client, slept } = makeClient(`http://127.0.0.1:${port}`);
    const error = await failureOf(() => client.call(CREATE, call));
    expect(error).toMatchObject({
      type: 'network',
      sent: false,
      endpoint: `POST http://127.0.0.1:${port}/v3/users`,
      timestamp: new Date(NOW).toISOString(),
    });
    expect(slept).toHaveLength(3);
  });
});

describe('a DELETE whose answer got lost', () => {
  it.each([404, 410])('and that then finds nothing (%i) did succeed', async (status) => {
    const peer = await script('reset', status);
    const result = await makeClient(peer.url).client.call(DELETE, call);
    expect(result).toMatchObject({ status: 200, data: undefined });
    expect(peer.requests.map(({ method }) => method)).toEqual(['DELETE', 'DELETE']);
  });

  it.each([502, 504])('behind a gateway (%i) did succeed too', async (status) => {
    const peer = await script(status, 404);
    expect((await makeClient(peer.url).client.call(DELETE, call)).status).toBe(200);
  });

  it('stays lost over further failures', async () => {
    const peer = await script('reset', 503, 429, 404);
    expect((await makeClient(peer.url).client.call(DELETE, call)).status).toBe(200);
    expect(peer.requests).toHaveLength(4);
  });

  it.each<[string, Step[], number]>([
    ['finds nothing at the first try', [404], 404],
    ['finds nothing after the service was away', [503, 404], 404],
    ['finds nothing after a 429', [429, 404], 404],
    ['is refused', ['reset', 403], 403],
    ['fails', ['reset', 500], 500],
  ])('is not one that %s', async (_, steps, status) => {
    const peer = await script(...steps);
    expect(await failureOf(() => makeClient(peer.url).client.call(DELETE, call))).toMatchObject({ status });
  });

  it('is not a GET: what is not there is not there', async () => {
    const peer = await script('reset', 404);
    const error = await failureOf(() => makeClient(peer.url).client.call(endpointOf('users get'), call));
    expect(error).toMatchObject({ type: 'not_found', status: 404 });
  });
});

describe('giving up', () => {
  it('in a pause ends with the reason, and nothing more is sent', async () => {
    const peer = await script(503, 503, 503);
    const stop = new AbortController();
    const reason = new Error('interrupted');
    const { client } = makeClient(peer.url, { onSleep: () => stop.abort(reason) });
    await expect(client.call(LIST, { signal: stop.signal })).rejects.toBe(reason);
    expect(peer.requests).toHaveLength(1);
  });

  it('before the start sends nothing', async () => {
    const peer = await script();
    const reason = new Error('interrupted');
    const { client } = makeClient(peer.url);
    await expect(client.call(LIST, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(peer.requests).toEqual([]);
  });
});
