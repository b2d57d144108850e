import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseServerMessage, type VoiceEvent } from '../../src/nextevi/messages.ts';

type Fields = Record<string, unknown>;

/** Every documented message (reference, section 4) and the event that it is. */
const DOCUMENTED: [type: string, fields: Fields, event: VoiceEvent][] = [
  [
    'connection_metadata',
    {
      connection_id: 'conn-1',
      status: 'connected',
      config: {
        audio_format: 'pcm_24khz_16bit_mono',
        encoding: 'linear16',
        sample_rate: 24_000,
        channels: 1,
      },
      project_id: 'p-1',
      config_id: 'config-1',
    },
    {
      kind: 'metadata',
      connectionId: 'conn-1',
      sampleRate: 24_000,
      channels: 1,
      encoding: 'linear16',
      audioFormat: 'pcm_24khz_16bit_mono',
      projectId: 'p-1',
      configId: 'config-1',
    },
  ],
  [
    'transcription',
    {
      transcript: 'hello',
      confidence: 0.5,
      is_final: true,
      is_speech_final: true,
      words: [{ word: 'hello', start: 0, end: 0.4, confidence: 0.5 }],
      session_id: 's',
      processing_time: 12,
      metadata: { event_type: 'utterance_end' },
    },
    {
      kind: 'transcript',
      text: 'hello',
      final: true,
      confidence: 0.5,
      event: 'utterance_end',
      words: [{ word: 'hello', start: 0, end: 0.4, confidence: 0.5 }],
    },
  ],
  [
    'transcription',
    { transcript: 'a', words: [{ word: 'a', start: '0' }, { start: 1 }, null, 'b'] },
    {
      kind: 'transcript',
      text: 'a',
      final: false,
      confidence: undefined,
      event: undefined,
      words: [{ word: 'a', start: undefined, end: undefined, confidence: undefined }],
    },
  ],
  [
    'transcription',
    { transcript: 'a', words: [{}] },
    { kind: 'transcript', text: 'a', final: false, confidence: undefined, event: undefined },
  ],
  [
    'transcription',
    { transcript: 'hel', confidence: 0.25, is_final: false },
    { kind: 'transcript', text: 'hel', final: false, confidence: 0.25, event: undefined },
  ],
  [
    'llm_response_chunk',
    { content: 'Good day. ', is_final: false, generation_id: 'g-1', chunk_index: 0 },
    { kind: 'answer', content: 'Good day. ', final: false, generationId: 'g-1' },
  ],
  [
    'tts_chunk',
    { content: 'AQID/w==', chunk_id: 'tts-1', is_last: true },
    { kind: 'audio', pcm: Buffer.from([1, 2, 3, 255]), last: true, chunkId: 'tts-1' },
  ],
  [
    'tts_chunk',
    { content: 'AAA=' },
    { kind: 'audio', pcm: Buffer.from([0, 0]), last: false, chunkId: undefined },
  ],
  [
    'emotion_update',
    { top_emotions: [{ emotion: 'joy', percentage: 75, confidence: 0.1 }, { emotion: 'neutral' }] },
    {
      kind: 'emotion',
      emotions: [
        { emotion: 'joy', percentage: 75 },
        { emotion: 'neutral', percentage: undefined },
      ],
    },
  ],
  [
    'emotion_update',
    { emotions: [{ emotion: 'contempt', confidence: 0.25 }] },
    { kind: 'emotion', emotions: [{ emotion: 'contempt', percentage: 25 }] },
  ],
  [
    'turn_complete',
    {
      turn_result: { is_complete: true, confidence: 0.9, reasons: ['silence'], processing_time: 3 },
      transcript: 'hello',
    },
    { kind: 'turn', complete: true, transcript: 'hello', confidence: 0.9 },
  ],
  [
    'turn_complete',
    { turn_result: { is_complete: false, confidence: 0.2, reasons: [] } },
    { kind: 'turn', complete: false, transcript: undefined, confidence: 0.2 },
  ],
  ['tts_interruption', {}, { kind: 'interruption', by: 'service' }],
  ['user_interruption', {}, { kind: 'interruption', by: 'user' }],
  [
    'system_message',
    { content: 'Goodbye', message_type: 'hangup' },
    { kind: 'system', content: 'Goodbye', level: 'hangup' },
  ],
  ['idle_warning', { time_remaining: 10, warning_type: 'final_warning' }, { kind: 'idle', secondsLeft: 10 }],
  [
    'error',
    {
      error_code: 'AUDIO_PROCESSING_FAILED',
      error_message: 'bad chunk',
      details: { chunk_id: 'chunk-007', reason: 'x' },
    },
    {
      kind: 'error',
      error: {
        code: 'AUDIO_PROCESSING_FAILED',
        message: 'bad chunk',
        details: { chunk_id: 'chunk-007', reason: 'x' },
      },
    },
  ],
  [
    'error',
    { error: 'the model is gone' },
    { kind: 'error', error: { code: '', message: 'the model is gone', details: undefined } },
  ],
  [
    'websocket.disconnect',
    { code: 1011, reason: 'restart' },
    { kind: 'disconnect', code: 1011, reason: 'restart' },
  ],
];

const envelope = { timestamp: 1_645_123_456.789, message_id: 'm-1' };
const SHAPES: [name: string, encode: (type: string, fields: Fields) => string][] = [
  ['documented', (type, fields) => JSON.stringify({ type, ...envelope, data: fields })],
  ['flat', (type, fields) => JSON.stringify({ type, ...envelope, ...fields })],
  ['hybrid', (type, fields) => JSON.stringify({ type, ...envelope, ...fields, data: fields })],
];

describe.each(SHAPES)('messages of the service in the %s shape', (_, encode) => {
  it.each(DOCUMENTED)('%s %j', (type, fields, event) => {
    expect(parseServerMessage(encode(type, fields))).toEqual(event);
  });

  it('survive with a type that nobody knows', () => {
    for (const type of ['status', 'a_new_type', 'constructor', '__proto__', '']) {
      const event = parseServerMessage(encode(type, { level: 'debug' }));
      expect(event).toMatchObject({ kind: 'unknown', type, fields: { level: 'debug' } });
    }
  });

  it('survive with every field missing or of a wrong type', () => {
    for (const [type, fields, { kind }] of DOCUMENTED) {
      expect(parseServerMessage(encode(type, {})).kind).toBe(kind);
      for (const wrong of [null, 7, true, [], {}, [[null]], 'text']) {
        const broken = Object.fromEntries(Object.keys(fields).map((name) => [name, wrong]));
        expect(parseServerMessage(encode(type, broken)).kind).toBe(kind);
      }
    }
  });
});

describe('a message of the service', () => {
  it('is read from `data` first where both copies differ', () => {
    const frame = JSON.stringify({
      type: 'transcription',
      transcript: 'old',
      is_final: true,
      data: { transcript: 'new', type: 'error' },
    });
    expect(parseServerMessage(frame)).toMatchObject({ kind: 'transcript', text: 'new', final: true });
  });

  it('is final when only is_speech_final says so', () => {
    const frame = JSON.stringify({ type: 'transcription', transcript: 'x', is_speech_final: true });
    expect(parseServerMessage(frame)).toMatchObject({ final: true });
  });

  it('may hold the format of the audio beside `config`', () => {
    const frame = JSON.stringify({ type: 'connection_metadata', sample_rate: 16_000, encoding: 'mulaw' });
    expect(parseServerMessage(frame)).toMatchObject({ sampleRate: 16_000, encoding: 'mulaw' });
  });

  it('keeps the emotions that have a name', () => {
    const top_emotions = [null, 'joy', { percentage: 3 }, { emotion: '' }, { emotion: 'fear' }];
    expect(parseServerMessage(JSON.stringify({ type: 'emotion_update', top_emotions }))).toEqual({
      kind: 'emotion',
      emotions: [{ emotion: 'fear', percentage: undefined }],
    });
  });

  it.each([
    [{ error: { code: 'RATE_LIMITED', message: 'slow down' } }, 'RATE_LIMITED', 'slow down'],
    [{ error: { error_code: 'AUTH_FAILED' }, message: 'no' }, 'AUTH_FAILED', 'no'],
    [{ content: 'went wrong' }, '', 'went wrong'],
    [{ error_code: 4004 }, '', ''],
  ])('is an error in whatever words: %j', (fields, code, message) => {
    expect(parseServerMessage(JSON.stringify({ type: 'error', ...fields }))).toMatchObject({
      kind: 'error',
      error: { code, message },
    });
  });

  it.each([
    ['no base64 at all', '!!!! ~~~~', 0],
    ['nothing', '', 0],
    ['base64 without its padding', 'AQIDBA', 4],
    ['base64 with line breaks', 'AQID\nBAUG', 6],
  ])('holds the audio that can be decoded: %s', (_, content, bytes) => {
    const event = parseServerMessage(JSON.stringify({ type: 'tts_chunk', content }));
    expect(event).toMatchObject({ kind: 'audio', last: false });
    expect(event.kind === 'audio' && event.pcm.length).toBe(bytes);
  });

  it.each(['', 'x', '{', 'null', '7', '"text"', '[]', '[{"type":"error"}]', '\u0000'])(
    'is malformed when it is no JSON object: %j',
    (frame) => {
      expect(parseServerMessage(frame)).toEqual({ kind: 'malformed', why: 'no JSON object' });
    },
  );

  it('cannot reach a prototype', () => {
    const event = parseServerMessage('{"type":"x","__proto__":{"polluted":1},"data":{"__proto__":{"p":1}}}');
    expect(event.kind).toBe('unknown');
    expect(({} as Fields)['polluted']).toBeUndefined();
    expect(({} as Fields)['p']).toBeUndefined();
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (frame) => {
        expect(parseServerMessage(frame)).toHaveProperty('kind');
      }),
      { seed: 11, numRuns: 500 },
    );
  });

  it('never throws, whatever the JSON', () => {
    const types = DOCUMENTED.map(([type]) => type);
    const names = DOCUMENTED.flatMap(([, fields]) => Object.keys(fields));
    const fields = fc.dictionary(fc.constantFrom(...names), fc.jsonValue(), { maxKeys: 6 });
    const message = fc.oneof(
      fc.jsonValue(),
      fc
        .tuple(fc.constantFrom(...types), fields, fc.oneof(fields, fc.jsonValue()))
        .map(([type, top, data]) => ({ type, ...top, data })),
    );
    fc.assert(
      fc.property(message, (value) => {
        expect(parseServerMessage(JSON.stringify(value))).toHaveProperty('kind');
      }),
      { seed: 12, numRuns: 1_000 },
    );
  });
});
