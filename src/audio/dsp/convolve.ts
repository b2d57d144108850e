import type { FilterBank } from './filter-bank.ts';

/** Where the next output lies: `index` of the first input under the filter, `phase` in units of 1/`up` after it. */
export interface Position {
  index: number;
  phase: number;
}

/** A change of sample rate by `up` / `down`. */
export interface Ratio {
  up: number;
  down: number;
}

/**
 * Fills `output` from `input` (one channel), the first value at `start` and each next one `down` / `up` inputs
 * on; every filter position must lie inside `input`. This is the work that a faster kernel can take over.
 */
export function convolve(
  bank: FilterBank,
  { up, down }: Ratio,
  { index, phase }: Position,
  input: Float32Array,
  output: Float32Array,
): void {
  const { taps, coefficients } = bank;
  const whole = Math.floor(down / up);
  const rest = down % up;
  for (let i = 0; i < output.length; i++) {
    output[i] = bank.isInterpolated
      ? interpolated(bank, phase / up, input, index)
      : dot(coefficients, phase * taps, input, index, taps);
    index += whole;
    phase += rest;
    if (phase >= up) {
      phase -= up;
      index++;
    }
  }
}

function interpolated(bank: FilterBank, delay: number, input: Float32Array, index: number): number {
  const { taps, phases, coefficients } = bank;
  const row = Math.floor(delay * phases);
  const before = dot(coefficients, row * taps, input, index, taps);
  const after = dot(coefficients, (row + 1) * taps, input, index, taps);
  return before + (after - before) * (delay * phases - row);
}

/** Four sums side by side: one sum would make every addition wait for the one before. */
function dot(a: Float32Array, aStart: number, b: Float32Array, bStart: number, length: number): number {
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let i = 0; i < length; i += 4) {
    sum0 += (a[aStart + i] as number) * (b[bStart + i] as number);
    sum1 += (a[aStart + i + 1] as number) * (b[bStart + i + 1] as number);
    sum2 += (a[aStart + i + 2] as number) * (b[bStart + i + 2] as number);
    sum3 += (a[aStart + i + 3] as number) * (b[bStart + i + 3] as number);
  }
  return sum0 + sum1 + (sum2 + sum3);
}
