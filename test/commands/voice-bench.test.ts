import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Tally } from '../../src/commands/voice-bench-tally.ts';
import { judge, parseThreshold, refuseMissed } from '../../src/commands/voice-bench-thresholds.ts';
import { VoiceError } from '../../src/nextevi/errors.ts';
import type { TurnReport } from '../../src/nextevi/measurements.ts';
import { Sample } from '../../src/nextevi/sample.ts';
import { CliError } from '../../src/shared/errors.ts';

describe('a threshold', () => {
  it.each([
    ['first_audio.p99=1500ms', { measure: 'first_audio', share: 0.99, limit: 1_500 }],
    ['handshake.max=2s', { measure: 'handshake', share: 1, limit: 2_000 }],
    ['lateness.p99.9=20ms', { measure: 'lateness', share: 0.999, limit: 20 }],
    [' turn.p50=1.5s ', { measure: 'turn', share: 0.5, limit: 1_500 }],
    ['errors=0', { count: 'errors', limit: 0 }],
  ])('is read: %s', (text, expected) => {
    const { name: _name, ...rest } = parseThreshold(text);
    expect(rest).toEqual({ ...expected, limit: expect.closeTo(expected.limit) });
  });

  it.each([
    '',
    'errors',
    'errors=',
    'errors=-1',
    'errors=0.5',
    'errors=1ms',
    '=5ms',
    'speed.p99=1ms',
    'turn=5ms',
    'turn.p0=5ms',
    'turn.p100=5ms',
    'turn.mean=5ms',
    'turn.p99=1500',
    'turn.p99=soon',
  ])('is refused with words: %j', (text) => {
    expect(() => parseThreshold(text)).toThrow(CliError);
  });

  it('says by how much it was missed, and that what was never measured is no pass', () => {
    const tally = new Tally();
    tally.turn({ firstAudioMs: 700, turnMs: 900 } as TurnReport, true);
    const texts = ['first_audio.p99=500ms', 'handshake.p50=1s', 'errors=0', 'turn.max=900ms'];
    const verdicts = judge(texts.map(parseThreshold), tally);
    expect(verdicts.map(({ met }) => met)).toEqual([false, false, true, true]);
    expect(() => refuseMissed(verdicts)).toThrow(
      '2 of 4 thresholds missed: first_audio.p99 is 700.0 ms, 200.0 ms over the limit of 500.0 ms; handshake.p50 was never measured (limit 1000.0 ms)',
    );
  });
});

describe('a tally', () => {
  it('counts each failure once, by its name', () => {
    const tally = new Tally();
    const observe = tally.observer();
    const error = (code: string) => ({ kind: 'error', error: { code, message: 'm', details: {} } }) as const;
    observe({ at: 0, kind: 'connected', connectionId: 'a', handshakeMs: 5, number: 0 });
    observe({ at: 1, kind: 'received', event: error('AUDIO_PROCESSING_FAILED') });
    observe({ at: 2, kind: 'received', event: error('INTERNAL_ERROR') });
    observe({ at: 2, kind: 'lost', why: 'failed', retryMs: 1, label: 'INTERNAL_ERROR' });
    expect(tally.up).toBe(0);
    observe({ at: 3, kind: 'connected', connectionId: 'b', handshakeMs: 7, number: 1 });
    // Replaced by choice.
    observe({ at: 4, kind: 'lost', why: 'an hour', retryMs: 0 });
    tally.failed(new VoiceError('network', 'gone', { label: 'CLOSE_1006' }));
    tally.turn({} as TurnReport, false);
    observe({ at: 5, kind: 'ended' });
    expect(tally.errors.map(({ name, count }) => [name, count])).toEqual([
      ['AUDIO_PROCESSING_FAILED', 1],
      ['INTERNAL_ERROR', 1],
      ['CLOSE_1006', 1],
      ['NO_ANSWER', 1],
    ]);
    expect(tally).toMatchObject({ up: 0, turns: 0, unanswered: 1 });
    expect(tally.measure('handshake')).toMatchObject({ count: 2, max: 7 });
  });
});

describe('a sample', () => {
  it('gives the value that so many of all do not exceed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1_000, max: 100_000 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 100 }),
        (values, percent) => {
          const sample = new Sample();
          for (const value of values) sample.add(value);
          const found = sample.quantile(percent / 100) as number;
          const within = values.filter((value) => value <= found).length;
          const below = values.filter((value) => value < found).length;
          expect(within * 100).toBeGreaterThanOrEqual(percent * values.length - 1e-6);
          expect(below * 100).toBeLessThan(percent * values.length + 1e-6);
        },
      ),
    );
    expect(new Sample().max).toBeUndefined();
  });
});
