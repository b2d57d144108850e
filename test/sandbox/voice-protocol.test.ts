import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { VoiceEvent } from '../../src/sandbox/voice/server.ts';
import { connect, SILENCE } from './voice-client.ts';

describe('messages', () => {
  it('answers pings, and nothing to keep_alive and good settings in all their forms', async () => {
    const { ws, say, next } = await connect();
    ws.ping('are you there');
    expect(String((await once(ws, 'pong'))[0])).toBe('are you there');
    say('keep_alive');
    say('session_settings', { audio: { sample_rate: 24_000, channels: 1, encoding: 'linear16' } });
    ws.send(
      JSON.stringify({
        type: 'session_settings',
        sample_rate: 24_000,
        channels: 1,
        encoding: 'linear16',
        idle_timeout: { enabled: false },
      }),
    );
    say('session_settings');
    say('the end');
    expect((await next()).error_code).toBe('UNSUPPORTED_MESSAGE_TYPE');
  });

  it('answers bad messages with an error and keeps the session', async () => {
    const { ws, say, next } = await connect();
    for (const [text, name] of [
      ['{', 'INVALID_MESSAGE_FORMAT'],
      ['', 'INVALID_MESSAGE_FORMAT'],
      ['null', 'INVALID_MESSAGE_FORMAT'],
      ['[1]', 'INVALID_MESSAGE_FORMAT'],
      ['{"a":1}', 'INVALID_MESSAGE_FORMAT'],
      ['{"type":1}', 'INVALID_MESSAGE_FORMAT'],
      ['{"type":"keep_alive","timestamp":"now"}', 'INVALID_MESSAGE_FORMAT'],
      ['{"type":"keep_alive","message_id":7}', 'INVALID_MESSAGE_FORMAT'],
      ['{"type":"keep_alive","data":7}', 'INVALID_MESSAGE_FORMAT'],
      ['{"type":"audio_input","data":{}}', 'INVALID_MESSAGE_FORMAT'],
      ['{"type":"audio_input","data":{"audio":"","chunk_id":1}}', 'INVALID_MESSAGE_FORMAT'],
      [`${'['.repeat(200_000)}`, 'INVALID_MESSAGE_FORMAT'],
      ['{"type":"__proto__"}', 'UNSUPPORTED_MESSAGE_TYPE'],
      [
        '{"type":"session_settings","data":{"turn_detection":{"silence_threshold":99}}}',
        'INVALID_MESSAGE_FORMAT',
      ],
      ['{"type":"session_settings","data":{"audio":{"sample_rate":16000}}}', 'AUDIO_FORMAT_UNSUPPORTED'],
      ['{"type":"session_settings","channels":2}', 'AUDIO_FORMAT_UNSUPPORTED'],
    ] as const) {
      ws.send(text);
      const answer = await next();
      expect([answer.type, answer.error_code], text.slice(0, 80)).toEqual(['error', name]);
      expect(answer.data).toEqual({
        error_code: name,
        error_message: expect.any(String),
        details: expect.any(Object),
      });
    }
    say('audio_input', { audio: '*', chunk_id: 'c1' });
    expect(await next()).toMatchObject({
      error_code: 'AUDIO_PROCESSING_FAILED',
      details: { chunk_id: 'c1', reason: 'bad base64' },
    });
  });

  it('survives broken frames and exceptions of its own', async () => {
    const events: VoiceEvent[] = [];
    const onEvent = (event: VoiceEvent) => {
      events.push(event);
      throw new Error('a log that fails');
    };
    const broken = await connect({}, { onEvent });
    broken.ws.send(Buffer.of(0xff, 0xfe), { binary: false });
    expect(await broken.closed).toBe(1007);
    expect(events.map(({ kind }) => kind)).toContain('protocol_error');

    const { ws, clock, closed } = await connect({}, { onEvent: (event) => events.push(event) });
    clock.fail = true;
    ws.send('{}');
    expect(await closed).toBe(1006);
    expect(events.find(({ kind }) => kind === 'failure')?.detail).toMatchObject({
      message: expect.stringContaining('the clock is broken'),
    });
  });
});

describe('limits', () => {
  it('chunk size: an error that names the chunk', async () => {
    const { ws, say, next, closed } = await connect();
    const large = Buffer.alloc(1024 * 1024 + 2);
    say('audio_input', { audio: large.toString('base64'), chunk_id: 'chunk-007' });
    expect(await next()).toMatchObject({
      error_code: 'AUDIO_CHUNK_TOO_LARGE',
      details: { chunk_id: 'chunk-007' },
    });
    ws.send(large);
    expect(await next()).toMatchObject({
      error_code: 'AUDIO_CHUNK_TOO_LARGE',
      details: { bytes: large.length },
    });
    ws.send(large.subarray(2));
    say('audio_input', { audio: large.subarray(2).toString('base64') });
    ws.send(Buffer.alloc(2 * 1024 * 1024));
    expect(await closed).toBe(1009);
  });

  it('100 chunks a second', async () => {
    const { ws, clock, say, next, closed, settled } = await connect();
    const chunks = async (count: number) => {
      for (let i = 0; i < count; i++) {
        if (i % 2) ws.send(SILENCE);
        else say('audio_input', { audio: SILENCE.toString('base64') });
      }
      await settled();
    };
    await chunks(100);
    clock.now += 1_000;
    await chunks(100);
    clock.now += 999;
    ws.send(SILENCE);
    expect(await next()).toMatchObject({
      error_code: 'RATE_LIMITED',
      details: { limit: 100, per_seconds: 1 },
    });
    expect(await closed).toBe(4004);
  });

  it('1,000 messages a minute', async () => {
    const { clock, say, next, closed, settled } = await connect();
    for (let i = 0; i < 1_000; i++) say('keep_alive');
    await settled();
    clock.now += 60_000;
    for (let i = 0; i < 1_001; i++) say('keep_alive');
    expect(await next()).toMatchObject({
      error_code: 'RATE_LIMITED',
      details: { limit: 1_000, per_seconds: 60 },
    });
    expect(await closed).toBe(4004);
  });

  it('60 minutes', async () => {
    const { clock, say, next, closed } = await connect();
    clock.now += 60 * 60_000 - 1;
    say('unknown');
    expect((await next()).error_code).toBe('UNSUPPORTED_MESSAGE_TYPE');
    clock.now += 1;
    expect((await next()).error_code).toBe('SESSION_EXPIRED');
    expect(await closed).toBe(1000);
  });
});

describe('failure on demand', () => {
  it('failAfterBytes: an error, once, and the session goes on', async () => {
    const { ws, say, next } = await connect({
      failAfterBytes: { bytes: 9_600, errorCode: 'INTERNAL_ERROR' },
    });
    ws.send(SILENCE);
    say('first');
    say('audio_input', { audio: SILENCE.toString('base64'), chunk_id: 'c2' });
    ws.send(SILENCE);
    say('second');
    expect((await next()).error_code).toBe('UNSUPPORTED_MESSAGE_TYPE');
    expect(await next()).toMatchObject({ error_code: 'INTERNAL_ERROR', details: { chunk_id: 'c2' } });
    expect((await next()).error_code).toBe('UNSUPPORTED_MESSAGE_TYPE');
  });

  it('failAfterBytes with a close code, legal or not', async () => {
    for (const [close, seen] of [
      [1011, 1011],
      [5004, 1006],
    ] as const) {
      const failure = { bytes: 1, errorCode: 'SESSION_EXPIRED', close };
      const { ws, next, closed } = await connect({ failAfterBytes: failure });
      ws.send(SILENCE);
      expect((await next()).error_code).toBe('SESSION_EXPIRED');
      expect(await closed).toBe(seen);
    }
  });

  it('dropAfterBytes: the connection breaks without a word', async () => {
    const { ws, closed, messages, settled } = await connect({ dropAfterBytes: 9_600 });
    ws.send(SILENCE);
    await settled();
    ws.send(SILENCE);
    expect(await closed).toBe(1006);
    expect(messages).toEqual([]);
  });
});
