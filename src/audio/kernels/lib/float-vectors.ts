/** Arithmetic on vectors of four floats. */

@inline
export function add(a: v128, b: v128): v128 {
  return f32x4.add(a, b);
}

@inline
export function sub(a: v128, b: v128): v128 {
  return f32x4.sub(a, b);
}

@inline
export function times(a: v128, factor: f32): v128 {
  return f32x4.mul(a, f32x4.splat(factor));
}

/** Product with the float at an address. */
@inline
export function scaled(a: v128, factor: usize): v128 {
  return f32x4.mul(a, v128.load32_splat(factor));
}
