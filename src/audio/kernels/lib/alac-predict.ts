/** Restores the samples of ALAC from residuals, in place in planes of 32 bits. */

import { coefficients, MAX_TAPS, MAX_WIDTH, predictVectors } from './alac-predict-vectors';

/** Each sample is the one before and the residual, in `width` bits. */
export function accumulate(plane: usize, count: i32, width: i32): void {
  const spare = 32 - width;
  let last = load<i32>(plane);
  for (let at = plane + 4, stop = plane + (count << 2); at < stop; at += 4) {
    last = ((last + load<i32>(at)) << spare) >> spare;
    store<i32>(at, last);
  }
}

@inline
function signOf(value: i32): i32 {
  return i32(value > 0) - i32(value < 0);
}

/**
 * An adaptive filter of `order` taps over the differences of samples to the one before them all. After each sample
 * the coefficients move by one in the direction that makes the error smaller, from the oldest tap on until that
 * is made up for.
 */
export function predict(plane: usize, count: i32, order: i32, shift: i32, width: i32): void {
  if (order == 0) return;
  if (order == 31) {
    accumulate(plane, count, width);
    return;
  }
  accumulate(plane, min(count, order + 1), width);
  const spare = 32 - width;
  if (order <= MAX_TAPS && width <= MAX_WIDTH) {
    predictVectors(plane + ((order + 1) << 2), plane + (count << 2), order, shift, spare);
    return;
  }
  const half = shift == 0 ? 0 : 1 << (shift - 1);
  const stop = plane + (count << 2);
  for (let at = plane + ((order + 1) << 2); at < stop; at += 4) {
    const base = load<i32>(at - ((order + 1) << 2));
    let sum = half;
    for (let i = 0; i < order; i++) {
      sum += i32(load<i16>(coefficients + (i << 1))) * (load<i32>(at - ((i + 1) << 2)) - base);
    }
    const residual = load<i32>(at);
    store<i32>(at, ((residual + base + (sum >> shift)) << spare) >> spare);

    const direction = signOf(residual);
    let error = residual;
    for (let i = order - 1; i >= 0 && error * direction > 0; i--) {
      const difference = base - load<i32>(at - ((i + 1) << 2));
      const sign = signOf(difference) * direction;
      const coefficient = coefficients + (i << 1);
      store<i16>(coefficient, load<i16>(coefficient) - sign);
      error -= (order - i) * ((difference * sign) >> shift);
    }
  }
}
