/** From integers to floats. */

/** Four integers at `at` as floats. */
@inline
export function storeFloat(at: usize, value: v128, scale: v128): void {
  v128.store(at, f32x4.mul(f32x4.convert_i32x4_s(value), scale));
}

/** `count` integers at `plane` to floats, in place; up to 3 more are converted too. */
export function convert(plane: usize, count: i32, scale: f32): void {
  const factor = f32x4.splat(scale);
  for (let at = plane, stop = plane + (count << 2); at < stop; at += 16) {
    storeFloat(at, v128.load(at), factor);
  }
}
