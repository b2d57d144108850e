import { hasKernels, Kernel } from '../kernel.ts';
import { type ImdctTables, imdctTables } from './imdct-tables.ts';
import { plainImdct, plainOverlapAdd } from './plain-imdct.ts';

/** One size of transform: the length of its window in samples (64 to 8192, a power of two) and what to scale by. */
export interface ImdctSize {
  size: number;
  /** 1 when absent: a plain sum. AAC wants 2 / size. */
  scale?: number;
}

/** Inverse modified discrete cosine transforms of some sizes, with arrays to work on. */
export interface ImdctBank {
  /** An array of zeros; only such arrays, and parts of them, may be given to the functions below. */
  f32(length: number): Float32Array;

  /**
   * Transforms `size / 2` coefficients into the middle half of the `size` samples (from `size / 4` on); the outer
   * quarters mirror them: the first quarter is the second one backwards and negated, the last one is the third
   * one backwards. `input` and `output` may be the same array.
   */
  imdct(size: number, input: Float32Array, output: Float32Array): void;

  /**
   * Joins two blocks by windowing and adding. `tail` is the second half of what `imdct` gave for the block before,
   * `head` the first half of what it gave for this one (n values each, a multiple of 4); `window` is the rising
   * slope of 2n values, whose mirror image is the falling one; `output` takes 2n samples and shares nothing with
   * the others.
   */
  overlapAdd(tail: Float32Array, head: Float32Array, window: Float32Array, output: Float32Array): void;
}

/**
 * Transforms of the given sizes; `floats` is how many numbers will be asked of `f32` altogether, in at most
 * `arrays` arrays. Computed by a kernel where there are kernels.
 *
 * @throws RangeError for a size that is no power of two from 64 to 8192.
 */
export function imdctBank(sizes: readonly ImdctSize[], floats: number, arrays = 64): ImdctBank {
  const tables = tablesOf(sizes);
  if (!hasKernels()) return new PlainBank(tables);
  const bytes = 4 * (imdctFloats(sizes) + floats + 4 * arrays);
  return new KernelBank(new Kernel<ImdctExports>('imdct', bytes), tables);
}

/** The same as `imdctBank` where there are no kernels. */
export function plainBank(sizes: readonly ImdctSize[]): ImdctBank {
  return new PlainBank(tablesOf(sizes));
}

/** The same in the memory of a kernel that has more to do: `imdctFloats` numbers of it are taken. */
export function kernelBank(kernel: Kernel<ImdctExports>, sizes: readonly ImdctSize[]): ImdctBank {
  return new KernelBank(kernel, tablesOf(sizes));
}

/** How many numbers the tables of a `kernelBank` take. */
export function imdctFloats(sizes: readonly ImdctSize[]): number {
  // 3/4 of the window for the tables, another whole one to work on, and the gaps between arrays.
  return sizes.reduce((sum, { size }) => sum + 2 * size + 8, 4);
}

function tablesOf(sizes: readonly ImdctSize[]): ImdctTables[] {
  return sizes.map(({ size, scale = 1 }) => imdctTables(size, scale));
}

class PlainBank implements ImdctBank {
  readonly #bySize: ReadonlyMap<number, ImdctTables>;
  readonly #work: Float32Array;

  constructor(tables: readonly ImdctTables[]) {
    this.#bySize = new Map(tables.map((table) => [table.points * 4, table]));
    this.#work = new Float32Array(4 * largest(tables));
  }

  f32(length: number): Float32Array {
    return new Float32Array(length);
  }

  imdct(size: number, input: Float32Array, output: Float32Array): void {
    plainImdct(known(this.#bySize, size), input, output, this.#work);
  }

  overlapAdd(tail: Float32Array, head: Float32Array, window: Float32Array, output: Float32Array): void {
    plainOverlapAdd(tail, head, window, output);
  }
}

/** What a kernel has that can transform: `src/audio/kernels/imdct.ts`. */
export interface ImdctExports {
  imdct(input: number, output: number, points: number, twist: number, roots: number, work: number): void;
  overlapAdd(tail: number, head: number, window: number, output: number, half: number): void;
}

/** Tables in the memory of a kernel, by address. */
interface Placed {
  points: number;
  twist: number;
  roots: number;
}

class KernelBank implements ImdctBank {
  readonly #kernel: Kernel<ImdctExports>;
  readonly #bySize: ReadonlyMap<number, Placed>;
  readonly #work: number;

  constructor(kernel: Kernel<ImdctExports>, tables: readonly ImdctTables[]) {
    this.#kernel = kernel;
    this.#work = kernel.f32(4 * largest(tables)).byteOffset;
    this.#bySize = new Map(
      tables.map(({ points, twist, roots }) => {
        return [points * 4, { points, twist: this.#place(twist), roots: this.#place(roots) }];
      }),
    );
  }

  f32(length: number): Float32Array {
    return this.#kernel.f32(length);
  }

  imdct(size: number, input: Float32Array, output: Float32Array): void {
    const { points, twist, roots } = known(this.#bySize, size);
    this.#kernel.exports.imdct(input.byteOffset, output.byteOffset, points, twist, roots, this.#work);
  }

  overlapAdd(tail: Float32Array, head: Float32Array, window: Float32Array, output: Float32Array): void {
    const { byteOffset, length } = tail;
    this.#kernel.exports.overlapAdd(
      byteOffset,
      head.byteOffset,
      window.byteOffset,
      output.byteOffset,
      length,
    );
  }

  #place(values: Float32Array): number {
    const array = this.#kernel.f32(values.length);
    array.set(values);
    return array.byteOffset;
  }
}

function largest(tables: readonly ImdctTables[]): number {
  return Math.max(0, ...tables.map(({ points }) => points));
}

function known<T>(bySize: ReadonlyMap<number, T>, size: number): T {
  const found = bySize.get(size);
  if (found === undefined) throw new RangeError(`This bank has no IMDCT of ${size}`);
  return found;
}
