/**
 * The rising half of a window of `2 * length` samples (ISO/IEC 14496-3 §4.6.11.3.2): shape 0 is a sine, shape 1 a
 * Kaiser-Bessel derived window, with alpha 4 for 1,024 samples and 6 for 128.
 */
export function risingSlope(shape: number, length: number): Float64Array {
  return shape === 0 ? sineSlope(length) : kaiserBesselSlope(length, length === 1024 ? 4 : 6);
}

function sineSlope(length: number): Float64Array {
  return Float64Array.from({ length }, (_, n) => Math.sin(((n + 0.5) * Math.PI) / (2 * length)));
}

function kaiserBesselSlope(length: number, alpha: number): Float64Array {
  const kernel = Float64Array.from({ length: length + 1 }, (_, n) => {
    const place = (2 * n) / length - 1;
    return besselI0(Math.PI * alpha * Math.sqrt(1 - place * place));
  });
  const total = kernel.reduce((sum, value) => sum + value, 0);
  let sum = 0;
  return kernel.subarray(0, length).map((value) => {
    sum += value;
    return Math.sqrt(sum / total);
  });
}

/** The modified Bessel function of the first kind, order 0, by its power series. */
function besselI0(x: number): number {
  const quarter = (x * x) / 4;
  let term = 1;
  let sum = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= quarter / (k * k);
    sum += term;
  }
  return sum;
}
