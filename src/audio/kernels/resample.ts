/**
 * Polyphase convolution with 128-bit vectors. Addresses are byte offsets in the imported memory; lengths count floats;
 * `taps` is a multiple of 8.
 *
 * Outputs that lie `up` apart share a row of coefficients. Four of them are computed side by side, so that one load of
 * coefficients serves four multiplications: loads are what bounds the plain loop.
 */

/** First byte that static data leaves free. */
export function heapBase(): usize {
  return __heap_base;
}

@inline
function sumOf(vector: v128): f32 {
  return (
    f32x4.extract_lane(vector, 0) +
    f32x4.extract_lane(vector, 1) +
    (f32x4.extract_lane(vector, 2) + f32x4.extract_lane(vector, 3))
  );
}

@inline
function dot(row: usize, input: usize, taps: i32): f32 {
  let sum0 = f32x4.splat(0);
  let sum1 = f32x4.splat(0);
  const end = row + (taps << 2);
  for (let at = row; at < end; at += 32) {
    sum0 = f32x4.add(sum0, f32x4.mul(v128.load(at), v128.load(input)));
    sum1 = f32x4.add(sum1, f32x4.mul(v128.load(at, 16), v128.load(input, 16)));
    input += 32;
  }
  return sumOf(f32x4.add(sum0, sum1));
}

/** Four outputs with the row of coefficients in common: inputs are `step` bytes apart, outputs `stride` bytes. */
@inline
function dots(row: usize, input: usize, step: usize, output: usize, stride: usize, taps: i32): void {
  const input1 = input + step;
  const input2 = input1 + step;
  const input3 = input2 + step;
  let a0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let a2 = f32x4.splat(0);
  let a3 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let b2 = f32x4.splat(0);
  let b3 = f32x4.splat(0);
  const bytes: usize = taps << 2;
  for (let at: usize = 0; at < bytes; at += 32) {
    const first = v128.load(row + at);
    a0 = f32x4.add(a0, f32x4.mul(first, v128.load(input + at)));
    a1 = f32x4.add(a1, f32x4.mul(first, v128.load(input1 + at)));
    a2 = f32x4.add(a2, f32x4.mul(first, v128.load(input2 + at)));
    a3 = f32x4.add(a3, f32x4.mul(first, v128.load(input3 + at)));
    const second = v128.load(row + at, 16);
    b0 = f32x4.add(b0, f32x4.mul(second, v128.load(input + at, 16)));
    b1 = f32x4.add(b1, f32x4.mul(second, v128.load(input1 + at, 16)));
    b2 = f32x4.add(b2, f32x4.mul(second, v128.load(input2 + at, 16)));
    b3 = f32x4.add(b3, f32x4.mul(second, v128.load(input3 + at, 16)));
  }
  store<f32>(output, sumOf(f32x4.add(a0, b0)));
  store<f32>(output + stride, sumOf(f32x4.add(a1, b1)));
  store<f32>(output + 2 * stride, sumOf(f32x4.add(a2, b2)));
  store<f32>(output + 3 * stride, sumOf(f32x4.add(a3, b3)));
}

/**
 * Writes `count` outputs, the first with its filter at `input` and in `phase`, each next one `down` / `up` inputs on.
 * `rows` has `up` rows of coefficients.
 */
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
  const group = 4 * up;
  let done = 0;
  for (; done + group <= count; done += group) {
    let at = input;
    for (let i = 0; i < up; i++) {
      dots(rows + ((phase * taps) << 2), at, down << 2, output + (i << 2), up << 2, taps);
      at += whole << 2;
      phase += rest;
      if (phase >= up) {
        phase -= up;
        at += 4;
      }
    }
    input += down << 4;
    output += group << 2;
  }
  for (; done < count; done++) {
    store<f32>(output, dot(rows + ((phase * taps) << 2), input, taps));
    output += 4;
    input += whole << 2;
    phase += rest;
    if (phase >= up) {
      phase -= up;
      input += 4;
    }
  }
}

/** As `convolve`, for a bank of `phases` + 1 rows between which it interpolates. */
export function convolveBetween(
  rows: usize,
  taps: i32,
  phases: i32,
  up: i32,
  down: i32,
  phase: i32,
  input: usize,
  output: usize,
  count: i32,
): void {
  const whole = down / up;
  const rest = down % up;
  const bytes: usize = taps << 2;
  for (let done = 0; done < count; done++) {
    const position = (<f64>phase / <f64>up) * <f64>phases;
    const index = <i32>position;
    const row = rows + <usize>index * bytes;
    const before = dot(row, input, taps);
    const after = dot(row + bytes, input, taps);
    store<f32>(output, <f32>(<f64>before + (<f64>after - <f64>before) * (position - <f64>index)));
    output += 4;
    input += whole << 2;
    phase += rest;
    if (phase >= up) {
      phase -= up;
      input += 4;
    }
  }
}
