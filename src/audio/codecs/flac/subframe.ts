import type { PacketBits } from '../packet-bits.ts';
import {
  fitsNarrow,
  fixedCoefficients,
  predictFixed,
  predictNarrow,
  predictSide,
  predictWide,
} from './predict.ts';

/**
 * Decodes the subframe of one channel, `count` samples of `depth` bits: to `plane`, or samples of 33 bits to `wide`.
 * False when it is damaged.
 *
 * Source: RFC 9639 §9.2.
 */
export function readSubframe(
  bits: PacketBits,
  plane: Int32Array,
  wide: Float64Array,
  count: number,
  depth: number,
): boolean {
  if (bits.read(1) !== 0) return false;
  const type = bits.read(6);
  const wasted = bits.read(1) === 1 ? bits.readZeros() + 1 : 0;
  const width = depth - wasted;
  if (width < 1 || bits.isOverrun) return false;
  const isWide = width > 32;
  const isGood = isWide
    ? readSamples(bits, type, plane, wide, count, () => readWideSample(bits), width)
    : readSamples(bits, type, plane, plane, count, () => bits.readSigned(width), width);
  if (!isGood || bits.isOverrun) return false;
  if (depth > 32 && !isWide) {
    const scale = 2 ** wasted;
    for (let i = 0; i < count; i++) wide[i] = (plane[i] as number) * scale;
  } else if (wasted > 0) {
    for (let i = 0; i < count; i++) plane[i] = (plane[i] as number) << wasted;
  }
  return true;
}

function readWideSample(bits: PacketBits): number {
  const top = bits.readSigned(1);
  return top * 2 ** 32 + bits.read(32);
}

function readSamples(
  bits: PacketBits,
  type: number,
  plane: Int32Array,
  target: Int32Array | Float64Array,
  count: number,
  readSample: () => number,
  width: number,
): boolean {
  if (type === 0) {
    target.fill(readSample(), 0, count);
    return true;
  }
  if (type === 1) {
    for (let i = 0; i < count; i++) target[i] = readSample();
    return true;
  }
  if (type < 8 || (type > 12 && type < 32)) return false;
  const isFixed = type < 32;
  const order = isFixed ? type - 8 : type - 31;
  if (order > count) return false;
  for (let i = 0; i < order; i++) target[i] = readSample();
  const predictor = isFixed
    ? { coefficients: fixedCoefficients(order), shift: 0 }
    : readPredictor(bits, order);
  if (predictor === undefined || !readResiduals(bits, plane, count, order)) return false;
  const { coefficients, shift } = predictor;
  if (target instanceof Float64Array) predictSide(plane, target, count, coefficients, shift);
  else if (isFixed) predictFixed(plane, count, order);
  else if (fitsNarrow(coefficients, width)) predictNarrow(plane, count, coefficients, shift);
  else predictWide(plane, count, coefficients, shift);
  return true;
}

/** RFC 9639 §9.2.6. A shift of less than 0 and a precision of 16 bits are not allowed. */
function readPredictor(bits: PacketBits, order: number) {
  const precision = bits.read(4) + 1;
  const shift = bits.readSigned(5);
  if (precision === 16 || shift < 0) return undefined;
  const coefficients = Int32Array.from({ length: order }, () => bits.readSigned(precision));
  return { coefficients, shift };
}

/** RFC 9639 §9.2.7. Residuals of the samples behind the first `order`; false when they are damaged. */
function readResiduals(bits: PacketBits, plane: Int32Array, count: number, order: number): boolean {
  const method = bits.read(2);
  if (method > 1) return false;
  const parameterBits = method === 0 ? 4 : 5;
  const plainCode = 2 ** parameterBits - 1;
  const partitions = 2 ** bits.read(4);
  const partition = count / partitions;
  if (!Number.isInteger(partition) || partition < order) return false;

  for (let i = 0; i < partitions; i++) {
    const start = i === 0 ? order : i * partition;
    const stop = (i + 1) * partition;
    const parameter = bits.read(parameterBits);
    if (parameter === plainCode) {
      const width = bits.read(5);
      for (let n = start; n < stop; n++) plane[n] = bits.readSigned(width);
    } else {
      bits.readRice(plane, start, stop, parameter);
    }
    if (bits.isOverrun) return false;
  }
  return true;
}
