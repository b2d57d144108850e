import { FILTER_TABLES, TABLE_OFFSETS } from './filter-tables.ts';

/**
 * The transforms of the filter banks without vectors, over Float64Arrays of scratch: exact enough not to differ from the
 * kernel by more than its own rounding.
 */

const cos = (degrees: number) => Math.cos((degrees * Math.PI) / 180);
const [COS10, COS20, COS30, COS40, COS50, COS70, COS80] = [10, 20, 30, 40, 50, 70, 80].map(cos) as [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

/** DCT-II of the 9 values at `from` of `x`, into those at `to` of `y`. */
export function dct9(x: Float64Array, from: number, y: Float64Array, to: number): void {
  const at = (i: number) => x[from + i] as number;
  const x4 = at(4);
  const s0 = at(0) + at(8);
  const d0 = at(0) - at(8);
  const s1 = at(1) + at(7);
  const d1 = at(1) - at(7);
  const s2 = at(2) + at(6);
  const d2 = at(2) - at(6);
  const s3 = at(3) + at(5);
  const d3 = at(3) - at(5);
  const outer = s0 + s2 + s3;
  const inner = s1 + x4;
  const e = x4 - 0.5 * s1;
  const f = d1 * COS30;
  y[to] = outer + inner;
  y[to + 1] = d0 * COS10 + f + d2 * COS50 + d3 * COS70;
  y[to + 2] = s0 * COS20 - s2 * COS80 - s3 * COS40 - e;
  y[to + 3] = (d0 - d2 - d3) * COS30;
  y[to + 4] = s0 * COS40 - s2 * COS20 + s3 * COS80 + e;
  y[to + 5] = d0 * COS50 - f - d2 * COS70 + d3 * COS10;
  y[to + 6] = 0.5 * outer - inner;
  y[to + 7] = d0 * COS70 - f + d2 * COS10 - d3 * COS50;
  y[to + 8] = s0 * COS80 + s2 * COS40 - s3 * COS20 + e;
}

/** Where the butterflies of the DCT of so many points begin in the table of cosines. */
const COSINES: Readonly<Record<number, number>> = { 32: 0, 16: 16, 8: 24, 4: 28, 2: 30 };

/** DCT-II of the `points` (a power of two up to 32) values at `from` of `x`, in place; `scratch` has as much room. */
export function dctPowerOfTwo(x: Float64Array, scratch: Float64Array, from: number, points: number): void {
  if (points === 1) return;
  const half = points / 2;
  const cosines = TABLE_OFFSETS.cosines + (COSINES[points] as number);
  for (let i = 0; i < half; i++) {
    const a = x[from + i] as number;
    const b = x[from + points - 1 - i] as number;
    scratch[from + i] = a + b;
    scratch[from + half + i] = (a - b) * (FILTER_TABLES[cosines + i] as number);
  }
  dctPowerOfTwo(scratch, x, from, half);
  dctPowerOfTwo(scratch, x, from + half, half);
  for (let i = 0; i < half; i++) {
    const next = i + 1 < half ? (scratch[from + half + i + 1] as number) : 0;
    x[from + 2 * i] = scratch[from + i] as number;
    x[from + 2 * i + 1] = (scratch[from + half + i] as number) + next;
  }
}
