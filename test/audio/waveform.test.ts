import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { timeAxis } from '../../src/audio/dsp/time-axis.ts';
import { type DrawOptions, drawWaveform, type WaveformStyle } from '../../src/audio/dsp/waveform.ts';
import type { Waveform } from '../../src/audio/dsp/waveform-bins.ts';
import { SEED } from './fixtures.ts';

/** A waveform of one bin for each pair of extremes. */
function waveform(...channels: [min: number, max: number][][]): Waveform {
  const bins = channels[0]?.length ?? 0;
  return {
    sampleRate: 16,
    frames: bins * 16,
    framesPerBin: 16,
    channels: channels.map((pairs) => ({
      min: Float32Array.from(pairs, ([min]) => min),
      max: Float32Array.from(pairs, ([, max]) => max),
    })),
  };
}

/** From -1 to 1 and smaller, one bin for each character. */
const SHRINKING = [1, 0.75, 0.5, 0.25, 0].map((value): [number, number] => [-value, value]);

const draw = (shape: Waveform, options: Partial<DrawOptions> = {}) =>
  drawWaveform(shape, { width: 5, height: 4, axis: false, ...options });

describe('drawing', () => {
  test('half blocks', () => {
    expect(draw(waveform(SHRINKING), { style: 'blocks' })).toEqual(['█▄   ', '███▄▁', '███▀ ', '█▀   ']);
  });

  test('ASCII', () => {
    expect(draw(waveform(SHRINKING), { style: 'ascii' })).toEqual(['#.   ', '###._', "###' ", "#'   "]);
  });

  test('braille', () => {
    const fine = SHRINKING.slice(0, 4).flatMap((pair) => [pair, pair]);
    expect(draw(waveform(fine), { width: 4, height: 2 })).toEqual(['⣿⣶⣤⣀', '⣿⠿⠛⠉']);
  });

  test('one line shows how loud it is', () => {
    expect(draw(waveform(SHRINKING), { height: 1 })).toEqual(['█▆▄▂▁']);
    expect(draw(waveform(SHRINKING), { height: 1, style: 'ascii' })).toEqual(['@*=:.']);
  });

  test('upper and lower half are drawn apart', () => {
    const [above, below] = [
      [
        [0, 1],
        [-1, 0],
      ],
    ].map((pairs) =>
      draw(waveform(pairs as [number, number][]), { width: 2, height: 2, style: 'blocks' }),
    )[0] as [string, string];
    expect([above, below]).toEqual(['█▁', ' █']);
  });

  test('the loudest fills the height, unless told otherwise', () => {
    const soft = waveform([[-0.01, 0.01]]);
    expect(draw(soft, { width: 1, height: 2, style: 'blocks' })).toEqual(['█', '█']);
    expect(draw(soft, { width: 1, height: 2, style: 'blocks', top: 1 })).toEqual(['▁', ' ']);
    const loud = waveform([[-10, 10]]);
    expect(draw(loud, { width: 1, height: 2, style: 'blocks', top: 1 })).toEqual(['█', '█']);
  });

  test('channels together or each', () => {
    const stereo = waveform([[0, 1]], [[-1, 0]]);
    const options = { width: 1, height: 2, style: 'blocks' } as const;
    expect(draw(stereo, options)).toEqual(['█', '█']);
    expect(draw(stereo, { ...options, channels: 'each' })).toEqual(['█', ' ', '▁', '█']);
  });

  test('silence and nothing are a line', () => {
    expect(draw(waveform([[0, 0]]), { width: 3, height: 2, style: 'ascii' })).toEqual(['___', '   ']);
    expect(draw(waveform([]), { width: 3, height: 2, style: 'ascii' })).toEqual(['___', '   ']);
    expect(draw(waveform([[0, 0]]), { width: 3, height: 3 })).toEqual(['   ', '⠒⠒⠒', '   ']);
    expect(draw(waveform([]), { width: 3, height: 1, style: 'ascii' })).toEqual(['...']);
  });

  test('a short peak is seen at any width', () => {
    const pairs = Array.from({ length: 1000 }, (_, i): [number, number] =>
      i === 617 ? [-1, 1] : [-0.1, 0.1],
    );
    for (const width of [10, 33, 80, 200]) {
      const [first] = draw(waveform(pairs), { width, height: 4, style: 'ascii' });
      expect(first?.trimEnd().length).toBe(Math.floor((617 / 1000) * width) + 1);
    }
  });

  test('lines are as many and as wide as asked', () => {
    const value = fc.double({ min: -2, max: 2, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(value, value), { maxLength: 100 }),
        fc.integer({ min: 1, max: 120 }),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom<WaveformStyle>('braille', 'blocks', 'ascii'),
        (pairs, width, height, style) => {
          const shape = waveform(pairs.map(([a, b]) => [Math.min(a, b), Math.max(a, b)]));
          const lines = drawWaveform(shape, { width, height, style });
          expect(lines).toHaveLength(height + 1);
          for (const line of lines) expect([...line]).toHaveLength(width);
          if (style === 'ascii') expect(lines.join('')).toMatch(/^[\x20-\x7e]*$/);
        },
      ),
      { seed: SEED, numRuns: 200 },
    );
  });
});

describe('the time axis', () => {
  test.each([
    [12.3, 60, '|0:00    |0:02     |0:04     |0:06     |0:08    |0:10       '],
    [600, 40, '|0:00       |3:00       |6:00           '],
    [0.25, 40, '|0.0 s          |0.1 s          |0.2 s  '],
    [0.02, 60, '|0.000 s       |0.005 s       |0.010 s       |0.015 s       '],
    [0, 12, '|0:00       '],
    [3, 3, '   '],
  ])('of %d s in %d columns', (seconds, width, expected) => {
    expect(timeAxis(seconds, width, '|')).toBe(expected);
  });

  test('a whole day', () => {
    expect(timeAxis(86_400, 60, '|')).toMatch(/^\|0:00 +\|.:00:00 /);
  });

  test('is as wide as asked, for any length', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.integer({ min: 1, max: 300 }),
        (seconds, width) => {
          expect(timeAxis(seconds, width, '|')).toHaveLength(width);
        },
      ),
      { seed: SEED, numRuns: 300 },
    );
  });
});
