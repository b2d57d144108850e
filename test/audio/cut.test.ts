import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Cut } from '../../src/audio/dsp/cut.ts';
import { blocksOf, run } from './dsp-helpers.ts';
import { SEED } from './fixtures.ts';

const ramp = Float32Array.from({ length: 500 }, (_, i) => i);
const mirrored = ramp.map((value) => -value);

describe('a cut', () => {
  test('keeps exactly the frames asked for, however the stream is cut into blocks', () => {
    const position = fc.integer({ min: 0, max: 600 });
    fc.assert(
      fc.property(
        position,
        fc.option(position, { nil: undefined }),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 4 }),
        (start, frames, sizes) => {
          const end = frames === undefined ? undefined : start + frames;
          expect(run(new Cut({ start, frames }), [ramp, mirrored], sizes)).toEqual([
            ramp.slice(start, end),
            mirrored.slice(start, end),
          ]);
        },
      ),
      { seed: SEED, numRuns: 200 },
    );
  });

  test('is over as soon as its last frame is there', () => {
    const cut = new Cut({ start: 100, frames: 100 });
    const states = [...blocksOf([ramp], [50])].map((block) => {
      cut.process(block);
      return cut.isOver;
    });
    expect(states.indexOf(true)).toBe(3);
    expect(new Cut({ start: 0, frames: 0 }).isOver).toBe(true);
    expect(new Cut({ start: 5 }).isOver).toBe(false);
  });

  test('hands whole blocks on as they are', () => {
    const block = { frames: 500, channels: [ramp] };
    expect(new Cut({ start: 0 }).process(block)).toBe(block);
  });

  test.each([
    [-1, 5],
    [0.5, 5],
    [0, -3],
    [0, Number.NaN],
  ])('refuses %d and %d', (start, frames) => {
    expect(() => new Cut({ start, frames })).toThrow(RangeError);
  });
});
