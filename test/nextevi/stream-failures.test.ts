import { describe, expect, it } from 'vitest';
import { sleep } from '../../src/shared/wait.ts';
import type { Script } from './peers.ts';
import {
  closeFrame,
  messageFrame,
  startRawPeer,
  startService,
  startSilentListener,
  UUID,
  unusedAddress,
} from './peers.ts';
import { answer, hear, send, speech, talk } from './talk.ts';

/** A peer of which nothing is known but its address. */
const alone = (url: URL) => ({ url, settle: async () => {}, isOpen: false });
/** Real time, for peers that cannot be followed step by step. */
const REAL = { clock: () => performance.now(), sleep };

describe('a stream that is refused', () => {
  it.each([
    [401, 'auth'],
    [403, 'auth'],
    [404, 'not_found'],
    [429, 'rate_limited'],
    [503, 'server'],
  ])('with HTTP %i', async (refuse, type) => {
    expect((await hear({ refuse })).error).toMatchObject({ type, status: refuse });
  });

  it.each([
    [4001, '', 'auth'],
    [4002, '', 'network'],
    [4003, '', 'auth'],
    [4004, '', 'not_found'],
    [4004, 'RATE_LIMITED', 'rate_limited'],
    [1011, '', 'server'],
    [1000, '', 'network'],
  ])('with the close code %i %s', async (code, reason, type) => {
    const { error } = await hear({ onOpen: (peer) => peer.close(code, reason) });
    expect(error).toMatchObject({
      type,
      requestId: expect.stringMatching(UUID),
      endpoint: expect.stringContaining('api_key=REDACTED'),
    });
  });

  it('by an error message before a close code of three meanings', async () => {
    const { error, events } = await hear({
      onOpen: (peer) => {
        send(peer, 'error', { error_code: 'INVALID_PROJECT', error_message: 'no p-1', details: {} });
        peer.close(4004);
      },
    });
    expect(error).toMatchObject({
      type: 'not_found',
      message: expect.stringContaining('INVALID_PROJECT: no p-1'),
    });
    expect(events).toHaveLength(1);
  });

  it('by an error message in the packet of the handshake, with no close at all', async () => {
    const { error } = await hear({
      samePacket: true,
      onOpen: (peer) => send(peer, 'error', { error_code: 'ACCESS_DENIED', error_message: 'billing' }),
    });
    expect(error).toMatchObject({ type: 'auth', message: expect.stringContaining('ACCESS_DENIED: billing') });
  });

  it('because nobody is there', async () => {
    expect((await talk(alone(await unusedAddress()))).error).toMatchObject({ type: 'network' });
  });

  it('because the handshake gets no answer', async () => {
    const silent = alone(await startSilentListener());
    expect((await talk(silent, { handshakeMs: 50 })).error).toMatchObject({ type: 'network' });
  });
});

describe('a stream that breaks', () => {
  /** Does something with the third chunk of audio. */
  const atThird = (act: (peer: Parameters<NonNullable<Script['onOpen']>>[0]) => void): Script => ({
    onOpen: (peer) => send(peer, 'connection_metadata', { config: { sample_rate: 24_000 } }),
    onFrame: (peer, _frame, index) => {
      if (index === 3) act(peer);
    },
  });

  it.each([
    [1000, '', 'network', /before the answer was complete/],
    [1001, '', 'network', /broke off/],
    [1011, '', 'server', /failed/],
    [4001, 'AUTH_FAILED', 'auth', /AUTH_FAILED/],
    [4004, 'RATE_LIMITED', 'rate_limited', /RATE_LIMITED/],
  ])('by a close with %i %s', async (code, reason, type, message) => {
    const { error, ms } = await hear(atThird((peer) => peer.close(code, reason)));
    expect(error).toMatchObject({ type, message: expect.stringMatching(message) });
    expect(ms).toBeLessThan(500);
  });

  it('by a connection that is gone', async () => {
    const { error } = await hear(atThird((peer) => peer.terminate()));
    expect(error).toMatchObject({ type: 'network', message: expect.stringContaining('1006') });
  });

  it('by a bare 4004 after something was heard: the rate limit', async () => {
    const { error } = await hear(
      atThird((peer) => {
        send(peer, 'transcription', { transcript: 'one', is_final: false });
        peer.close(4004);
      }),
    );
    expect(error).toMatchObject({ type: 'rate_limited' });
  });

  it('by an error message before a code that cannot be sent', async () => {
    const url = await startRawPeer(messageFrame('connection_metadata', { connection_id: 'x' }), (socket) => {
      socket.once('data', () => {
        const expired = { error_code: 'SESSION_EXPIRED', error_message: '60 minutes' };
        socket.end(Buffer.concat([messageFrame('error', expired), closeFrame(5004)]));
      });
    });
    const { error } = await talk(alone(url), REAL);
    expect(error).toMatchObject({ type: 'network', message: expect.stringContaining('SESSION_EXPIRED') });
  });

  it.each([
    ['SESSION_LIMIT_EXCEEDED', 'rate_limited'],
    ['INTERNAL_ERROR', 'server'],
    ['AUDIO_FORMAT_UNSUPPORTED', 'rejected'],
  ])('by %s without a close', async (error_code, type) => {
    const service = await startService(atThird((peer) => send(peer, 'error', { error_code })));
    expect((await talk(service)).error).toMatchObject({ type });
    await service.ended;
    expect(service.closes).toEqual([{ code: 1000, reason: '' }]);
  });

  it.each(['AUDIO_PROCESSING_FAILED', 'INVALID_MESSAGE_FORMAT', 'A_NEW_ERROR'])(
    'not by one %s',
    async (error_code) => {
      const script = atThird((peer) => {
        send(peer, 'error', { error_code, error_message: 'x', details: { chunk_id: 'chunk-003' } });
        answer(peer);
      });
      const { summary, events } = await hear(script);
      expect(summary?.receivedSeconds).toBeCloseTo(0.1);
      expect(events).toContainEqual(expect.objectContaining({ kind: 'error' }));
    },
  );

  it('by AUDIO_PROCESSING_FAILED when it repeats', async () => {
    const { error, events } = await hear({
      onFrame: (peer, { binary }) => {
        if (binary) send(peer, 'error', { error_code: 'AUDIO_PROCESSING_FAILED' });
      },
    });
    expect(error).toMatchObject({ type: 'rejected' });
    expect(events.filter(({ kind }) => kind === 'error')).toHaveLength(3);
  });

  it.each([
    [{ sample_rate: 16_000, channels: 1, encoding: 'linear16' }, /linear16 at 16000 Hz with 1 channels/],
    [{ sample_rate: 24_000, channels: 2 }, /with 2 channels/],
    [{ encoding: 'mulaw' }, /mulaw/],
  ])('before any audio when the service wants another format: %j', async (config, message) => {
    const service = await startService({ onOpen: (peer) => send(peer, 'connection_metadata', { config }) });
    const { error } = await talk(service);
    expect(error).toMatchObject({ type: 'rejected', message: expect.stringMatching(message) });
    expect(service.audio).toHaveLength(0);
    await service.ended;
    expect(service.closes).toEqual([{ code: 1000, reason: '' }]);
  });

  it('not by metadata that names the format in other words, or not at all', async () => {
    for (const config of [{ encoding: 'PCM_S16LE', sample_rate: 24_000 }, {}, { audio_format: 'x' }]) {
      const script: Script = {
        onOpen: (peer) => send(peer, 'connection_metadata', { config }),
        onFrame: (peer, { binary }) => {
          if (binary) answer(peer);
        },
      };
      expect((await hear(script)).error).toBeUndefined();
    }
  });

  it('not by a service that hangs up as soon as its answer is complete', async () => {
    const { summary, error } = await hear({
      onFrame: (peer, _frame, index) => {
        if (index !== 8) return;
        answer(peer, 'Goodbye.');
        peer.close(1000, 'hangup');
      },
    });
    expect(error).toBeUndefined();
    expect(summary).toMatchObject({ receivedSeconds: 0.1 });
  });

  it('by a service that hangs up in the middle of its answer', async () => {
    const { error } = await hear({
      onFrame: (peer, _frame, index) => {
        if (index !== 8) return;
        send(peer, 'tts_chunk', { content: 'AAAA', is_last: false });
        peer.close(1000, 'hangup');
      },
    });
    expect(error).toMatchObject({ type: 'network' });
  });

  it('by a listener of its caller that throws', async () => {
    const service = await startService(atThird((peer) => answer(peer)));
    const { error } = await talk(service, {
      onEvent: ({ kind }) => {
        if (kind === 'audio') throw new Error('the disk is full');
      },
    });
    expect(error).toMatchObject({ message: 'the disk is full' });
    await service.ended;
    expect(service.closes).toEqual([{ code: 1000, reason: '' }]);
  });

  it('by audio that cannot be read', async () => {
    async function* broken() {
      yield speech(0.2);
      throw new Error('the file is gone');
    }
    const service = await startService();
    expect((await talk(service, { audio: broken() })).error).toMatchObject({ message: 'the file is gone' });
    await service.ended;
    expect(service.closes).toEqual([{ code: 1000, reason: '' }]);
  });
});
