/**
 * Interleaved 16-bit little-endian samples to planes of floats with full scale 1. Addresses are byte offsets in the
 * imported memory; whole fours of frames are written, so there must be room for 3 more than `frames`.
 */

const SCALE: f32 = 1.0 / 32768.0;

/** First byte that static data leaves free. */
export function heapBase(): usize {
  return __heap_base;
}

export function mono(input: usize, frames: i32, output: usize): void {
  const scale = f32x4.splat(SCALE);
  for (const end = output + (<usize>frames << 2); output < end; output += 16, input += 8)
    v128.store(output, f32x4.mul(f32x4.convert_i32x4_s(v128.load16x4_s(input)), scale));
}

export function stereo(input: usize, frames: i32, left: usize, right: usize): void {
  const scale = f32x4.splat(SCALE);
  for (const end = left + (<usize>frames << 2); left < end; left += 16, right += 16, input += 16) {
    const samples = v128.load(input);
    v128.store(left, f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_s(i32x4.shl(samples, 16), 16)), scale));
    v128.store(right, f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_s(samples, 16)), scale));
  }
}

/** Half the sum of two channels. */
export function mixed(input: usize, frames: i32, output: usize): void {
  const scale = f32x4.splat(SCALE / 2);
  for (const end = output + (<usize>frames << 2); output < end; output += 16, input += 16)
    v128.store(
      output,
      f32x4.mul(f32x4.convert_i32x4_s(i32x4.extadd_pairwise_i16x8_s(v128.load(input))), scale),
    );
}
