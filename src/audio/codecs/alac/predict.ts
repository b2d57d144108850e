/** Orders that mean something else than an adaptive filter of so many taps. */
const NONE = 0;
const PREVIOUS_SAMPLE = 31;

/** Each sample is the one before and the residual, in `width` bits. */
export function accumulate(plane: Int32Array, count: number, width: number): void {
  const spare = 32 - width;
  let last = plane[0] as number;
  for (let i = 1; i < count; i++) {
    last = ((last + (plane[i] as number)) << spare) >> spare;
    plane[i] = last;
  }
}

/**
 * Restores `count` samples of `width` bits from residuals, in place: an adaptive filter over the differences of
 * samples to the one before them all. `coefficients`, that of the latest sample first, change: after each sample
 * they move by one in the direction that makes the error smaller, from the oldest tap on until that is made up for.
 *
 * Source: Apple's dp_dec.c.
 */
export function predict(
  plane: Int32Array,
  count: number,
  coefficients: Int16Array,
  shift: number,
  width: number,
): void {
  const order = coefficients.length;
  if (order === NONE) return;
  if (order === PREVIOUS_SAMPLE) {
    accumulate(plane, count, width);
    return;
  }
  accumulate(plane, Math.min(count, order + 1), width);
  const spare = 32 - width;
  const half = shift === 0 ? 0 : 1 << (shift - 1);
  for (let n = order + 1; n < count; n++) {
    const base = plane[n - order - 1] as number;
    let sum = half;
    for (let i = 0; i < order; i++) {
      sum = (sum + Math.imul(coefficients[i] as number, ((plane[n - 1 - i] as number) - base) | 0)) | 0;
    }
    const residual = plane[n] as number;
    plane[n] = ((residual + base + (sum >> shift)) << spare) >> spare;
    if (residual !== 0) adapt(plane, n, coefficients, shift, base, residual);
  }
}

function adapt(
  plane: Int32Array,
  n: number,
  coefficients: Int16Array,
  shift: number,
  base: number,
  residual: number,
): void {
  const order = coefficients.length;
  const direction = residual > 0 ? 1 : -1;
  let error = residual;
  for (let i = order - 1; i >= 0 && error * direction > 0; i--) {
    const difference = (base - (plane[n - 1 - i] as number)) | 0;
    const sign = Math.sign(difference) * direction;
    coefficients[i] = (coefficients[i] as number) - sign;
    error -= (order - i) * ((difference * sign) >> shift);
  }
}
