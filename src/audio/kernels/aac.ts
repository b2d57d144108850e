/**
 * The spectrum of a channel of AAC: Huffman codes, dequantization, noise; and the transforms that follow. All
 * addresses are byte offsets in the imported memory. `src/audio/codecs/aac/plain-spectrum.ts` does the same without
 * vectors, `spectrum-tables.ts` lays out the tables.
 */
export { heapBase, imdct, overlapAdd } from './imdct';

const ROOT_BITS: i32 = 9;
const NOISE_BOOK: i32 = 13;
const ESCAPE_BOOK: i32 = 11;
const ESCAPE: i32 = 16;

/** Where the packet and the tables are, and the bit to be read next. */
let packet: usize = 0;
let entries: usize = 0;
let roots: usize = 0;
let powers: usize = 0;
let signedFours: usize = 0;
let fours: usize = 0;
let signMasks: usize = 0;
let position: i32 = 0;
let noise: i32 = 0;

export function setTables(
  packetAt: usize,
  entriesAt: usize,
  rootsAt: usize,
  powersAt: usize,
  signedFoursAt: usize,
  foursAt: usize,
  signMasksAt: usize,
): void {
  packet = packetAt;
  entries = entriesAt;
  roots = rootsAt;
  powers = powersAt;
  signedFours = signedFoursAt;
  fours = foursAt;
  signMasks = signMasksAt;
}

export function seedNoise(seed: i32): void {
  noise = seed;
}

/** The bits from `position` on, the next one on top; 25 of them are good. */
@inline
function peek(): u32 {
  return bswap<u32>(load<u32>(packet + (position >> 3))) << (position & 7);
}

@inline
function lookUp(root: usize, window: u32): i32 {
  const entry = load<i32>(root + ((window >> (32 - ROOT_BITS)) << 2));
  if (entry >= 0) return entry;
  const link = ~entry;
  return load<i32>(entries + (((link >> 4) + <i32>((window << ROOT_BITS) >> (32 - (link & 15)))) << 2));
}

function readSignedFours(root: usize, at: usize, end: usize, gain: f32): void {
  const gains = f32x4.splat(gain);
  for (; at < end; at += 16) {
    const entry = lookUp(root, peek());
    position += entry & 31;
    v128.store(at, f32x4.mul(v128.load(signedFours + (((entry >> 5) & 255) << 4)), gains));
  }
}

function readFours(root: usize, at: usize, end: usize, gain: f32): void {
  const gains = f32x4.splat(gain);
  for (; at < end; at += 16) {
    const window = peek();
    const entry = lookUp(root, window);
    const length = entry & 31;
    const signs = (window << length) >> 28;
    position += length + (entry >> 17);
    const mask = v128.load(signMasks + ((((entry >> 13) & 15) << 8) | (signs << 4)));
    v128.store(at, v128.xor(f32x4.mul(v128.load(fours + (((entry >> 5) & 255) << 4)), gains), mask));
  }
}

@inline
function signed(magnitude: f32, signs: u32): f32 {
  return reinterpret<f32>(reinterpret<u32>(magnitude) ^ (signs & 0x80000000));
}

@inline
function power(level: i32): f32 {
  return load<f32>(powers + (level << 2));
}

@inline
function signedPower(level: i32): f32 {
  return signed(power(abs<i32>(level)), <u32>level);
}

function readSignedTwos(root: usize, at: usize, end: usize, gain: f32): void {
  for (; at < end; at += 8) {
    const entry = lookUp(root, peek());
    position += entry & 31;
    store<f32>(at, signedPower(((entry >> 5) & 31) - 4) * gain);
    store<f32>(at, signedPower((entry >> 10) - 4) * gain, 4);
  }
}

function readTwos(root: usize, at: usize, end: usize, gain: f32): void {
  for (; at < end; at += 8) {
    const window = peek();
    const entry = lookUp(root, window);
    const first = (entry >> 5) & 31;
    const second = entry >> 10;
    const hasFirst = i32(first != 0);
    const signs = window << (entry & 31);
    position += (entry & 31) + hasFirst + i32(second != 0);
    store<f32>(at, signed(power(first) * gain, signs));
    store<f32>(at, signed(power(second) * gain, signs << hasFirst), 4);
  }
}

/** A magnitude from 16 on, or -1. */
function readEscape(): i32 {
  const window = peek();
  const ones = <i32>clz<u32>(~window);
  if (ones > 8) return -1;
  position += 2 * ones + 5;
  return (16 << ones) + <i32>((window << (ones + 1)) >> (28 - ones));
}

function readEscapedTwos(root: usize, at: usize, end: usize, gain: f32): bool {
  for (; at < end; at += 8) {
    const window = peek();
    const entry = lookUp(root, window);
    let first = (entry >> 5) & 31;
    let second = entry >> 10;
    const hasFirst = i32(first != 0);
    const signs = window << (entry & 31);
    position += (entry & 31) + hasFirst + i32(second != 0);
    if (first == ESCAPE) first = readEscape();
    if (second == ESCAPE) second = readEscape();
    if ((first | second) < 0) return false;
    store<f32>(at, signed(power(first) * gain, signs));
    store<f32>(at, signed(power(second) * gain, signs << hasFirst), 4);
  }
  return true;
}

function addNoise(at: usize, end: usize, gain: f32): void {
  let energy: f64 = 0;
  let state = noise;
  for (let to = at; to < end; to += 4) {
    state = state * 1664525 + 1013904223;
    const value = <f64>state;
    store<f32>(to, <f32>value);
    energy += value * value;
  }
  noise = state;
  const scale = <f64>gain / Math.sqrt(energy);
  for (let to = at; to < end; to += 4) store<f32>(to, <f32>(<f64>load<f32>(to) * scale));
}

@inline
function readBand(book: i32, at: usize, end: usize, gain: f32): bool {
  if (book == NOISE_BOOK) {
    addNoise(at, end, gain);
    return true;
  }
  const root = entries + (load<i32>(roots + (book << 2)) << 2);
  if (book == ESCAPE_BOOK) return readEscapedTwos(root, at, end, gain);
  if (book > 6) readTwos(root, at, end, gain);
  else if (book > 4) readSignedTwos(root, at, end, gain);
  else if (book > 2) readFours(root, at, end, gain);
  else readSignedFours(root, at, end, gain);
  return true;
}

/**
 * Reads the spectrum of a channel from bit `start` on and returns the bit behind it: -1 when a coefficient is out of
 * range, more than `limit` when the packet ends before. `books` are bytes, `offsets` 32-bit numbers,
 * `groupLengths` bytes.
 */
export function readSpectrum(
  start: i32,
  limit: i32,
  spectrum: usize,
  books: usize,
  gains: usize,
  offsets: usize,
  codedBands: i32,
  groups: i32,
  groupLengths: usize,
): i32 {
  position = start;
  memory.fill(spectrum, 0, 4096);
  let window = spectrum;
  for (let group = 0; group < groups; group++) {
    const end = window + (<usize>load<u8>(groupLengths + group) << 9);
    for (let band = 0; band < codedBands; band++) {
      const book = <i32>load<u8>(books);
      const gain = load<f32>(gains);
      books++;
      gains += 4;
      if (book == 0 || book > NOISE_BOOK) continue;
      const first = <usize>load<i32>(offsets + (band << 2)) << 2;
      const behind = <usize>load<i32>(offsets + (band << 2), 4) << 2;
      for (let at = window; at < end; at += 512) {
        if (!readBand(book, at + first, at + behind, gain)) return -1;
      }
      if (position > limit) return position;
    }
    window = end;
  }
  return position;
}

/** Turns mid and side into left and right: `count` coefficients, a multiple of 4. */
export function unmix(left: usize, right: usize, count: i32): void {
  const end = left + (<usize>count << 2);
  for (; left < end; left += 16, right += 16) {
    const mid = v128.load(left);
    const side = v128.load(right);
    v128.store(left, f32x4.add(mid, side));
    v128.store(right, f32x4.sub(mid, side));
  }
}

/** Half of `target` and half of `other`, into `target`: `count` values, a multiple of 4. */
export function mix(target: usize, other: usize, count: i32): void {
  const half = f32x4.splat(0.5);
  const end = target + (<usize>count << 2);
  for (; target < end; target += 16, other += 16) {
    v128.store(target, f32x4.mul(half, f32x4.add(v128.load(target), v128.load(other))));
  }
}
