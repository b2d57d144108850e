/**
 * Polyphase convolution and the conversions around it, with 128-bit vectors. All addresses are byte offsets in the
 * imported memory; rows of coefficients and lengths in frames are multiples of 4.
 */

/** First byte that static data leaves free. */
export function heapBase(): usize {
  return __heap_base;
}

/**
 * `count` outputs that are `stride` floats apart in the input and in `out` and share the row of coefficients at
 * `row`, which has `taps` values.
 */
@inline
function dot(row: usize, input: usize, taps: i32): f32 {
  let sum0 = f32x4.splat(0);
  let sum1 = f32x4.splat(0);
  const end = row + (taps << 2);
  let at = input;
  let coefficient = row;
  for (; coefficient + 32 <= end; coefficient += 32, at += 32) {
    sum0 = f32x4.add(sum0, f32x4.mul(v128.load(coefficient), v128.load(at)));
    sum1 = f32x4.add(sum1, f32x4.mul(v128.load(coefficient, 16), v128.load(at, 16)));
  }
  if (coefficient < end) sum0 = f32x4.add(sum0, f32x4.mul(v128.load(coefficient), v128.load(at)));
  const sum = f32x4.add(sum0, sum1);
  return (
    f32x4.extract_lane(sum, 0) +
    f32x4.extract_lane(sum, 1) +
    (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3))
  );
}

export function convolve(
  rows: usize,
  taps: i32,
  up: i32,
  down: i32,
  phase: i32,
  input: usize,
  output: usize,
  count: i32,
): void {
  const whole = down / up;
  const rest = down % up;
  let at = input;
  for (let i = 0; i < count; i++) {
    store<f32>(output + (i << 2), dot(rows + ((phase * taps) << 2), at, taps));
    at += whole << 2;
    phase += rest;
    if (phase >= up) {
      phase -= up;
      at += 4;
    }
  }
}
