/** What one pass over some samples of a channel finds. */
export interface Scan {
  min: number;
  max: number;
  sum: number;
  squares: number;
}

/**
 * Scans the samples from `start` to `end` (not included, at least one) into `result`. Samples that are no finite
 * numbers count as 0.
 */
export function scan(samples: Float32Array, start: number, end: number, result: Scan): void {
  let min = samples[start] as number;
  let max = min;
  // Two sums side by side: one would make every addition wait for the one before.
  let sum0 = 0;
  let sum1 = 0;
  let squares0 = 0;
  let squares1 = 0;
  let i = start;
  for (; i + 1 < end; i += 2) {
    const a = samples[i] as number;
    const b = samples[i + 1] as number;
    if (a < min) min = a;
    if (a > max) max = a;
    if (b < min) min = b;
    if (b > max) max = b;
    sum0 += a;
    sum1 += b;
    squares0 += a * a;
    squares1 += b * b;
  }
  if (i < end) {
    const a = samples[i] as number;
    if (a < min) min = a;
    if (a > max) max = a;
    sum0 += a;
    squares0 += a * a;
  }
  const squares = squares0 + squares1;
  if (!Number.isFinite(squares)) {
    const finite = samples.slice(start, end).map((value) => (Number.isFinite(value) ? value : 0));
    scan(finite, 0, finite.length, result);
    return;
  }
  result.min = min;
  result.max = max;
  result.sum = sum0 + sum1;
  result.squares = squares;
}
