import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { VoiceSession } from '../../src/nextevi/session.ts';
import {
  closeFrame,
  connect,
  messageFrame,
  NOW,
  sessionOptions,
  startRawPeer,
  startService,
  startSilentListener,
  UUID,
  unusedAddress,
} from './peers.ts';

const PCM = Buffer.from([1, 2, 3, 4]);

describe('a session', () => {
  it('sends its settings first and then the audio in order', async () => {
    const service = await startService();
    const { session } = await connect(service.url, {
      settings: { turn_detection: { enabled: true } },
    });
    for (const byte of [1, 2, 3]) session.sendAudio(Buffer.alloc(6, byte));
    await service.settle();
    expect(service.frames.map(({ binary }) => binary)).toEqual([false, true, true, true]);
    expect(service.messages).toEqual([
      {
        type: 'session_settings',
        timestamp: NOW / 1000,
        message_id: expect.stringMatching(UUID),
        data: {
          turn_detection: { enabled: true },
          audio: { sample_rate: 24_000, channels: 1, encoding: 'linear16' },
        },
      },
    ]);
    expect(service.audio).toEqual(Buffer.from([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3]));
  });

  it('sends audio as JSON with numbered chunks when asked to', async () => {
    const service = await startService();
    const { session } = await connect(service.url, { transport: 'json' });
    session.sendAudio(PCM);
    session.sendAudio(PCM);
    await service.settle();
    expect(service.frames.every(({ binary }) => !binary)).toBe(true);
    expect(service.messages.slice(1)).toMatchObject([
      { type: 'audio_input', timestamp: NOW / 1000, data: { audio: 'AQIDBA==', chunk_id: 'chunk-001' } },
      { type: 'audio_input', timestamp: NOW / 1000, data: { audio: 'AQIDBA==', chunk_id: 'chunk-002' } },
    ]);
  });

  it('does not change the audio that it is given', async () => {
    const service = await startService();
    const { session } = await connect(service.url);
    const silence = Buffer.alloc(4_800);
    for (let i = 0; i < 3; i++) session.sendAudio(silence);
    await service.settle();
    expect(silence.every((byte) => byte === 0)).toBe(true);
    expect(service.audio).toEqual(Buffer.alloc(3 * 4_800));
  });

  it('tells of messages and binary audio in the order in which they come', async () => {
    const service = await startService({
      onOpen: (peer) => {
        peer.send(JSON.stringify({ type: 'connection_metadata', data: { connection_id: 'x' } }));
        peer.send(PCM);
        peer.send('{');
        peer.send(JSON.stringify({ type: 'tts_chunk', content: 'AQI=', is_last: true }));
      },
    });
    const { events } = await connect(service.url);
    await service.settle();
    expect(events).toMatchObject([
      { kind: 'metadata', connectionId: 'x' },
      { kind: 'audio', pcm: PCM, last: false, chunkId: undefined },
      { kind: 'malformed' },
      { kind: 'audio', pcm: PCM.subarray(0, 2), last: true },
    ]);
  });

  it('hears what comes in the same packet as the end of the handshake', async () => {
    const url = await startRawPeer(messageFrame('system_message', { content: 'hello' }));
    const heard = new Promise((resolve) => {
      connect(url, { onEvent: resolve }).catch(resolve);
    });
    expect(await heard).toMatchObject({ kind: 'system', content: 'hello' });
  });

  it('has a fresh id for each connection, in the address', async () => {
    const service = await startService();
    const { session: one } = await connect(service.url);
    const { session: two } = await connect(service.url);
    expect(one.connectionId).toMatch(UUID);
    expect(two.connectionId).not.toBe(one.connectionId);
    expect(service.requests.map(({ url }) => url?.split('?')[0])).toEqual([
      `/ws/voice/${one.connectionId}`,
      `/ws/voice/${two.connectionId}`,
    ]);
  });

  it('measures its handshake', async () => {
    const service = await startService();
    // A clock that shows another time once the handshake is over.
    const clock = () => (service.requests.length === 0 ? NOW : NOW + 40);
    const { session } = await connect(service.url, { clock });
    expect(session.handshakeMs).toBe(40);
  });

  it('says every 30 seconds that it is there, until it has ended', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    onTestFinished(() => void vi.useRealTimers());
    const service = await startService();
    const { session } = await connect(service.url);
    const alive = async () => {
      await service.settle();
      return service.messages.filter(({ type }) => type === 'keep_alive');
    };
    vi.advanceTimersByTime(29_999);
    expect(await alive()).toEqual([]);
    vi.advanceTimersByTime(60_001);
    expect(await alive()).toHaveLength(3);
    expect((await alive())[0]).toEqual({
      type: 'keep_alive',
      timestamp: NOW / 1000,
      message_id: expect.stringMatching(UUID),
      data: {},
    });
    await session.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a connection that does not come about', () => {
  const attempt = (url: URL, more = {}) =>
    VoiceSession.connect(sessionOptions(url, more)).then(
      () => expect.fail('it came about'),
      (error: unknown) => error,
    );

  it.each([
    [401, 'auth', 4],
    [403, 'auth', 4],
    [404, 'not_found', 5],
    [429, 'rate_limited', 7],
    [503, 'server', 10],
  ])('is refused with HTTP %i', async (refuse, type, exitCode) => {
    const service = await startService({ refuse });
    expect(await attempt(service.url)).toMatchObject({
      type,
      exitCode,
      status: refuse,
      requestId: expect.stringMatching(UUID),
      endpoint: expect.stringContaining('api_key=REDACTED'),
      timestamp: '2022-02-17T18:44:16.789Z',
    });
  });

  it('finds nobody at the address', async () => {
    const error = await attempt(await unusedAddress());
    expect(error).toMatchObject({ type: 'network', exitCode: 9 });
    expect(String(error)).toMatch(/127\.0\.0\.1:\d+ \(connection refused\)/);
  });

  it('gets no answer to its handshake', async () => {
    const error = await attempt(await startSilentListener(), { handshakeMs: 50 });
    expect(error).toMatchObject({ type: 'network', hint: expect.stringContaining('--timeout') });
    expect(String(error)).toMatch(/did not answer the handshake within 0.05 seconds/);
  });

  it('is aborted in the middle of the handshake', async () => {
    const abort = new AbortController();
    const pending = attempt(await startSilentListener(), { signal: abort.signal });
    abort.abort(new Error('enough'));
    expect(await pending).toMatchObject({ message: 'enough' });
  });

  it('is not even tried after an abort', async () => {
    const service = await startService();
    const signal = AbortSignal.abort(new Error('enough'));
    expect(await attempt(service.url, { signal })).toMatchObject({ message: 'enough' });
    expect(service.requests).toEqual([]);
  });
});

describe('the end of a session', () => {
  it('is a close with 1000', async () => {
    const service = await startService();
    const { session } = await connect(service.url);
    expect(session.isOpen).toBe(true);
    expect(await session.close()).toMatchObject({ code: 1000, established: false });
    await service.ended;
    expect(service.closes).toEqual([{ code: 1000, reason: '' }]);
    expect(session.isOpen).toBe(false);
    session.sendAudio(PCM);
    expect(await session.close()).toMatchObject({ code: 1000 });
  });

  it('does not wait for a peer that never answers the close', async () => {
    const { session } = await connect(await startRawPeer(Buffer.alloc(0)));
    expect(await session.close(10)).toMatchObject({ code: 1006 });
  });

  it.each([
    [4001, 'AUTH_FAILED: revoked', 'auth'],
    [4002, '', 'network'],
    [4003, '', 'auth'],
    [4004, '', 'not_found'],
    [1011, '', 'server'],
    [1000, 'bye', 'network'],
  ])('can be a refusal with %i after the handshake', async (code, reason, type) => {
    const service = await startService({ onOpen: (peer) => peer.close(code, reason) });
    const { session } = await connect(service.url);
    const close = await session.closed;
    expect(close).toEqual({ code, reason, lastError: undefined, established: false });
    expect(session.errorOf(close)).toMatchObject({ type, requestId: session.connectionId });
  });

  it.each([5000, 5004, 5503])(
    'with the illegal code %i is told by the error message before it',
    async (code) => {
      const error = { error_code: 'SESSION_EXPIRED', error_message: '60 minutes', details: {} };
      const greeting = Buffer.concat([messageFrame('error', error), closeFrame(code)]);
      const { session } = await connect(await startRawPeer(greeting, (socket) => socket.end()));
      const close = await session.closed;
      expect(close).toMatchObject({ code: 1006, lastError: { code: 'SESSION_EXPIRED' } });
      expect(session.errorOf(close).message).toContain('SESSION_EXPIRED: 60 minutes');
    },
  );

  it('does not wait for a peer that breaks the protocol and stays', async () => {
    const error = { error_code: 'SERVICE_UNAVAILABLE', error_message: 'outage', details: {} };
    const greeting = Buffer.concat([messageFrame('error', error), closeFrame(5503)]);
    const { session } = await connect(await startRawPeer(greeting));
    expect(session.errorOf(await session.closed).type).toBe('server');
  });

  it('with 4004 means another thing once the service has heard something', async () => {
    const service = await startService({
      onFrame: (peer) => {
        peer.send(JSON.stringify({ type: 'transcription', data: { transcript: 'hello' } }));
        peer.close(4004);
      },
    });
    const { session } = await connect(service.url);
    const close = await session.closed;
    expect(close.established).toBe(true);
    expect(session.errorOf(close).type).toBe('rate_limited');
  });

  it('with 4004 also does after two seconds of audio that the service took in silence', async () => {
    const service = await startService();
    const { session } = await connect(service.url);
    for (let i = 0; i < 20; i++) session.sendAudio(PCM);
    expect((await session.close()).established).toBe(true);
  });
});
