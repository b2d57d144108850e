import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAudioSpecificConfig } from '../../src/audio/codecs/aac/audio-specific-config.ts';
import { AudioError } from '../../src/audio/errors.ts';
import { BitWriter } from './aac-helpers.ts';
import { SEED } from './fixtures.ts';

const parse = (bytes: Uint8Array) => parseAudioSpecificConfig('a.m4a', bytes);
const layout = (bytes: Uint8Array) => parse(bytes).plan?.flatMap(({ speakers }) => speakers);

function errorOf(bytes: Uint8Array): AudioError {
  try {
    parse(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(AudioError);
    expect((error as AudioError).message).toContain('"a.m4a"');
    expect((error as AudioError).hint).toBeTruthy();
    return error as AudioError;
  }
  throw new Error('no error');
}

/** AAC-LC at a rate index in a channel configuration; `rest` is the GASpecificConfig and what follows. */
function lc(rateIndex: number, configuration: number): BitWriter {
  return new BitWriter().put(5, 2).put(4, rateIndex).put(4, configuration);
}

describe('an AudioSpecificConfig', () => {
  test('of AAC-LC, as most files have it', () => {
    expect(parse(Uint8Array.of(0x12, 0x10))).toMatchObject({
      sampleRate: 44_100,
      hasSbr: undefined,
      hasPs: false,
    });
    expect(layout(Uint8Array.of(0x12, 0x10))).toEqual(['FL', 'FR']);
  });

  test('with a rate of its own', () => {
    const bits = new BitWriter().put(5, 2).put(4, 15).put(24, 44_056).put(4, 1).put(3, 0);
    expect(parse(bits.bytes())).toMatchObject({ sampleRate: 44_056 });
  });

  test('that depends on a core coder, and with an extension flag', () => {
    const bits = lc(3, 2).put(1, 0).put(1, 1).put(14, 1234).put(1, 1).put(1, 0);
    expect(parse(bits.bytes())).toMatchObject({ sampleRate: 48_000, hasSbr: undefined });
  });

  test.each([
    [1, ['mono']],
    [2, ['FL', 'FR']],
    [3, ['FC', 'FL', 'FR']],
    [4, ['FC', 'FL', 'FR', 'BC']],
    [5, ['FC', 'FL', 'FR', 'BL', 'BR']],
    [6, ['FC', 'FL', 'FR', 'BL', 'BR', 'LFE']],
    [7, ['FC', 'FL', 'FR', 'SL', 'SR', 'BL', 'BR', 'LFE']],
    [11, ['FC', 'FL', 'FR', 'BL', 'BR', 'BC', 'LFE']],
    [12, ['FC', 'FL', 'FR', 'SL', 'SR', 'BL', 'BR', 'LFE']],
    [14, ['FC', 'FL', 'FR', 'BL', 'BR', 'LFE', 'TFL', 'TFR']],
  ])('in channel configuration %i', (configuration, speakers) => {
    expect(layout(lc(4, configuration).put(3, 0).bytes())).toEqual(speakers);
  });

  test('with a program config and its comment', () => {
    const bits = lc(4, 0).put(3, 0).put(4, 0);
    // Object type, rate; 2 in front, 1 beside, 1 behind, 1 bass, 0 data, 0 coupling; no mixdowns.
    bits.put(2, 1).put(4, 4).put(4, 2).put(4, 1).put(4, 1).put(2, 1).put(3, 0).put(4, 0).put(3, 0);
    bits.put(5, 0b00000).put(5, 0b10000).put(5, 0b10001).put(5, 0b00001).put(4, 0);
    bits.align().put(8, 2).put(16, 0x6869);
    expect(layout(bits.bytes())).toEqual(['FC', 'FL', 'FR', 'SL', 'SR', 'BC', 'LFE']);
    expect(parse(bits.bytes()).plan?.map(({ tag }) => tag)).toEqual([0, 0, 1, 1, 0]);
  });

  test('with a program config of two pairs in front, two behind, and of two single ones', () => {
    const config = (front: number[], back: number[]) => {
      const bits = lc(4, 0).put(3, 0).put(4, 0).put(2, 1).put(4, 4);
      bits.put(4, front.length).put(4, 0).put(4, back.length).put(2, 0).put(3, 0).put(4, 0).put(3, 0);
      for (const element of [...front, ...back]) bits.put(5, element);
      return bits.align().put(8, 0).bytes();
    };
    expect(layout(config([0b00000, 0b10000, 0b10001], []))).toEqual(['FC', 'FLC', 'FRC', 'FL', 'FR']);
    expect(layout(config([0b10000], [0b10001, 0b10010]))).toEqual(['FL', 'FR', 'SL', 'SR', 'BL', 'BR']);
    expect(layout(config([0b00000, 0b00001], []))).toEqual(['FL', 'FR']);
    expect(errorOf(config([], [])).message).toMatch(/names no channel/);
    expect(errorOf(config([16, 17, 18, 19, 20], [])).message).toMatch(
      /10 channels \(more than 8\), which cannot be decoded/,
    );
  });
});

describe('signalling of HE-AAC', () => {
  test('by hierarchy: SBR before AAC-LC', () => {
    const bits = new BitWriter().put(5, 5).put(4, 7).put(4, 2).put(4, 4).put(5, 2).put(3, 0);
    expect(parse(bits.bytes())).toMatchObject({ sampleRate: 22_050, hasSbr: true, hasPs: false });
  });

  test('by hierarchy: PS before AAC-LC, with rates of their own', () => {
    const bits = new BitWriter().put(5, 29).put(4, 15).put(24, 22_000).put(4, 1).put(4, 15).put(24, 44_000);
    expect(parse(bits.put(5, 2).put(3, 0).bytes())).toMatchObject({
      sampleRate: 22_000,
      hasSbr: true,
      hasPs: true,
    });
  });

  test.each([
    ['SBR', (bits: BitWriter) => bits.put(5, 5).put(1, 1).put(4, 4), true, false],
    ['no SBR', (bits: BitWriter) => bits.put(5, 5).put(1, 0).put(5, 0), false, false],
    [
      'SBR and PS',
      (bits: BitWriter) => bits.put(5, 5).put(1, 1).put(4, 4).put(11, 0x548).put(1, 1),
      true,
      true,
    ],
    [
      'SBR and no PS',
      (bits: BitWriter) => bits.put(5, 5).put(1, 1).put(4, 4).put(11, 0x548).put(1, 0),
      true,
      false,
    ],
    ['another extension', (bits: BitWriter) => bits.put(5, 22).put(1, 1).put(4, 4), undefined, false],
  ])('behind the config of AAC-LC: %s', (_, extend, hasSbr, hasPs) => {
    const bits = extend(lc(7, 2).put(3, 0).put(11, 0x2b7));
    expect(parse(bits.bytes())).toMatchObject({ sampleRate: 22_050, hasSbr, hasPs });
  });
});

describe('what is not decoded', () => {
  test.each([
    [1, 'AAC Main'],
    [3, 'AAC SSR'],
    [4, 'AAC LTP'],
    [6, 'AAC Scalable'],
    [17, 'ER AAC-LC'],
    [23, 'AAC-LD'],
    [39, 'AAC-ELD'],
    [36, 'MPEG-4 ALS'],
    [42, 'xHE-AAC (USAC)'],
    [60, undefined],
  ])('object type %i', (objectType, name) => {
    const bits = new BitWriter();
    if (objectType < 31) bits.put(5, objectType);
    else bits.put(5, 31).put(6, objectType - 32);
    const error = errorOf(bits.put(4, 4).put(4, 2).put(16, 0).bytes());
    const named =
      name === undefined ? `audio object type ${objectType}` : `${name} (audio object type ${objectType})`;
    expect(error.message).toContain(`holds ${named}, which cannot be decoded`);
    expect(error.hint).toContain(objectType === 42 ? 'ffmpeg 7.1' : 'ffmpeg -i input');
  });

  test('another type below SBR', () => {
    const bits = new BitWriter().put(5, 5).put(4, 7).put(4, 2).put(4, 4).put(5, 23).put(8, 0);
    expect(errorOf(bits.bytes()).message).toContain('AAC-LD (audio object type 23)');
  });

  test('frames of 960 samples', () => {
    expect(errorOf(lc(4, 2).put(1, 1).put(2, 0).bytes()).message).toMatch(/frames of 960 samples/);
  });

  test.each([8, 9, 10, 13, 15])('channel configuration %i', (configuration) => {
    expect(errorOf(lc(4, configuration).put(3, 0).bytes()).message).toContain(
      `channel configuration ${configuration}`,
    );
  });

  test('rates that are none', () => {
    expect(errorOf(lc(13, 2).put(3, 0).bytes()).message).toMatch(/names no sample rate/);
    const bits = new BitWriter().put(5, 2).put(4, 15).put(24, 999).put(4, 1).put(3, 0);
    expect(errorOf(bits.bytes()).message).toMatch(/says 999 Hz/);
  });
});

test('a config that is cut is damaged', () => {
  const whole = lc(4, 0).put(3, 0).put(4, 0).put(2, 1).put(4, 4).put(4, 1).put(4, 0).put(4, 0);
  whole.put(2, 0).put(3, 0).put(4, 0).put(3, 0).put(5, 16).align().put(8, 3).put(24, 0);
  const bytes = whole.bytes();
  expect(layout(bytes)).toEqual(['FL', 'FR']);
  for (let length = 0; length < bytes.length; length++) {
    expect(errorOf(bytes.slice(0, length)).message).toMatch(
      /is damaged: its AAC configuration ends too early/,
    );
  }
});

test('any bytes give a config or an AudioError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      try {
        const { sampleRate, plan } = parse(bytes);
        expect(sampleRate).toBeGreaterThanOrEqual(1000);
        expect(plan?.flatMap(({ speakers }) => speakers).length ?? 1).toBeLessThanOrEqual(8);
      } catch (error) {
        expect(error).toBeInstanceOf(AudioError);
      }
    }),
    { seed: SEED, numRuns: 2000 },
  );
});
