/**
 * Interleaved samples to planes of floats with full scale 1. Addresses are byte offsets in the imported memory; whole
 * fours of frames are written, so there must be room for 3 more than `frames`, and up to 4 bytes behind the samples of
 * these are read. `mono`, `stereo` and `mixed` are for 16-bit little-endian samples, those with `Of` for other kinds.
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

const S16BE = 0;
const S24LE = 1;
const S24BE = 2;
const F32LE = 3;

/** Bytes that a sample takes. */
@inline
function size(kind: i32): usize {
  return kind == S16BE ? 2 : kind == F32LE ? 4 : 3;
}

/** Four samples: integers are put into the upper bytes of 32 bits; floats that are no finite number become 0. */
@inline
function four(kind: i32, input: usize): v128 {
  if (kind == F32LE) {
    const samples = v128.load(input);
    return v128.and(samples, f32x4.eq(f32x4.sub(samples, samples), f32x4.splat(0)));
  }
  const bytes = v128.load(input);
  let places: v128;
  if (kind == S16BE) places = i8x16(16, 16, 1, 0, 16, 16, 3, 2, 16, 16, 5, 4, 16, 16, 7, 6);
  else if (kind == S24LE) places = i8x16(16, 0, 1, 2, 16, 3, 4, 5, 16, 6, 7, 8, 16, 9, 10, 11);
  else places = i8x16(16, 2, 1, 0, 16, 5, 4, 3, 16, 8, 7, 6, 16, 11, 10, 9);
  return f32x4.mul(f32x4.convert_i32x4_s(i8x16.swizzle(bytes, places)), f32x4.splat(<f32>(1.0 / 2147483648.0)));
}

@inline
function planeOf(kind: i32, input: usize, frames: i32, output: usize): void {
  for (const end = output + (<usize>frames << 2); output < end; output += 16, input += 4 * size(kind))
    v128.store(output, four(kind, input));
}

@inline
function planesOf(kind: i32, input: usize, frames: i32, left: usize, right: usize): void {
  for (const end = left + (<usize>frames << 2); left < end; left += 16, right += 16, input += 8 * size(kind)) {
    const first = four(kind, input);
    const second = four(kind, input + 4 * size(kind));
    v128.store(left, v128.shuffle<f32>(first, second, 0, 2, 4, 6));
    v128.store(right, v128.shuffle<f32>(first, second, 1, 3, 5, 7));
  }
}

@inline
function mixOf(kind: i32, input: usize, frames: i32, output: usize): void {
  for (const end = output + (<usize>frames << 2); output < end; output += 16, input += 8 * size(kind)) {
    const first = four(kind, input);
    const second = four(kind, input + 4 * size(kind));
    const left = v128.shuffle<f32>(first, second, 0, 2, 4, 6);
    const right = v128.shuffle<f32>(first, second, 1, 3, 5, 7);
    v128.store(output, f32x4.mul(f32x4.add(left, right), f32x4.splat(0.5)));
  }
}

export function monoOf(kind: i32, input: usize, frames: i32, output: usize): void {
  if (kind == S16BE) planeOf(S16BE, input, frames, output);
  else if (kind == S24LE) planeOf(S24LE, input, frames, output);
  else if (kind == S24BE) planeOf(S24BE, input, frames, output);
  else planeOf(F32LE, input, frames, output);
}

export function stereoOf(kind: i32, input: usize, frames: i32, left: usize, right: usize): void {
  if (kind == S16BE) planesOf(S16BE, input, frames, left, right);
  else if (kind == S24LE) planesOf(S24LE, input, frames, left, right);
  else if (kind == S24BE) planesOf(S24BE, input, frames, left, right);
  else planesOf(F32LE, input, frames, left, right);
}

/** Half the sum of two channels. */
export function mixedOf(kind: i32, input: usize, frames: i32, output: usize): void {
  if (kind == S16BE) mixOf(S16BE, input, frames, output);
  else if (kind == S24LE) mixOf(S24LE, input, frames, output);
  else if (kind == S24BE) mixOf(S24BE, input, frames, output);
  else mixOf(F32LE, input, frames, output);
}
