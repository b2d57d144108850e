import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { describe, expect, it } from 'vitest';
import type { VoiceOptions } from '../../src/sandbox/types.ts';
import type { VoiceFault } from '../../src/sandbox/voice/options.ts';
import {
  AT_ONCE,
  connect,
  GOOD,
  isLast,
  join,
  of,
  SILENCE,
  serve,
  sound,
  TURN,
  visit,
} from './voice-client.ts';

const REPLIES = [{ text: 'A reply.', pcm: sound(1, 0.1) }];
const withFault = (fault: VoiceFault, voice: VoiceOptions = AT_ONCE) =>
  connect({ ...voice, faults: [fault] }, { replies: REPLIES });
const ERROR = { name: 'INTERNAL_ERROR' };

describe('refusals', () => {
  it('are for the first connections only', async () => {
    const server = await serve({ refuse: { status: 429, retryAfter: 7, times: 2 } });
    const visits = [await visit(server), await visit(server), await visit(server)];
    expect(visits.map(({ status, retryAfter }) => [status, retryAfter])).toEqual([
      [429, '7'],
      [429, '7'],
      [undefined, undefined],
    ]);
    expect(visits[2]?.code).toBe(1000);
  });

  it('are for connections of certain numbers, the first of a list that fits', async () => {
    const server = await serve({
      refuse: [
        { close: 4002, errorCode: 'CONNECTION_FAILED', connections: { from: 2, to: 3 } },
        { status: 503, connections: { from: 3, to: 4 } },
      ],
    });
    const seen = [];
    for (let i = 0; i < 5; i++) {
      const { status, code, messages } = await visit(server);
      seen.push(status ?? `${code} ${messages[0]?.error_code ?? ''}`);
    }
    expect(seen).toEqual(['1000 ', '4002 CONNECTION_FAILED', '4002 CONNECTION_FAILED', 503, '1000 ']);
    expect(server.voice.counters()).toMatchObject({ connections: 5, refused: 3, open: 0 });
  });

  it('by status also for bad credentials, if that is wanted', async () => {
    const server = await serve({ refuseBy: 'status' });
    for (const [query, status] of [
      ['config_id=config-1', 401],
      ['api_key=oak_bad&config_id=config-1', 401],
      ['api_key=oak_good&config_id=other', 404],
      [`${GOOD}&project_id=other`, 404],
    ] as const)
      expect((await visit(server, `/ws/voice/x?${query}`)).status).toBe(status);
  });
});

describe('faults', () => {
  it('at the start, several times, and the session goes on', async () => {
    const { next, say } = await withFault({ at: 'start', error: ERROR, times: 3 });
    for (let i = 0; i < 3; i++) expect((await next()).error_code).toBe('INTERNAL_ERROR');
    say('unknown');
    expect((await next()).error_code).toBe('UNSUPPORTED_MESSAGE_TYPE');
  });

  it('after bytes of audio, with each chunk, n times', async () => {
    const error = { name: 'AUDIO_PROCESSING_FAILED', message: 'Noise' };
    const { say, until } = await withFault({ afterBytes: 9_600, error, times: 2 });
    for (let i = 1; i <= 5; i++) say('audio_input', { audio: SILENCE.toString('base64'), chunk_id: `c${i}` });
    say('unknown');
    const messages = await until(({ error_code }) => error_code === 'UNSUPPORTED_MESSAGE_TYPE');
    expect(messages.slice(0, -1).map((m) => [m.error_code, m.error_message, m.details])).toEqual([
      ['AUDIO_PROCESSING_FAILED', 'Noise', { chunk_id: 'c2' }],
      ['AUDIO_PROCESSING_FAILED', 'Noise', { chunk_id: 'c3' }],
    ]);
  });

  it('after a time, again and again', async () => {
    const { next } = await connect({ faults: [{ afterMs: 5, error: ERROR, times: 2 }] });
    expect([(await next()).error_code, (await next()).error_code]).toEqual([
      'INTERNAL_ERROR',
      'INTERNAL_ERROR',
    ]);
    const { closed } = await connect({ faults: [{ afterMs: 5, close: 1012, closeReason: 'restart' }] });
    expect(await closed).toBe(1012);
  });

  it('at a turn, before its answer', async () => {
    const { ws, until } = await withFault({ turn: 2, error: { name: 'RATE_LIMITED' } });
    ws.send(TURN);
    expect(of(await until(isLast), 'error')).toEqual([]);
    ws.send(TURN);
    const types = (await until(isLast)).map(({ type }) => type);
    expect(types.slice(types.indexOf('emotion_update'))).toEqual([
      'emotion_update',
      'error',
      'llm_response_chunk',
      ...Array(10).fill('tts_chunk'),
    ]);
  });

  it('during an answer, after chunks or bytes of it, with a close of any code', async () => {
    for (const [fault, chunks, close] of [
      [{ afterAnswerChunks: 0, close: 1011 }, 0, 1011],
      [{ afterAnswerChunks: 3, close: 4999 }, 3, 4999],
      [{ afterAnswerBytes: 9_601, close: 5004 }, 3, 1006],
    ] as const) {
      const { ws, closed, messages } = await withFault({ ...fault, error: { name: 'SESSION_EXPIRED' } });
      ws.send(TURN);
      expect(await closed).toBe(close);
      expect(of(messages, 'tts_chunk')).toHaveLength(chunks);
      expect(messages.at(-1).error_code).toBe('SESSION_EXPIRED');
    }
  });

  it('during the answer of one turn, or of several', async () => {
    for (const [times, expected] of [
      [1, [false, true, false]],
      [2, [false, true, true]],
    ] as const) {
      const { ws, until } = await withFault({ turn: 2, afterAnswerChunks: 1, error: ERROR, times });
      const seen = [];
      for (let i = 0; i < 3; i++) {
        ws.send(TURN);
        seen.push(of(await until(isLast), 'error').length > 0);
      }
      expect(seen).toEqual(expected);
    }
  });

  it('drop the connection in mid-answer, in the first connections only', async () => {
    const fault = { afterAnswerChunks: 2, drop: true, connections: { to: 1 } };
    const { ws, server, closed, messages } = await withFault(fault);
    ws.send(TURN);
    expect(await closed).toBe(1006);
    expect(messages.some(isLast)).toBe(false);
    const second = await join(server);
    second.ws.send(TURN);
    expect(of(await second.until(isLast), 'tts_chunk')).toHaveLength(10);
  });

  it('freeze: no more answers, not even to pings, and the connection stays', async () => {
    const { ws, server, settled, messages, say } = await withFault({ afterBytes: 4_800, freeze: true });
    await settled();
    let pongs = 0;
    ws.on('pong', () => pongs++);
    ws.send(SILENCE);
    ws.ping();
    say('unknown');
    await expect.poll(() => server.events.some(({ kind }) => kind === 'frozen')).toBe(true);
    ws.ping();
    // Another connection is served meanwhile: what the first one sent had its time.
    await (await join(server)).settled();
    expect([pongs, messages, ws.readyState]).toEqual([0, [], ws.OPEN]);
    expect(server.voice.counters().open).toBe(2);
  });

  it('an invalid frame, a plain error, a disconnect message', async () => {
    const invalid = await withFault({ at: 'start', invalidFrame: true });
    expect(await invalid.closed).toBe(1006);
    const { next } = await withFault({
      at: 'start',
      error: { name: 'X', message: 'Something broke', form: 'plain' },
      disconnect: { code: 4002, reason: 'moving' },
    });
    const plain = await next();
    expect([plain.type, plain.error, plain.error_code]).toEqual(['error', 'Something broke', undefined]);
    expect(await next()).toMatchObject({ type: 'websocket.disconnect', code: 4002, reason: 'moving' });
  });

  it('can be every error of the reference, with and without a close', async () => {
    for (const [name, close] of [
      ['AUTH_REQUIRED', 4001],
      ['AUTH_FAILED', 4001],
      ['CONNECTION_FAILED', 4002],
      ['ACCESS_DENIED', 4003],
      ['CONFIG_NOT_FOUND', 4004],
      ['INVALID_PROJECT', 4004],
      ['RATE_LIMITED', 4004],
      ['INVALID_MESSAGE_FORMAT', undefined],
      ['UNSUPPORTED_MESSAGE_TYPE', undefined],
      ['CONNECTION_TIMEOUT', 1001],
      ['INTERNAL_ERROR', 1011],
      ['AUDIO_PROCESSING_FAILED', undefined],
      ['AUDIO_FORMAT_UNSUPPORTED', 5002],
      ['AUDIO_CHUNK_TOO_LARGE', undefined],
      ['SESSION_EXPIRED', 5004],
      ['SESSION_LIMIT_EXCEEDED', 5005],
      ['SERVICE_UNAVAILABLE', 5503],
    ] as const) {
      const fault = { at: 'start', error: { name }, ...(close === undefined ? {} : { close }) } as const;
      const { next, closed, server } = await connect({ faults: [fault] });
      expect((await next()).error_code).toBe(name);
      if (close !== undefined) expect(await closed).toBe(close >= 5_000 ? 1006 : close);
      expect(server.voice.sessions[0]?.errors).toEqual([name]);
    }
  });

  it('put an illegal code on the wire as it is', async () => {
    const { port } = await serve({ faults: [{ at: 'start', close: 5005 }] });
    const tcp = connectTcp(port, '127.0.0.1');
    tcp.write(
      `GET /ws/voice/x?${GOOD} HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    );
    const received: Buffer[] = [];
    tcp.on('data', (data: Buffer) => received.push(data));
    await once(tcp, 'end');
    expect(Buffer.concat(received).subarray(-4)).toEqual(Buffer.of(0x88, 2, 5005 >> 8, 5005 & 0xff));
    tcp.destroy();
  });
});
