/**
 * Decodes ALAC packets: elements, residuals, prediction, unmixing of pairs, conversion to float. All addresses are
 * byte offsets in the imported memory and multiples of 16.
 */
import { isOverrun, open, position, read, readSigned, seek } from './lib/bits';
import { accumulate, predict } from './lib/alac-predict';
import { coefficients } from './lib/alac-predict-vectors';
import { readResiduals } from './lib/alac-residual';

const SINGLE = 0;
const PAIR = 1;
const LOW_FREQUENCY = 3;
const DATA = 4;
const FILL = 6;
const END = 7;

const DAMAGED = -1;
const CUT = -2;

const MAX_ORDER = 32;

let depth: i32 = 0;
let firstMean: u32 = 0;
let speed: u32 = 0;
let maxBits: i32 = 0;
let frameLength: i32 = 0;
let channels: i32 = 0;

/** First byte that static data leaves free. */
export function heapBase(): usize {
  return __heap_base;
}

/** What the magic cookie says: bits of a sample, its fields mb, pb and kb, samples in a frame, channels. */
export function configure(bits: i32, mb: u32, pb: u32, kb: i32, samples: i32, count: i32): void {
  depth = bits;
  firstMean = mb;
  speed = pb;
  maxBits = kb;
  frameLength = samples;
  channels = count;
}

/**
 * Decodes the packet of `length` bytes at `packet`, behind which 32 bytes are free; its bytes are turned around.
 * `planes` has one plane of `stride` bytes for each channel and takes float samples.
 *
 * Returns the samples in each channel, or `DAMAGED` or `CUT`.
 */
export function decodePacket(packet: usize, length: i32, planes: usize, stride: i32): i32 {
  open(packet, length);
  let samples = 0;
  let done = 0;
  while (done < channels) {
    const tag = i32(read(3));
    if (isOverrun()) return CUT;
    if (tag == END) break;
    if (tag == DATA) {
      skipData();
    } else if (tag == FILL) {
      skipFill();
    } else {
      if (tag != SINGLE && tag != PAIR && tag != LOW_FREQUENCY) return DAMAGED;
      const count = tag == PAIR ? 2 : 1;
      if (done + count > channels) return DAMAGED;
      const found = readElement(count, samples, planes + done * stride, stride);
      if (found < 0) return isOverrun() ? CUT : DAMAGED;
      samples = found;
      done += count;
    }
  }
  if (done == 0) return DAMAGED;
  for (; done < channels; done++) memory.fill(planes + done * stride, 0, samples << 2);
  return samples;
}

function skipData(): void {
  read(4);
  const isAligned = read(1);
  let bytes = read(8);
  if (bytes == 255) bytes += read(8);
  if (isAligned) seek((position() + 7) & ~7);
  seek(position() + (i32(bytes) << 3));
}

function skipFill(): void {
  let bytes = read(4);
  if (bytes == 15) bytes += read(8) - 1;
  seek(position() + (i32(bytes) << 3));
}

/** Shift, speed of adaption, mode and order of the predictors of two channels, and their coefficients. */
const settings: usize = memory.data(2 * 16, 16);
const taps: usize = memory.data(2 * MAX_ORDER * 2, 16);

/**
 * An element of one or two channels, whose samples have to be as many as those of the elements before unless
 * `expected` is 0. Returns their number, or -1.
 */
function readElement(count: i32, expected: i32, planes: usize, stride: i32): i32 {
  read(4);
  if (read(12) != 0) return -1;
  const isPartial = read(1);
  const shiftBits = i32(read(2)) << 3;
  const isPlain = read(1);
  const samples = isPartial ? i32(read(32)) : frameLength;
  if (samples <= 0 || samples > frameLength || (expected != 0 && samples != expected) || isOverrun()) return -1;
  const second = planes + stride;
  const scale: f32 = <f32>1 / <f32>(u32(1) << (depth - 1));
  if (isPlain) {
    for (let i: usize = 0, stop = usize(samples << 2); i < stop; i += 4) {
      store<i32>(planes + i, readSigned(depth));
      if (count == 2) store<i32>(second + i, readSigned(depth));
    }
    if (isOverrun()) return -1;
  } else {
    const mixBits = i32(read(8));
    const mixWeight = readSigned(8);
    const width = depth - shiftBits + count - 1;
    if (maxBits == 0 || shiftBits == 24 || width < 1 || width > 32) return -1;
    for (let i = 0; i < count; i++) readSettings(i);
    const lowBits = position();
    seek(lowBits + shiftBits * count * samples);
    if (isOverrun()) return -1;
    for (let i = 0; i < count; i++) {
      if (!readChannel(planes + i * stride, samples, width, i)) return -1;
    }
    if (count == 2 && mixWeight != 0) unmix(planes, second, samples, mixBits, mixWeight);
    if (shiftBits > 0) addLowBits(planes, stride, count, samples, lowBits, shiftBits);
  }
  convert(planes, samples, scale);
  if (count == 2) convert(second, samples, scale);
  return samples;
}

function readSettings(channel: i32): void {
  const at = settings + (channel << 4);
  store<i32>(at, read(4), 0);
  store<i32>(at, read(4), 4);
  store<i32>(at, read(3), 8);
  const order = i32(read(5));
  store<i32>(at, order, 12);
  for (let i = 0; i < order; i++) store<i16>(taps + channel * MAX_ORDER * 2 + (i << 1), readSigned(16));
}

function readChannel(plane: usize, samples: i32, width: i32, channel: i32): bool {
  const at = settings + (channel << 4);
  const mode = load<i32>(at, 0);
  const shift = load<i32>(at, 4);
  const step = (speed * load<u32>(at, 8)) >>> 2;
  const order = load<i32>(at, 12);
  memory.copy(coefficients, taps + channel * MAX_ORDER * 2, order << 1);
  if (!readResiduals(plane, samples, width, firstMean, step, maxBits)) return false;
  if (mode != 0) accumulate(plane, samples, width);
  predict(plane, samples, order, shift, width);
  return true;
}

/** A pair from a weighted mean and a difference. */
function unmix(first: usize, second: usize, samples: i32, mixBits: i32, weight: i32): void {
  const weights = i32x4.splat(weight);
  for (let i: usize = 0, stop = usize(samples << 2); i < stop; i += 16) {
    const difference = v128.load(second + i);
    const part = i32x4.shr_s(i32x4.mul(difference, weights), mixBits);
    const left = i32x4.sub(i32x4.add(v128.load(first + i), difference), part);
    v128.store(first + i, left);
    v128.store(second + i, i32x4.sub(left, difference));
  }
}

/** The low bits of samples, which are written as they are, at `from`. */
function addLowBits(planes: usize, stride: i32, count: i32, samples: i32, from: i32, bits: i32): void {
  const end = position();
  seek(from);
  for (let i = 0; i < samples; i++) {
    for (let channel = 0; channel < count; channel++) {
      const at = planes + channel * stride + (i << 2);
      store<i32>(at, (load<i32>(at) << bits) | read(bits));
    }
  }
  seek(end);
}

function convert(plane: usize, samples: i32, scale: f32): void {
  const factor = f32x4.splat(scale);
  for (let at = plane, stop = plane + (samples << 2); at < stop; at += 16) {
    v128.store(at, f32x4.mul(f32x4.convert_i32x4_s(v128.load(at)), factor));
  }
}
