import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type SandboxOptions, startSandbox, type VoiceOptions } from '../../src/sandbox/index.ts';
import { jsonInit, request } from './http-client.ts';
import { AT_ONCE, audioOf, dial, isLast, TURN, visit } from './voice-client.ts';

async function start(voice: VoiceOptions = AT_ONCE, options: SandboxOptions = {}) {
  const sandbox = await startSandbox({ voice, ...options });
  onTestFinished(() => sandbox.close());
  const query = `api_key=${sandbox.voiceKey}&config_id=config-sandbox`;
  const control = `${sandbox.url}/_sandbox/voice`;
  return {
    sandbox,
    control,
    open: () => dial(`${sandbox.voiceUrl}/one?${query}`),
    visit: () => visit(sandbox, `/ws/voice/other?${query}`),
    report: async () => (await request(control)).body,
    post: (body: unknown) => request(control, jsonInit('POST', body)),
  };
}

describe('GET /_sandbox/voice', () => {
  it('has counters before there is any session', async () => {
    expect(await (await start()).report()).toEqual({
      connections: 0,
      refused: 0,
      open: 0,
      connections_in_minute: 0,
      limits: {
        connections_per_minute: 100,
        messages_per_minute: 1_000,
        chunks_per_second: 100,
        chunk_bytes: 1_048_576,
        session_ms: 3_600_000,
        concurrent_sessions: null,
      },
      exceeded: {
        connections_per_minute: 0,
        messages_per_minute: 0,
        chunks_per_second: 0,
        chunk_bytes: 0,
        session_ms: 0,
        concurrent_sessions: 0,
      },
      sessions: [],
    });
  });

  it('tells of sessions, open and closed, as voiceSessions does', async () => {
    const { open, report, sandbox } = await start(AT_ONCE, { now: () => 1_645_123_456_789 });
    const client = await open();
    client.ws.on('open', () => client.ws.send(TURN));
    const audio = audioOf(await client.until(isLast));
    const open_ = (await report())['sessions'] as object[];
    const facts = {
      connection_id: 'one',
      connection: 1,
      opened_at: '2022-02-17T18:44:16.789Z',
      messages: 1,
      chunks: 1,
      audio_bytes_in: TURN.length,
      audio_bytes_out: audio.length,
      sha256: createHash('sha256').update(TURN).digest('hex'),
      turns: 1,
      interruptions: 0,
      errors: [],
    };
    expect(open_).toEqual([{ ...facts, messages_in_minute: 1, chunks_in_second: 1 }]);
    client.ws.close(1000);
    await client.closed;
    await expect.poll(() => sandbox.voiceSessions[0]?.closeCode).toBe(1000);
    const closed = {
      closed_at: facts.opened_at,
      close_code: 1000,
      messages_in_minute: 0,
      chunks_in_second: 0,
    };
    expect((await report())['sessions']).toEqual([{ ...facts, ...closed }]);
    expect(JSON.stringify(await report())).not.toContain(sandbox.voiceKey);
  });

  it('is guarded as the other controls are', async () => {
    const { control, sandbox } = await start();
    expect((await request(control, { headers: { origin: 'http://evil.example' } })).status).toBe(403);
    const status = await new Promise((resolve) => {
      const headers = { host: 'evil.example' };
      httpRequest({ port: sandbox.port, host: '127.0.0.1', path: '/_sandbox/voice', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(403);
    expect((await request(control, { method: 'DELETE' })).status).toBe(405);
  });
});

describe('POST /_sandbox/voice', () => {
  it('replaces the options for new connections, and a reset brings the first ones back', async () => {
    const { post, visit: call, sandbox, open } = await start({ refuse: { status: 503 } });
    expect((await call()).status).toBe(503);
    expect((await post({})).body).toEqual({ replaced: true });
    expect((await call()).code).toBe(1000);
    expect((await post({ voice: { refuse: { status: 429, retry_after: 3, times: 1 } } })).status).toBe(200);
    expect(await call()).toMatchObject({ status: 429, retryAfter: '3' });
    expect((await call()).code).toBe(1000);

    await post({ turns: [{ answer: 'Hello', audio: 0.1 }], voice: { reply_speed: 'unlimited' } });
    const client = await open();
    client.ws.on('open', () => client.ws.send(TURN));
    expect(audioOf(await client.until(isLast)).length).toBe(4_800);
    expect(sandbox.voiceSessions).toHaveLength(3);

    await request(`${sandbox.url}/_sandbox/reset`, { method: 'POST' });
    expect(sandbox.voiceSessions).toHaveLength(0);
    expect((await call()).status).toBe(503);
  });

  it('works before the first connection, as setVoice does', async () => {
    const { post, visit: call, sandbox } = await start();
    await post({ voice: { refuse: { close: 4003 } } });
    expect((await call()).code).toBe(4003);
    sandbox.setVoice({ refuse: { close: 4002 } });
    expect((await call()).code).toBe(4002);
  });

  it('refuses what it does not understand, and names no files', async () => {
    const { post, visit: call } = await start();
    const readable = join(import.meta.dirname, 'voice-control.test.ts');
    for (const [body, message] of [
      [{ voice: { shapes: 1 } }, 'voice.shapes is not known'],
      [{ turns: [{ audio: readable }] }, 'turns[0].audio must be a number of seconds or none'],
      [{ turns: [{ audio: '/nowhere' }] }, 'turns[0].audio must be a number of seconds or none'],
      [[], 'the document must be an object'],
      [{ voice: { strict: 1 }, turns: 2 }, 'voice.strict must be true or false; turns must be a list'],
    ] as const) {
      const reply = await post(body);
      expect(reply.status).toBe(400);
      expect(reply.body['message']).toContain(message);
    }
    expect((await call()).code).toBe(1000);
  });
});
