/**
 * The filters of band replication and its work on bands, a block of 32 slots at a time. All addresses are byte offsets in
 * the imported memory. `src/audio/codecs/aac/sbr/plain-sbr-engine.ts` does the same without vectors, and says why.
 */
import { imdct } from './imdct';

export { heapBase } from './imdct';

const SLOTS: i32 = 32;
/** Complex values that a transform of 64 coefficients works on. */
const POINTS: i32 = 32;
/** Bytes of 64 numbers, and of the 32 that the core has of each slot. */
const BANDS: usize = 256;
const LOW_BANDS: usize = 128;
/** What the synthesis keeps of each slot. */
const SLOT_STATE: usize = 2 * BANDS;
const HISTORY: usize = 9 * SLOT_STATE;

/** Windows, tables of the transform, and room: 64 sums behind a gap of four, and four times 64 numbers. */
let analysisWindow: usize = 0;
let synthesisWindow: usize = 0;
let twist: usize = 0;
let roots: usize = 0;
let work: usize = 0;
let sums: usize = 0;
let input: usize = 0;
let first: usize = 0;
let second: usize = 0;
/** 512 numbers each, and the first 64 of them again. */
let noiseRe: usize = 0;
let noiseIm: usize = 0;
const NOISE_MASK: i32 = 511;

export function setTables(
  analysisWindowAt: usize,
  synthesisWindowAt: usize,
  twistAt: usize,
  rootsAt: usize,
  workAt: usize,
  room: usize,
  noiseReAt: usize,
  noiseImAt: usize,
): void {
  analysisWindow = analysisWindowAt;
  synthesisWindow = synthesisWindowAt;
  twist = twistAt;
  roots = rootsAt;
  work = workAt;
  sums = room + 16;
  input = sums + BANDS;
  first = input + BANDS;
  second = first + BANDS;
  noiseRe = noiseReAt;
  noiseIm = noiseImAt;
}

@inline
function reversed(vector: v128): v128 {
  return v128.shuffle<f32>(vector, vector, 3, 2, 1, 0);
}

@inline
function product(a: usize, b: usize): v128 {
  return f32x4.mul(v128.load(a), v128.load(b));
}

/** Windows 320 samples and puts their sums into the order of the transform. */
function fold(samples: usize): void {
  for (let at: usize = 0; at < BANDS; at += 16) {
    const from = samples + at;
    const window = analysisWindow + at;
    let sum = product(from, window);
    sum = f32x4.add(sum, product(from + BANDS, window + BANDS));
    sum = f32x4.add(sum, product(from + 2 * BANDS, window + 2 * BANDS));
    sum = f32x4.add(sum, product(from + 3 * BANDS, window + 3 * BANDS));
    sum = f32x4.add(sum, product(from + 4 * BANDS, window + 4 * BANDS));
    v128.store(sums + at, sum);
  }
  store<f32>(sums - 4, -load<f32>(sums + BANDS - 4));
  for (let at: usize = 0; at < BANDS / 2; at += 16) {
    const even = f32x4.neg(v128.load(sums + at - 4));
    const odd = reversed(v128.load(sums + BANDS - 20 - at));
    v128.store(input + 2 * at, v128.shuffle<f32>(even, odd, 0, 4, 1, 5));
    v128.store(input + 2 * at, v128.shuffle<f32>(even, odd, 2, 6, 3, 7), 16);
  }
}

/** 32 complex bands of 32 slots, of samples that begin 288 before the block. */
export function analyse(samples: usize, re: usize, im: usize): void {
  for (let slot = 0; slot < SLOTS; slot++) {
    fold(samples);
    imdct(input, first, POINTS, twist, roots, work);
    for (let at: usize = 0; at < LOW_BANDS; at += 16) {
      v128.store(re + at, f32x4.neg(reversed(v128.load(first + BANDS - 16 - at))));
      v128.store(im + at, v128.load(first + at));
    }
    samples += LOW_BANDS;
    re += LOW_BANDS;
    im += LOW_BANDS;
  }
}

function modulate(re: usize, im: usize, state: usize): void {
  imdct(re, first, POINTS, twist, roots, work);
  const signs = f32x4(1, -1, 1, -1);
  for (let at: usize = 0; at < BANDS; at += 16) {
    v128.store(input + at, f32x4.mul(v128.load(im + at), signs));
  }
  imdct(input, second, POINTS, twist, roots, work);
  for (let at: usize = 0; at < BANDS; at += 16) {
    const cosine = reversed(v128.load(first + BANDS - 16 - at));
    const sine = v128.load(second + at);
    v128.store(state + at, f32x4.sub(cosine, sine));
    v128.store(state + SLOT_STATE - 16 - at, reversed(f32x4.neg(f32x4.add(cosine, sine))));
  }
}

function shape(state: usize, output: usize): void {
  for (let at: usize = 0; at < BANDS; at += 16) {
    let from = state + at;
    let window = synthesisWindow + at;
    let sum = f32x4.splat(0);
    for (let tap = 0; tap < 5; tap++) {
      sum = f32x4.add(sum, product(from, window));
      sum = f32x4.add(sum, product(from + 3 * BANDS, window + BANDS));
      from += 4 * BANDS;
      window += 2 * BANDS;
    }
    v128.store(output + at, sum);
  }
}

/** 2,048 samples of 32 slots of 64 complex bands. */
export function synthesize(re: usize, im: usize, state: usize, output: usize): void {
  memory.copy(state + SLOTS * SLOT_STATE, state, HISTORY);
  let at = state + SLOTS * SLOT_STATE;
  for (let slot = 0; slot < SLOTS; slot++) {
    at -= SLOT_STATE;
    modulate(re, im, at);
    shape(at, output);
    re += BANDS;
    im += BANDS;
    output += BANDS;
  }
}

/** Copies bands upwards and adds what their two slots before predict; writes whole vectors. */
export function copyUp(
  lowRe: usize,
  lowIm: usize,
  highRe: usize,
  highIm: usize,
  predictors: usize,
  count: i32,
  slots: i32,
): void {
  const bytes = <usize>count << 2;
  for (let at: usize = 0; at < bytes; at += 16) {
    const re1 = v128.load(predictors + at);
    const im1 = v128.load(predictors + at + BANDS);
    const re2 = v128.load(predictors + at + 2 * BANDS);
    const im2 = v128.load(predictors + at + 3 * BANDS);
    let fromRe = lowRe + at;
    let fromIm = lowIm + at;
    let toRe = highRe + at;
    let toIm = highIm + at;
    let c = v128.load(fromRe - 2 * LOW_BANDS);
    let d = v128.load(fromIm - 2 * LOW_BANDS);
    let a = v128.load(fromRe - LOW_BANDS);
    let b = v128.load(fromIm - LOW_BANDS);
    for (let slot = 0; slot < slots; slot++) {
      const x = v128.load(fromRe);
      const y = v128.load(fromIm);
      const firstRe = f32x4.sub(f32x4.mul(a, re1), f32x4.mul(b, im1));
      const firstIm = f32x4.add(f32x4.mul(b, re1), f32x4.mul(a, im1));
      const secondRe = f32x4.sub(f32x4.mul(c, re2), f32x4.mul(d, im2));
      const secondIm = f32x4.add(f32x4.mul(d, re2), f32x4.mul(c, im2));
      v128.store(toRe, f32x4.add(x, f32x4.add(firstRe, secondRe)));
      v128.store(toIm, f32x4.add(y, f32x4.add(firstIm, secondIm)));
      c = a;
      d = b;
      a = x;
      b = y;
      fromRe += LOW_BANDS;
      fromIm += LOW_BANDS;
      toRe += BANDS;
      toIm += BANDS;
    }
  }
}

/** Gains, noise where no sinusoid is, and sinusoids; `cosine` and `sine` are those of the slot's quarter turn. */
export function adjust(
  highRe: usize,
  highIm: usize,
  outputRe: usize,
  outputIm: usize,
  gains: usize,
  noise: usize,
  sinusoids: usize,
  count: i32,
  slots: i32,
  noiseIndex: i32,
  phase: i32,
  isOdd: i32,
): void {
  const bytes = <usize>count << 2;
  const vectors = bytes & ~15;
  for (let slot = 0; slot < slots; slot++) {
    const cosine: f32 = (phase & 1) != 0 ? 0 : (phase & 2) != 0 ? -1 : 1;
    let sine: f32 = (phase & 1) == 0 ? 0 : (phase & 2) != 0 ? -1 : 1;
    if (isOdd != 0) sine = -sine;
    const cosines = f32x4.splat(cosine);
    const sines = f32x4.mul(f32x4.splat(sine), f32x4(1, -1, 1, -1));
    const index = <usize>((noiseIndex + 1) & NOISE_MASK) << 2;
    let at: usize = 0;
    for (; at < vectors; at += 16) {
      const gain = v128.load(gains + at);
      const sinusoid = v128.load(sinusoids + at);
      const level = v128.and(v128.load(noise + at), f32x4.eq(sinusoid, f32x4.splat(0)));
      const re = f32x4.add(
        f32x4.mul(v128.load(highRe + at), gain),
        f32x4.mul(level, v128.load(noiseRe + index + at)),
      );
      const im = f32x4.add(
        f32x4.mul(v128.load(highIm + at), gain),
        f32x4.mul(level, v128.load(noiseIm + index + at)),
      );
      v128.store(outputRe + at, f32x4.add(re, f32x4.mul(sinusoid, cosines)));
      v128.store(outputIm + at, f32x4.add(im, f32x4.mul(sinusoid, sines)));
    }
    for (; at < bytes; at += 4) {
      const gain = load<f32>(gains + at);
      const sinusoid = load<f32>(sinusoids + at);
      const level: f32 = sinusoid == 0 ? load<f32>(noise + at) : 0;
      const turn = (at & 4) == 0 ? sine : -sine;
      const re = load<f32>(highRe + at) * gain + level * load<f32>(noiseRe + index + at);
      const im = load<f32>(highIm + at) * gain + level * load<f32>(noiseIm + index + at);
      store<f32>(outputRe + at, re + sinusoid * cosine);
      store<f32>(outputIm + at, im + sinusoid * turn);
    }
    highRe += BANDS;
    highIm += BANDS;
    outputRe += BANDS;
    outputIm += BANDS;
    noiseIndex += count;
    phase++;
  }
}
