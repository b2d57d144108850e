/** Complex numbers: their real and their imaginary parts. */
export interface Planes {
  readonly re: Float32Array;
  readonly im: Float32Array;
}

/** QMF slots of a block. */
export const SLOTS = 32;
/** Bands that the core has. */
export const LOW_BANDS = 32;
/** Slots of the block before that prediction looks back at, and of them those that come before the output. */
export const LOOK_BACK = 8;
export const LEAD = 2;
/** What there is of the core at a time. */
export const LOW_SLOTS = SLOTS + LOOK_BACK;
/** Slots in which something may be replicated: the last envelope may end late. */
export const OUTPUT_SLOTS = SLOTS + LOOK_BACK - LEAD;
/** Bands of the output. */
export const BANDS = 64;

export function planes(f32: (length: number) => Float32Array, length: number): Planes {
  return { re: f32(length), im: f32(length) };
}
