import { describe, expect, it } from 'vitest';
import type { HttpRequest } from '../../src/convirza/transport.ts';
import { TransportError } from '../../src/convirza/transport-error.ts';
import { failureOf } from '../shared/folder.ts';
import { answer, endpointOf, makeClient, makeTransport, NOW, ok, startPeer, startTcpPeer } from './peer.ts';

const get = (url: URL, path = '/'): HttpRequest => ({ method: 'GET', url: new URL(path, url) });
const post = (url: URL, value: unknown): HttpRequest => ({
  method: 'POST',
  url,
  body: { kind: 'json', value },
});

describe('what is sent', () => {
  it('says who asks and what it reads, and has no body and no length where there is none', async () => {
    const peer = await startPeer((_, response) => ok(response, {}));
    await makeTransport().send(get(peer.url, '/v3/users?a=1'));
    const [request] = peer.requests;
    expect(request?.headers).toMatchObject({ accept: 'application/json', 'user-agent': 'convirza-test/1' });
    expect(request?.headers['content-type']).toBeUndefined();
    expect(request?.headers['content-length']).toBeUndefined();
    expect(request?.query).toEqual({ a: '1' });
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE'])(
    'a JSON body goes with %s, in UTF-8, with its length',
    async (method) => {
      const peer = await startPeer((_, response) => ok(response, {}));
      const value = { name: 'Zoë 🎧', line: 'a\nb' };
      await makeTransport().send({ ...post(peer.url, value), method });
      const [request] = peer.requests;
      expect(request?.method).toBe(method);
      expect(JSON.parse(request?.body.toString('utf8') ?? '')).toEqual(value);
      expect(request?.headers).toMatchObject({
        'content-type': 'application/json',
        'content-length': String(request?.body.length),
      });
    },
  );

  it('a connection is used again', async () => {
    const peer = await startPeer((_, response) => ok(response, {}));
    const transport = makeTransport();
    for (let index = 0; index < 5; index++) await transport.send(get(peer.url));
    expect(new Set(peer.requests.map(({ socket }) => socket)).size).toBeLessThan(3);
  });
});

describe('what comes back', () => {
  it('is given as it is, whatever its status, with header names in lower case', async () => {
    const peer = await startPeer((_, response) => {
      response.setHeader('X-Request-Id', 'r-1');
      response.setHeader('Set-Cookie', ['a=1', 'b=2']);
      answer(response, 418, 'Grüße 🎧');
    });
    expect(await makeTransport().send(get(peer.url, '/v3/x?secret=1'))).toEqual({
      status: 418,
      headers: expect.objectContaining({ 'x-request-id': 'r-1', 'set-cookie': 'a=1, b=2' }),
      text: 'Grüße 🎧',
      endpoint: `GET ${peer.url.origin}/v3/x`,
      timestamp: new Date(NOW).toISOString(),
    });
  });

  it('is put together from pieces that cut a character in half', async () => {
    const bytes = Buffer.from(JSON.stringify({ data: ['🎧'.repeat(50)] }));
    const peer = await startPeer(async (_, response) => {
      response.writeHead(200);
      for (let at = 0; at < bytes.length; at += 3) {
        response.write(bytes.subarray(at, at + 3));
        await new Promise(setImmediate);
      }
      response.end();
    });
    expect((await makeTransport().send(get(peer.url))).text).toBe(bytes.toString('utf8'));
  });
});

describe('an answer that is late', () => {
  it('is a time-out that says so, before its head and in its middle, and is asked for again if that may be', async () => {
    const silent = await startPeer(() => {});
    const stalling = await startPeer((_, response) => {
      response.writeHead(200);
      response.write('{"data":');
    });
    const slow = await startPeer(({ index }, response) => {
      if (index > 0) ok(response, { users: [] });
    });
    const { client, notices } = makeClient(slow.url, { timeoutMs: 100 });
    // Side by side, since undici looks at its clock only once a second.
    const [first, second, third] = await Promise.all([
      failureOf(() => makeTransport(100).send(get(silent.url))),
      failureOf(() => makeTransport(100).send(get(stalling.url))),
      client.call(endpointOf('users list')),
    ]);
    expect(first).toBeInstanceOf(TransportError);
    expect(first).toMatchObject({
      type: 'network',
      sent: true,
      passing: true,
      message: `${silent.url.host} did not answer within 0.1 seconds`,
      hint: expect.stringContaining('--timeout'),
    });
    expect(second).toMatchObject({
      type: 'network',
      sent: true,
      message: `The answer of ${stalling.url.host} stopped for 0.1 seconds`,
    });
    expect(third.status).toBe(200);
    expect(notices.map(({ reason }) => reason)).toEqual([
      `${slow.url.host} did not answer within 0.1 seconds`,
    ]);
  });
});

describe('an answer that is cut', () => {
  it.each([
    ['before its length', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"data":'],
    ['between two chunks', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n8\r\n{"data":\r\n'],
    ['in its head', 'HTTP/1.1 200 OK\r\nconte'],
    ['before its head', ''],
  ])('%s is a failure on the way, not half an answer', async (_, bytes) => {
    const peer = await startTcpPeer((socket) => socket.once('data', () => socket.end(bytes)));
    const error = await failureOf(() => makeTransport().send(get(peer.url)));
    expect(error).toMatchObject({ type: 'network', sent: true, passing: true });
    expect(error.message).toContain(`The connection to ${peer.url.host} broke off`);
  });

  it('but framed as whole is an answer that cannot be read', async () => {
    const peer = await startPeer((_, response) => answer(response, 200, '{"data":{"users":[{"a":'));
    const error = await failureOf(() => makeClient(peer.url).client.call(endpointOf('users list')));
    expect(error).toMatchObject({ type: 'server', status: 200 });
    expect(error.message).toBe('The server answered broken JSON instead of JSON (HTTP 200)');
    expect(peer.requests).toHaveLength(1);
  });

  it('of another protocol is a failure on the way', async () => {
    const peer = await startTcpPeer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'));
    const error = await failureOf(() => makeTransport().send(get(peer.url)));
    expect(error).toMatchObject({ type: 'network' });
  });
});

describe('an answer without end', () => {
  it('is given up at 256 MB', async () => {
    const piece = Buffer.alloc(4 * 1024 * 1024, 0x20);
    let written = 0;
    const peer = await startPeer(async ({ socket }, response) => {
      let waiting: (value?: unknown) => void = () => {};
      response.on('drain', () => waiting()).on('close', () => waiting());
      response.writeHead(200);
      while (!socket.destroyed && written < 1024 * 1024 * 1024) {
        written += piece.length;
        if (!response.write(piece)) await new Promise((resolve) => (waiting = resolve));
      }
    });
    const error = await failureOf(() => makeTransport().send(get(peer.url)));
    expect(error).toMatchObject({ type: 'server', message: 'The answer is larger than 256 MB' });
    expect(error.endpoint).toBe(`GET ${peer.url.href}`);
    expect(written).toBeLessThan(400 * 1024 * 1024);
  });
});

describe('giving up', () => {
  it.each([
    ['before the answer', false],
    ['in the middle of it', true],
  ])('%s ends with the reason itself and closes the connection', async (_, started) => {
    const stop = new AbortController();
    const reason = new Error('interrupted');
    let closed: Promise<unknown> = Promise.resolve('never');
    const peer = await startPeer(({ socket }, response) => {
      closed = new Promise((resolve) => socket.once('close', resolve));
      if (started) response.write('{"data":');
      setImmediate(() => stop.abort(reason));
    });
    await expect(makeTransport().send(get(peer.url), stop.signal)).rejects.toBe(reason);
    await expect(closed).resolves.not.toBe('never');
  });

  it('takes any reason, and leaves the transport usable', async () => {
    const peer = await startPeer((_, response) => ok(response, {}));
    const transport = makeTransport();
    await expect(transport.send(get(peer.url), AbortSignal.abort('enough'))).rejects.toBe('enough');
    expect((await transport.send(get(peer.url))).status).toBe(200);
  });
});

describe('failures that will not pass', () => {
  it('a server that speaks no TLS is named as such, and was not sent anything', async () => {
    const peer = await startPeer((_, response) => ok(response, {}));
    const url = new URL(peer.url.href.replace('http:', 'https:'));
    const error = await failureOf(() => makeTransport().send(get(url)));
    expect(error).toMatchObject({ type: 'network', sent: false, passing: false });
    expect(error.message).toContain(`${url.host} does not speak TLS as expected (`);
    expect(peer.requests).toEqual([]);
  });

  it('a host that does not exist is not asked for again', async () => {
    const { client, slept } = makeClient('http://no-such-host.invalid');
    const error = await failureOf(() => client.call(endpointOf('users list')));
    expect(error).toMatchObject({ type: 'network', sent: false });
    expect(error.message).toBe('The host no-such-host.invalid cannot be found');
    expect(slept.length).toBeLessThanOrEqual(3);
  });

  it('a token that no header can hold is not sent, not retried, and not in doubt', async () => {
    const peer = await startPeer((_, response) => ok(response, {}));
    const error = await failureOf(() =>
      makeTransport().send({ ...get(peer.url), headers: { authorization: 'Bearer a\r\nx: y' } }),
    );
    expect(error).toMatchObject({ type: 'network', sent: false, passing: false });
    expect(error.message).not.toContain('broke off');
    expect(peer.requests).toEqual([]);
  });
});
