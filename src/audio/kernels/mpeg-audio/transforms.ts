import { LINE, other, pool, rotations36 } from './tables';
import { add, scaled, sub, times } from './vectors';

const COS10: f32 = 0.98480775301220806;
const COS20: f32 = 0.93969262078590838;
export const COS30: f32 = 0.86602540378443865;
const COS40: f32 = 0.76604444311897804;
const COS50: f32 = 0.64278760968653933;
const COS70: f32 = 0.34202014332566873;
const COS80: f32 = 0.17364817766693035;

/** DCT-II of the nine vectors at `from`, into `to`. */
function dct9(from: usize, to: usize): void {
  const x4 = v128.load(from, 64);
  const s0 = add(v128.load(from), v128.load(from, 128));
  const d0 = sub(v128.load(from), v128.load(from, 128));
  const s1 = add(v128.load(from, 16), v128.load(from, 112));
  const d1 = sub(v128.load(from, 16), v128.load(from, 112));
  const s2 = add(v128.load(from, 32), v128.load(from, 96));
  const d2 = sub(v128.load(from, 32), v128.load(from, 96));
  const s3 = add(v128.load(from, 48), v128.load(from, 80));
  const d3 = sub(v128.load(from, 48), v128.load(from, 80));

  const outer = add(add(s0, s2), s3);
  const inner = add(s1, x4);
  const e = sub(x4, times(s1, 0.5));
  v128.store(to, add(outer, inner));
  v128.store(to, sub(sub(sub(times(s0, COS20), times(s2, COS80)), times(s3, COS40)), e), 32);
  v128.store(to, add(add(sub(times(s0, COS40), times(s2, COS20)), times(s3, COS80)), e), 64);
  v128.store(to, sub(times(outer, 0.5), inner), 96);
  v128.store(to, add(sub(add(times(s0, COS80), times(s2, COS40)), times(s3, COS20)), e), 128);

  const f = times(d1, COS30);
  v128.store(to, add(add(times(d0, COS10), f), add(times(d2, COS50), times(d3, COS70))), 16);
  v128.store(to, times(sub(sub(d0, d2), d3), COS30), 48);
  v128.store(to, add(sub(times(d0, COS50), f), sub(times(d3, COS10), times(d2, COS70))), 80);
  v128.store(to, add(sub(times(d0, COS70), f), sub(times(d2, COS10), times(d3, COS50))), 112);
}

/**
 * DCT-IV of 18 lines at `spectrum`, into the vectors of `other`: rotates pairs of lines, and takes a DCT-II of the sums and,
 * with alternating signs, one of the differences, which gives a DST-II.
 */
export function dct18(spectrum: usize): void {
  for (let k: usize = 0; k < 9; k++) {
    const x = v128.load(spectrum + k * LINE);
    const mirror = v128.load(spectrum + (17 - k) * LINE);
    const cosine = rotations36 + (k << 3);
    const u = add(scaled(x, cosine), scaled(mirror, cosine + 4));
    const v = sub(scaled(mirror, cosine), scaled(x, cosine + 4));
    v128.store(pool + (k << 4), u);
    v128.store(pool + (k << 4), (k & 1) == 0 ? v : f32x4.neg(v), 144);
  }
  dct9(pool, pool + 288);
  dct9(pool + 144, pool + 432);
  v128.store(other, v128.load(pool, 288));
  for (let m: usize = 1; m < 9; m++) {
    const a = v128.load(pool + (m << 4), 288);
    const b = v128.load(pool + ((9 - m) << 4), 432);
    v128.store(other + (m << 5), add(a, b));
    v128.store(other + (m << 5) - 16, sub(a, b));
  }
  v128.store(other, f32x4.neg(v128.load(pool, 432)), 272);
}
