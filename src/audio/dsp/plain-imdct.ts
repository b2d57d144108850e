/**
 * The IMDCT without vectors, for where there are no kernels; `src/audio/kernels/imdct.ts` takes the same steps.
 *
 * The middle half of an IMDCT is a DCT-IV backwards and negated, and a DCT-IV of 2n values is a complex Fourier
 * transform of n points between two turns by eighths of a step. The Fourier transform is Stockham's, in steps of
 * radix 4: it needs no reordering, and reads and writes neighbours. All numbers here follow from the definitions.
 */
import type { ImdctTables } from './imdct-tables.ts';

/** As `ImdctBank.imdct`; `work` has room for `4 * points` numbers. */
export function plainImdct(
  { points, twist, roots }: ImdctTables,
  input: Float32Array,
  output: Float32Array,
  work: Float32Array,
): void {
  fold(input, work, points, twist);
  let from = 0;
  let to = 2 * points;
  let root = 0;
  let stride = 1;
  let groups = points / 4;
  while (groups >= 1) {
    step(work, from, to, points, stride, groups, roots, root);
    root += 6 * groups;
    [from, to] = [to, from];
    stride *= 4;
    groups /= 4;
  }
  if (stride < points) {
    halves(work, from, to, points);
    [from, to] = [to, from];
  }
  unfold(work, from, output, points, twist);
}

function fold(input: Float32Array, work: Float32Array, points: number, twist: Float32Array): void {
  const last = 2 * points - 1;
  for (let k = 0; k < points; k++) {
    const a = input[2 * k] as number;
    const b = input[last - 2 * k] as number;
    const cos = twist[k] as number;
    const sin = twist[points + k] as number;
    work[k] = a * cos - b * sin;
    work[points + k] = a * sin + b * cos;
  }
}

function unfold(
  work: Float32Array,
  from: number,
  output: Float32Array,
  points: number,
  twist: Float32Array,
): void {
  const last = 2 * points - 1;
  for (let k = 0; k < points; k++) {
    const re = work[from + k] as number;
    const im = work[from + points + k] as number;
    const cos = twist[k] as number;
    const sin = twist[points + k] as number;
    output[2 * k] = re * sin + im * cos;
    output[last - 2 * k] = im * sin - re * cos;
  }
}

/** One step of radix 4, from `work[from]` on to `work[to]` on: `groups` groups of `stride` neighbours. */
function step(
  work: Float32Array,
  from: number,
  to: number,
  points: number,
  stride: number,
  groups: number,
  roots: Float32Array,
  root: number,
): void {
  const quarter = points / 4;
  // Rows in the first step, groups in the others: see ImdctTables.
  const between = stride === 1 ? groups : 1;
  const onward = stride === 1 ? 1 : 6;
  for (let group = 0; group < groups; group++) {
    const at = root + group * onward;
    const w1Re = roots[at] as number;
    const w1Im = roots[at + between] as number;
    const w2Re = roots[at + 2 * between] as number;
    const w2Im = roots[at + 3 * between] as number;
    const w3Re = roots[at + 4 * between] as number;
    const w3Im = roots[at + 5 * between] as number;
    const source = from + group * stride;
    const target = to + 4 * group * stride;
    for (let i = 0; i < stride; i++) {
      const re = source + i;
      const im = re + points;
      const aRe = work[re] as number;
      const bRe = work[re + quarter] as number;
      const cRe = work[re + 2 * quarter] as number;
      const dRe = work[re + 3 * quarter] as number;
      const aIm = work[im] as number;
      const bIm = work[im + quarter] as number;
      const cIm = work[im + 2 * quarter] as number;
      const dIm = work[im + 3 * quarter] as number;
      const y1Re = aRe - cRe + bIm - dIm;
      const y1Im = aIm - cIm - bRe + dRe;
      const y2Re = aRe + cRe - bRe - dRe;
      const y2Im = aIm + cIm - bIm - dIm;
      const y3Re = aRe - cRe - bIm + dIm;
      const y3Im = aIm - cIm + bRe - dRe;
      const out = target + i;
      work[out] = aRe + cRe + bRe + dRe;
      work[out + points] = aIm + cIm + bIm + dIm;
      work[out + stride] = y1Re * w1Re - y1Im * w1Im;
      work[out + points + stride] = y1Re * w1Im + y1Im * w1Re;
      work[out + 2 * stride] = y2Re * w2Re - y2Im * w2Im;
      work[out + points + 2 * stride] = y2Re * w2Im + y2Im * w2Re;
      work[out + 3 * stride] = y3Re * w3Re - y3Im * w3Im;
      work[out + points + 3 * stride] = y3Re * w3Im + y3Im * w3Re;
    }
  }
}

/** The last step where `points` is no power of 4. */
function halves(work: Float32Array, from: number, to: number, points: number): void {
  const half = points / 2;
  for (let plane = 0; plane <= points; plane += points) {
    for (let i = plane; i < plane + half; i++) {
      const a = work[from + i] as number;
      const b = work[from + i + half] as number;
      work[to + i] = a + b;
      work[to + i + half] = a - b;
    }
  }
}

/** As `ImdctBank.overlapAdd`. */
export function plainOverlapAdd(
  tail: Float32Array,
  head: Float32Array,
  window: Float32Array,
  output: Float32Array,
): void {
  const half = tail.length;
  const last = 2 * half - 1;
  for (let n = 0; n < half; n++) {
    const past = tail[n] as number;
    const now = head[half - 1 - n] as number;
    const rising = window[n] as number;
    const falling = window[last - n] as number;
    output[n] = past * falling - now * rising;
    output[last - n] = past * rising + now * falling;
  }
}
