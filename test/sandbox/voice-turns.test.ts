import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { VoiceOptions } from '../../src/sandbox/types.ts';
import { connect as connectWith, isLast, of, sound, TURN } from './voice-client.ts';

const REPLIES = [
  { text: 'The first reply,  with two spaces in it. ', pcm: sound(0.33, 0.1) },
  { text: 'Second.', pcm: sound(0.2, 0.2) },
];
const connect = (voice: VoiceOptions = {}, replies = REPLIES) => connectWith(voice, { replies });

describe('a turn', () => {
  it('comes in the order of the reference', async () => {
    const { ws, until } = await connect({ replySpeed: Number.POSITIVE_INFINITY });
    for (let at = 0; at < TURN.length; at += 4_801) ws.send(TURN.subarray(at, at + 4_801));
    const messages = await until(isLast);
    expect(messages.map(({ type }) => type)).toEqual([
      ...Array(3).fill('transcription'),
      'turn_complete',
      'emotion_update',
      ...Array(3).fill('llm_response_chunk'),
      ...Array(4).fill('tts_chunk'),
    ]);
    expect(of(messages, 'transcription').map((m) => [m.transcript, m.is_final, m.is_speech_final])).toEqual([
      ['(0.5 seconds of speech…)', false, false],
      ['(1.0 seconds of speech…)', false, false],
      ['(1.2 seconds of speech)', true, true],
    ]);
    expect(of(messages, 'turn_complete')[0].data).toEqual({
      turn_result: { is_complete: true, confidence: 1, reasons: ['silence'] },
      transcript: '(1.2 seconds of speech)',
    });
    const emotions = of(messages, 'emotion_update')[0].top_emotions;
    expect(
      emotions.reduce((sum: number, { percentage }: { percentage: number }) => sum + percentage, 0),
    ).toBe(100);

    const text = of(messages, 'llm_response_chunk');
    expect(text.map(({ content }) => content).join('')).toBe(REPLIES[0]?.text);
    expect(text.map((m) => [m.chunk_index, m.is_final])).toEqual([
      [0, false],
      [1, false],
      [2, true],
    ]);
    expect(new Set(text.map(({ generation_id }) => generation_id)).size).toBe(1);

    const audio = of(messages, 'tts_chunk');
    const bytes = audio.map(({ content }) => Buffer.from(content, 'base64'));
    expect(bytes.map(({ length }) => length)).toEqual([4_800, 4_800, 4_800, 1_440]);
    expect(Buffer.concat(bytes)).toEqual(REPLIES[0]?.pcm);
    expect(audio.map((m) => [m.chunk_id, m.is_last])).toEqual([
      ['tts-1-001', false],
      ['tts-1-002', false],
      ['tts-1-003', false],
      ['tts-1-004', true],
    ]);
    expect(new Set(messages.map(({ message_id }) => message_id)).size).toBe(messages.length);
  });

  it('takes the replies in turn, whatever way the audio comes', async () => {
    const { ws, until } = await connect({ replySpeed: 100 });
    for (const text of [REPLIES[0]?.text, REPLIES[1]?.text, REPLIES[0]?.text]) {
      ws.send(JSON.stringify({ type: 'audio_input', data: { audio: TURN.toString('base64') } }));
      const said = of(await until(isLast), 'llm_response_chunk');
      expect(said.map(({ content }) => content).join('')).toBe(text);
    }
  });

  it('follows the settings', async () => {
    const { ws, until, settings } = await connect({ replySpeed: 100 });
    settings({
      emotion_detection: { enabled: false },
      turn_detection: { silence_threshold: 0.3, min_speaking_time: 0.5 },
    });
    ws.send(Buffer.concat([sound(0.4), sound(0.4, 0), sound(0.6), sound(0.3, 0)]));
    const messages = await until(isLast);
    expect(of(messages, 'emotion_update')).toEqual([]);
    expect(
      of(messages, 'transcription')
        .map(({ transcript }) => transcript)
        .at(-1),
    ).toBe('(0.6 seconds of speech)');
    settings({ emotion_detection: { enabled: true, confidence_threshold: 1 } });
    ws.send(TURN);
    expect(of(await until(isLast), 'emotion_update')).toEqual([]);
  });

  it('ends when no audio comes for three seconds', async () => {
    const { ws, clock, until } = await connect();
    ws.send(sound(0.6));
    await until(({ type }) => type === 'transcription');
    clock.now += 3_000;
    const [turn] = (await until(({ type }) => type === 'turn_complete')).slice(-1);
    expect(turn.turn_result.reasons).toEqual(['no_audio']);
  });
});

describe('the answer', () => {
  it('is not sent faster than it should', async () => {
    const one = [{ text: 'One.', pcm: sound(1) }];
    for (const [options, least] of [
      [{}, 225],
      [{ replySpeed: 9 }, 100],
      [{ replySpeed: -1 }, 225],
    ] as const) {
      const { ws, until } = await connect(options, one);
      const start = performance.now();
      ws.send(TURN);
      expect(of(await until(isLast), 'tts_chunk')).toHaveLength(10);
      expect(performance.now() - start).toBeGreaterThanOrEqual(least);
    }
  });

  it('that fails is a failure of the server, told as such', async () => {
    const { ws, until } = await connect({}, [{ text: 'Broken.', pcm: undefined as unknown as Buffer }]);
    const closed = once(ws, 'close');
    ws.send(TURN);
    expect((await until(({ type }) => type === 'error')).at(-1).error_code).toBe('INTERNAL_ERROR');
    expect((await closed)[0]).toBe(1011);
  });

  it('stops when the user speaks on, and the next one begins afresh', async () => {
    const long = [{ text: 'A long reply.', pcm: sound(60) }, ...REPLIES];
    const { ws, until } = await connect({}, long);
    ws.send(TURN);
    await until(({ type }) => type === 'tts_chunk');
    ws.send(sound(0.28));
    await until(({ type }) => type === 'tts_chunk');
    ws.send(sound(0.04));
    expect(of(await until(({ type }) => type === 'tts_interruption'), 'transcription')).toEqual([]);
    ws.send(sound(0.7, 0));
    const after = await until(isLast);
    expect(after[0].transcript).toBe('(0.3 seconds of speech)');
    for (const { chunk_id } of of(after, 'tts_chunk')) expect(chunk_id).toMatch(/^tts-2-/);
  });

  it('goes on over a word that is too short, until that has become a turn', async () => {
    const long = [{ text: 'A long reply.', pcm: sound(60) }, ...REPLIES];
    const { ws, until, settings } = await connect({}, long);
    settings({ turn_detection: { interrupt_threshold: 2 } });
    ws.send(TURN);
    await until(({ type }) => type === 'tts_chunk');
    ws.send(sound(1.9));
    await until(({ transcript }) => transcript === '(1.5 seconds of speech…)');
    expect(of(await until(({ type }) => type === 'tts_chunk'), 'tts_interruption')).toEqual([]);
    ws.send(sound(0.7, 0));
    const types = (await until(isLast)).map(({ type }) => type);
    expect(types.indexOf('turn_complete')).toBe(types.indexOf('tts_interruption') + 2);
  });
});

describe('options', () => {
  it('shape: documented and flat', async () => {
    for (const shape of ['documented', 'flat'] as const) {
      const { ws, until } = await connect({ shape, replySpeed: 100 });
      ws.send(TURN);
      const messages = await until((m) => isLast(m.data ?? m));
      for (const { type, timestamp, message_id, ...rest } of messages) {
        expect([typeof type, typeof timestamp, typeof message_id]).toEqual(['string', 'number', 'string']);
        expect(Object.keys(rest).includes('data')).toBe(shape === 'documented');
        expect(Object.keys(rest).length > 1).toBe(shape === 'flat' && type !== 'emotion_update');
      }
    }
  });

  it('cumulative and noEndMarks', async () => {
    const { ws, until } = await connect({ cumulative: true, noEndMarks: true, replySpeed: 100 });
    ws.send(TURN);
    const messages = await until(({ chunk_id }) => chunk_id === 'tts-1-004');
    const texts = of(messages, 'llm_response_chunk');
    expect(texts.map(({ content }) => content)).toEqual([
      'The first reply,  ',
      'The first reply,  with two spaces ',
      REPLIES[0]?.text,
    ]);
    for (const message of texts) expect(message).not.toHaveProperty('is_final');
    for (const message of of(messages, 'tts_chunk')) expect(message.data).not.toHaveProperty('is_last');
  });

  it('binaryAudio', async () => {
    const { ws, until } = await connect({ binaryAudio: true, replySpeed: 100 });
    ws.send(TURN);
    const messages = await until(({ type, content }) => type === 'binary' && content.length < 4_800);
    expect(Buffer.concat(of(messages, 'binary').map(({ content }) => content))).toEqual(REPLIES[0]?.pcm);
    expect(of(messages, 'tts_chunk')).toEqual([]);
  });

  it('mute', async () => {
    const { ws, until } = await connect({ mute: true });
    ws.send(TURN);
    ws.send('nonsense');
    expect((await until(() => true)).map(({ type }) => type)).toEqual(['error']);
  });
});
