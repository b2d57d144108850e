import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { GOOD, serve, visit } from './voice-client.ts';

describe('credentials', () => {
  it('lets in by key, by authorization in the query and by header', async () => {
    const server = await serve();
    const bearer = { Authorization: 'Bearer jwt.good' };
    for (const [query, headers, credential] of [
      [GOOD, {}, 'api_key'],
      ['authorization=Bearer+jwt.good&config_id=config-1', {}, 'authorization'],
      ['authorization=Bearer%20jwt.good&config_id=config-1', {}, 'authorization'],
      ['config_id=config-1', bearer, 'header'],
    ] as const) {
      const { messages } = await visit(server, `/ws/voice/any-id?${query}`, headers);
      expect(messages).toHaveLength(1);
      expect(server.events.findLast(({ kind }) => kind === 'open')?.detail).toMatchObject({ credential });
    }
  });

  it('greets with connection_metadata at once', async () => {
    const server = await serve();
    const fields = {
      connection_id: 'voice_1_abc',
      status: 'connected',
      config: {
        audio_format: 'pcm_24khz_16bit_mono',
        encoding: 'linear16',
        sample_rate: 24_000,
        channels: 1,
      },
      project_id: 'project-2',
      config_id: 'config-1',
    };
    const { messages } = await visit(server, `//ws/voice//voice_1_abc?${GOOD}&project_id=project-2`);
    expect(messages[0]).toEqual({
      type: 'connection_metadata',
      timestamp: 1_645_123_456.789,
      message_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      ...fields,
      data: fields,
    });
  });

  it('refuses with an error message and a close that name the reason', async () => {
    const server = await serve();
    for (const [query, headers, name, close] of [
      ['config_id=config-1', {}, 'AUTH_REQUIRED', 4001],
      ['api_key=&config_id=config-1', {}, 'AUTH_REQUIRED', 4001],
      ['api_key=oak_bad&config_id=config-1', {}, 'AUTH_FAILED', 4001],
      ['api_key=good&config_id=config-1', {}, 'AUTH_FAILED', 4001],
      ['authorization=Bearer+jwt.bad&config_id=config-1', {}, 'AUTH_FAILED', 4001],
      ['authorization=jwt.good&config_id=config-1', {}, 'AUTH_FAILED', 4001],
      ['config_id=config-1', { Authorization: 'Bearer nope' }, 'AUTH_FAILED', 4001],
      [GOOD, { Authorization: 'Bearer nope' }, 'AUTH_FAILED', 4001],
      ['api_key=oak_good', {}, 'CONFIG_NOT_FOUND', 4004],
      ['api_key=oak_good&config_id=other', {}, 'CONFIG_NOT_FOUND', 4004],
      [`${GOOD}&project_id=other`, {}, 'INVALID_PROJECT', 4004],
    ] as [string, Record<string, string>, string, number][]) {
      const { messages, code, reason } = await visit(server, `/ws/voice/x?${query}`, headers);
      expect(
        messages.map(({ type, error_code }) => [type, error_code]),
        query,
      ).toEqual([['error', name]]);
      expect(messages[0].data.error_message).toBe(messages[0].error_message);
      expect([code, reason?.split(':')[0]]).toEqual([close, name]);
    }
    expect(JSON.stringify(server.events)).not.toMatch(/oak_[a-z]|jwt|nope/);
  });

  it('answers other paths with 404 and broken handshakes with 400', async () => {
    const server = await serve();
    expect((await visit(server, `/ws/other/x?${GOOD}`)).status).toBe(404);
    expect((await visit(server, `/ws/voice/?${GOOD}`)).status).toBe(404);
    const tcp = connectTcp(server.port, '127.0.0.1');
    tcp.write(
      `GET /ws/voice/x?${GOOD} HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n`,
    );
    const [answer] = (await once(tcp, 'data')) as [Buffer];
    expect(String(answer)).toMatch(/^HTTP\/1\.1 400 /);
    tcp.destroy();
  });
});

describe('refusal on demand', () => {
  it('by HTTP status', async () => {
    for (const status of [401, 403, 404, 429, 503])
      expect((await visit(await serve({ refuse: { status } }), `/ws/voice/x?${GOOD}`)).status).toBe(status);
  });

  it('by close, with or without an error message', async () => {
    const bare = await visit(await serve({ refuse: { close: 4004 } }), `/ws/voice/x?${GOOD}`);
    expect(bare).toEqual({ messages: [], code: 4004, reason: '' });
    const refuse = { close: 4003, reason: `${'x'.repeat(122)}é`, errorCode: 'ACCESS_DENIED' };
    const full = await visit(await serve({ refuse }), '/ws/voice/x');
    expect(full).toMatchObject({ code: 4003, reason: 'x'.repeat(122) });
    expect(full.messages[0]).toMatchObject({ type: 'error', error_code: 'ACCESS_DENIED' });
  });

  it('by close codes that are not legal on the wire', async () => {
    const illegal = await visit(
      await serve({ refuse: { close: 5004, errorCode: 'SESSION_EXPIRED' } }),
      '/ws/voice/x',
    );
    expect(illegal).toMatchObject({ code: 1006, error: 'Invalid WebSocket frame: invalid status code 5004' });
    expect(illegal.messages[0].error_code).toBe('SESSION_EXPIRED');
    expect((await visit(await serve({ refuse: { close: 1005 } }), '/ws/voice/x')).code).toBe(1005);
    expect((await visit(await serve({ refuse: { close: 1006 } }), '/ws/voice/x')).code).toBe(1006);
    expect((await visit(await serve({ refuse: { close: Number.NaN } }), '/ws/voice/x')).code).toBe(1006);
  });
});

describe('close()', () => {
  it('breaks every connection and refuses new ones', async () => {
    const server = await serve();
    const open = await Promise.all(
      [1, 2, 3].map(async (n) => {
        const ws = new WebSocket(`ws://127.0.0.1:${server.port}/ws/voice/${n}?${GOOD}`);
        await once(ws, 'message');
        return ws;
      }),
    );
    const closes = open.map(async (ws) => (await once(ws, 'close'))[0]);
    await server.voice.close();
    expect(await Promise.all(closes)).toEqual([1006, 1006, 1006]);
    expect(server.events.filter(({ kind }) => kind === 'close')).toHaveLength(3);
    expect((await visit(server, `/ws/voice/x?${GOOD}`)).status).toBe(503);
    await server.voice.close();
  });
});
