/** From the integers of FLAC subframes to floats, in place. Source: RFC 9639 §4.2 (channels that are coded together). */

/** Ways to code two channels together; the third is mean and side. */
export const LEFT_SIDE = 8;
export const SIDE_RIGHT = 9;

@inline
function storeFloat(at: usize, value: v128, scale: v128): void {
  v128.store(at, f32x4.mul(f32x4.convert_i32x4_s(value), scale));
}

export function convert(plane: usize, count: i32, scale: f32): void {
  const factor = f32x4.splat(scale);
  for (let at = plane, stop = plane + (count << 2); at < stop; at += 16) {
    storeFloat(at, v128.load(at), factor);
  }
}

export function convertLeftSide(left: usize, side: usize, count: i32, scale: f32): void {
  const factor = f32x4.splat(scale);
  for (let i: usize = 0, stop = usize(count << 2); i < stop; i += 16) {
    const l = v128.load(left + i);
    storeFloat(side + i, i32x4.sub(l, v128.load(side + i)), factor);
    storeFloat(left + i, l, factor);
  }
}

export function convertSideRight(side: usize, right: usize, count: i32, scale: f32): void {
  const factor = f32x4.splat(scale);
  for (let i: usize = 0, stop = usize(count << 2); i < stop; i += 16) {
    const r = v128.load(right + i);
    storeFloat(side + i, i32x4.add(r, v128.load(side + i)), factor);
    storeFloat(right + i, r, factor);
  }
}

export function convertMidSide(mid: usize, side: usize, count: i32, scale: f32): void {
  const factor = f32x4.splat(scale);
  const one = i32x4.splat(1);
  for (let i: usize = 0, stop = usize(count << 2); i < stop; i += 16) {
    const s = v128.load(side + i);
    const m = v128.or(i32x4.shl(v128.load(mid + i), 1), v128.and(s, one));
    storeFloat(mid + i, i32x4.shr_s(i32x4.add(m, s), 1), factor);
    storeFloat(side + i, i32x4.shr_s(i32x4.sub(m, s), 1), factor);
  }
}

/** Channels of 32 bits from one of them, or their mean, and the side in `wide`. */
export function combineWide(kind: i32, first: usize, second: usize, wide: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    const side = load<i64>(wide + (i << 3));
    const left = first + (i << 2);
    const right = second + (i << 2);
    if (kind == LEFT_SIDE) {
      store<i32>(right, load<i32>(left) - i32(side));
    } else if (kind == SIDE_RIGHT) {
      store<i32>(left, load<i32>(right) + i32(side));
    } else {
      const mid = (i64(load<i32>(left)) << 1) | (side & 1);
      store<i32>(left, i32((mid + side) >> 1));
      store<i32>(right, i32((mid - side) >> 1));
    }
  }
}
