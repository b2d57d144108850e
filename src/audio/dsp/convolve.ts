import { hasKernels, Kernel } from '../kernel.ts';
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

/** Filters arrays that it provides itself, so that a kernel can have them in its own memory. */
export interface Convolver {
  /** Takes an array for `allocateInput` or `allocateOutput`; valid as long as the convolver. */
  allocate(frames: number): Float32Array;

  /**
   * Fills the first `count` values of `output` from `input` (one channel), the first value at the position and each
   * next one `down` / `up` inputs on; every filter position must lie inside `input`. Both arrays must be from
   * `allocate`.
   */
  convolve(position: Position, input: Float32Array, output: Float32Array, count: number): void;
}

/** A convolver with room for arrays of `frames` values altogether, `arrays` of them. */
export function createConvolver(bank: FilterBank, ratio: Ratio, frames: number, arrays: number): Convolver {
  return hasKernels() ? new KernelConvolver(bank, ratio, frames, arrays) : new PlainConvolver(bank, ratio);
}

interface ResampleExports {
  convolve(
    rows: number,
    taps: number,
    up: number,
    down: number,
    phase: number,
    input: number,
    output: number,
    count: number,
  ): void;
  convolveBetween(
    rows: number,
    taps: number,
    phases: number,
    up: number,
    down: number,
    phase: number,
    input: number,
    output: number,
    count: number,
  ): void;
}

/** The work done with vectors, see `kernels/resample.ts`. */
class KernelConvolver implements Convolver {
  readonly #bank: FilterBank;
  readonly #ratio: Ratio;
  readonly #kernel: Kernel<ResampleExports>;
  readonly #rows: number;

  constructor(bank: FilterBank, ratio: Ratio, frames: number, arrays: number) {
    this.#bank = bank;
    this.#ratio = ratio;
    this.#kernel = new Kernel('resample', (bank.coefficients.length + frames) * 4 + (arrays + 1) * 16);
    const rows = this.#kernel.f32(bank.coefficients.length);
    rows.set(bank.coefficients);
    this.#rows = rows.byteOffset;
  }

  allocate(frames: number): Float32Array {
    return this.#kernel.f32(frames);
  }

  convolve({ index, phase }: Position, input: Float32Array, output: Float32Array, count: number): void {
    const { taps, phases, isInterpolated } = this.#bank;
    const { up, down } = this.#ratio;
    const { convolve, convolveBetween } = this.#kernel.exports;
    const from = input.byteOffset + index * 4;
    if (isInterpolated)
      convolveBetween(this.#rows, taps, phases, up, down, phase, from, output.byteOffset, count);
    else convolve(this.#rows, taps, up, down, phase, from, output.byteOffset, count);
  }
}

/** The same in plain TypeScript. */
export class PlainConvolver implements Convolver {
  readonly #bank: FilterBank;
  readonly #ratio: Ratio;

  constructor(bank: FilterBank, ratio: Ratio) {
    this.#bank = bank;
    this.#ratio = ratio;
  }

  allocate(frames: number): Float32Array {
    return new Float32Array(frames);
  }

  convolve({ index, phase }: Position, input: Float32Array, output: Float32Array, count: number): void {
    const { taps, coefficients, isInterpolated } = this.#bank;
    const { up, down } = this.#ratio;
    const whole = Math.floor(down / up);
    const rest = down % up;
    for (let i = 0; i < count; i++) {
      output[i] = isInterpolated
        ? interpolated(this.#bank, phase / up, input, index)
        : dot(coefficients, phase * taps, input, index, taps);
      index += whole;
      phase += rest;
      if (phase >= up) {
        phase -= up;
        index++;
      }
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
