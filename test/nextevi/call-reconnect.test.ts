import { describe, expect, it } from 'vitest';
import type { CallEvent } from '../../src/nextevi/call-events.ts';
import { type Script, startRawPeer, startService } from './peers.ts';
import { answer, goodTalk, hear, piecesOf, send, speech, type Talk, talk } from './talk.ts';

const PATIENT = { reconnect: { attempts: 5, pace: 1 } };

/** The kinds of what happened, audio left out. */
const outline = ({ happened }: Talk) =>
  happened.map(({ kind }) => kind).filter((kind) => kind !== 'sent' && kind !== 'received');
const lostOf = ({ happened }: Talk) =>
  happened.filter((event): event is CallEvent & { kind: 'lost' } => event.kind === 'lost');

/** A service that does something with the first connections, and answers after seven silent chunks on the next. */
function flaky(
  act: (peer: Parameters<NonNullable<Script['onFrame']>>[0], frame: number, nth: number) => boolean,
) {
  let connections = 0;
  const frames = new Map<unknown, { count: number; silent: number; nth: number }>();
  return startService({
    onOpen: (peer) => {
      frames.set(peer, { count: 0, silent: 0, nth: ++connections });
      send(peer, 'connection_metadata', { config: { sample_rate: 24_000 } });
    },
    onFrame: (peer, { binary, data }) => {
      const state = frames.get(peer);
      if (state === undefined) return;
      if (act(peer, state.count++, state.nth)) return;
      if (!binary) return;
      state.silent = data.every((byte) => byte === 0) ? state.silent + 1 : 0;
      if (state.silent === 7) answer(peer);
    },
  });
}

describe('a connection that is lost', () => {
  it('in the middle of the speech is made again, with settings, and all that was said is said again', async () => {
    const pcm = speech(1);
    const service = await flaky((peer, frame, nth) => {
      if (nth > 1 || frame < 6) return false;
      peer.terminate();
      return true;
    });
    const settings = { turn_detection: { mode: 'adaptive' } };
    const result = await goodTalk(service, { audio: piecesOf(pcm), settings, ...PATIENT });
    expect(outline(result)).toEqual(['connected', 'speaking', 'lost', 'connected', 'spoken', 'ended']);
    expect(service.messages).toHaveLength(2);
    expect(service.messages[1]).toMatchObject({ type: 'session_settings', data: settings });
    const { connectionIds, reconnects, gapMs, turns, sentSeconds } = result.summary;
    expect(new Set(connectionIds).size).toBe(2);
    expect(reconnects).toBe(1);
    expect(gapMs).toBe(1_000);
    expect(sentSeconds).toBeCloseTo(1);
    expect(turns).toMatchObject([{ answer: 'Good day.' }]);
    // The second connection heard everything in order, and then silence.
    const heard = service.frames.slice(service.frames.findLastIndex(({ binary }) => !binary) + 1);
    const all = Buffer.concat(heard.map(({ data }) => data));
    expect(all.subarray(0, pcm.length).equals(pcm)).toBe(true);
    expect(all.subarray(pcm.length).every((byte) => byte === 0)).toBe(true);
  });

  it('in the middle of the answer: the turn is said again, and its answer counts', async () => {
    const service = await flaky((peer, frame, nth) => {
      if (nth > 1 || frame !== 8) return false;
      send(peer, 'llm_response_chunk', { content: 'Good mor', is_final: false });
      send(peer, 'tts_chunk', { content: Buffer.alloc(4_800).toString('base64') });
      setImmediate(() => peer.terminate());
      return true;
    });
    const result = await goodTalk(service, PATIENT);
    expect(outline(result)).toEqual(['connected', 'speaking', 'spoken', 'lost', 'connected', 'ended']);
    expect(result.summary.turns).toMatchObject([{ answer: 'Good day.' }]);
  });

  it('after a first turn says only the second one again', async () => {
    const second = speech(0.4);
    const service = await flaky((peer, frame, nth) => {
      // Settings, five chunks, and silence up to the answer belong to the first turn.
      if (nth > 1 || frame < 16) return false;
      peer.terminate();
      return true;
    });
    const result = await goodTalk(service, { more: [piecesOf(second)], ...PATIENT });
    const again = result.happened.flatMap((event) =>
      event.kind === 'sent' && event.again ? [event.pcm] : [],
    );
    const bytes = Buffer.concat(again);
    expect(bytes.length).toBeGreaterThan(0);
    expect(bytes.equals(second.subarray(0, bytes.length))).toBe(true);
    expect(result.summary.turns.map(({ answer: text }) => text)).toEqual(['Good day.', 'Good day.']);
  });

  it('between two turns is made again for the second, and the first is not said again', async () => {
    const second = speech(0.2);
    const service = await flaky(() => false);
    const result = await goodTalk(service, {
      more: [piecesOf(second)],
      ...PATIENT,
      observe: (event) => {
        if (event.kind === 'speaking' && event.turn === 2) service.peer?.terminate();
      },
    });
    expect(result.summary.reconnects).toBe(1);
    const newest = service.frames.slice(service.frames.findLastIndex(({ binary }) => !binary) + 1);
    const heard = Buffer.concat(newest.map(({ data }) => data));
    expect(heard.subarray(0, second.length).equals(second)).toBe(true);
    expect(heard.subarray(second.length).every((byte) => byte === 0)).toBe(true);
  });

  it('and lost again is given up after as many tries as were allowed, with pauses that double', async () => {
    const service = await flaky((peer, _frame, nth) => {
      if (nth === 1 && _frame < 3) return false;
      peer.terminate();
      return true;
    });
    const result = await talk(service, { reconnect: { attempts: 4, pace: 1 } });
    expect(result.error).toMatchObject({ type: 'network', message: expect.stringContaining('1006') });
    expect(lostOf(result).map(({ retryMs }) => retryMs)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(service.requests).toHaveLength(5);
  });

  it.each([
    ['AUTH_FAILED', 4001],
    ['ACCESS_DENIED', 4003],
    ['CONFIG_NOT_FOUND', 4004],
    ['AUDIO_FORMAT_UNSUPPORTED', 1008],
  ])('because of %s is not made again', async (code, close) => {
    const service = await flaky((peer, frame) => {
      if (frame !== 3) return false;
      send(peer, 'error', { error_code: code, error_message: 'no' });
      peer.close(close);
      return true;
    });
    const { error } = await talk(service, PATIENT);
    expect(error).toMatchObject({ message: expect.stringContaining(code) });
    expect(service.requests).toHaveLength(1);
  });

  it.each([
    ['RATE_LIMITED', 60_000],
    ['INTERNAL_ERROR', 5_000],
    ['SESSION_EXPIRED', 1_000],
    ['SESSION_LIMIT_EXCEEDED', 5_000],
    ['SERVICE_UNAVAILABLE', 1_000],
    ['CONNECTION_TIMEOUT', 1_000],
  ])('because of %s is made again after %i ms, with no close from the service too', async (code, pause) => {
    const service = await flaky((peer, frame, nth) => {
      if (nth > 1 || frame !== 3) return false;
      send(peer, 'error', { error_code: code, error_message: 'later' });
      return true;
    });
    const result = await goodTalk(service, PATIENT);
    expect(lostOf(result)).toMatchObject([{ retryMs: pause, why: expect.stringContaining(code) }]);
    expect(result.summary.reconnects).toBe(1);
  });

  it('is replaced before the service would end it', async () => {
    const service = await flaky(() => false);
    let now = 1_000;
    let jump = 0;
    const result = await talk(service, {
      more: [piecesOf(speech(0.2))],
      ...PATIENT,
      clock: () => now + jump,
      sleep: async (ms, signal) => {
        signal?.throwIfAborted();
        await service.settle();
        signal?.throwIfAborted();
        now += ms;
      },
      observe: (event) => {
        if (event.kind === 'speaking' && event.turn === 2) jump = 3_580_000;
      },
    });
    expect(result.error).toBeUndefined();
    expect(lostOf(result)).toMatchObject([{ why: 'a session lasts 60 minutes', retryMs: 0 }]);
    expect(service.closes.map(({ code }) => code)).toEqual([1000, 1000]);
  });

  it('by an illegal close code after the error that names it', async () => {
    let connections = 0;
    const good = await flaky(() => false);
    const url = await startRawPeer(Buffer.alloc(0), (socket) => {
      connections++;
      socket.destroy();
    });
    const { error, happened } = await talk(
      { url, settle: async () => {}, isOpen: false },
      { lockstep: false, ...PATIENT },
    );
    expect(error).toMatchObject({ type: 'network' });
    expect(connections).toBe(6);
    expect(happened.filter(({ kind }) => kind === 'lost')).toHaveLength(5);
    await good.settle();
  });
});

describe('a first connection', () => {
  it('that is refused for a moment is tried again, as long as the service asks', async () => {
    let count = 0;
    const service = await startService({
      onOpen: (peer) => {
        if (++count < 3) peer.close(4002, 'CONNECTION_FAILED');
      },
      onFrame: (peer, { binary }) => {
        if (binary) answer(peer);
      },
    });
    const result = await goodTalk(service, PATIENT);
    expect(lostOf(result).map(({ retryMs }) => retryMs)).toEqual([1_000, 2_000]);
  });

  it('to nobody is not tried again', async () => {
    const { error, ms } = await hear({ refuse: 404 }, PATIENT);
    expect(error).toMatchObject({ type: 'not_found' });
    expect(ms).toBe(0);
  });
});

describe('a chunk that is too large', () => {
  it('is split and sent again, and so are all that follow', async () => {
    const pcm = speech(0.5);
    let refused = false;
    const service = await flaky((peer, frame) => {
      if (frame !== 2 || refused) return false;
      refused = true;
      send(peer, 'error', { error_code: 'AUDIO_CHUNK_TOO_LARGE', error_message: 'too large' });
      return false;
    });
    const result = await goodTalk(service, { audio: piecesOf(pcm) });
    expect(result.error).toBeUndefined();
    const sizes = service.frames.filter(({ binary }) => binary).map(({ data }) => data.length);
    expect(Math.max(...sizes.slice(4))).toBeLessThanOrEqual(2_400);
    expect(result.happened.filter((event) => event.kind === 'sent' && event.again)).toHaveLength(2);
  });
});
