import { describe, expect, test } from 'vitest';
import { type ImdctBank, imdctBank, plainBank } from '../../src/audio/dsp/imdct.ts';
import { hasKernels } from '../../src/audio/kernel.ts';

const SIZES = [64, 128, 256, 512, 1024, 2048, 4096, 8192];

/** Numbers from -1 to 1 that are the same at every run. */
function noise(length: number, seed = 1): number[] {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state / 2 ** 31;
  });
}

/** The definition, ISO/IEC 14496-3 §4.6.11.3.1, without its factor: sample `n` of the inverse transform. */
function sample(coefficients: readonly number[], n: number): number {
  const size = coefficients.length * 2;
  const step = (2 * Math.PI) / size;
  return coefficients.reduce((sum, x, k) => sum + x * Math.cos(step * (n + 0.5 + size / 4) * (k + 0.5)), 0);
}

function transformed(bank: ImdctBank, size: number, coefficients: readonly number[]): Float32Array {
  const input = bank.f32(size / 2);
  input.set(coefficients);
  const output = bank.f32(size / 2);
  bank.imdct(size, input, output);
  return output;
}

describe.each([
  ['with vectors', (size: number, scale: number) => imdctBank([{ size, scale }], 4 * size)],
  ['without vectors', (size: number, scale: number) => plainBank([{ size, scale }])],
])('an IMDCT %s', (_, bankOf) => {
  test.each(SIZES)('of %i samples follows the definition', (size) => {
    const coefficients = noise(size / 2);
    const output = transformed(bankOf(size, 1 / Math.sqrt(size)), size, coefficients);
    const places = size <= 512 ? [...output.keys()] : [0, 1, 2, 77, size / 4 - 1, size / 4, size / 2 - 1];
    for (const n of places) {
      expect(output[n]).toBeCloseTo(sample(coefficients, size / 4 + n) / Math.sqrt(size), 5);
    }
  });

  test('may write over its input', () => {
    const bank = bankOf(256, 1);
    const array = bank.f32(128);
    array.set(noise(128));
    bank.imdct(256, array, array);
    expect([...array]).toEqual([...transformed(bankOf(256, 1), 256, noise(128))]);
  });

  test('joins blocks as windowing and adding the whole outputs does', () => {
    const size = 64;
    const bank = bankOf(size, 1);
    const [before, after] = [noise(32, 5), noise(32, 9)];
    const window = bank.f32(32);
    window.set(noise(32, 3));
    const output = bank.f32(32);
    const tail = transformed(bank, size, before).subarray(16);
    bank.overlapAdd(tail, transformed(bank, size, after).subarray(0, 16), window, output);
    for (let n = 0; n < 32; n++) {
      const past = sample(before, size / 2 + n) * (window[31 - n] as number);
      expect(output[n]).toBeCloseTo(past + sample(after, n) * (window[n] as number), 4);
    }
  });

  test('refuses sizes it has no tables for', () => {
    const bank = bankOf(64, 1);
    expect(() => bank.imdct(128, bank.f32(64), bank.f32(64))).toThrow('no IMDCT of 128');
  });
});

test('refuses sizes that are none', () => {
  for (const size of [0, 32, 96, 16_384, Number.NaN])
    expect(() => imdctBank([{ size }], 0)).toThrow(RangeError);
});

test.runIf(hasKernels()).each(SIZES)('both ways agree for %i samples', (size) => {
  const coefficients = noise(size / 2, 7);
  const scale = 1 / Math.sqrt(size);
  const fast = transformed(imdctBank([{ size, scale }], 4 * size), size, coefficients);
  const plain = transformed(plainBank([{ size, scale }]), size, coefficients);
  plain.forEach((value, n) => {
    expect(Math.abs(value - (fast[n] as number))).toBeLessThan(1e-6);
  });
});
