/** Samples under the filter, for every value between two of them. */
export const INTERSAMPLE_TAPS = 24;

/** Intervals are skipped in groups of this size. */
const INTERSAMPLE_GROUP = 64;

const PAIRS = INTERSAMPLE_TAPS / 2;

/** Flat within 0.02 dB to 0.4 of the sample rate at every phase. */
const KAISER_BETA = 5;

/**
 * The filters that give a band-limited signal at 1/4, 1/2 and 3/4 between two samples: sinc in a Kaiser window. The
 * first and the last mirror one another, so they are kept as what they have in common (`even`) and what they
 * differ by (`odd`): their values are even + odd and even - odd. `middle` is symmetric. Each has one coefficient for
 * each pair of samples at equal distance.
 *
 * `bound` is how far a value can exceed the loudest sample under the filter.
 */
export interface IntersampleFilter {
  even: Float32Array;
  odd: Float32Array;
  middle: Float32Array;
  bound: number;
}

/**
 * Oversampling by 4, which is 96 taps against the 48 of the standard.
 *
 * Source: ITU-R BS.1770-5 Annex 2 (method, oversampling ratio); filter of our own design.
 */
export function designIntersampleFilter(): IntersampleFilter {
  const quarter = phase(0.25);
  const half = phase(0.5);
  const even = new Float32Array(PAIRS);
  const odd = new Float32Array(PAIRS);
  const middle = new Float32Array(PAIRS);
  for (let i = 0; i < PAIRS; i++) {
    const left = quarter[i] as number;
    const right = quarter[INTERSAMPLE_TAPS - 1 - i] as number;
    even[i] = (left + right) / 2;
    odd[i] = (left - right) / 2;
    middle[i] = half[i] as number;
  }
  const magnitudes = [quarter, half].map((row) => row.reduce((sum, value) => sum + Math.abs(value), 0));
  // A little more, for what single precision rounds.
  return { even, odd, middle, bound: Math.max(...magnitudes) * 1.0001 };
}

function phase(delay: number): number[] {
  const row = Array.from({ length: INTERSAMPLE_TAPS }, (_, i) => {
    const time = i - (PAIRS - 1) - delay;
    return (Math.sin(Math.PI * time) / (Math.PI * time)) * kaiser(time / PAIRS);
  });
  const total = row.reduce((sum, value) => sum + value, 0);
  return row.map((value) => value / total);
}

function kaiser(x: number): number {
  return besselI0(KAISER_BETA * Math.sqrt(1 - x * x));
}

/** Modified Bessel function of the first kind and order 0, by its power series. */
function besselI0(x: number): number {
  let term = 1;
  let total = 1;
  for (let k = 1; term > total * 1e-17; k++) {
    term *= (x * x) / 4 / (k * k);
    total += term;
  }
  return total;
}

const LARGEST = 3.4028234663852886e38;

/**
 * Fills `output[i]` with the largest magnitude from sample i + 11 of `input` up to the next one, for `frames` i; 0 where
 * that is known not to exceed `floor`, or is no finite number. Returns the largest. The kernel `meter` does the same.
 */
export function intersamplePeaks(
  filter: IntersampleFilter,
  input: Float32Array,
  output: Float32Array,
  frames: number,
  floor: number,
): number {
  let peak = 0;
  for (let start = 0; start < frames; start += INTERSAMPLE_GROUP) {
    const end = Math.min(frames, start + INTERSAMPLE_GROUP);
    const loudest = largest(input, start, end + INTERSAMPLE_TAPS - 1);
    if (loudest * filter.bound <= floor) {
      output.fill(0, start, end);
      continue;
    }
    for (let i = start; i < end; i++) {
      const value = peakAfter(filter, input, i);
      output[i] = value;
      if (value > peak) peak = value;
    }
  }
  return peak;
}

function largest(input: Float32Array, start: number, end: number): number {
  let result = 0;
  for (let i = start; i < end; i++) {
    const value = Math.abs(input[i] as number);
    if (value > result) result = value;
  }
  return result;
}

function peakAfter({ even, odd, middle }: IntersampleFilter, input: Float32Array, at: number): number {
  let evens = 0;
  let odds = 0;
  let middles = 0;
  for (let i = 0; i < PAIRS; i++) {
    const left = input[at + i] as number;
    const right = input[at + INTERSAMPLE_TAPS - 1 - i] as number;
    const sum = left + right;
    evens += (even[i] as number) * sum;
    odds += (odd[i] as number) * (left - right);
    middles += (middle[i] as number) * sum;
  }
  const between = Math.max(Math.abs(evens) + Math.abs(odds), Math.abs(middles));
  const value = Math.max(between, Math.abs(input[at + PAIRS - 1] as number));
  return value <= LARGEST ? value : 0;
}
