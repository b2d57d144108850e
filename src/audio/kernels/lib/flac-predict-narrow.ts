/**
 * Linear prediction for FLAC where sums fit into 32 bits, in place in planes of 32 bits. Four samples at a time: the
 * part of samples that are known already comes from vectors, only the three taps nearest to each sample wait for it.
 */

/** Coefficients of the predictor, that of the latest sample first; 0 behind the last one. */
export const coefficients: usize = memory.data(32 * 4, 16);

@inline
function tap(number: i32): v128 {
  return v128.load32_splat(coefficients + ((number - 1) << 2));
}

@inline
function coefficient(number: i32): i32 {
  return load<i32>(coefficients + ((number - 1) << 2));
}

/** Source: RFC 9639 §9.2.6. There must be 64 bytes of memory before the plane. */
export function predictNarrow(plane: usize, count: i32, order: i32, shift: i32): void {
  const start = plane + (order << 2);
  const stop = plane + (count << 2);
  const whole = start + ((stop - start) & ~15);
  if (order <= 4) predictShort(start, stop, shift);
  else if (order > 16) predictPlain(start, stop, order, shift);
  else {
    if (order <= 8) predictVectors(start, whole, shift, 8);
    else if (order <= 12) predictVectors(start, whole, shift, 12);
    else predictVectors(start, whole, shift, 16);
    predictPlain(whole, stop, order, shift);
  }
}

function predictPlain(start: usize, stop: usize, order: i32, shift: i32): void {
  for (let at = start; at < stop; at += 4) {
    let sum = 0;
    for (let i = 1; i <= order; i++) sum += coefficient(i) * load<i32>(at - (i << 2));
    store<i32>(at, load<i32>(at) + (sum >> shift));
  }
}

/** Up to 4 taps. */
function predictShort(start: usize, stop: usize, shift: i32): void {
  const c1 = coefficient(1);
  const c2 = coefficient(2);
  const c3 = coefficient(3);
  const c4 = coefficient(4);
  let s1 = load<i32>(start - 4);
  let s2 = load<i32>(start - 8);
  let s3 = load<i32>(start - 12);
  let s4 = load<i32>(start - 16);
  for (let at = start; at < stop; at += 4) {
    const sample = load<i32>(at) + ((c4 * s4 + c3 * s3 + c2 * s2 + c1 * s1) >> shift);
    store<i32>(at, sample);
    s4 = s3;
    s3 = s2;
    s2 = s1;
    s1 = sample;
  }
}

/** Lanes `4 - by` to `7 - by` of the 8 of `older` and `newer`. */
@inline
function between(older: v128, newer: v128, by: i32): v128 {
  if (by == 1) return i32x4.shuffle(older, newer, 3, 4, 5, 6);
  if (by == 2) return i32x4.shuffle(older, newer, 2, 3, 4, 5);
  return i32x4.shuffle(older, newer, 1, 2, 3, 4);
}

@inline
function times(sum: v128, factor: v128, samples: v128): v128 {
  return i32x4.add(sum, i32x4.mul(factor, samples));
}

@inline
function predictVectors(start: usize, stop: usize, shift: i32, taps: i32): void {
  const c1 = coefficient(1);
  const c2 = coefficient(2);
  const c3 = coefficient(3);
  const c4 = tap(4);
  const c5 = tap(5);
  const c6 = tap(6);
  const c7 = tap(7);
  const c8 = tap(8);
  const c9 = tap(9);
  const c10 = tap(10);
  const c11 = tap(11);
  const c12 = tap(12);
  const c13 = tap(13);
  const c14 = tap(14);
  const c15 = tap(15);
  const c16 = tap(16);
  let h1 = v128.load(start - 16);
  let h2 = v128.load(start - 32);
  let h3 = v128.load(start - 48);
  let h4 = v128.load(start - 64);
  let s1 = i32x4.extract_lane(h1, 3);
  let s2 = i32x4.extract_lane(h1, 2);
  let s3 = i32x4.extract_lane(h1, 1);
  for (let at = start; at < stop; at += 16) {
    let sum = i32x4.mul(c4, h1);
    sum = times(sum, c5, between(h2, h1, 1));
    sum = times(sum, c6, between(h2, h1, 2));
    sum = times(sum, c7, between(h2, h1, 3));
    sum = times(sum, c8, h2);
    if (taps > 8) {
      sum = times(sum, c9, between(h3, h2, 1));
      sum = times(sum, c10, between(h3, h2, 2));
      sum = times(sum, c11, between(h3, h2, 3));
      sum = times(sum, c12, h3);
    }
    if (taps > 12) {
      sum = times(sum, c13, between(h4, h3, 1));
      sum = times(sum, c14, between(h4, h3, 2));
      sum = times(sum, c15, between(h4, h3, 3));
      sum = times(sum, c16, h4);
      h4 = h3;
    }
    if (taps > 8) h3 = h2;
    h2 = h1;
    const s0 = load<i32>(at) + ((i32x4.extract_lane(sum, 0) + c3 * s3 + c2 * s2 + c1 * s1) >> shift);
    s3 = load<i32>(at, 4) + ((i32x4.extract_lane(sum, 1) + c3 * s2 + c2 * s1 + c1 * s0) >> shift);
    s2 = load<i32>(at, 8) + ((i32x4.extract_lane(sum, 2) + c3 * s1 + c2 * s0 + c1 * s3) >> shift);
    s1 = load<i32>(at, 12) + ((i32x4.extract_lane(sum, 3) + c3 * s0 + c2 * s3 + c1 * s2) >> shift);
    h1 = i32x4.replace_lane(
      i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(s0), 1, s3), 2, s2),
      3,
      s1,
    );
    v128.store(at, h1);
  }
}
