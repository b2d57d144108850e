/**
 * Restores samples from residuals. A plane holds as many samples as there are coefficients, and residuals behind
 * them; the coefficients begin with that of the latest sample.
 */

/**
 * The fixed predictor of `order` (0 to 4). Arithmetic modulo 2^32 is exact, since the samples fit into 32 bits.
 *
 * Source: RFC 9639 §9.2.5.
 */
export function predictFixed(plane: Int32Array, count: number, order: number): void {
  const at = (n: number) => plane[n] as number;
  switch (order) {
    case 1:
      for (let n = 1; n < count; n++) plane[n] = at(n) + at(n - 1);
      break;
    case 2:
      for (let n = 2; n < count; n++) plane[n] = at(n) + 2 * at(n - 1) - at(n - 2);
      break;
    case 3:
      for (let n = 3; n < count; n++) plane[n] = at(n) + 3 * (at(n - 1) - at(n - 2)) + at(n - 3);
      break;
    case 4:
      for (let n = 4; n < count; n++)
        plane[n] = at(n) + 4 * (at(n - 1) + at(n - 3)) - 6 * at(n - 2) - at(n - 4);
      break;
  }
}

/** The fixed predictor of `order` as coefficients: binomials with alternating signs. */
export function fixedCoefficients(order: number): Int32Array {
  let value = -1;
  return Int32Array.from({ length: order }, (_, i) => {
    value = (value * (i - order)) / (i + 1);
    return value;
  });
}

/** Whether no sum of samples of `bits` bits with these coefficients leaves 32 bits. */
export function fitsNarrow(coefficients: Int32Array, bits: number): boolean {
  return coefficients.reduce((sum, value) => sum + Math.abs(value), 0) * 2 ** (bits - 1) < 2 ** 31;
}

/** For sums that fit into 32 bits. Source: RFC 9639 §9.2.6. */
export function predictNarrow(
  plane: Int32Array,
  count: number,
  coefficients: Int32Array,
  shift: number,
): void {
  const order = coefficients.length;
  for (let n = order; n < count; n++) {
    let sum = 0;
    for (let i = 0; i < order; i++)
      sum = (sum + Math.imul(coefficients[i] as number, plane[n - 1 - i] as number)) | 0;
    plane[n] = (plane[n] as number) + (sum >> shift);
  }
}

/** For larger sums: 32 products of 15 and 32 bits are exact in doubles. */
export function predictWide(plane: Int32Array, count: number, coefficients: Int32Array, shift: number): void {
  const order = coefficients.length;
  const scale = 2 ** -shift;
  for (let n = order; n < count; n++) {
    let sum = 0;
    for (let i = 0; i < order; i++) sum += (coefficients[i] as number) * (plane[n - 1 - i] as number);
    plane[n] = (plane[n] as number) + Math.floor(sum * scale);
  }
}

/** For samples of 33 bits: residuals of 32 bits from `plane` become samples in `wide`. */
export function predictSide(
  plane: Int32Array,
  wide: Float64Array,
  count: number,
  coefficients: Int32Array,
  shift: number,
): void {
  const order = coefficients.length;
  const scale = 2 ** -shift;
  for (let n = order; n < count; n++) {
    let sum = 0;
    for (let i = 0; i < order; i++) sum += (coefficients[i] as number) * (wide[n - 1 - i] as number);
    wide[n] = (plane[n] as number) + Math.floor(sum * scale);
  }
}
