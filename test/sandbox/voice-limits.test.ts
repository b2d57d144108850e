import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
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

const REPLIES = [{ text: 'A reply.', pcm: sound(0.2, 0.1) }];

describe('limits', () => {
  it('connections a minute, by API key', async () => {
    const server = await serve({ limits: { connectionsPerMinute: 2 } });
    const leave = async () => (await visit(server)).code;
    expect(await leave()).toBe(1000);
    server.clock.now += 20_000;
    expect(await leave()).toBe(1000);
    const third = await visit(server);
    expect([third.code, third.messages[0].error_code]).toEqual([4004, 'RATE_LIMITED']);
    const bearer = { Authorization: 'Bearer jwt.good' };
    expect((await visit(server, '/ws/voice/x?config_id=config-1', bearer)).code).toBe(1000);
    expect(server.voice.counters()).toMatchObject({
      connections: 4,
      refused: 1,
      connectionsInMinute: 2,
      limits: { connectionsPerMinute: 2, concurrentSessions: null },
      exceeded: { connectionsPerMinute: 1, messagesPerMinute: 0 },
    });
    server.clock.now += 40_000;
    expect(server.voice.counters().connectionsInMinute).toBe(1);
    expect(await leave()).toBe(1000);
  });

  it('connections a minute, told by a status with the time to wait', async () => {
    const server = await serve({ limits: { connectionsPerMinute: 1 }, refuseBy: 'status' });
    await visit(server);
    server.clock.now += 20_500;
    expect(await visit(server)).toMatchObject({ status: 429, retryAfter: '40' });
  });

  it('100 connections a minute unless told otherwise, and none at all if told so', async () => {
    expect((await serve()).voice.counters().limits).toEqual({
      connectionsPerMinute: 100,
      messagesPerMinute: 1_000,
      chunksPerSecond: 100,
      chunkBytes: 1_048_576,
      sessionMs: 3_600_000,
      concurrentSessions: null,
    });
    const limits = { connectionsPerMinute: 0 };
    expect((await visit(await serve({ limits }))).code).toBe(4004);
  });

  it('sessions at once', async () => {
    const server = await serve({ limits: { concurrentSessions: 1 } });
    const first = await join(server);
    const second = await visit(server);
    expect([second.code, second.messages[0].error_code]).toEqual([1008, 'SESSION_LIMIT_EXCEEDED']);
    first.ws.close();
    await first.closed;
    await expect.poll(() => server.voice.counters().open).toBe(0);
    expect((await visit(server)).code).toBe(1000);
    expect(server.voice.counters().exceeded.concurrentSessions).toBe(1);
  });

  it('messages, chunks and sizes of one connection', async () => {
    const limits = { messagesPerMinute: 4, chunksPerSecond: 2, chunkBytes: 5_000 };
    const server = await serve({ limits });
    const messages = await join(server);
    for (let i = 0; i < 5; i++) messages.say('keep_alive');
    expect((await messages.next()).details).toEqual({ limit: 4, per_seconds: 60 });
    const chunks = await join(server);
    for (let i = 0; i < 3; i++) chunks.ws.send(SILENCE);
    expect((await chunks.next()).details).toEqual({ limit: 2, per_seconds: 1 });
    const size = await join(server);
    size.ws.send(Buffer.alloc(5_002));
    expect(await size.next()).toMatchObject({
      error_code: 'AUDIO_CHUNK_TOO_LARGE',
      details: { bytes: 5_002 },
    });
    size.ws.send(SILENCE);
    await size.settled();
    expect(server.voice.counters().exceeded).toMatchObject({
      messagesPerMinute: 1,
      chunksPerSecond: 1,
      chunkBytes: 1,
    });
    expect(server.voice.sessions[2]).toMatchObject({ messagesInMinute: 2, chunksInSecond: 2, chunks: 1 });
  });

  it('unlimited messages', async () => {
    const limits = { messagesPerMinute: Number.POSITIVE_INFINITY, chunksPerSecond: Number.POSITIVE_INFINITY };
    const { ws, settled, messages } = await connect({ limits });
    for (let i = 0; i < 1_100; i++) ws.send(SILENCE.subarray(0, 2));
    await settled();
    expect(messages).toEqual([]);
  });

  it('a session of 500 ms', async () => {
    const { clock, next, closed, server } = await connect({ limits: { sessionMs: 500 } });
    clock.now += 500;
    expect(await next()).toMatchObject({
      error_code: 'SESSION_EXPIRED',
      error_message: 'A session ends after 500 ms',
    });
    expect(await closed).toBe(1000);
    expect(server.voice.counters().exceeded.sessionMs).toBe(1);
  });
});

describe('idleness', () => {
  it('is warned of, and ends the session, by the options', async () => {
    const idle = { warningMs: 1_000, finalWarningMs: 1_500, hangupMs: 2_000 };
    const { clock, until, closed } = await connect({ idle });
    clock.now += 1_000;
    const warned = await until(({ type }) => type === 'system_message');
    expect(warned.map((m) => [m.type, m.time_remaining, m.warning_type ?? m.message_type])).toEqual([
      ['idle_warning', 1, 'warning'],
      ['system_message', undefined, 'warning'],
    ]);
    clock.now += 1_000;
    const rest = await until(({ type }) => type === 'error');
    expect(rest.map((m) => m.warning_type ?? m.message_type ?? m.error_code)).toEqual([
      'final_warning',
      'hangup',
      'CONNECTION_TIMEOUT',
    ]);
    expect(await closed).toBe(1001);
  });

  it('goes by what the client set, in both forms, and can be turned off', async () => {
    const { ws, clock, next, settings, settled, messages } = await connect({ idle: { warningMs: 1_000 } });
    settings({ idle_timeout: { warning_timeout: 5, hangup_timeout: 8 } });
    await settled();
    clock.now += 5_000;
    expect(await next()).toMatchObject({ type: 'idle_warning', time_remaining: 3 });
    await next();
    ws.send(JSON.stringify({ type: 'session_settings', idle_timeout: { enabled: false } }));
    await settled();
    clock.now += 60_000;
    await settled();
    expect(messages).toEqual([]);
  });

  it('ends with speech and begins after the answer', async () => {
    const { ws, clock, until, next, settled } = await connect(
      { ...AT_ONCE, idle: { warningMs: 1_000 } },
      { replies: REPLIES },
    );
    clock.now += 900;
    ws.send(TURN);
    expect(of(await until(isLast), 'idle_warning')).toEqual([]);
    clock.now += 900;
    ws.send(SILENCE);
    await settled();
    clock.now += 100;
    expect((await next()).type).toBe('idle_warning');
  });
});

describe('the record of a session', () => {
  it('counts what came and went, with a checksum', async () => {
    const { ws, until, server, closed, say, settled } = await connect(AT_ONCE, { replies: REPLIES });
    expect(server.voice.sessions[0]).toMatchObject({ closeCode: undefined, closedAt: undefined, chunks: 0 });
    const [first, second] = [TURN.subarray(0, 12_345), TURN.subarray(12_345)];
    ws.send(first);
    say('audio_input', { audio: second.toString('base64') });
    say('audio_input', { audio: '*' });
    await until(isLast);
    await settled();
    const sha256 = createHash('sha256').update(TURN).digest('hex');
    const counts = {
      messages: 3,
      chunks: 2,
      audioBytesIn: TURN.length,
      audioBytesOut: 9_600,
      sha256,
      turns: 1,
    };
    expect(server.voice.sessions[0]).toMatchObject({ ...counts, errors: ['AUDIO_PROCESSING_FAILED'] });
    ws.close(1000, 'done');
    await closed;
    await expect.poll(() => server.voice.sessions[0]?.closeCode).toBe(1000);
    expect(server.voice.sessions[0]).toMatchObject({ ...counts, messagesInMinute: 0 });
    expect(server.events.findLast(({ kind }) => kind === 'close')?.detail).toEqual({
      code: 1000,
      reason: 'done',
      audioBytes: TURN.length,
      sha256,
      turns: 1,
    });
  });

  it('is kept when other options come into force, which are for new connections', async () => {
    const { server, ws, settled, messages } = await connect();
    server.voice.setVoice({ refuse: { status: 503, connections: { to: 1 } }, strict: true });
    expect((await visit(server)).status).toBe(503);
    expect((await visit(server, `/ws/voice/y?${GOOD}`)).code).toBe(1000);
    ws.send(SILENCE.subarray(0, 3));
    await settled();
    expect(messages).toEqual([]);
    expect(server.voice.sessions.map(({ connectionId, connection }) => [connectionId, connection])).toEqual([
      ['x', 1],
      ['y', 2],
    ]);
    expect(server.voice.counters()).toMatchObject({ connections: 2, refused: 1 });
  });
});
