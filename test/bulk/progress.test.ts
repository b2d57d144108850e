import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationText, ProgressMeter, progressPieces, sizeText } from '../../src/bulk/progress.ts';

describe('the meter', () => {
  it('computes rates and the time left by bytes where they are known', () => {
    const meter = new ProgressMeter({ totalItems: 10, totalBytes: 10_000_000 }, 0);
    for (let second = 1; second <= 4; second++) meter.add(second * 1_000, 1, 500_000);
    const snapshot = meter.snapshot(4_000);
    expect(snapshot).toEqual({
      items: 4,
      totalItems: 10,
      bytes: 2_000_000,
      totalBytes: 10_000_000,
      fraction: 0.2,
      itemsPerSecond: 1,
      bytesPerSecond: 500_000,
      leftMs: 16_000,
    });
    expect(progressPieces(snapshot)).toEqual({
      items: '4 of 10',
      percent: '20 %',
      bytes: '2.0 MB of 10 MB',
      rate: '1.0/s',
      byteRate: '500 kB/s',
      left: '16 s left',
    });
  });

  it('forgets what lies before the window', () => {
    const meter = new ProgressMeter({ totalItems: 1_000, windowMs: 10_000 }, 0);
    for (let at = 100; at <= 20_000; at += 100) meter.add(at, 1);
    for (let at = 21_000; at <= 60_000; at += 1_000) meter.add(at, 1);
    expect(meter.snapshot(60_000).itemsPerSecond).toBeCloseTo(1, 1);
  });

  it('says nothing of rates at the beginning, and slows down when nothing comes', () => {
    const meter = new ProgressMeter({ totalItems: 5 }, 0);
    meter.add(100, 1);
    expect(progressPieces(meter.snapshot(100))).toEqual({ items: '1 of 5', percent: '20 %' });
    expect(meter.snapshot(1_000).itemsPerSecond).toBe(1);
    expect(meter.snapshot(10_000).itemsPerSecond).toBe(0.1);
    expect(progressPieces(meter.snapshot(10_000))).toMatchObject({ rate: '6.0/min', left: '40 s left' });
  });

  it('takes bytes of a failed attempt back', () => {
    const meter = new ProgressMeter({ totalItems: 1, totalBytes: 100 }, 0);
    meter.add(0, 0, 80);
    meter.add(1_000, 0, -80);
    expect(meter.snapshot(1_000)).toMatchObject({
      bytes: 0,
      fraction: 0,
      bytesPerSecond: 0,
      leftMs: undefined,
    });
    meter.addToTotalBytes(-50);
    expect(meter.snapshot(1_000).totalBytes).toBe(50);
  });

  it('keeps every number in its bounds', () => {
    const steps = fc.array(
      fc.record({ after: fc.nat(5_000), items: fc.nat(3), bytes: fc.integer({ min: -50, max: 200 }) }),
    );
    fc.assert(
      fc.property(
        steps,
        fc.nat(20),
        fc.option(fc.nat(2_000), { nil: undefined }),
        (list, totalItems, totalBytes) => {
          const meter = new ProgressMeter({ totalItems, totalBytes }, 0);
          let now = 0;
          for (const { after, items, bytes } of list) {
            now += after;
            meter.add(now, items, bytes);
            const { fraction, itemsPerSecond, bytesPerSecond, leftMs } = meter.snapshot(now);
            expect(fraction).toBeGreaterThanOrEqual(0);
            expect(fraction).toBeLessThanOrEqual(1);
            for (const value of [itemsPerSecond, bytesPerSecond, leftMs])
              if (value !== undefined) expect(Number.isFinite(value) && value >= 0).toBe(true);
          }
        },
      ),
    );
  });
});

it.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1_000, '1.0 kB'],
  [9_960, '10 kB'],
  [999_600, '1.0 MB'],
  [12_345_678, '12 MB'],
  [5e13, '50 TB'],
  [5e16, '50000 TB'],
])('%d bytes are %s', (bytes, text) => expect(sizeText(bytes)).toBe(text));

it.each([
  [0, '0 s'],
  [59_400, '59 s'],
  [59_600, '1 min'],
  [200_000, '3 min 20 s'],
  [3_000_000, '50 min'],
  [3_599_000, '1 h'],
  [7_500_000, '2 h 5 min'],
])('%d ms are %s', (ms, text) => expect(durationText(ms)).toBe(text));
