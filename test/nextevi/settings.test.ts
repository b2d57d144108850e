import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VOICE_SETTINGS } from '../../src/nextevi/setting-specs.ts';
import { checkSettings, parseSetting, withSetting } from '../../src/nextevi/settings.ts';
import { applySettings, DEFAULT_SETTINGS } from '../../src/sandbox/voice/settings.ts';
import { CliError } from '../../src/shared/errors.ts';

const specOf = (flag: string) => {
  const spec = VOICE_SETTINGS.find((entry) => entry.flag === flag);
  if (spec === undefined) throw new Error(`no flag ${flag}`);
  return spec;
};

describe('the table of settings', () => {
  it('has every path and every flag once', () => {
    for (const key of ['path', 'flag'] as const)
      expect(new Set(VOICE_SETTINGS.map((spec) => spec[key])).size).toBe(VOICE_SETTINGS.length);
  });

  it('is what the sandbox takes', () => {
    const values = {
      switch: true,
      seconds: 1,
      fraction: 0.5,
      number: 0.5,
      text: 'adaptive',
      any: { tone: 'calm' },
    };
    const all = VOICE_SETTINGS.reduce(
      (fields, { path, kind }) => withSetting(fields, path, values[kind]),
      {},
    );
    expect(checkSettings(all, 'all').unknown).toEqual([]);
    expect(applySettings(DEFAULT_SETTINGS, all)).toMatchObject({
      silenceThreshold: 1,
      emotionThreshold: 0.5,
    });
  });
});

describe('settings of a file', () => {
  it.each<[string, unknown]>([
    ['their names', { turn_detection: { silence_threshold: 0.8 }, emotion_detection: { enabled: false } }],
    [
      'a whole message',
      {
        type: 'session_settings',
        data: { turn_detection: { silence_threshold: 0.8 }, emotion_detection: { enabled: false } },
      },
    ],
    [
      'the audio format that is sent anyway',
      {
        turn_detection: { silence_threshold: 0.8 },
        emotion_detection: { enabled: false },
        audio: { sample_rate: 24_000, channels: 1, encoding: 'linear16' },
        sample_rate: 24_000,
      },
    ],
  ])('are taken by %s', (_, value) => {
    expect(checkSettings(value, 'file')).toEqual({
      settings: { turn_detection: { silence_threshold: 0.8 }, emotion_detection: { enabled: false } },
      unknown: [],
    });
  });

  it('that nobody knows are sent, and named', () => {
    const value = { voice: 'anna', turn_detection: { patience: 3 } };
    expect(checkSettings(value, 'file')).toEqual({
      settings: value,
      unknown: ['voice', 'turn_detection.patience'],
    });
  });

  it.each<[unknown, RegExp]>([
    [[], /no JSON object/],
    ['text', /no JSON object/],
    [{ turn_detection: 3 }, /turn_detection must be an object/],
    [{ turn_detection: { silence_threshold: 'long' } }, /silence_threshold must be a number of seconds/],
    [{ turn_detection: { silence_threshold: -1 } }, /silence_threshold must be a number of seconds/],
    [{ emotion_detection: { confidence_threshold: 40 } }, /must be a number from 0 to 1/],
    [{ emotion_detection: { enabled: 'yes' } }, /must be true or false/],
    [{ audio: { sample_rate: 16_000 } }, /audio.sample_rate must be 24000: no other format is sent/],
    [{ encoding: 'opus' }, /encoding must be "linear16"/],
  ])('that are wrong are refused: %j', (value, message) => {
    expect(() => checkSettings(value, 'file')).toThrow(message);
  });

  it('are refused all at once', () => {
    const wrong = { emotion_detection: { enabled: 1 }, turn_detection: { mode: 2 } };
    expect(() => checkSettings(wrong, 'file')).toThrow(/enabled must be .*; turn_detection.mode must be/);
  });

  it('never fail in another way', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        try {
          checkSettings(value, 'file');
        } catch (error) {
          expect(error).toBeInstanceOf(CliError);
        }
      }),
      { seed: 3 },
    );
  });
});

describe('the value of a flag', () => {
  it.each<[string, string, unknown]>([
    ['natural-pauses', 'on', true],
    ['natural-pauses', 'FALSE', false],
    ['silence-threshold', '0.8', 0.8],
    ['silence-threshold', '2 s', 2],
    ['emotion-threshold', '0', 0],
    ['speech-threshold', '-3.5', -3.5],
    ['turn-mode', 'adaptive', 'adaptive'],
    ['user-preferences', '{"tone":"calm"}', { tone: 'calm' }],
    ['user-preferences', 'speaks slowly', 'speaks slowly'],
  ])('--%s %s', (flag, text, value) => {
    expect(parseSetting(specOf(flag), text)).toEqual(value);
  });

  it.each([
    ['natural-pauses', 'maybe'],
    ['silence-threshold', ''],
    ['silence-threshold', '-1'],
    ['silence-threshold', 'soon'],
    ['emotion-threshold', '1.1'],
    ['emotion-threshold', 'NaN'],
    ['speech-threshold', 'Infinity'],
  ])('--%s %j is refused by its name', (flag, text) => {
    expect(() => parseSetting(specOf(flag), text)).toThrow(`--${flag}`);
  });
});
