import { describe, expect, it } from 'vitest';
import type { VoiceOptions } from '../../src/sandbox/types.ts';
import { AT_ONCE, audioOf, connect, isLast, type Message, of, SILENCE, sound, TURN } from './voice-client.ts';

const REPLIES = [
  { text: 'A reply.', pcm: sound(0.33, 0.1) },
  { text: 'Another.', pcm: sound(0.2, 0.2) },
];
const PCM = REPLIES[0]?.pcm as Buffer;
const talk = (voice: VoiceOptions, replies = REPLIES) => connect({ ...AT_ONCE, ...voice }, { replies });
const isUnread = ({ type }: Message) => type === 'error';

describe('slow and odd answers', () => {
  it('wait before the text, before the audio, and once in mid-audio', async () => {
    const pause = { afterChunks: 2, ms: 5 };
    const { ws, until } = await talk({ answers: { textDelayMs: 5, audioDelayMs: 5, pause } });
    ws.send(TURN);
    expect(audioOf(await until(isLast)).equals(PCM)).toBe(true);
  });

  it.each([1_001, 4_801, 20_000])('come in chunks of %i bytes', async (chunkBytes) => {
    const { ws, until } = await talk({ answers: { chunkBytes } });
    ws.send(TURN);
    const messages = await until(isLast);
    expect(audioOf(messages).equals(PCM)).toBe(true);
    const sizes = of(messages, 'tts_chunk').map(({ content }) => Buffer.from(content, 'base64').length);
    expect(new Set(sizes.slice(0, -1))).toEqual(new Set(sizes.length > 1 ? [chunkBytes] : []));
    expect(sizes).toHaveLength(Math.ceil(PCM.length / chunkBytes));
  });

  it('end twice', async () => {
    const { ws, until } = await talk({ answers: { duplicateLast: true } });
    ws.send(TURN);
    await until(isLast);
    expect((await until(isLast)).map(({ content }) => content)).toEqual(['']);
  });

  it('have odd messages between their chunks', async () => {
    const between = ['unknown_type', 'not_json', 'empty_chunk', 'status'] as const;
    const { ws, until } = await talk({ answers: { between } });
    ws.send(TURN);
    const all = await until(({ type }) => type === 'status');
    const messages = all.slice(all.findIndex(({ type }) => type === 'llm_response_chunk') + 1);
    expect(messages.map(({ type, content }) => (content === '' ? 'empty' : type))).toEqual([
      'tts_chunk',
      'sandbox_unknown',
      'tts_chunk',
      'binary',
      'tts_chunk',
      'empty',
      'tts_chunk',
      'status',
    ]);
    expect(audioOf(messages).equals(PCM)).toBe(true);
  });

  it('have messages without type, lists and plain errors between their chunks', async () => {
    const { ws, until } = await talk({ answers: { between: ['no_type', 'json_list', 'plain_error'] } });
    ws.send(TURN);
    const messages = await until(isLast);
    expect(messages.filter((m) => Array.isArray(m) || m.type === undefined)).toHaveLength(2);
    expect(of(messages, 'error').map(({ error }) => typeof error)).toEqual(['string']);
  });

  it('begin after a greeting', async () => {
    const { next } = await talk({ greeting: 'Welcome!' });
    expect(await next()).toMatchObject({
      type: 'system_message',
      content: 'Welcome!',
      message_type: 'initial',
    });
  });
});

describe('an interruption', () => {
  const LONG = [{ text: 'A long reply.', pcm: sound(60) }, ...REPLIES];
  const isChunk = ({ type }: Message) => type === 'tts_chunk';

  it('is told as the user’s, if that is wanted', async () => {
    const { ws, until, server } = await connect(
      { interruption: { message: 'user_interruption' } },
      { replies: LONG },
    );
    ws.send(TURN);
    await until(isChunk);
    ws.send(sound(0.4));
    expect(of(await until(({ type }) => type === 'user_interruption'), 'tts_interruption')).toEqual([]);
    expect(server.voice.sessions[0]?.interruptions).toBe(1);
  });

  it('is ignored, and the next answer waits', async () => {
    const { ws, until } = await talk({ interruption: { ignore: true } });
    ws.send(Buffer.concat([TURN, TURN]));
    const [first, second] = [await until(isLast), await until(isLast)];
    expect([audioOf(first), audioOf(second)].map(({ length }) => length)).toEqual([15_840, 9_600]);
    expect(of(first, 'turn_complete')).toHaveLength(2);
    expect(of([...first, ...second], 'tts_interruption')).toEqual([]);
  });

  it('lets the audio go on for a while', async () => {
    const { ws, until, say } = await connect(
      { replySpeed: 100, interruption: { lingerMs: 30 } },
      { replies: LONG },
    );
    ws.send(TURN);
    await until(isChunk);
    ws.send(sound(0.4));
    await until(({ type }) => type === 'tts_interruption');
    await until(isChunk);
    ws.send(sound(0.7, 0));
    await until(({ chunk_id }) => chunk_id?.startsWith('tts-2-'));
    say('unknown');
    await until(isUnread);
  });
});

describe('echo', () => {
  it('of the speech alone', async () => {
    const speech = sound(0.98);
    const { ws, until } = await talk({ echo: true, interruption: { ignore: true } });
    const all = Buffer.concat([sound(0.5, 0), speech, sound(0.7, 0), sound(0.62, 0.2), sound(0.9, 0)]);
    for (let at = 0; at < all.length; at += 4_801) ws.send(all.subarray(at, at + 4_801));
    const first = await until(isLast);
    expect(audioOf(first).equals(speech)).toBe(true);
    expect(
      of(first, 'llm_response_chunk')
        .map(({ content }) => content)
        .join(''),
    ).toBe(`(${speech.length} bytes of what was heard)`);
    expect(audioOf(await until(isLast)).equals(sound(0.62, 0.2))).toBe(true);
  });

  it('of every byte, in order', async () => {
    const { ws, until, clock, settled } = await talk({ echo: 'all', interruption: { ignore: true } });
    const parts = [sound(0.31, 0), TURN, SILENCE, sound(0.5), sound(1.3, 0), sound(0.4), Buffer.of(1, 2, 3)];
    const all = Buffer.concat(parts);
    for (let at = 0; at < all.length; at += 3_333) ws.send(all.subarray(at, at + 3_333));
    const answers = [audioOf(await until(isLast)), audioOf(await until(isLast))];
    await settled();
    clock.now += 3_000;
    answers.push(audioOf(await until(isLast)));
    expect(Buffer.concat(answers).equals(all)).toBe(true);
  });
});

describe('strict', () => {
  const envelope = { timestamp: 1, message_id: crypto.randomUUID() };
  const settings = (data: object) => ({ type: 'session_settings', ...envelope, data });

  it('takes what is documented', async () => {
    const { ws, until, say } = await talk({ strict: true });
    const turn_detection = { context_awareness: { enabled: true, user_preferences: { calm: 1 } } };
    const audio = { sample_rate: 24_000, channels: 1, encoding: 'linear16' };
    ws.send(JSON.stringify(settings({ emotion_detection: { enabled: true }, turn_detection, audio })));
    say('keep_alive');
    say('audio_input', { audio: TURN.toString('base64'), chunk_id: 'chunk-001' });
    expect(of(await until(isLast), 'error')).toEqual([]);
  });

  it.each<[string, object | Buffer, string]>([
    ['no timestamp', { type: 'keep_alive', message_id: envelope.message_id }, 'INVALID_MESSAGE_FORMAT'],
    ['no message_id', { type: 'keep_alive', timestamp: 1 }, 'INVALID_MESSAGE_FORMAT'],
    ['no UUID', { type: 'keep_alive', timestamp: 1, message_id: 'm1' }, 'INVALID_MESSAGE_FORMAT'],
    [
      'flat settings',
      { type: 'session_settings', ...envelope, sample_rate: 24_000 },
      'INVALID_MESSAGE_FORMAT',
    ],
    ['the SDK’s settings in data', settings({ sample_rate: 24_000 }), 'INVALID_MESSAGE_FORMAT'],
    ['an unknown setting', settings({ turn_detection: { silence_treshold: 1 } }), 'INVALID_MESSAGE_FORMAT'],
    ['a setting named as a method', settings({ toString: 1 }), 'INVALID_MESSAGE_FORMAT'],
    ['flat audio', { type: 'audio_input', ...envelope, audio: 'AAA=' }, 'INVALID_MESSAGE_FORMAT'],
    ['an odd binary chunk', Buffer.alloc(3), 'AUDIO_PROCESSING_FAILED'],
    [
      'an odd chunk in JSON',
      { type: 'audio_input', ...envelope, data: { audio: 'AAAA' } },
      'AUDIO_PROCESSING_FAILED',
    ],
  ])('refuses %s, which is taken otherwise', async (_, message, name) => {
    const data = Buffer.isBuffer(message) ? message : JSON.stringify(message);
    const strict = await talk({ strict: true });
    strict.ws.send(data);
    expect((await strict.next()).error_code).toBe(name);
    const lenient = await talk({});
    lenient.ws.send(data);
    await lenient.settled();
    expect(lenient.messages).toEqual([]);
  });
});
