import { once } from 'node:events';
import { request as ask } from 'node:https';
import { connect } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { makeCertificate } from '../../src/sandbox/certificate.ts';
import { type SandboxOptions, startSandbox } from '../../src/sandbox/index.ts';
import { jsonInit, request } from './http-client.ts';

async function start(options: SandboxOptions) {
  const sandbox = await startSandbox(options);
  onTestFinished(() => sandbox.close());
  return sandbox;
}

describe('over TLS', () => {
  const { key, cert, ca } = makeCertificate(['localhost', '127.0.0.1', '::1'], Date.now());
  const tls = { key, cert, caFile: '/somewhere/ca.pem' };

  const get = (url: string, headers = {}) =>
    new Promise<number | string>((resolve) => {
      ask(url, { ca, agent: false, headers, checkServerIdentity: () => undefined }, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      })
        .on('error', (error: NodeJS.ErrnoException) => resolve(String(error.code)))
        .end();
    });

  it('says https: and wss:, and where the certificate is', async () => {
    const { url, env, port } = await start({ tls });
    expect(url).toBe(`https://127.0.0.1:${port}`);
    expect(env).toMatchObject({
      CONVIRZA_API_URL: `${url}/v3`,
      NEXTEVI_URL: `wss://127.0.0.1:${port}/ws/voice`,
      CONVIRZA_CA_FILE: '/somewhere/ca.pem',
      NODE_EXTRA_CA_CERTS: '/somewhere/ca.pem',
    });
    expect(await get(url)).toBe(200);
  });

  it('guards itself as without: other hosts, pages of other origins', async () => {
    const { url } = await start({ tls });
    const host = new URL(url).host;
    expect(await get(url, { host: 'evil.example' })).toBe(403);
    expect(await get(url, { origin: `http://${host}` })).toBe(403);
    expect(await get(url, { origin: `https://${host}` })).toBe(200);
  });

  it('speaks voice, and breaks connections on demand', async () => {
    const sandbox = await start({ tls, faults: [{ path: '/broken', reset: 'before' }] });
    const query = new URLSearchParams({
      api_key: sandbox.voiceKey,
      config_id: sandbox.env['NEXTEVI_CONFIG_ID'] ?? '',
    });
    const socket = new WebSocket(`${sandbox.voiceUrl}/x?${query}`, { ca });
    const [message] = (await once(socket, 'message')) as [Buffer];
    expect(message.toString()).toContain('connection_metadata');
    socket.terminate();
    expect(await get(`${sandbox.url}/broken`)).toBe('ECONNRESET');
    expect(await get(sandbox.url)).toBe(200);
  });

  it('ends at once, with connections in every state', async () => {
    const sandbox = await start({ tls });
    const idle = connect({ port: sandbox.port, host: '127.0.0.1', ca });
    idle.on('error', () => undefined);
    await once(idle, 'secureConnect');
    const gone = once(idle, 'close');
    await sandbox.close();
    await gone;
  });
});

describe('with latency', () => {
  it('every answer waits, but for those of the control endpoints', async () => {
    const arrived: string[] = [];
    const sandbox = await start({
      latency: { ms: 60_000, jitterMs: 100 },
      onChange: () => arrived.push('login'),
    });
    const login = request(`${sandbox.url}/oauth/token`, jsonInit('POST', sandbox.account)).then(
      () => 'answered',
      () => 'broken off',
    );
    await expect.poll(() => arrived).toEqual(['login']);
    expect((await request(`${sandbox.url}/_sandbox/info`)).status).toBe(200);
    await sandbox.close();
    expect(await login).toBe('broken off');
  });
});

describe('the control endpoints', () => {
  it('say how the sandbox is reached, and how often each rule acted', async () => {
    const rule = { path: '/x', status: 503, times: 1 };
    const sandbox = await start({ faults: [rule] });
    const info = await request(`${sandbox.url}/_sandbox/info`);
    const { url, voiceUrl, port, account, env } = sandbox;
    expect(info.body).toEqual({ url, voice_url: voiceUrl, port, account, env });
    for (let round = 0; round < 3; round++) await request(`${url}/x`);
    expect(JSON.parse((await request(`${url}/_sandbox/faults?counts=1`)).text)).toEqual([
      { rule, seen: 1, acted: 1 },
    ]);
    expect(JSON.parse((await request(`${url}/_sandbox/faults`)).text)).toEqual([rule]);
  });

  it('take bounded bodies', async () => {
    const { url } = await start({});
    const body = [{ path: '/x', body: 'x'.repeat(2_000_000) }];
    expect((await request(`${url}/_sandbox/faults`, jsonInit('PUT', body))).status).toBe(413);
    expect((await request(`${url}/_sandbox/voice`, jsonInit('POST', body))).status).toBe(413);
  });

  it('tell whoever keeps the state of what may have changed it', async () => {
    let changes = 0;
    const sandbox = await start({ onChange: () => changes++ });
    await request(sandbox.url);
    expect(changes).toBe(0);
    await request(`${sandbox.url}/oauth/token`, jsonInit('POST', sandbox.account));
    expect(changes).toBe(1);
    sandbox.reset();
    expect(changes).toBe(2);
  });
});
