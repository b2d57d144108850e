import { describe, expect, it } from 'vitest';
import { startService, UUID } from './peers.ts';
import { hear, piecesOf, send, speech, talk } from './talk.ts';

describe('a service that does not answer', () => {
  it('is waited for as long as the timing says', async () => {
    const service = await startService();
    const { error, ms } = await talk(service, {
      timing: { quietMs: 100, graceMs: 10, replyTimeoutMs: 5_000 },
    });
    expect(error).toMatchObject({
      type: 'network',
      message: 'The voice service gave no answer within 5 seconds',
      hint: expect.stringContaining('--reply-timeout'),
      requestId: expect.stringMatching(UUID),
    });
    // A second for the metadata, half a second of speech, five of waiting.
    expect(ms).toBeGreaterThanOrEqual(6_400);
    expect(ms).toBeLessThanOrEqual(6_600);
    expect(service.closes).toEqual([{ code: 1000, reason: '' }]);
  });

  it('is waited for no longer when it sends empty transcripts of the silence', async () => {
    const { error, ms } = await hear(
      {
        onFrame: (peer, { binary }) => {
          if (binary) send(peer, 'transcription', { transcript: '', is_final: true });
        },
      },
      { timing: { quietMs: 100, graceMs: 10, replyTimeoutMs: 5_000 } },
    );
    expect(error).toMatchObject({ type: 'network' });
    expect(ms).toBeLessThanOrEqual(6_600);
  });

  it('and does not even read is given up in the middle of the speech', async () => {
    const service = await startService({ onOpen: (peer) => peer.pause() });
    const { error } = await talk(service, {
      lockstep: false,
      speed: 20,
      audio: piecesOf(speech(600), 1_000_000),
    });
    expect(error).toMatchObject({
      type: 'network',
      message: expect.stringContaining('has taken no audio for 30 seconds'),
    });
  });
});

describe('an abort', () => {
  it.each([
    ['before the metadata', 1],
    ['in the middle of the speech', 4],
    ['while the answer is awaited', 12],
  ])('%s ends the session with 1000 and tells its reason', async (_, frames) => {
    const abort = new AbortController();
    let released = false;
    async function* source() {
      try {
        yield* piecesOf(speech(0.5));
      } finally {
        released = true;
      }
    }
    const service = await startService({
      onFrame: (_peer, _frame, index) => {
        if (index === frames - 1) abort.abort(new Error('enough'));
      },
    });
    const { error } = await talk(service, { signal: abort.signal, audio: source() });
    expect(error).toMatchObject({ message: 'enough' });
    await service.ended;
    expect(service.closes).toEqual([{ code: 1000, reason: '' }]);
    expect(service.frames.length).toBeLessThanOrEqual(frames + 1);
    expect(released).toBe(frames > 1);
  });
});
