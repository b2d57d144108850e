import { describe, expect, it } from 'vitest';
import { audioMessage, keepAliveMessage, settingsMessage } from '../../src/nextevi/messages.ts';

const NOW = 1_645_123_456_789;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const AUDIO = { sample_rate: 24_000, channels: 1, encoding: 'linear16' };

const MESSAGES: [type: string, frame: () => string, data: unknown][] = [
  [
    'session_settings',
    () => settingsMessage({ emotion_detection: { enabled: false } }, NOW),
    { emotion_detection: { enabled: false }, audio: AUDIO },
  ],
  [
    'audio_input',
    () => audioMessage(Buffer.from([1, 2, 3, 255]), 'chunk-001', NOW),
    { audio: 'AQID/w==', chunk_id: 'chunk-001' },
  ],
  ['keep_alive', () => keepAliveMessage(NOW), {}],
];

describe.each(MESSAGES)('%s of the client', (type, frame, data) => {
  it('has the documented envelope and nothing else', () => {
    const message = JSON.parse(frame());
    expect(message).toEqual({
      type,
      timestamp: 1_645_123_456.789,
      message_id: expect.stringMatching(UUID),
      data,
    });
  });

  it('has an id of its own', () => {
    const ids = Array.from({ length: 20 }, () => JSON.parse(frame()).message_id);
    expect(new Set(ids).size).toBe(20);
  });
});

describe('session_settings', () => {
  it('always names the one audio format', () => {
    const { data } = JSON.parse(settingsMessage({ audio: { sample_rate: 8_000 } }, NOW));
    expect(data).toEqual({ audio: AUDIO });
  });
});

describe('audio_input', () => {
  it('has the size of the reference for each length of a chunk', () => {
    const characters = [960, 2_880, 4_800, 9_600].map(
      (bytes) => JSON.parse(audioMessage(Buffer.alloc(bytes), 'c', NOW)).data.audio.length,
    );
    expect(characters).toEqual([1_280, 3_840, 6_400, 12_800]);
  });
});
