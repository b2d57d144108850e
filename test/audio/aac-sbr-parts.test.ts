import { describe, expect, test } from 'vitest';
import { PACKET_BUFFER_BYTES, PacketBits } from '../../src/audio/codecs/aac/packet-bits.ts';
import { matricesOf, matrixAt } from '../../src/audio/codecs/aac/ps/mixing-matrices.ts';
import { COARSE_BANDS, FINE_BANDS } from '../../src/audio/codecs/aac/ps/ps-bands.ts';
import { COHERENCE_BOOKS, INTENSITY_BOOKS, PHASE_BOOKS } from '../../src/audio/codecs/aac/ps/ps-books.ts';
import { ChannelData } from '../../src/audio/codecs/aac/sbr/channel-data.ts';
import { HuffmanTree } from '../../src/audio/codecs/aac/sbr/huffman-tree.ts';
import { KernelSbrEngine } from '../../src/audio/codecs/aac/sbr/kernel-sbr-engine.ts';
import { noiseTable } from '../../src/audio/codecs/aac/sbr/noise-table.ts';
import { PlainSbrEngine } from '../../src/audio/codecs/aac/sbr/plain-sbr-engine.ts';
import {
  BANDS,
  LOOK_BACK,
  LOW_BANDS,
  LOW_SLOTS,
  OUTPUT_SLOTS,
  planes,
  SLOTS,
} from '../../src/audio/codecs/aac/sbr/planes.ts';
import { qmfWindow } from '../../src/audio/codecs/aac/sbr/qmf-window.ts';
import { limiterBorders, sbrBands } from '../../src/audio/codecs/aac/sbr/sbr-bands.ts';
import {
  BALANCE_BOOKS,
  LEVEL_BOOKS,
  NOISE_BALANCE_BOOKS,
  NOISE_BOOKS,
} from '../../src/audio/codecs/aac/sbr/sbr-books.ts';
import {
  ANALYSIS_HISTORY,
  CORE_BLOCK,
  OUTPUT_BLOCK,
  type SbrEngine,
  SYNTHESIS_STATE,
} from '../../src/audio/codecs/aac/sbr/sbr-engine.ts';
import type { SbrHeader } from '../../src/audio/codecs/aac/sbr/sbr-header.ts';
import { TimeGrid } from '../../src/audio/codecs/aac/sbr/time-grid.ts';
import { hasKernels } from '../../src/audio/kernel.ts';
import { DamagedPacket } from '../../src/audio/packets.ts';
import { BitWriter, random } from './aac-helpers.ts';
import { snr } from './samples.ts';
import { codeWords } from './sbr-words.ts';

const HEADER: SbrHeader = {
  ampRes: 0,
  startFreq: 5,
  stopFreq: 9,
  xoverBand: 0,
  freqScale: 2,
  alterScale: 1,
  noiseBands: 2,
  limiterBands: 2,
  limiterGains: 2,
  interpolFreq: true,
  smoothingMode: 1,
};

function bitsOfWriter(writer: BitWriter): PacketBits {
  const bits = new PacketBits(new Uint8Array(PACKET_BUFFER_BYTES));
  bits.load(writer.bytes());
  return bits;
}

describe('Huffman books', () => {
  test.each([
    ['levels', LEVEL_BOOKS[0], 60],
    ['levels of 3 dB', LEVEL_BOOKS[1], 31],
    ['balances', BALANCE_BOOKS[0], 24],
    ['balances of 3 dB', BALANCE_BOOKS[1], 12],
    ['noise', NOISE_BOOKS, 31],
    ['balances of noise', NOISE_BALANCE_BOOKS, 12],
    ['intensities', INTENSITY_BOOKS[0], 14],
    ['fine intensities', INTENSITY_BOOKS[1], 30],
    ['coherences', COHERENCE_BOOKS, 7],
  ])('%s have a word for every difference up to their greatest', (_, books, greatest) => {
    for (const tree of [books.inTime, books.inFrequency]) {
      const steps = [...codeWords(tree).keys()].sort((a, b) => a - b);
      expect(steps).toEqual(Array.from({ length: 2 * greatest + 1 }, (__, i) => i - greatest));
    }
  });

  test('phases have one for every eighth of a turn', () => {
    for (const tree of PHASE_BOOKS.flatMap((books) => [books.inTime, books.inFrequency])) {
      expect([...codeWords(tree).keys()].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    }
  });

  test('no difference has the shortest word but where the standard prefers others', () => {
    expect(codeWords(LEVEL_BOOKS[1].inTime).get(0)).toBe('0');
    expect(codeWords(INTENSITY_BOOKS[1].inTime).get(0)).toBe('1');
    expect(codeWords(NOISE_BALANCE_BOOKS.inTime).get(-1)).toBe('10');
  });

  test('a book with gaps is refused', () => {
    expect(() => new HuffmanTree('1:0 2:1', 0)).toThrow(RangeError);
  });
});

describe('tables', () => {
  test('the window of the filters', () => {
    const window = qmfWindow();
    expect([window[0], window[1], window[320]]).toEqual([0, -0.0005525286, 0.85373856]);
    expect([window[128], window[512], window[256], window[384]]).toEqual([
      0.013271822, -0.013271822, 0.3611589903, -0.3611589903,
    ]);
  });

  test('noise has about the energy that it stands for', () => {
    const { re, im } = noiseTable();
    expect([re[0], im[0], re[1]]).toEqual(
      [-0.99948153278296, -0.59483417516607, 0.97113454393991].map(Math.fround),
    );
    const energy = re.reduce((sum, value, i) => sum + value * value + (im[i] as number) ** 2, 0) / re.length;
    expect(energy).toBeGreaterThan(0.95);
    expect(energy).toBeLessThan(1.05);
    expect(re).toHaveLength(512);
  });

  test('every band of parametric stereo has parameters', () => {
    for (const bands of [COARSE_BANDS, FINE_BANDS]) {
      expect(bands.parameterOf).toHaveLength(bands.count);
      expect(new Set(bands.parameterOf).size).toBe(bands.parameters);
      expect(bands.centres).toHaveLength(bands.split);
    }
  });

  test.each([false, true])('matrices keep the energy of a signal (other kind: %s)', (isOther) => {
    const matrices = matricesOf(true, isOther);
    for (let intensity = -15; intensity <= 15; intensity++) {
      for (let coherence = 0; coherence < 6; coherence++) {
        const at = matrixAt(matrices, intensity, coherence);
        const [a, b, c, d] = [...matrices.values.subarray(at, at + 4)] as [number, number, number, number];
        expect(a * a + b * b + c * c + d * d).toBeCloseTo(2, 5);
        expect(20 * Math.log10(Math.hypot(a, c) / Math.hypot(b, d))).toBeCloseTo(
          Math.sign(intensity) *
            ([0, 2, 4, 6, 8, 10, 13, 16, 19, 22, 25, 30, 35, 40, 45, 50][Math.abs(intensity)] as number),
          1,
        );
      }
    }
  });
});

describe('bands', () => {
  test('of a usual header at 44.1 kHz', () => {
    const bands = sbrBands(HEADER, 44_100);
    expect(bands.master.borders).toEqual([
      14, 15, 16, 17, 18, 19, 20, 22, 24, 26, 28, 30, 33, 36, 39, 43, 47,
    ]);
    expect([bands.kx, bands.count]).toEqual([14, 33]);
    expect(bands.resolutions[0]).toEqual([14, 16, 18, 20, 24, 28, 33, 39, 47]);
    expect(bands.patches.reduce((sum, { count }) => sum + count, 0)).toBe(33);
    expect(limiterBorders(bands, 0)).toEqual([14, 47]);
  });

  test.each([16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 96_000, 192_000])(
    'of any header at %d Hz are in order, or the header is refused',
    (rate) => {
      const draw = random(rate);
      let good = 0;
      for (let i = 0; i < 3000; i++) {
        const header = { ...HEADER };
        for (const [field, count] of [
          ['startFreq', 16],
          ['stopFreq', 16],
          ['xoverBand', 8],
          ['freqScale', 4],
          ['alterScale', 2],
          ['noiseBands', 4],
        ] as const) {
          header[field] = draw(count);
        }
        try {
          const bands = sbrBands(header, rate);
          good++;
          expect(bands.noise.every((border, k) => k === 0 || border >= (bands.noise[k - 1] as number))).toBe(
            true,
          );
          for (const borders of [...bands.resolutions, limiterBorders(bands, draw(4))]) {
            expect(borders.every((border, k) => k === 0 || border > (borders[k - 1] as number))).toBe(true);
            expect([borders[0], borders[borders.length - 1]]).toEqual([bands.kx, bands.kx + bands.count]);
          }
          for (const { start, count } of bands.patches) {
            expect(start).toBeGreaterThan(0);
            expect(start + count).toBeLessThanOrEqual(bands.master.k0);
          }
        } catch (error) {
          expect(error).toBeInstanceOf(DamagedPacket);
        }
      }
      expect(good).toBeGreaterThan(100);
    },
  );
});

describe('time grids', () => {
  const read = (writer: BitWriter, grid = new TimeGrid()) => {
    grid.read(bitsOfWriter(writer), 1);
    return grid;
  };

  test('four even envelopes', () => {
    const grid = read(new BitWriter().put(2, 0).put(2, 2).put(1, 1));
    expect([...grid.borders.subarray(0, 5)]).toEqual([0, 4, 8, 12, 16]);
    expect([grid.noiseFloors, grid.noiseBorders[1], grid.ampRes, grid.transient]).toEqual([2, 8, 1, -1]);
  });

  test('a single envelope is in steps of 1.5 dB', () => {
    expect(read(new BitWriter().put(2, 0).put(2, 0).put(1, 1)).ampRes).toBe(0);
  });

  test('a transient at a border, and one that the next block begins with', () => {
    const late = new BitWriter().put(2, 1).put(2, 2).put(2, 1).put(2, 1).put(2, 2).put(1, 1).put(1, 0);
    const grid = read(late);
    expect([...grid.borders.subarray(0, 3)]).toEqual([0, 14, 18]);
    expect([...grid.resolutions.subarray(1, 3)]).toEqual([0, 1]);
    expect([grid.transient, grid.announced]).toEqual([1, -1]);
    const next = new BitWriter().put(2, 2).put(2, 2).put(2, 1).put(2, 0).put(2, 1).put(2, 3);
    read(next, grid);
    expect([...grid.borders.subarray(0, 3)]).toEqual([2, 4, 16]);
    expect(grid.announced).toBe(-1);
    const announcing = new BitWriter().put(2, 1).put(2, 0).put(2, 1).put(2, 1).put(2, 1).put(2, 0);
    expect(read(announcing).transient).toBe(2);
  });

  test.each([
    ['eight envelopes', new BitWriter().put(2, 0).put(2, 3).put(1, 0)],
    ['more than five', new BitWriter().put(2, 3).put(4, 0).put(2, 3).put(2, 2).put(12, 0)],
    [
      'borders out of order',
      new BitWriter().put(2, 3).put(4, 0).put(2, 2).put(2, 1).put(4, 15).put(2, 3).put(9, 0),
    ],
    ['a border before the block', new BitWriter().put(2, 1).put(2, 0).put(2, 3).put(6, 63).put(9, 0)],
  ])('%s cannot be', (_, writer) => {
    expect(() => read(writer)).toThrow(DamagedPacket);
  });
});

describe('levels', () => {
  test.each([
    ['much louder than full scale', 85, false],
    ['louder than full scale', 84, true],
  ])('%s (%d steps of 1.5 dB)', (_, level, isGood) => {
    const data = new ChannelData();
    const writer = new BitWriter().put(2, 0).put(2, 0).put(1, 0).put(2, 0).put(7, level);
    const bits = bitsOfWriter(writer.append(Array(80).fill(0)));
    data.grid.read(bits, 0);
    data.readDirections(bits);
    const bands = sbrBands(HEADER, 44_100);
    const read = () =>
      data.readLevels(
        bits,
        {
          ...bands,
          resolutions: [
            [20, 24],
            [20, 24],
          ],
        },
        false,
      );
    if (isGood) expect(read).not.toThrow();
    else expect(read).toThrow(DamagedPacket);
    if (isGood) expect(data.levels[64]).toBe(level);
  });
});

/** Blocks of noise through both filters and back, at the doubled rate. */
function throughFilters(
  qmf: SbrEngine,
  blocks: number,
): { low: Float32Array[]; output: Float32Array; input: Float32Array } {
  const draw = random(5);
  const samples = qmf.f32(ANALYSIS_HISTORY + CORE_BLOCK);
  const low = planes(qmf.f32, LOW_SLOTS * LOW_BANDS);
  const bands = planes(qmf.f32, OUTPUT_SLOTS * BANDS);
  const state = qmf.f32(SYNTHESIS_STATE);
  const block = qmf.f32(OUTPUT_BLOCK);
  const input = Float32Array.from({ length: blocks * CORE_BLOCK }, () => draw(2001) / 1000 - 1);
  const output = new Float32Array(blocks * OUTPUT_BLOCK);
  for (let i = 0; i < blocks; i++) {
    samples.copyWithin(0, CORE_BLOCK);
    samples.set(input.subarray(i * CORE_BLOCK, (i + 1) * CORE_BLOCK), ANALYSIS_HISTORY);
    qmf.analyse(samples, low);
    for (let slot = 0; slot < SLOTS; slot++) {
      const from = (LOOK_BACK + slot) * LOW_BANDS;
      bands.re.set(low.re.subarray(from, from + LOW_BANDS), slot * BANDS);
      bands.im.set(low.im.subarray(from, from + LOW_BANDS), slot * BANDS);
    }
    qmf.synthesize(bands, state, block);
    output.set(block, i * OUTPUT_BLOCK);
  }
  return { low: [low.re, low.im].map((plane) => plane.slice()), output, input };
}

describe('filters', () => {
  test('give back at every other sample what went in', () => {
    const { input, output } = throughFilters(new PlainSbrEngine(), 4);
    // 577 samples late, at the doubled rate: 288.5 of the core.
    const energy = (values: Float32Array) =>
      values.reduce((sum, value) => sum + value * value, 0) / values.length;
    expect(energy(output.subarray(2048)) / energy(input)).toBeGreaterThan(0.95);
    expect(energy(output.subarray(2048)) / energy(input)).toBeLessThan(1.05);
  });

  test.runIf(hasKernels())('are the same with and without a kernel', () => {
    const [plain, fast] = [new PlainSbrEngine(), new KernelSbrEngine(1)].map((qmf) => throughFilters(qmf, 4));
    plain?.low.forEach((plane, i) => {
      expect(snr(fast?.low[i], plane)).toBeGreaterThan(125);
    });
    expect(snr(fast?.output, plain?.output as Float32Array)).toBeGreaterThan(125);
  });
});

describe.runIf(hasKernels())('bands with and without a kernel', () => {
  const engines = [new PlainSbrEngine(), new KernelSbrEngine(1)];

  function filled(engine: SbrEngine, length: number, seed: number): Float32Array {
    const draw = random(seed);
    const values = engine.f32(length);
    for (let i = 0; i < length; i++) values[i] = draw(2001) / 1000 - 1;
    return values;
  }

  const both = (engine: SbrEngine, length: number, seed: number) => ({
    re: filled(engine, length, seed),
    im: filled(engine, length, seed + 1),
  });

  test.each([
    [3, 17, 13, 0, 38],
    [1, 30, 1, 4, 36],
    [8, 20, 24, 6, 8],
  ])('are copied from %d to %d, %d of them', (source, target, count, start, end) => {
    const copies = engines.map((engine) => {
      const high = both(engine, OUTPUT_SLOTS * BANDS + 4, 1);
      const low = both(engine, LOW_SLOTS * LOW_BANDS, 3);
      engine.copyUp(low, source, high, target, count, filled(engine, 4 * BANDS + 4, 5), start, end);
      return high;
    });
    for (let slot = start; slot < end; slot++) {
      for (let at = slot * BANDS + target; at < slot * BANDS + target + count; at++) {
        expect(copies[1]?.re[at]).toBeCloseTo(copies[0]?.re[at] as number, 5);
        expect(copies[1]?.im[at]).toBeCloseTo(copies[0]?.im[at] as number, 5);
      }
    }
  });

  test.each([
    [17, 22, 500],
    [20, 33, 0],
  ])('are adjusted from %d on, %d of them', (first, count, noiseIndex) => {
    const outputs = engines.map((engine) => {
      const output = both(engine, OUTPUT_SLOTS * BANDS, 1);
      const sinusoids = filled(engine, 2 * BANDS, 9);
      for (let i = 0; i < sinusoids.length; i++) if (i % 3 > 0) sinusoids[i] = 0;
      engine.adjust(both(engine, OUTPUT_SLOTS * BANDS + 4, 3), output, {
        ...{ gains: filled(engine, 2 * BANDS, 5), noise: filled(engine, 2 * BANDS, 7), gainRow: BANDS },
        ...{ sinusoids, sinusoidRow: BANDS, first, count, start: 5, end: 12, noiseIndex, phase: 3 },
      });
      return output;
    });
    const apart = (plane: 're' | 'im') =>
      Math.max(
        ...(outputs[0]?.[plane] ?? []).map((value, i) =>
          Math.abs(value - (outputs[1]?.[plane][i] as number)),
        ),
      );
    expect(Math.max(apart('re'), apart('im'))).toBeLessThan(1e-6);
  });
});
