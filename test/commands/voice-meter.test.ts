import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cellsOf, drawMeter, LevelMeter, levelOf } from '../../src/commands/voice-meter.ts';

const pcm = (...samples: number[]): Buffer => Buffer.from(Int16Array.from(samples).buffer);
const SILENT = Number.NEGATIVE_INFINITY;

describe('levels', () => {
  it.each([
    ['silence', pcm(0, 0, 0), SILENT, SILENT],
    ['nothing', pcm(), SILENT, SILENT],
    ['a square wave of full scale', pcm(-32_768, -32_768), 0, 0],
    ['half of it', pcm(16_384, -16_384), -6.0206, -6.0206],
    ['a tenth', pcm(3_277, -3_277), -20, -20],
    ['one sample of two', pcm(16_384, 0), -9.0309, -6.0206],
    ['the smallest sample', pcm(1), -90.309, -90.309],
  ])('%s', (_name, samples, rms, peak) => {
    const level = levelOf(samples);
    expect(level.rms).toBeCloseTo(rms, 2);
    expect(level.peak).toBeCloseTo(peak, 2);
  });

  it('a sine of full scale has 3 dB less RMS than peak', () => {
    const sine = pcm(
      ...Array.from({ length: 240 }, (_, n) => Math.round(32_767 * Math.sin((n * Math.PI) / 12))),
    );
    expect(levelOf(sine).rms).toBeCloseTo(-3.01, 2);
    expect(levelOf(sine).peak).toBeCloseTo(0, 2);
  });

  it('half a sample at the end is left out', () => {
    expect(levelOf(Buffer.from([0, 0x40, 0xff]))).toEqual(levelOf(pcm(16_384)));
    expect(levelOf(Buffer.from([0xff]))).toEqual({ rms: SILENT, peak: SILENT });
  });

  it('RMS is never above the peak', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2 }), (bytes) => {
        const { rms, peak } = levelOf(Buffer.from(bytes));
        expect(rms).toBeLessThanOrEqual(peak + 1e-9);
        expect(peak).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe('the meter over time', () => {
  it('rises at once; RMS falls by 40 dB a second, the peak after a second by 20', () => {
    const meter = new LevelMeter();
    expect(meter.levelAt(0)).toEqual({ rms: SILENT, peak: SILENT });
    meter.add(pcm(-32_768), 1_000);
    expect(meter.levelAt(1_000)).toEqual({ rms: 0, peak: 0 });
    expect(meter.levelAt(1_500)).toEqual({ rms: -20, peak: 0 });
    expect(meter.levelAt(2_500)).toEqual({ rms: -60, peak: -10 });
  });

  it('what is softer than what still shows changes nothing', () => {
    const meter = new LevelMeter();
    meter.add(pcm(-32_768), 0);
    meter.add(pcm(3_277), 250);
    expect(meter.levelAt(250)).toEqual({ rms: -10, peak: 0 });
    meter.add(pcm(3_277), 750);
    expect(meter.levelAt(750).rms).toBeCloseTo(-20, 2);
    meter.add(pcm(), 750);
    expect(meter.levelAt(750).rms).toBeCloseTo(-20, 2);
  });
});

describe('the drawing', () => {
  it.each([
    [SILENT, 0],
    [-60, 0],
    [-59, 0],
    [-57, 1],
    [-30, 10],
    [-3, 19],
    [0, 20],
    [6, 20],
  ])('%d dB fills %d of 20 cells', (db, cells) => {
    expect(cellsOf(db, 20)).toBe(cells);
  });

  it.each([
    [-30, -12, '█████░░│░░', '#####--|--'],
    [SILENT, SILENT, '░░░░░░░░░░', '----------'],
    [0, 0, '██████████', '##########'],
    [-30, -30, '█████░░░░░', '#####-----'],
    [SILENT, -54, '│░░░░░░░░░', '|---------'],
    [-6, 3, '█████████│', '#########|'],
  ])('%d dB with a peak of %d dB', (rms, peak, unicode, ascii) => {
    expect(drawMeter({ rms, peak }, 10, true)).toBe(unicode);
    expect(drawMeter({ rms, peak }, 10, false)).toBe(ascii);
  });
});
