/**
 * The synthesis filter bank of MPEG audio. The lanes are four slots in a row; the layout of the arrays and of the tables
 * is described in `codecs/mp3/filter-bank.ts` and `filter-tables.ts`.
 */
import { add, scaled, sub } from './float-vectors';

/** Bytes of a row of subband samples: 40 slots. */
const SLOTS: usize = 160;
/** Bytes of a row of the synthesis: 16 slots of the past and 40 of now. */
const ROW: usize = 224;
const PAST: usize = 64;

let cosines: usize = 0;
let window: usize = 0;

/** Scratch vectors: input and output of the transforms. */
const pool = memory.data(64 * 16, 16);
const other = memory.data(64 * 16, 16);

/** @param tables of `filter-tables.ts` */
export function setSynthesisTables(tables: usize): void {
  cosines = tables + 1016 * 4;
  window = tables + 1048 * 4;
}

/** DCT-II of the eight vectors at `from`, into `to`. */
function dct8(from: usize, to: usize): void {
  const c8 = cosines + 24 * 4;
  const c4 = cosines + 28 * 4;
  const c2 = cosines + 30 * 4;
  const x0 = v128.load(from);
  const x1 = v128.load(from, 16);
  const x2 = v128.load(from, 32);
  const x3 = v128.load(from, 48);
  const x4 = v128.load(from, 64);
  const x5 = v128.load(from, 80);
  const x6 = v128.load(from, 96);
  const x7 = v128.load(from, 112);
  const s0 = add(x0, x7);
  const s1 = add(x1, x6);
  const s2 = add(x2, x5);
  const s3 = add(x3, x4);
  const d0 = scaled(sub(x0, x7), c8);
  const d1 = scaled(sub(x1, x6), c8 + 4);
  const d2 = scaled(sub(x2, x5), c8 + 8);
  const d3 = scaled(sub(x3, x4), c8 + 12);

  const p0 = add(s0, s3);
  const p1 = add(s1, s2);
  const q0 = scaled(sub(s0, s3), c4);
  const q1 = scaled(sub(s1, s2), c4 + 4);
  const q = scaled(sub(q0, q1), c2);
  v128.store(to, add(p0, p1));
  v128.store(to, add(add(q0, q1), q), 32);
  v128.store(to, scaled(sub(p0, p1), c2), 64);
  v128.store(to, q, 96);

  const r0 = add(d0, d3);
  const r1 = add(d1, d2);
  const t0 = scaled(sub(d0, d3), c4);
  const t1 = scaled(sub(d1, d2), c4 + 4);
  const t = scaled(sub(t0, t1), c2);
  const e0 = add(r0, r1);
  const e1 = add(add(t0, t1), t);
  const e2 = scaled(sub(r0, r1), c2);
  v128.store(to, add(e0, e1), 16);
  v128.store(to, add(e1, e2), 48);
  v128.store(to, add(e2, t), 80);
  v128.store(to, t, 112);
}

/** DCT-II over the 32 subbands of four slots at `subbands`, into the rows at `rows`. */
function dct32(subbands: usize, rows: usize): void {
  for (let i: usize = 0; i < 16; i++) {
    const a = v128.load(subbands + i * SLOTS);
    const b = v128.load(subbands + (31 - i) * SLOTS);
    v128.store(pool + (i << 4), add(a, b));
    v128.store(pool + (i << 4), scaled(sub(a, b), cosines + (i << 2)), 256);
  }
  for (let half: usize = 0; half < 2; half++) {
    const from = pool + (half << 8);
    const to = pool + 512;
    for (let i: usize = 0; i < 8; i++) {
      const a = v128.load(from + (i << 4));
      const b = v128.load(from + ((15 - i) << 4));
      v128.store(to + (i << 4), add(a, b));
      v128.store(to + (i << 4), scaled(sub(a, b), cosines + ((16 + i) << 2)), 128);
    }
    dct8(to, other + (half << 8));
    dct8(to + 128, other + (half << 8) + 128);
  }
  const zero = i32x4.splat(0);
  let even = v128.load(other, 256);
  let odd = v128.load(other, 384);
  let last = v128.load(other, 128);
  for (let k: usize = 0; k < 8; k++) {
    const isEnd = k == 7;
    const at = other + (k << 4);
    const row = rows + (k << 2) * ROW;
    const nextLast = isEnd ? zero : v128.load(at, 144);
    const nextEven = isEnd ? zero : v128.load(at, 272);
    const nextOdd = isEnd ? zero : v128.load(at, 400);
    const sum = add(odd, nextOdd);
    v128.store(row, v128.load(at));
    v128.store(row, add(even, sum), ROW);
    v128.store(row, add(last, nextLast), 2 * ROW);
    v128.store(row, add(sum, nextEven), 3 * ROW);
    even = nextEven;
    odd = nextOdd;
    last = nextLast;
  }
}

/** Largest magnitudes that were stored, by lane. */
let loudest: v128 = i32x4(0, 0, 0, 0);

/** Stores one sample of each of four slots. */
@inline
function storeSlots(out: usize, value: v128): void {
  loudest = f32x4.max(loudest, f32x4.abs(value));
  v128.store32_lane(out, value, 0);
  v128.store32_lane(out, value, 1, 128);
  v128.store32_lane(out, value, 2, 256);
  v128.store32_lane(out, value, 3, 384);
}

/** Output `j` (1 to 15) and its mirror, of the four slots whose past is at `rows`. */
@inline
function windowPair(rows: usize, j: usize, out: usize): void {
  const evens = rows + (16 + j) * ROW;
  const odds = rows + (16 - j) * ROW;
  const factors = window + ((j - 1) << 7);
  let sum = i32x4.splat(0);
  let mirror = i32x4.splat(0);
  for (let i: usize = 0; i < 8; i++) {
    const even = v128.load(evens - (i << 3));
    const odd = v128.load(odds - (i << 3) - 4);
    const factor = factors + (i << 4);
    sum = add(sum, add(scaled(even, factor), scaled(odd, factor + 4)));
    mirror = add(mirror, add(scaled(even, factor + 8), scaled(odd, factor + 12)));
  }
  storeSlots(out + (j << 2), sum);
  storeSlots(out + ((32 - j) << 2), mirror);
}

/** Outputs 0 and 16, which have no mirror. */
@inline
function windowEnds(rows: usize, out: usize): void {
  const middle = rows + 16 * ROW;
  const factors = window + (15 << 7);
  let first = i32x4.splat(0);
  let half = i32x4.splat(0);
  for (let i: usize = 0; i < 8; i++) {
    const even = v128.load(middle - (i << 3));
    const odd = v128.load(middle - (i << 3) - 4);
    first = add(first, add(scaled(even, factors + (i << 3)), scaled(odd, factors + (i << 3) + 4)));
    half = add(half, scaled(v128.load(rows - (i << 3) - 4), factors + 64 + (i << 2)));
  }
  storeSlots(out, first);
  storeSlots(out + 64, half);
}

/** Returns the largest magnitude of the output, that of up to three slots behind the last one included. */
export function synthesize(subbands: usize, rows: usize, output: usize, slots: usize): f32 {
  loudest = i32x4.splat(0);
  for (let slot: usize = 0; slot < slots; slot += 4) {
    const now = rows + PAST + (slot << 2);
    const out = output + (slot << 7);
    dct32(subbands + (slot << 2), now);
    windowEnds(now, out);
    for (let j: usize = 1; j < 16; j++) windowPair(now, j, out);
  }
  for (let row: usize = 0; row < 32; row++) {
    const at = rows + row * ROW;
    const recent = at + (slots << 2);
    const a = v128.load(recent);
    const b = v128.load(recent, 16);
    const c = v128.load(recent, 32);
    const d = v128.load(recent, 48);
    v128.store(at, a);
    v128.store(at, b, 16);
    v128.store(at, c, 32);
    v128.store(at, d, 48);
  }
  return max<f32>(
    max<f32>(f32x4.extract_lane(loudest, 0), f32x4.extract_lane(loudest, 1)),
    max<f32>(f32x4.extract_lane(loudest, 2), f32x4.extract_lane(loudest, 3)),
  );
}
