/** Numbers that an IMDCT of one size needs. */
export interface ImdctTables {
  /** Length of the complex transform inside: a quarter of the window. */
  points: number;
  /** cos, then -sin of pi (8k + 1) / (16 points), `points` of each, times the square root of the scale. */
  twist: Float32Array;
  /**
   * Roots of unity for the steps of radix 4. First step: w, w^2 and w^3 as rows, real then imaginary, a quarter of
   * `points` values each. Later ones: six numbers in the same order for each group.
   */
  roots: Float32Array;
}

/**
 * Tables for windows of `size` samples, a power of two from 64 to 8192. `scale` is what samples are multiplied by;
 * with 1, sample n is the plain sum of X[k] cos(2 pi / size (n + 1/2 + size/4) (k + 1/2)).
 */
export function imdctTables(size: number, scale: number): ImdctTables {
  const points = size / 4;
  if (!Number.isInteger(Math.log2(size)) || size < 64 || size > 8192) {
    throw new RangeError(`Not a size of an IMDCT: ${size}`);
  }
  const twist = new Float32Array(2 * points);
  const gain = Math.sqrt(scale);
  for (let k = 0; k < points; k++) {
    const angle = (Math.PI * (8 * k + 1)) / (16 * points);
    twist[k] = gain * Math.cos(angle);
    twist[points + k] = -gain * Math.sin(angle);
  }
  return { points, twist, roots: roots(points) };
}

function roots(points: number): Float32Array {
  const list: number[] = [];
  const quarter = points / 4;
  for (let power = 1; power <= 3; power++) {
    for (let k = 0; k < quarter; k++) list.push(Math.cos((2 * Math.PI * power * k) / points));
    for (let k = 0; k < quarter; k++) list.push(-Math.sin((2 * Math.PI * power * k) / points));
  }
  for (let length = quarter; length >= 4; length /= 4) {
    for (let k = 0; k < length / 4; k++) {
      const angle = (2 * Math.PI * k) / length;
      for (let power = 1; power <= 3; power++) list.push(Math.cos(power * angle), -Math.sin(power * angle));
    }
  }
  return Float32Array.from(list);
}
