/**
 * Peaks between samples, with 128-bit vectors: the same as `intersamplePeaks` of `dsp/intersample.ts`. All addresses
 * are byte offsets in the imported memory.
 */

/** First byte that static data leaves free. */
export function heapBase(): usize {
  return __heap_base;
}

const TAPS: i32 = 24;
const GROUP: i32 = 64;

/** Magnitudes at 4 successive intervals; 0 instead of what is no finite number. */
@inline
function peaksAfter(table: usize, at: usize): v128 {
  let evens = f32x4.splat(0);
  let odds = f32x4.splat(0);
  let middles = f32x4.splat(0);
  let right = at + ((TAPS - 1) << 2);
  for (let left = at; left < right; left += 4, right -= 4, table += 48) {
    const a = v128.load(left);
    const b = v128.load(right);
    const sum = f32x4.add(a, b);
    evens = f32x4.add(evens, f32x4.mul(v128.load(table), sum));
    odds = f32x4.add(odds, f32x4.mul(v128.load(table, 16), f32x4.sub(a, b)));
    middles = f32x4.add(middles, f32x4.mul(v128.load(table, 32), sum));
  }
  const between = f32x4.pmax(f32x4.add(f32x4.abs(evens), f32x4.abs(odds)), f32x4.abs(middles));
  const value = f32x4.pmax(between, f32x4.abs(v128.load(at + ((TAPS / 2 - 1) << 2))));
  return v128.and(value, f32x4.le(value, f32x4.splat(f32.MAX_VALUE)));
}

@inline
function horizontalMax(value: v128): f32 {
  return max(
    max(f32x4.extract_lane(value, 0), f32x4.extract_lane(value, 1)),
    max(f32x4.extract_lane(value, 2), f32x4.extract_lane(value, 3)),
  );
}

/** Largest magnitude of `count` samples and up to 3 more. */
@inline
function largest(input: usize, count: i32): f32 {
  let result = f32x4.splat(0);
  const end = input + (count << 2);
  for (let at = input; at < end; at += 16) result = f32x4.pmax(result, f32x4.abs(v128.load(at)));
  return horizontalMax(result);
}

/**
 * `table` holds for each of the 12 pairs 4 copies of its even, its odd and its middle coefficient. `input` holds 23
 * samples more than `frames`; up to 3 more beyond it and beyond `output` are read and written.
 */
export function intersamplePeaks(
  table: usize,
  input: usize,
  output: usize,
  frames: i32,
  floor: f32,
  bound: f32,
): f32 {
  let peak = f32x4.splat(0);
  let rest: f32 = 0;
  for (let start = 0; start < frames; start += GROUP) {
    const count = min(GROUP, frames - start);
    const from = input + (start << 2);
    const to = output + (start << 2);
    if (largest(from, count + TAPS - 1) * bound <= floor) {
      memory.fill(to, 0, count << 2);
      continue;
    }
    let i = 0;
    for (; i + 4 <= count; i += 4) {
      const value = peaksAfter(table, from + (i << 2));
      v128.store(to + (i << 2), value);
      peak = f32x4.pmax(peak, value);
    }
    if (i < count) v128.store(to + (i << 2), peaksAfter(table, from + (i << 2)));
    for (; i < count; i++) rest = max(rest, load<f32>(to + (i << 2)));
  }
  return max(rest, horizontalMax(peak));
}
