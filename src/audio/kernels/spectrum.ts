/**
 * Change of sample rate in the frequency domain: eight blocks of a signal at a time, in the four lanes of vectors that
 * hold a real and an imaginary part each. A complex value of the four lanes takes 32 bytes: real parts, imaginary parts.
 *
 * The transforms are Stockham's (self-sorting, from one array into another and back) in passes of 2, 3, 4, 5 and 7.
 */

const VALUE: usize = 32;

/** First byte that static data leaves free. */
export function heapBase(): usize {
  return __heap_base;
}

@inline
function scaled(vector: v128, factor: f32): v128 {
  return f32x4.mul(vector, f32x4.splat(factor));
}

/** Stores (re, im) times the twiddle factor at `twiddle`, or as it is when there is none (0). */
@inline
function put(at: usize, re: v128, im: v128, twiddle: usize): void {
  if (twiddle == 0) {
    v128.store(at, re);
    v128.store(at, im, 16);
    return;
  }
  const c = v128.load32_splat(twiddle);
  const s = v128.load32_splat(twiddle, 4);
  v128.store(at, f32x4.sub(f32x4.mul(re, c), f32x4.mul(im, s)));
  v128.store(at, f32x4.add(f32x4.mul(re, s), f32x4.mul(im, c)), 16);
}

@inline
function butterfly2(from: usize, step: usize, to: usize, stride: usize, w: usize): void {
  const re0 = v128.load(from), im0 = v128.load(from, 16);
  const re1 = v128.load(from + step), im1 = v128.load(from + step, 16);
  put(to, f32x4.add(re0, re1), f32x4.add(im0, im1), 0);
  put(to + stride, f32x4.sub(re0, re1), f32x4.sub(im0, im1), w);
}

@inline
function butterfly3(from: usize, step: usize, to: usize, stride: usize, w: usize): void {
  const re0 = v128.load(from), im0 = v128.load(from, 16);
  const re1 = v128.load(from + step), im1 = v128.load(from + step, 16);
  const re2 = v128.load(from + 2 * step), im2 = v128.load(from + 2 * step, 16);
  const sumRe = f32x4.add(re1, re2), sumIm = f32x4.add(im1, im2);
  const middleRe = f32x4.sub(re0, scaled(sumRe, 0.5)), middleIm = f32x4.sub(im0, scaled(sumIm, 0.5));
  const turnRe = scaled(f32x4.sub(im1, im2), 0.8660254037844386);
  const turnIm = scaled(f32x4.sub(re2, re1), 0.8660254037844386);
  put(to, f32x4.add(re0, sumRe), f32x4.add(im0, sumIm), 0);
  put(to + stride, f32x4.add(middleRe, turnRe), f32x4.add(middleIm, turnIm), w);
  put(to + 2 * stride, f32x4.sub(middleRe, turnRe), f32x4.sub(middleIm, turnIm), w == 0 ? 0 : w + 8);
}

@inline
function butterfly4(from: usize, step: usize, to: usize, stride: usize, w: usize): void {
  const re0 = v128.load(from), im0 = v128.load(from, 16);
  const re1 = v128.load(from + step), im1 = v128.load(from + step, 16);
  const re2 = v128.load(from + 2 * step), im2 = v128.load(from + 2 * step, 16);
  const re3 = v128.load(from + 3 * step), im3 = v128.load(from + 3 * step, 16);
  const evenRe = f32x4.add(re0, re2), evenIm = f32x4.add(im0, im2);
  const acrossRe = f32x4.sub(re0, re2), acrossIm = f32x4.sub(im0, im2);
  const oddRe = f32x4.add(re1, re3), oddIm = f32x4.add(im1, im3);
  const turnRe = f32x4.sub(im1, im3), turnIm = f32x4.sub(re3, re1);
  put(to, f32x4.add(evenRe, oddRe), f32x4.add(evenIm, oddIm), 0);
  put(to + stride, f32x4.add(acrossRe, turnRe), f32x4.add(acrossIm, turnIm), w);
  put(to + 2 * stride, f32x4.sub(evenRe, oddRe), f32x4.sub(evenIm, oddIm), w == 0 ? 0 : w + 8);
  put(to + 3 * stride, f32x4.sub(acrossRe, turnRe), f32x4.sub(acrossIm, turnIm), w == 0 ? 0 : w + 16);
}

@inline
function sum2(x: v128, a: f32, y: v128, b: f32): v128 {
  return f32x4.add(scaled(x, a), scaled(y, b));
}

@inline
function butterfly5(from: usize, step: usize, to: usize, stride: usize, w: usize): void {
  const C1: f32 = 0.30901699437494745, C2: f32 = -0.8090169943749475;
  const S1: f32 = 0.9510565162951535, S2: f32 = 0.5877852522924731;
  const re0 = v128.load(from), im0 = v128.load(from, 16);
  const re1 = v128.load(from + step), im1 = v128.load(from + step, 16);
  const re2 = v128.load(from + 2 * step), im2 = v128.load(from + 2 * step, 16);
  const re3 = v128.load(from + 3 * step), im3 = v128.load(from + 3 * step, 16);
  const re4 = v128.load(from + 4 * step), im4 = v128.load(from + 4 * step, 16);
  const sumRe1 = f32x4.add(re1, re4), sumIm1 = f32x4.add(im1, im4);
  const sumRe2 = f32x4.add(re2, re3), sumIm2 = f32x4.add(im2, im3);
  const apartRe1 = f32x4.sub(re4, re1), apartIm1 = f32x4.sub(im1, im4);
  const apartRe2 = f32x4.sub(re3, re2), apartIm2 = f32x4.sub(im2, im3);
  put(to, f32x4.add(re0, f32x4.add(sumRe1, sumRe2)), f32x4.add(im0, f32x4.add(sumIm1, sumIm2)), 0);
  const middleRe1 = f32x4.add(re0, sum2(sumRe1, C1, sumRe2, C2));
  const middleIm1 = f32x4.add(im0, sum2(sumIm1, C1, sumIm2, C2));
  const turnRe1 = sum2(apartIm1, S1, apartIm2, S2), turnIm1 = sum2(apartRe1, S1, apartRe2, S2);
  put(to + stride, f32x4.add(middleRe1, turnRe1), f32x4.add(middleIm1, turnIm1), w);
  put(to + 4 * stride, f32x4.sub(middleRe1, turnRe1), f32x4.sub(middleIm1, turnIm1), w == 0 ? 0 : w + 24);
  const middleRe2 = f32x4.add(re0, sum2(sumRe1, C2, sumRe2, C1));
  const middleIm2 = f32x4.add(im0, sum2(sumIm1, C2, sumIm2, C1));
  const turnRe2 = sum2(apartIm1, S2, apartIm2, -S1), turnIm2 = sum2(apartRe1, S2, apartRe2, -S1);
  put(to + 2 * stride, f32x4.add(middleRe2, turnRe2), f32x4.add(middleIm2, turnIm2), w == 0 ? 0 : w + 8);
  put(to + 3 * stride, f32x4.sub(middleRe2, turnRe2), f32x4.sub(middleIm2, turnIm2), w == 0 ? 0 : w + 16);
}

@inline
function sum3(x: v128, a: f32, y: v128, b: f32, z: v128, c: f32): v128 {
  return f32x4.add(sum2(x, a, y, b), scaled(z, c));
}

@inline
function butterfly7(from: usize, step: usize, to: usize, stride: usize, w: usize): void {
  const C1: f32 = 0.6234898018587336, C2: f32 = -0.2225209339563144, C3: f32 = -0.9009688679024191;
  const S1: f32 = 0.7818314824680298, S2: f32 = 0.9749279121818236, S3: f32 = 0.4338837391175581;
  const re0 = v128.load(from), im0 = v128.load(from, 16);
  const re1 = v128.load(from + step), im1 = v128.load(from + step, 16);
  const re6 = v128.load(from + 6 * step), im6 = v128.load(from + 6 * step, 16);
  const sumRe1 = f32x4.add(re1, re6), sumIm1 = f32x4.add(im1, im6);
  const apartRe1 = f32x4.sub(re6, re1), apartIm1 = f32x4.sub(im1, im6);
  const re2 = v128.load(from + 2 * step), im2 = v128.load(from + 2 * step, 16);
  const re5 = v128.load(from + 5 * step), im5 = v128.load(from + 5 * step, 16);
  const sumRe2 = f32x4.add(re2, re5), sumIm2 = f32x4.add(im2, im5);
  const apartRe2 = f32x4.sub(re5, re2), apartIm2 = f32x4.sub(im2, im5);
  const re3 = v128.load(from + 3 * step), im3 = v128.load(from + 3 * step, 16);
  const re4 = v128.load(from + 4 * step), im4 = v128.load(from + 4 * step, 16);
  const sumRe3 = f32x4.add(re3, re4), sumIm3 = f32x4.add(im3, im4);
  const apartRe3 = f32x4.sub(re4, re3), apartIm3 = f32x4.sub(im3, im4);
  put(
    to,
    f32x4.add(re0, f32x4.add(sumRe1, f32x4.add(sumRe2, sumRe3))),
    f32x4.add(im0, f32x4.add(sumIm1, f32x4.add(sumIm2, sumIm3))),
    0,
  );
  let middleRe = f32x4.add(re0, sum3(sumRe1, C1, sumRe2, C2, sumRe3, C3));
  let middleIm = f32x4.add(im0, sum3(sumIm1, C1, sumIm2, C2, sumIm3, C3));
  let turnRe = sum3(apartIm1, S1, apartIm2, S2, apartIm3, S3);
  let turnIm = sum3(apartRe1, S1, apartRe2, S2, apartRe3, S3);
  put(to + stride, f32x4.add(middleRe, turnRe), f32x4.add(middleIm, turnIm), w);
  put(to + 6 * stride, f32x4.sub(middleRe, turnRe), f32x4.sub(middleIm, turnIm), w == 0 ? 0 : w + 40);
  middleRe = f32x4.add(re0, sum3(sumRe1, C2, sumRe2, C3, sumRe3, C1));
  middleIm = f32x4.add(im0, sum3(sumIm1, C2, sumIm2, C3, sumIm3, C1));
  turnRe = sum3(apartIm1, S2, apartIm2, -S3, apartIm3, -S1);
  turnIm = sum3(apartRe1, S2, apartRe2, -S3, apartRe3, -S1);
  put(to + 2 * stride, f32x4.add(middleRe, turnRe), f32x4.add(middleIm, turnIm), w == 0 ? 0 : w + 8);
  put(to + 5 * stride, f32x4.sub(middleRe, turnRe), f32x4.sub(middleIm, turnIm), w == 0 ? 0 : w + 32);
  middleRe = f32x4.add(re0, sum3(sumRe1, C3, sumRe2, C1, sumRe3, C2));
  middleIm = f32x4.add(im0, sum3(sumIm1, C3, sumIm2, C1, sumIm3, C2));
  turnRe = sum3(apartIm1, S3, apartIm2, -S1, apartIm3, S2);
  turnIm = sum3(apartRe1, S3, apartRe2, -S1, apartRe3, S2);
  put(to + 3 * stride, f32x4.add(middleRe, turnRe), f32x4.add(middleIm, turnIm), w == 0 ? 0 : w + 16);
  put(to + 4 * stride, f32x4.sub(middleRe, turnRe), f32x4.sub(middleIm, turnIm), w == 0 ? 0 : w + 24);
}

@inline
function butterfly(radix: i32, from: usize, step: usize, to: usize, stride: usize, w: usize): void {
  if (radix == 2) butterfly2(from, step, to, stride, w);
  else if (radix == 3) butterfly3(from, step, to, stride, w);
  else if (radix == 4) butterfly4(from, step, to, stride, w);
  else if (radix == 5) butterfly5(from, step, to, stride, w);
  else butterfly7(from, step, to, stride, w);
}

/** The first `rows` of a pass: `rows` times `columns` butterflies; no twiddle factors when `w` is 0. */
@inline
function passOf(radix: i32, rows: i32, columns: i32, from: usize, to: usize, w: usize): void {
  const step = <usize>rows * <usize>columns * VALUE;
  const stride = <usize>columns * VALUE;
  for (let row = 0; row < rows; row++) {
    const end = from + stride;
    for (; from < end; from += VALUE, to += VALUE) butterfly(radix, from, step, to, stride, w);
    to += <usize>(radix - 1) * stride;
    if (w != 0) w += <usize>(radix - 1) * 8;
  }
}

/**
 * One pass of a transform of `rows` * `columns` * `radix` values from `from` to `to`. The twiddle factors (cosine and
 * sine, `radix` - 1 for each row) stand at `w`; the last pass, with one row, has none.
 */
export function pass(radix: i32, rows: i32, columns: i32, from: usize, to: usize, w: usize): void {
  if (rows == 1) {
    if (radix == 2) passOf(2, 1, columns, from, to, 0);
    else if (radix == 3) passOf(3, 1, columns, from, to, 0);
    else if (radix == 4) passOf(4, 1, columns, from, to, 0);
    else if (radix == 5) passOf(5, 1, columns, from, to, 0);
    else passOf(7, 1, columns, from, to, 0);
    return;
  }
  if (radix == 2) passOf(2, rows, columns, from, to, w);
  else if (radix == 3) passOf(3, rows, columns, from, to, w);
  else if (radix == 4) passOf(4, rows, columns, from, to, w);
  else if (radix == 5) passOf(5, rows, columns, from, to, w);
  else passOf(7, rows, columns, from, to, w);
}

/** Turns four vectors of one block each into four of one moment each, at `to` and every VALUE bytes on. */
@inline
function transposeIn(a: usize, step: usize, to: usize): void {
  const row0 = v128.load(a), row1 = v128.load(a + step);
  const row2 = v128.load(a + 2 * step), row3 = v128.load(a + 3 * step);
  const low01 = v128.shuffle<f32>(row0, row1, 0, 4, 1, 5), high01 = v128.shuffle<f32>(row0, row1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(row2, row3, 0, 4, 1, 5), high23 = v128.shuffle<f32>(row2, row3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(to + VALUE, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
  v128.store(to + 2 * VALUE, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  v128.store(to + 3 * VALUE, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
}

/**
 * Takes eight blocks of `size` floats that begin every `step` floats from `input` on into `size` (rounded up to a
 * multiple of 4) complex values at `to`; up to 3 floats behind the last block are read.
 */
export function gather(input: usize, step: i32, size: i32, to: usize): void {
  const bytes = <usize>step << 2;
  for (let i = 0; i < size; i += 4) {
    transposeIn(input + (<usize>i << 2), bytes, to + <usize>i * VALUE);
    transposeIn(input + 4 * bytes + (<usize>i << 2), bytes, to + <usize>i * VALUE + 16);
  }
}

@inline
function filtered(from: usize, gain: usize, to: usize): void {
  const factor = v128.load32_splat(gain);
  v128.store(to, f32x4.mul(v128.load(from, 16), factor));
  v128.store(to, f32x4.mul(v128.load(from), factor), 16);
}

/**
 * Multiplies the spectrum of `inputs` values at `from` by `gains` (real, of frequencies 0 to half the smaller of the
 * sizes) and writes the spectrum of `outputs` values, with real and imaginary parts exchanged: a forward transform of
 * that is the inverse one of the spectrum, again exchanged.
 */
export function filter(from: usize, inputs: i32, gains: usize, to: usize, outputs: i32): void {
  const smaller = min(inputs, outputs);
  const positive = (smaller + 1) >> 1;
  const negative = smaller - positive;
  for (let i = 0; i < positive; i++)
    filtered(from + <usize>i * VALUE, gains + (<usize>i << 2), to + <usize>i * VALUE);
  for (let i = positive; i < outputs - negative; i++) {
    v128.store(to + <usize>i * VALUE, f32x4.splat(0));
    v128.store(to + <usize>i * VALUE, f32x4.splat(0), 16);
  }
  for (let i = 1; i <= negative; i++)
    filtered(from + <usize>(inputs - i) * VALUE, gains + (<usize>i << 2), to + <usize>(outputs - i) * VALUE);
}

/** Four moments of four blocks, VALUE bytes apart at `from`, to four floats of each block, `step` bytes apart. */
@inline
function transposeOut(from: usize, to: usize, step: usize): void {
  const row0 = v128.load(from), row1 = v128.load(from + VALUE);
  const row2 = v128.load(from + 2 * VALUE), row3 = v128.load(from + 3 * VALUE);
  const low01 = v128.shuffle<f32>(row0, row1, 0, 4, 1, 5), high01 = v128.shuffle<f32>(row0, row1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(row2, row3, 0, 4, 1, 5), high23 = v128.shuffle<f32>(row2, row3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(to + step, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7));
  v128.store(to + 2 * step, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5));
  v128.store(to + 3 * step, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7));
}

/**
 * Writes `count` values (a multiple of 4) of each of the eight blocks, from value `skip` on, one block behind the
 * other at `output`. `from` holds them with real and imaginary parts exchanged.
 */
export function scatter(from: usize, skip: i32, count: i32, output: usize): void {
  const bytes = <usize>count << 2;
  for (let i = 0; i < count; i += 4) {
    const at = from + <usize>(skip + i) * VALUE;
    transposeOut(at + 16, output + (<usize>i << 2), bytes);
    transposeOut(at, output + 4 * bytes + (<usize>i << 2), bytes);
  }
}
