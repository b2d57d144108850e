import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseLatency, Waits } from '../../src/sandbox/latency.ts';

it.each([
  ['50ms', 50, 0],
  ['50', 50, 0],
  ['0.2s', 200, 0],
  ['50ms±20', 50, 20],
  ['50ms±20ms', 50, 20],
  ['50ms+-20', 50, 20],
  [' 50 +/- 20 ', 50, 20],
  ['1s±0.5', 1000, 500],
  ['1s±250ms', 1000, 250],
  ['0', 0, 0],
  ['600s', 600_000, 0],
])('reads %j', (text, ms, jitterMs) => {
  expect(parseLatency(text)).toEqual({ ms, jitterMs });
});

it.each([
  '',
  'fast',
  '-1ms',
  '50m',
  '50ms±',
  '±20',
  '50ms-20',
  '50ms±-20',
  '601s',
  '600s±1',
  '1e9',
  'NaN',
  '50ms 20',
])('refuses %j', (text) => expect(parseLatency(text)).toBeUndefined());

it('waits within the spread, and the same for one seed', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 500 }),
      fc.integer({ min: 0, max: 500 }),
      fc.nat(),
      (ms, jitterMs, seed) => {
        const waits = () => {
          const source = new Waits({ ms, jitterMs }, seed);
          return Array.from({ length: 20 }, () => source.next());
        };
        for (const wait of waits()) {
          expect(wait).toBeGreaterThanOrEqual(Math.max(0, ms - jitterMs));
          expect(wait).toBeLessThanOrEqual(ms + jitterMs);
        }
        expect(waits()).toEqual(waits());
      },
    ),
  );
});
