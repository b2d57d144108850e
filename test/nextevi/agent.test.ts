import { createServer, type TLSSocket } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type AgentOptions, ConnectionAgent, type ConnectionStep } from '../../src/nextevi/agent.ts';
import type { VoiceError } from '../../src/nextevi/errors.ts';
import { VoiceSession } from '../../src/nextevi/session.ts';
import { CERTIFICATE, KEY } from '../helpers/certificate.ts';
import { startProxy } from '../helpers/proxy.ts';
import { failureOf } from '../shared/folder.ts';
import { connect, sessionOptions, startRawPeer, startService, unusedAddress } from './peers.ts';

const agentFor = (url: URL, more: Partial<AgentOptions> = {}) =>
  new ConnectionAgent({ secure: url.protocol === 'wss:', timeoutMs: 5_000, ...more });

/** A session over the agent, and what it told of. */
async function connectBy(url: URL, more: Partial<AgentOptions> = {}) {
  const steps: ConnectionStep[] = [];
  const agent = agentFor(url, { onStep: (step) => void steps.push(step), ...more });
  return { ...(await connect(url, { agent })), steps };
}

async function refusal(url: URL, more: Partial<AgentOptions> = {}, given: object = {}): Promise<VoiceError> {
  const options = sessionOptions(url, { agent: agentFor(url, more), ...given });
  return (await failureOf(() => VoiceSession.connect(options))) as VoiceError;
}

/** The same service by a name that no DNS knows: only the proxy can lead there. */
function unreachable(url: URL): URL {
  const elsewhere = new URL(url.href);
  elsewhere.hostname = 'voice.test.invalid';
  return elsewhere;
}

describe('a connection through a proxy', () => {
  it.each([
    ['http:', false],
    ['https:', true],
  ])('reaches ws: by CONNECT, over an %s proxy', async (_kind, secure) => {
    const service = await startService({ onOpen: (peer) => peer.send('{"type":"status"}') });
    const proxy = await startProxy({ target: service.url, secure });
    const url = unreachable(service.url);
    const { session, steps } = await connectBy(url, { proxy, ca: [CERTIFICATE] });
    expect(await session.roundTrip()).toBe(0);
    expect(proxy.asked).toEqual([{ authority: url.host, authorization: undefined, host: url.host }]);
    expect(service.requests[0]?.headers).toMatchObject({ host: url.host, upgrade: 'websocket' });
    expect(service.requests[0]?.headers['proxy-authorization']).toBeUndefined();
    expect(steps.map(({ kind }) => kind)).toEqual(['connected', 'tunnelled']);
  });

  it('wss: is TLS with the service itself, which is named by SNI', async () => {
    const names: string[] = [];
    // What lies behind TLS does not matter here: it hangs up.
    const server = createServer({ cert: CERTIFICATE, key: KEY }, (socket: TLSSocket) => {
      names.push(String(socket.servername));
      socket.on('error', () => {});
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const port = (server.address() as { port: number }).port;
    const url = new URL(`wss://localhost:${port}/ws/voice`);
    const proxy = await startProxy({ target: new URL(`wss://127.0.0.1:${port}`), secure: true });
    const error = await refusal(url, { proxy, ca: [CERTIFICATE] });
    expect(names).toEqual(['localhost']);
    expect(proxy.asked[0]?.authority).toBe(`localhost:${port}`);
    expect(error.exitCode).toBe(9);
  });

  it('speaks wss: through both kinds of proxy, with a certificate that was given', async () => {
    const service = await startService({ secure: true });
    for (const secure of [false, true]) {
      const proxy = await startProxy({ target: service.url, secure });
      const { session, steps } = await connectBy(service.url, { proxy, ca: [CERTIFICATE] });
      expect(session.isOpen).toBe(true);
      expect(steps.map(({ kind }) => kind)).toEqual(['connected', 'tunnelled', 'secured']);
      expect(steps.at(-1)).toMatchObject({
        protocol: 'TLSv1.3',
        certificate: { issuer: 'localhost', validTo: new Date('2126-10-27T11:23:20Z') },
      });
    }
  });

  it.each([
    ['user:pass word', 'user:pass%20word'],
    ['user:100%', 'user:100%'],
    ['user:', 'user'],
    ['ü:ß', '%C3%BC:%C3%9F'],
  ])('signs in with %j from the address', async (credentials, typed) => {
    const service = await startService();
    const proxy = await startProxy({ target: service.url, credentials });
    const url = proxy.url.replace('//', `//${typed}@`);
    const { session } = await connectBy(service.url, { proxy: { url } });
    expect(session.isOpen).toBe(true);
  });

  it('an IPv6 address stands in brackets', async () => {
    const proxy = await startProxy({ refuse: 403 });
    await refusal(new URL('ws://[2001:db8::1]/ws'), { proxy });
    expect(proxy.asked[0]?.authority).toBe('[2001:db8::1]:80');
  });

  it('what the service says is not taken for what the proxy says', async () => {
    const service = await startService({ refuse: 403 });
    const proxy = await startProxy({ target: service.url });
    expect(await refusal(service.url, { proxy })).toMatchObject({ exitCode: 4, status: 403 });
  });
});

describe('a proxy that fails', () => {
  const url = new URL('wss://voice.test.invalid/ws/voice');

  it.each([
    [407, /wants a user name and a password \(HTTP 407\)/, /user:password@/, undefined],
    [403, /did not open the way to voice\.test\.invalid \(HTTP 403\)/, /no-proxy/, undefined],
    [405, /\(HTTP 405\)/, /no-proxy/, undefined],
    [302, /\(HTTP 302\)/, /no-proxy/, undefined],
    [502, /\(HTTP 502\)/, /could not reach voice\.test\.invalid/, 1_000],
    [503, /\(HTTP 503\)/, /try again/, 1_000],
  ])('HTTP %i', async (refuse, message, hint, retryMs) => {
    const proxy = await startProxy({ refuse });
    const error = await refusal(url, { proxy });
    expect(error.message).toMatch(message);
    expect(error.message).toContain(proxy.url);
    expect(error.hint).toMatch(hint);
    expect(error).toMatchObject({ type: 'network', retryMs });
  });

  it('with a wrong password: neither is repeated', async () => {
    const proxy = await startProxy({ credentials: 'me:right' });
    const error = await refusal(url, {
      proxy: { url: proxy.url.replace('//', '//marked-me:marked-secret@') },
    });
    expect(error.message).toMatch(/did not accept the user name and password \(HTTP 407\)/);
    expect(JSON.stringify([error.message, error.hint, error.endpoint])).not.toContain('marked');
  });

  it('nobody listens there', async () => {
    const { host } = await unusedAddress();
    const error = await refusal(url, { proxy: { url: `http://me:marked-secret@${host}` } });
    expect(error.message).toBe(`The proxy http://${host} cannot be reached (connection refused)`);
    expect(error).toMatchObject({ type: 'network', retryMs: 1_000 });
  });

  it('its name is not known', async () => {
    const error = await refusal(url, { proxy: { url: 'http://proxy.test.invalid:3128' } });
    expect(error.message).toMatch(/^The proxy http:\/\/proxy\.test\.invalid:3128 cannot be found/);
  });

  it('its certificate is not trusted, or it speaks no TLS', async () => {
    const secure = await startProxy({ secure: true });
    const untrusted = await refusal(url, { proxy: secure });
    expect(untrusted.message).toMatch(/^The certificate of the proxy https:.* is not trusted/);
    expect(untrusted).toMatchObject({ hint: expect.stringContaining('--ca-file'), retryMs: undefined });
    const plain = await startProxy({});
    const spoken = await refusal(url, { proxy: { url: plain.url.replace('http:', 'https:') } });
    expect(spoken.message).toMatch(/does not speak TLS as expected/);
  });

  it('it is something else', async () => {
    const { host } = await startRawPeer(Buffer.alloc(0));
    const service = await startService();
    const silent = await startProxy({ silent: true });
    const late = await refusal(url, { proxy: silent, timeoutMs: 20 }, { handshakeMs: 20 });
    expect(late.message).toMatch(/did not open the way to voice\.test\.invalid within 0\.02 seconds/);
    // A WebSocket service does not know CONNECT and hangs up.
    const hung = await refusal(url, { proxy: { url: `http://${service.url.host}` } });
    expect(hung.message).toContain(service.url.host);
    expect(hung.exitCode).toBe(9);
    const mute = await refusal(url, { proxy: { url: `http://${host}` }, timeoutMs: 20 });
    expect(mute.exitCode).toBe(9);
  });

  it('an abort ends the attempt at once', async () => {
    const proxy = await startProxy({ silent: true });
    const abort = new AbortController();
    const options = sessionOptions(url, {
      agent: agentFor(url, { proxy, signal: abort.signal }),
      signal: abort.signal,
    });
    const failure = VoiceSession.connect(options).catch((error: unknown) => error);
    await expect.poll(() => proxy.asked.length).toBe(1);
    const reason = new Error('stopped');
    abort.abort(reason);
    expect(await failure).toBe(reason);
  });
});

describe('a connection without a proxy', () => {
  it('trusts a certificate that was given, and no other', async () => {
    const service = await startService({ secure: true });
    const { steps } = await connectBy(service.url, { ca: [CERTIFICATE] });
    expect(steps.map(({ kind }) => kind)).toEqual(['connected', 'secured']);
    const error = await refusal(service.url);
    expect(error.message).toMatch(/^The certificate of 127\.0\.0\.1:\d+ is not trusted/);
    expect(error.hint).toContain('--ca-file');
  });

  it('through a proxy an untrusted certificate is the service’s, not the proxy’s', async () => {
    const service = await startService({ secure: true });
    const proxy = await startProxy({ target: service.url });
    const error = await refusal(service.url, { proxy });
    expect(error.message).toMatch(/^The certificate of 127\.0\.0\.1:\d+ is not trusted/);
  });

  it('tells what a name stands for', async () => {
    const service = await startService();
    const { steps } = await connectBy(new URL(service.url.href.replace('127.0.0.1', 'localhost')));
    expect(steps[0]).toMatchObject({ kind: 'resolved', host: 'localhost' });
    expect(steps.at(-1)).toMatchObject({ kind: 'connected', port: Number(service.url.port) });
  });
});
