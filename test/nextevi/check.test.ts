import { describe, expect, it } from 'vitest';
import { spreadOf } from '../../src/commands/voice-check.ts';
import { type CheckOptions, type CheckResult, checkConnection } from '../../src/nextevi/check.ts';
import { sleep } from '../../src/shared/wait.ts';
import { CERTIFICATE } from '../helpers/certificate.ts';
import { closeFrame, messageFrame, sessionOptions, startRawPeer, startService } from './peers.ts';

const metadata = (config: object) => ({
  onOpen: (peer: { send: (text: string) => void }) =>
    peer.send(JSON.stringify({ type: 'connection_metadata', data: { config } })),
});

function check(url: URL, more: Partial<CheckOptions> = {}): Promise<CheckResult> {
  const { onEvent: _, ...options } = sessionOptions(url);
  const way = { secure: url.protocol === 'wss:', timeoutMs: 5_000, ca: [CERTIFICATE] };
  return checkConnection({ ...options, way, sleep, patienceMs: 60_000, ...more });
}

/** Patience that has an end for the first wait, or for the second alone. */
const impatient = (wait: 1 | 2) => {
  let waits = 0;
  return {
    sleep: (_ms: number, signal?: AbortSignal) =>
      ++waits === wait ? Promise.resolve() : sleep(60_000, signal),
    patienceMs: 3_000,
  };
};

const states = ({ steps }: CheckResult) =>
  Object.fromEntries(steps.map(({ step, result }) => [step, result]));

describe('what a check makes of the service', () => {
  it('another audio format is a failure, as it is for speech', async () => {
    const service = await startService(metadata({ sample_rate: 16_000 }));
    const result = await check(service.url);
    expect(states(result)).toMatchObject({ upgrade: 'ok', session: 'failure', 'round trip': 'not tried' });
    expect(result.failure).toMatchObject({ type: 'rejected' });
    expect(result.metadata).toMatchObject({ sampleRate: 16_000 });
  });

  it('metadata that says nothing is enough', async () => {
    const service = await startService(metadata({}));
    const result = await check(service.url);
    expect(result.steps.every(({ result }) => result === 'ok')).toBe(true);
    expect(result.steps.find(({ step }) => step === 'session')?.detail).toBe('accepted');
    await service.ended;
    expect(service.closes).toEqual([{ code: 1000, reason: '' }]);
    expect(service.audio).toHaveLength(0);
  });

  it('no metadata and no pong are warnings', async () => {
    const url = await startRawPeer(Buffer.alloc(0), (socket) =>
      setImmediate(() => socket.write(closeFrame(1000))),
    );
    const quiet = await startService();
    expect(states(await check(quiet.url, impatient(1)))).toMatchObject({ session: 'warning' });
    const mute = await startRawPeer(messageFrame('connection_metadata', {}), (socket) =>
      socket.on('data', (data: Buffer) => {
        // Of the client's frames only its close is answered.
        if (data.includes(0x88)) socket.end(closeFrame(1000));
      }),
    );
    const result = await check(mute, impatient(2));
    expect(states(result)).toMatchObject({ session: 'ok', 'round trip': 'warning' });
    expect(result).toMatchObject({ failure: undefined, roundTripMs: undefined });
    expect((await check(url)).failure?.message).toMatch(/closed the session at once/);
  });

  it('an error that stops counts even where the connection stays open; one that does not is passed over', async () => {
    const says = (code: string) => ({
      onOpen: (peer: { send: (text: string) => void }) => {
        peer.send(JSON.stringify({ type: 'error', data: { error_code: code, error_message: 'no' } }));
        peer.send('{"type":"connection_metadata"}');
      },
    });
    const stopped = await check((await startService(says('ACCESS_DENIED'))).url);
    expect(stopped.failure).toMatchObject({ type: 'auth', requestId: stopped.connectionId });
    const passed = await check((await startService(says('UNSUPPORTED_MESSAGE_TYPE'))).url);
    expect(passed.failure).toBeUndefined();
  });

  it('a certificate that ends soon, or has ended by this clock, is a warning', async () => {
    const service = await startService({ secure: true, ...metadata({}) });
    const now = () => Date.parse('2126-10-20T00:00:00Z');
    const result = await check(service.url, { now });
    expect(states(result)).toMatchObject({ tls: 'warning', session: 'ok' });
    expect(result.steps.find(({ step }) => step === 'tls')?.detail).toContain('until 2126-10-27 (7 days)');
  });

  it('an abort is no failure of a step', async () => {
    const service = await startService();
    const abort = new AbortController();
    const reason = new Error('stopped');
    const stopped = check(service.url, { signal: abort.signal }).catch((error: unknown) => error);
    await expect.poll(() => service.messages.length).toBe(1);
    abort.abort(reason);
    expect(await stopped).toBe(reason);
  });
});

describe('the spread of times', () => {
  it.each([
    [[], null],
    [[undefined], null],
    [[3], { min: 3, median: 3, max: 3 }],
    [[10, 2], { min: 2, median: 6, max: 10 }],
    [[10, undefined, 2.04, 3.16], { min: 2, median: 3.2, max: 10 }],
  ])('of %j is %j', (values, expected) => expect(spreadOf(values)).toEqual(expected));
});
