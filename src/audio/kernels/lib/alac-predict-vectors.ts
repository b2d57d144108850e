/** The adaptive filter of ALAC for up to 8 taps and narrow samples, which most files have. */

/** 16-bit coefficients of up to 31 taps, that of the latest sample first. */
export const coefficients: usize = memory.data(32 * 2, 16);

/** The most taps, and bits of a sample, for which no sum here leaves 32 bits. */
export const MAX_TAPS = 8;
export const MAX_WIDTH = 20;

/** Four values by the distance of their samples, which are as far as 4, 3, 2 and 1 before those at `nearest`. */
@inline
function lanes(order: i32, nearest: i32, value: (order: i32, distance: i32) => i32): v128 {
  let result = i32x4.splat(value(order, nearest + 3));
  result = i32x4.replace_lane(result, 1, value(order, nearest + 2));
  result = i32x4.replace_lane(result, 2, value(order, nearest + 1));
  return i32x4.replace_lane(result, 3, value(order, nearest));
}

function coefficientAt(order: i32, distance: i32): i32 {
  return distance <= order ? i32(load<i16>(coefficients + ((distance - 1) << 1))) : 0;
}

/** The oldest sample weighs least in what a step of its coefficient makes up for. */
function weightAt(order: i32, distance: i32): i32 {
  return distance <= order ? order - distance + 1 : 0;
}

function isUsed(order: i32, distance: i32): i32 {
  return distance <= order ? -1 : 0;
}

/** Sums of each lane and those before it. */
@inline
function runningSums(terms: v128): v128 {
  const zero = i32x4.splat(0);
  const pairs = i32x4.add(terms, i32x4.shuffle(zero, terms, 0, 4, 5, 6));
  return i32x4.add(pairs, i32x4.shuffle(zero, pairs, 0, 1, 4, 5));
}

@inline
function sumOf(value: v128): i32 {
  const pairs = i32x4.add(value, i32x4.shuffle(value, value, 2, 3, 0, 1));
  return i32x4.extract_lane(i32x4.add(pairs, i32x4.shuffle(pairs, pairs, 1, 0, 3, 2)), 0);
}

/** Coefficients moved by one against the sign of `difference`, turned by `turn`, where less than `error` is made up. */
@inline
function moved(factors: v128, difference: v128, turn: v128, error: v128, madeUp: v128): v128 {
  const sign = i32x4.sub(i32x4.shr_s(difference, 31), i32x4.gt_s(difference, i32x4.splat(0)));
  const step = i32x4.sub(v128.xor(sign, turn), turn);
  const next = i32x4.sub(factors, v128.and(step, i32x4.gt_s(error, madeUp)));
  return i32x4.shr_s(i32x4.shl(next, 16), 16);
}

@inline
function run(start: usize, stop: usize, order: i32, shift: i32, spare: i32, isLong: bool): void {
  const half = shift == 0 ? 0 : 1 << (shift - 1);
  const rounding = (1 << shift) - 1;
  const back = (order + 1) << 2;
  const nearUsed = lanes(order, 1, isUsed);
  const farUsed = lanes(order, 5, isUsed);
  const nearWeights = lanes(order, 1, weightAt);
  const farWeights = lanes(order, 5, weightAt);
  let nearFactors = lanes(order, 1, coefficientAt);
  let farFactors = lanes(order, 5, coefficientAt);
  let near = v128.load(start - 16);
  let far = v128.load(start - 32);
  for (let at = start; at < stop; at += 4) {
    const base = load<i32>(at - back);
    const bases = i32x4.splat(base);
    const nearBy = v128.and(i32x4.sub(bases, near), nearUsed);
    const farBy = v128.and(i32x4.sub(bases, far), farUsed);
    let products = i32x4.mul(nearFactors, nearBy);
    if (isLong) products = i32x4.add(products, i32x4.mul(farFactors, farBy));
    const residual = load<i32>(at);
    const sample = ((residual + base + ((half - sumOf(products)) >> shift)) << spare) >> spare;
    store<i32>(at, sample);
    if (isLong) far = i32x4.shuffle(far, near, 1, 2, 3, 4);
    near = i32x4.shuffle(near, i32x4.splat(sample), 1, 2, 3, 4);

    const turn = i32x4.splat(residual >> 31);
    const error = i32x4.splat(abs(residual));
    const bias = i32x4.splat((residual >> 31) & rounding);
    const nearTerms = i32x4.mul(i32x4.shr_s(i32x4.add(i32x4.abs(nearBy), bias), shift), nearWeights);
    let nearSums = i32x4.sub(runningSums(nearTerms), nearTerms);
    if (isLong) {
      const farTerms = i32x4.mul(i32x4.shr_s(i32x4.add(i32x4.abs(farBy), bias), shift), farWeights);
      const farSums = runningSums(farTerms);
      nearSums = i32x4.add(nearSums, i32x4.shuffle(farSums, farSums, 3, 3, 3, 3));
      farFactors = moved(farFactors, farBy, turn, error, i32x4.sub(farSums, farTerms));
    }
    nearFactors = moved(nearFactors, nearBy, turn, error, nearSums);
  }
}

/**
 * Restores the samples from `start` to `stop`, of 32 bits with `spare` unused ones, from residuals. There must be 32
 * bytes of memory before them.
 */
export function predictVectors(start: usize, stop: usize, order: i32, shift: i32, spare: i32): void {
  if (order <= 4) run(start, stop, order, shift, spare, false);
  else run(start, stop, order, shift, spare, true);
}
