/**
 * Inverse modified discrete cosine transforms and their overlap-add, with 128-bit vectors. All addresses are byte
 * offsets in the imported memory. `src/audio/dsp/imdct.ts` lays out the tables and does the same without vectors.
 */

/** First byte that static data leaves free. */
export function heapBase(): usize {
  return __heap_base;
}

@inline
function evens(low: v128, high: v128): v128 {
  return v128.shuffle<f32>(low, high, 0, 2, 4, 6);
}

@inline
function oddsReversed(low: v128, high: v128): v128 {
  return v128.shuffle<f32>(low, high, 7, 5, 3, 1);
}

@inline
function reversed(vector: v128): v128 {
  return v128.shuffle<f32>(vector, vector, 3, 2, 1, 0);
}

/** Real part of a product of complex vectors. */
@inline
function productRe(aRe: v128, aIm: v128, bRe: v128, bIm: v128): v128 {
  return f32x4.sub(f32x4.mul(aRe, bRe), f32x4.mul(aIm, bIm));
}

/** Imaginary part of it. */
@inline
function productIm(aRe: v128, aIm: v128, bRe: v128, bIm: v128): v128 {
  return f32x4.add(f32x4.mul(aRe, bIm), f32x4.mul(aIm, bRe));
}

/** Pairs up the `4 * points` bytes of coefficients from both ends as complex numbers and turns them by `twist`. */
function fold(input: usize, re: usize, points: i32, twist: usize): void {
  const bytes = <usize>points << 2;
  const im = re + bytes;
  let front = input;
  let back = input + 2 * bytes - 32;
  for (let at: usize = 0; at < bytes; at += 16) {
    const a = evens(v128.load(front), v128.load(front, 16));
    const b = oddsReversed(v128.load(back), v128.load(back, 16));
    const cos = v128.load(twist + at);
    const sin = v128.load(twist + bytes + at);
    v128.store(re + at, productRe(a, b, cos, sin));
    v128.store(im + at, productIm(a, b, cos, sin));
    front += 32;
    back -= 32;
  }
}

/** Turns by `twist` again and puts the parts in their places. */
function unfold(re: usize, output: usize, points: i32, twist: usize): void {
  const bytes = <usize>points << 2;
  const im = re + bytes;
  for (let low: usize = 0; low < bytes / 2; low += 16) {
    const high = bytes - 16 - low;
    const lowRe = v128.load(re + low);
    const lowIm = v128.load(im + low);
    const highRe = v128.load(re + high);
    const highIm = v128.load(im + high);
    const lowCos = v128.load(twist + low);
    const lowSin = v128.load(twist + bytes + low);
    const highCos = v128.load(twist + high);
    const highSin = v128.load(twist + bytes + high);
    const front = productIm(lowRe, lowIm, lowCos, lowSin);
    const back = productIm(highRe, highIm, highCos, highSin);
    const afterFront = reversed(f32x4.neg(productRe(highRe, highIm, highCos, highSin)));
    const afterBack = reversed(f32x4.neg(productRe(lowRe, lowIm, lowCos, lowSin)));
    v128.store(output + 2 * low, v128.shuffle<f32>(front, afterFront, 0, 4, 1, 5));
    v128.store(output + 2 * low, v128.shuffle<f32>(front, afterFront, 2, 6, 3, 7), 16);
    v128.store(output + 2 * high, v128.shuffle<f32>(back, afterBack, 0, 4, 1, 5));
    v128.store(output + 2 * high, v128.shuffle<f32>(back, afterBack, 2, 6, 3, 7), 16);
  }
}

/** Four vectors as rows of a square, stored as its columns. */
@inline
function storeTransposed(target: usize, a: v128, b: v128, c: v128, d: v128): void {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(target, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
  v128.store(target, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7), 16);
  v128.store(target, v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5), 32);
  v128.store(target, v128.shuffle<f32>(abHigh, cdHigh, 2, 3, 6, 7), 48);
}

/** The first step of radix 4, whose groups are four neighbours: four groups at a time. */
function firstStep(from: usize, to: usize, points: i32, roots: usize): void {
  const plane = <usize>points << 2;
  const quarter = plane >> 2;
  for (let at: usize = 0; at < quarter; at += 16) {
    const source = from + at;
    const aRe = v128.load(source);
    const bRe = v128.load(source + quarter);
    const cRe = v128.load(source + 2 * quarter);
    const dRe = v128.load(source + 3 * quarter);
    const aIm = v128.load(source + plane);
    const bIm = v128.load(source + plane + quarter);
    const cIm = v128.load(source + plane + 2 * quarter);
    const dIm = v128.load(source + plane + 3 * quarter);
    const sumRe = f32x4.add(aRe, cRe);
    const sumIm = f32x4.add(aIm, cIm);
    const gapRe = f32x4.sub(aRe, cRe);
    const gapIm = f32x4.sub(aIm, cIm);
    const otherRe = f32x4.add(bRe, dRe);
    const otherIm = f32x4.add(bIm, dIm);
    // i * (b - d)
    const turnRe = f32x4.sub(dIm, bIm);
    const turnIm = f32x4.sub(bRe, dRe);
    const root = roots + at;
    const w1Re = v128.load(root);
    const w1Im = v128.load(root + quarter);
    const w2Re = v128.load(root + 2 * quarter);
    const w2Im = v128.load(root + 3 * quarter);
    const w3Re = v128.load(root + 4 * quarter);
    const w3Im = v128.load(root + 5 * quarter);
    const y1Re = f32x4.sub(gapRe, turnRe);
    const y1Im = f32x4.sub(gapIm, turnIm);
    const y2Re = f32x4.sub(sumRe, otherRe);
    const y2Im = f32x4.sub(sumIm, otherIm);
    const y3Re = f32x4.add(gapRe, turnRe);
    const y3Im = f32x4.add(gapIm, turnIm);
    const target = to + 4 * at;
    storeTransposed(
      target,
      f32x4.add(sumRe, otherRe),
      productRe(y1Re, y1Im, w1Re, w1Im),
      productRe(y2Re, y2Im, w2Re, w2Im),
      productRe(y3Re, y3Im, w3Re, w3Im),
    );
    storeTransposed(
      target + plane,
      f32x4.add(sumIm, otherIm),
      productIm(y1Re, y1Im, w1Re, w1Im),
      productIm(y2Re, y2Im, w2Re, w2Im),
      productIm(y3Re, y3Im, w3Re, w3Im),
    );
  }
}

/** A later step of radix 4: groups of `stride` neighbours, `groups` of them, share their roots of unity. */
function laterStep(from: usize, to: usize, points: i32, stride: i32, groups: i32, roots: usize): void {
  const plane = <usize>points << 2;
  const quarter = plane >> 2;
  const width = <usize>stride << 2;
  for (let group = 0; group < groups; group++) {
    const w1Re = v128.load32_splat(roots);
    const w1Im = v128.load32_splat(roots, 4);
    const w2Re = v128.load32_splat(roots, 8);
    const w2Im = v128.load32_splat(roots, 12);
    const w3Re = v128.load32_splat(roots, 16);
    const w3Im = v128.load32_splat(roots, 20);
    roots += 24;
    const end = from + width;
    while (from < end) {
      const aRe = v128.load(from);
      const bRe = v128.load(from + quarter);
      const cRe = v128.load(from + 2 * quarter);
      const dRe = v128.load(from + 3 * quarter);
      const imaginary = from + plane;
      const aIm = v128.load(imaginary);
      const bIm = v128.load(imaginary + quarter);
      const cIm = v128.load(imaginary + 2 * quarter);
      const dIm = v128.load(imaginary + 3 * quarter);
      const sumRe = f32x4.add(aRe, cRe);
      const sumIm = f32x4.add(aIm, cIm);
      const gapRe = f32x4.sub(aRe, cRe);
      const gapIm = f32x4.sub(aIm, cIm);
      const otherRe = f32x4.add(bRe, dRe);
      const otherIm = f32x4.add(bIm, dIm);
      const turnRe = f32x4.sub(dIm, bIm);
      const turnIm = f32x4.sub(bRe, dRe);
      const y1Re = f32x4.sub(gapRe, turnRe);
      const y1Im = f32x4.sub(gapIm, turnIm);
      const y2Re = f32x4.sub(sumRe, otherRe);
      const y2Im = f32x4.sub(sumIm, otherIm);
      const y3Re = f32x4.add(gapRe, turnRe);
      const y3Im = f32x4.add(gapIm, turnIm);
      v128.store(to, f32x4.add(sumRe, otherRe));
      v128.store(to + width, productRe(y1Re, y1Im, w1Re, w1Im));
      v128.store(to + 2 * width, productRe(y2Re, y2Im, w2Re, w2Im));
      v128.store(to + 3 * width, productRe(y3Re, y3Im, w3Re, w3Im));
      const target = to + plane;
      v128.store(target, f32x4.add(sumIm, otherIm));
      v128.store(target + width, productIm(y1Re, y1Im, w1Re, w1Im));
      v128.store(target + 2 * width, productIm(y2Re, y2Im, w2Re, w2Im));
      v128.store(target + 3 * width, productIm(y3Re, y3Im, w3Re, w3Im));
      from += 16;
      to += 16;
    }
    to += 3 * width;
  }
}

/** The last step where `points` is no power of 4. */
function halves(from: usize, to: usize, points: i32): void {
  const bytes = <usize>points << 2;
  const half = bytes >> 1;
  for (let plane: usize = 0; plane < 2; plane++) {
    const end = from + half;
    for (; from < end; from += 16, to += 16) {
      const a = v128.load(from);
      const b = v128.load(from + half);
      v128.store(to, f32x4.add(a, b));
      v128.store(to + half, f32x4.sub(a, b));
    }
    from += half;
    to += half;
  }
}

/**
 * The middle half of an IMDCT: `2 * points` coefficients at `input` become as many samples at `output`. `points` is
 * a power of two from 16 on; `twist` and `roots` are the tables of `ImdctTables`; `work` has room for
 * `4 * points` floats.
 */
export function imdct(
  input: usize,
  output: usize,
  points: i32,
  twist: usize,
  roots: usize,
  work: usize,
): void {
  let from = work;
  let to = work + (<usize>points << 3);
  fold(input, from, points, twist);
  firstStep(from, to, points, roots);
  roots += <usize>(points >> 2) * 24;
  let stride = 4;
  let groups = points >> 4;
  while (groups > 0) {
    const other = from;
    from = to;
    to = other;
    laterStep(from, to, points, stride, groups, roots);
    roots += <usize>groups * 24;
    stride <<= 2;
    groups >>= 2;
  }
  if (stride < points) {
    halves(to, from, points);
    to = from;
  }
  unfold(to, output, points, twist);
}

/**
 * Joins two blocks: `tail` and `head` are the last and the first `half` samples of their IMDCT outputs, `window` is
 * the rising slope; `2 * half` samples go to `output`. `half` is a multiple of 4.
 */
export function overlapAdd(tail: usize, head: usize, window: usize, output: usize, half: i32): void {
  const bytes = <usize>half << 2;
  for (let low: usize = 0; low < bytes; low += 16) {
    const high = 2 * bytes - 16 - low;
    const past = v128.load(tail + low);
    const now = reversed(v128.load(head + bytes - 16 - low));
    const rising = v128.load(window + low);
    const falling = reversed(v128.load(window + high));
    v128.store(output + low, f32x4.sub(f32x4.mul(past, falling), f32x4.mul(now, rising)));
    const mirrored = f32x4.add(f32x4.mul(past, rising), f32x4.mul(now, falling));
    v128.store(output + high, reversed(mirrored));
  }
}
