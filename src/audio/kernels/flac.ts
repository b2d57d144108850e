/**
 * Decodes FLAC frames: residuals, prediction, decorrelation of channels, conversion to float. All addresses are byte
 * offsets in the imported memory and multiples of 16.
 */
import { isOverrun, open, position, read, readSigned, readZeros, seek } from './lib/bits';
import { checksum } from './lib/crc16';
import {
  combineWide,
  convert,
  convertLeftSide,
  convertMidSide,
  convertSideRight,
  LEFT_SIDE,
  SIDE_RIGHT,
} from './lib/flac-output';
import { predictFixed, predictSide, predictWide } from './lib/flac-predict';
import { coefficients, predictNarrow } from './lib/flac-predict-narrow';
import { readResiduals } from './lib/flac-residual';

const DAMAGED = -1;
const WRONG_CHECKSUM = -2;
const CUT = -3;

/** First byte that static data leaves free. */
export function heapBase(): usize {
  return __heap_base;
}

/**
 * Decodes the frame of at most `length` bytes at `packet`, whose header takes `header` bytes. `planes` has one plane
 * of `stride` bytes for each channel and takes float samples; `wide` has 8 bytes for each sample and is used for
 * sides of 33 bits. The packet is followed by 32 bytes that are free, and its bytes are turned around.
 *
 * Returns the bytes of the frame, or `DAMAGED`, `WRONG_CHECKSUM` or `CUT`.
 */
export function decodeFrame(
  packet: usize,
  length: i32,
  header: i32,
  blockSize: i32,
  assignment: i32,
  bits: i32,
  planes: usize,
  stride: i32,
  wide: usize,
): i32 {
  open(packet, length);
  seek(header << 3);
  const channels = assignment < LEFT_SIDE ? assignment + 1 : 2;
  const side = assignment == SIDE_RIGHT ? 0 : assignment < LEFT_SIDE ? -1 : 1;
  for (let channel = 0; channel < channels; channel++) {
    const depth = channel == side ? bits + 1 : bits;
    if (!readSubframe(planes + channel * stride, wide, blockSize, depth)) return isOverrun() ? CUT : DAMAGED;
  }
  const end = ((position() + 7) >> 3) + 2;
  if (end > length) return CUT;
  if (checksum(end) != 0) return WRONG_CHECKSUM;

  const scale: f32 = <f32>1 / <f32>(u32(1) << (bits - 1));
  const right = planes + stride;
  if (assignment < LEFT_SIDE) {
    for (let i = 0; i < channels; i++) convert(planes + i * stride, blockSize, scale);
  } else if (bits == 32) {
    combineWide(assignment, planes, right, wide, blockSize);
    convert(planes, blockSize, scale);
    convert(right, blockSize, scale);
  } else if (assignment == LEFT_SIDE) {
    convertLeftSide(planes, right, blockSize, scale);
  } else if (assignment == SIDE_RIGHT) {
    convertSideRight(planes, right, blockSize, scale);
  } else {
    convertMidSide(planes, right, blockSize, scale);
  }
  return end;
}

/** RFC 9639 §9.2. Samples of 33 bits go to `wide`, others to `plane`. */
function readSubframe(plane: usize, wide: usize, count: i32, depth: i32): bool {
  if (read(1) != 0) return false;
  const type = i32(read(6));
  const wasted = read(1) == 1 ? readZeros() + 1 : 0;
  const bits = depth - wasted;
  if (bits < 1 || isOverrun()) return false;
  const isWide = bits > 32;
  const order = type >= 32 ? type - 31 : type >= 8 ? type - 8 : 0;
  if (order > count) return false;

  if (type == 0) {
    if (isWide) fillWide(wide, count);
    else fill(plane, count, readSigned(bits));
  } else if (type == 1) {
    if (isWide) readWide(wide, count);
    else for (let i = 0; i < count; i++) store<i32>(plane + (i << 2), readSigned(bits));
  } else if (type < 8 || (type > 12 && type < 32)) {
    return false;
  } else {
    if (isWide) readWide(wide, order);
    else for (let i = 0; i < order; i++) store<i32>(plane + (i << 2), readSigned(bits));
    const isFixed = type < 32;
    let shift = 0;
    if (isFixed) setFixed(order);
    else if ((shift = readPredictor(order)) < 0) return false;
    if (!readResiduals(plane, count, order)) return false;
    if (isWide) predictSide(plane, wide, count, order, shift);
    else if (isFixed) predictFixed(plane, count, order);
    else if (fitsNarrow(order, bits)) predictNarrow(plane, count, order, shift);
    else predictWide(plane, count, order, shift);
  }
  if (isOverrun()) return false;
  if (depth > 32 && !isWide) widen(plane, wide, count, wasted);
  else if (wasted > 0) shiftLeft(plane, count, wasted);
  return true;
}

/** Reads precision, shift and coefficients; returns the shift, or -1 when they are not valid. */
function readPredictor(order: i32): i32 {
  const precision = i32(read(4)) + 1;
  const shift = readSigned(5);
  if (precision == 16) return -1;
  memory.fill(coefficients, 0, 32 * 4);
  for (let i = 0; i < order; i++) store<i32>(coefficients + (i << 2), readSigned(precision));
  return shift;
}

/** Whether no sum of samples of `bits` bits with these coefficients leaves 32 bits. */
function fitsNarrow(order: i32, bits: i32): bool {
  let sum: i64 = 0;
  for (let i = 0; i < order; i++) sum += i64(abs(load<i32>(coefficients + (i << 2))));
  return sum << (bits - 1) < 0x80000000;
}

/** The fixed predictors as coefficients: binomials with alternating signs. */
function setFixed(order: i32): void {
  let value = -1;
  for (let i = 0; i < order; i++) {
    value = (value * (i - order)) / (i + 1);
    store<i32>(coefficients + (i << 2), value);
  }
}

function readWideSample(): i64 {
  const top = i64(readSigned(1));
  return (top << 32) | i64(read(32));
}

function readWide(wide: usize, count: i32): void {
  for (let i = 0; i < count; i++) store<i64>(wide + (i << 3), readWideSample());
}

function fillWide(wide: usize, count: i32): void {
  const value = readWideSample();
  for (let i = 0; i < count; i++) store<i64>(wide + (i << 3), value);
}

function fill(plane: usize, count: i32, value: i32): void {
  const four = i32x4.splat(value);
  for (let at = plane, stop = plane + (count << 2); at < stop; at += 16) v128.store(at, four);
}

function widen(plane: usize, wide: usize, count: i32, wasted: i32): void {
  for (let i = 0; i < count; i++) store<i64>(wide + (i << 3), i64(load<i32>(plane + (i << 2))) << wasted);
}

function shiftLeft(plane: usize, count: i32, wasted: i32): void {
  for (let at = plane, stop = plane + (count << 2); at < stop; at += 16) {
    v128.store(at, i32x4.shl(v128.load(at), wasted));
  }
}
