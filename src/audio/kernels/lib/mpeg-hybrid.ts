/**
 * The hybrid filter bank of MPEG audio layer III. The lanes are four neighbouring subbands; the layout of the arrays and
 * of the tables is described in `codecs/mp3/filter-bank.ts` and `filter-tables.ts`.
 */
import { add, scaled, sub, times } from './float-vectors';

/** Bytes of a row of the spectrum: 32 subbands. */
const LINE: usize = 128;
/** Bytes of a row of subband samples: 40 slots. */
const SLOTS: usize = 160;

const WINDOW_BYTES: usize = 576;

let windows: usize = 0;
let alias: usize = 0;
let rotations36: usize = 0;
let rotations12: usize = 0;

/** Scratch vectors: input and output of the transforms. */
const pool = memory.data(64 * 16, 16);
const other = memory.data(64 * 16, 16);

/** @param tables of `filter-tables.ts` */
export function setHybridTables(tables: usize): void {
  windows = tables;
  alias = tables + 864 * 4;
  rotations36 = tables + 992 * 4;
  rotations12 = rotations36 + 18 * 4;
}

const COS10: f32 = 0.98480775301220806;
const COS20: f32 = 0.93969262078590838;
const COS30: f32 = 0.86602540378443865;
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
function dct18(spectrum: usize): void {
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

/** Stores the lanes of a sample in the rows of their subbands. */
@inline
function storeLanes(out: usize, value: v128): void {
  v128.store32_lane(out, value, 0);
  v128.store32_lane(out, value, 1, SLOTS);
  v128.store32_lane(out, value, 2, 2 * SLOTS);
  v128.store32_lane(out, value, 3, 3 * SLOTS);
}

@inline
function product(a: usize, b: usize): v128 {
  return f32x4.mul(v128.load(a), v128.load(b));
}

/** Unfolds and windows what `dct18` left: 18 samples with the overlap go out, 18 become the next overlap. */
function outputLong(overlap: usize, out: usize, table: usize): void {
  for (let i: usize = 0; i < 9; i++) {
    const early = overlap + i * LINE;
    const late = early + 9 * LINE;
    const weight = table + (i << 4);
    const first = add(product(other + ((9 + i) << 4), weight), v128.load(early));
    const second = add(product(other + ((17 - i) << 4), weight + 144), v128.load(late));
    v128.store(early, product(other + ((8 - i) << 4), weight + 288));
    v128.store(late, product(other + (i << 4), weight + 432));
    storeLanes(out + (i << 2), first);
    storeLanes(out + ((i + 9) << 2), second);
  }
}

/** As `outputLong`, from the 36 windowed samples at `samples`. */
function outputSamples(samples: usize, overlap: usize, out: usize): void {
  for (let i: usize = 0; i < 18; i++) {
    const sum = add(v128.load(samples + (i << 4)), v128.load(overlap + i * LINE));
    v128.store(overlap + i * LINE, v128.load(samples + (i << 4), 288));
    storeLanes(out + (i << 2), sum);
  }
}

@inline
function accumulate(target: usize, value: v128, weight: usize): void {
  v128.store(target, add(v128.load(target), f32x4.mul(value, v128.load(weight))));
}

/** The three short transforms of interleaved lines at `spectrum`, windowed, as 36 samples at `samples`. */
function transformShort(spectrum: usize, samples: usize): void {
  memory.fill(samples, 0, WINDOW_BYTES);
  const table = windows + 2 * WINDOW_BYTES;
  for (let part: usize = 0; part < 3; part++) {
    for (let k: usize = 0; k < 3; k++) {
      const x = v128.load(spectrum + (3 * k + part) * LINE);
      const mirror = v128.load(spectrum + (3 * (5 - k) + part) * LINE);
      const cosine = rotations12 + (k << 3);
      v128.store(pool + (k << 4), add(scaled(x, cosine), scaled(mirror, cosine + 4)));
      v128.store(pool + (k << 4), sub(scaled(mirror, cosine), scaled(x, cosine + 4)), 48);
    }
    const u0 = v128.load(pool);
    const u1 = v128.load(pool, 16);
    const u2 = v128.load(pool, 32);
    const v0 = v128.load(pool, 48);
    const v1 = v128.load(pool, 64);
    const v2 = v128.load(pool, 80);
    const a1 = times(sub(u0, u2), COS30);
    const b1 = add(times(add(v0, v2), 0.5), v1);
    const a2 = sub(times(add(u0, u2), 0.5), u1);
    const b2 = times(sub(v0, v2), COS30);
    const y0 = add(add(u0, u1), u2);
    const y1 = sub(a1, b1);
    const y2 = add(a1, b1);
    const y3 = sub(a2, b2);
    const y4 = add(a2, b2);
    const y5 = sub(sub(v1, v0), v2);
    const target = samples + 96 + part * 96;
    accumulate(target, y3, table);
    accumulate(target + 16, y4, table + 16);
    accumulate(target + 32, y5, table + 32);
    accumulate(target + 48, y5, table + 48);
    accumulate(target + 64, y4, table + 64);
    accumulate(target + 80, y3, table + 80);
    accumulate(target + 96, y2, table + 96);
    accumulate(target + 112, y1, table + 112);
    accumulate(target + 128, y0, table + 128);
    accumulate(target + 144, y0, table + 144);
    accumulate(target + 160, y1, table + 160);
    accumulate(target + 176, y2, table + 176);
  }
}

/** Two long subbands, then two short ones. */
function mixedShort(spectrum: usize, overlap: usize, out: usize): void {
  const samples = other + 288;
  transformShort(spectrum, samples);
  dct18(spectrum);
  const isLong = i32x4(-1, -1, 0, 0);
  for (let i: usize = 0; i < 36; i++) {
    const source = i < 9 ? 9 + i : i < 18 ? 26 - i : i < 27 ? 26 - i : i - 27;
    const long = product(other + (source << 4), windows + (i << 4));
    v128.store(samples + (i << 4), v128.bitselect(long, v128.load(samples + (i << 4)), isLong));
  }
  outputSamples(samples, overlap, out);
}

/** Butterflies between each subband and the next one; `groups` groups of four subbands. */
function reduceAlias(spectrum: usize, groups: usize): void {
  for (let i: usize = 0; i < 8; i++) {
    const upper = spectrum + (17 - i) * LINE;
    const lower = spectrum + i * LINE + 4;
    for (let group: usize = 0; group < groups; group++) {
      const factors = alias + (i << 6) + (group == 7 ? 32 : 0);
      const a = v128.load(upper + (group << 4));
      const b = v128.load(lower + (group << 4));
      const cs = v128.load(factors);
      const ca = v128.load(factors, 16);
      v128.store(upper + (group << 4), sub(f32x4.mul(a, cs), f32x4.mul(b, ca)));
      v128.store(lower + (group << 4), add(f32x4.mul(b, cs), f32x4.mul(a, ca)));
    }
  }
}

/** Butterflies between the two lowest subbands only. */
function reduceAliasOnce(spectrum: usize): void {
  for (let i: usize = 0; i < 8; i++) {
    const upper = spectrum + (17 - i) * LINE;
    const lower = spectrum + i * LINE + 4;
    const a = load<f32>(upper);
    const b = load<f32>(lower);
    const cs = load<f32>(alias + (i << 6));
    const ca = load<f32>(alias + (i << 6), 16);
    store<f32>(upper, a * cs - b * ca);
    store<f32>(lower, b * cs + a * ca);
  }
}

/** Nothing new: the overlap goes out. */
function outputOverlap(overlap: usize, out: usize): void {
  for (let i: usize = 0; i < 18; i++) {
    storeLanes(out + (i << 2), v128.load(overlap + i * LINE));
    v128.store(overlap + i * LINE, i32x4.splat(0));
  }
}

export function hybrid(
  spectrum: usize,
  overlap: usize,
  subbands: usize,
  blockType: usize,
  isMixed: bool,
  count: usize,
): void {
  const isShort = blockType == 2;
  let filled = count;
  if (!isShort) {
    filled = min<usize>(32, count + 1);
    reduceAlias(spectrum, (filled + 3) >> 2);
  } else if (isMixed) {
    filled = max<usize>(2, count);
    reduceAliasOnce(spectrum);
  }
  for (let group: usize = 0; group < 8; group++) {
    const lines = spectrum + (group << 4);
    const rest = overlap + (group << 4);
    const out = subbands + (group << 2) * SLOTS;
    if (group << 2 >= filled) {
      outputOverlap(rest, out);
    } else if (!isShort) {
      const kind = isMixed && group == 0 && blockType != 0 ? (blockType == 1 ? 4 : 5) : blockType;
      dct18(lines);
      outputLong(rest, out, windows + kind * WINDOW_BYTES);
    } else if (isMixed && group == 0) {
      mixedShort(lines, rest, out);
    } else {
      transformShort(lines, other);
      outputSamples(other, rest, out);
    }
  }
}
