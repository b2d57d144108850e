import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type RequestRecord, startSandbox } from '../../src/sandbox/index.ts';
import { jsonInit, request } from './http-client.ts';

it('says where it is', async () => {
  const sandbox = await startSandbox();
  const { port, url } = sandbox;
  expect(url).toBe(`http://127.0.0.1:${port}`);
  expect(sandbox.env).toEqual({
    CONVIRZA_API_URL: `${url}/v3`,
    CONVIRZA_OAUTH_URL: url,
    CONVIRZA_EMAIL: 'admin@example.com',
    CONVIRZA_PASSWORD: sandbox.account.password,
    NEXTEVI_URL: `ws://127.0.0.1:${port}/ws/voice`,
    NEXTEVI_API_KEY: sandbox.voiceKey,
    NEXTEVI_CONFIG_ID: expect.any(String),
  });
  expect(sandbox.voiceKey).toMatch(/^oak_/);
  const reply = await request(`${sandbox.oauthUrl}/oauth/token`, jsonInit('POST', sandbox.account));
  expect(reply.status).toBe(200);
  await sandbox.close();
});

it('listens on other hosts', async () => {
  const sandbox = await startSandbox({ host: '0.0.0.0' });
  expect(sandbox.url).toBe(`http://127.0.0.1:${sandbox.port}`);
  expect((await request(sandbox.url)).status).toBe(200);
  await sandbox.close();
});

it('refuses a port in use, a port that is none, and a host that is not here', async () => {
  const sandbox = await startSandbox();
  await expect(startSandbox({ port: sandbox.port })).rejects.toMatchObject({
    type: 'usage',
    message: expect.stringContaining(`${sandbox.port}`),
    hint: expect.stringContaining('--port'),
  });
  await expect(startSandbox({ port: 70_000 })).rejects.toMatchObject({ type: 'usage' });
  await expect(startSandbox({ host: '192.0.2.1' })).rejects.toMatchObject({
    type: 'usage',
    hint: expect.stringContaining('--host'),
  });
  await sandbox.close();
});

it('tells of each request, aborted ones too', async () => {
  const records: RequestRecord[] = [];
  let aborted = (): void => undefined;
  const seen = new Promise<void>((resolve) => {
    aborted = resolve;
  });
  const sandbox = await startSandbox({
    onRequest: (record) => {
      records.push(record);
      if (record.status === 'aborted') aborted();
    },
  });
  await request(`${sandbox.url}/?a=1&a=2`);
  expect(records).toMatchObject([{ method: 'GET', path: '/', query: { a: '1,2' }, status: 200 }]);
  const socket = connect(sandbox.port, '127.0.0.1');
  const head = 'POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{';
  socket.write(head, () => socket.destroy());
  await seen;
  expect(records.at(-1)).toMatchObject({ path: '/oauth/token', status: 'aborted' });
  await sandbox.close();
});

it('closes at once, with idle, waiting and half-sent connections', async () => {
  const sandbox = await startSandbox({ faults: [{ path: '/slow', delayMs: 60_000 }] });
  await request(sandbox.url);
  const slow = request(`${sandbox.url}/slow`).catch(() => 'broken');
  const socket = connect(sandbox.port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write('POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{');
  const ended = new Promise((resolve) => socket.once('close', resolve));
  const started = performance.now();
  await Promise.all([sandbox.close(), sandbox.close()]);
  expect(performance.now() - started).toBeLessThan(1000);
  expect(await slow).toBe('broken');
  await ended;
  await expect(request(sandbox.url)).rejects.toThrow();
});

it('refuses WebSockets elsewhere and from strangers', async () => {
  const sandbox = await startSandbox();
  const refusal = async (path: string, host: string): Promise<string> => {
    const socket = connect(sandbox.port, '127.0.0.1');
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
    );
    const [reply] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return reply.toString();
  };
  expect(await refusal('/v3/tag', 'localhost')).toContain('404');
  expect(await refusal('/ws/voice/', 'localhost')).toContain('404');
  expect(await refusal('/ws/voice/x', 'evil.example')).toContain('403');
  await sandbox.close();
});

it.each(['', '/'])(
  'hands WebSockets to the voice side and closes them at once (extra "%s")',
  async (slash) => {
    const sandbox = await startSandbox();
    const query = new URLSearchParams({
      api_key: sandbox.voiceKey,
      config_id: sandbox.env['NEXTEVI_CONFIG_ID'] ?? '',
    });
    const socket = new WebSocket(`${sandbox.voiceUrl}${slash}/connection-1?${query}`);
    const [message] = (await once(socket, 'message')) as [Buffer];
    expect(JSON.parse(message.toString())).toMatchObject({ type: 'connection_metadata' });
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const started = performance.now();
    await sandbox.close();
    expect(performance.now() - started).toBeLessThan(1000);
    await closed;
  },
);
