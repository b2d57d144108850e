/**
 * A low-pass filter cut into phases: row p of `coefficients` (`taps` values) gives the signal p/`phases` of a
 * sample after its middle. `phases` + 1 rows where the phases are `interpolated`, else `phases`.
 */
export interface FilterBank {
  taps: number;
  phases: number;
  isInterpolated: boolean;
  coefficients: Float32Array;
}

/** How the filter of a change of sample rate is made. */
export interface FilterDesign {
  /** Attenuation of what would alias, in dB. */
  attenuation: number;
  /** End of the pass band, as a part of half the lower sample rate; the stop band begins at 1. */
  pass: number;
}

/** Flat to 0.91 of the lower Nyquist frequency, nothing above -100 dB beyond it, all images together below -110 dB. */
const DEFAULT_DESIGN: FilterDesign = { attenuation: 106, pass: 0.91 };

/** Above this a bank is interpolated instead (44,056 Hz to 24 kHz would take 3,000 rows). */
const MAX_COEFFICIENTS = 1_000_000;

/** Size of an interpolated bank: linear interpolation between its rows errs by less than -125 dB. */
const INTERPOLATED_COEFFICIENTS = 262_144;

/**
 * Designs the bank for a change of sample rate by `up` / `down` (in lowest terms): a sinc in a Kaiser window,
 * each phase scaled to a sum of 1, so that no phase is louder than another.
 *
 * Source: Oppenheim and Schafer, Discrete-Time Signal Processing, section "The Kaiser window filter design
 * method" (beta and length); section "Polyphase implementation of filters" (phases).
 */
export function designFilterBank(up: number, down: number, design = DEFAULT_DESIGN): FilterBank {
  const shape = shapeOf(up, down, design);
  const { taps } = shape;
  const isInterpolated = up * taps > MAX_COEFFICIENTS;
  const phases = isInterpolated ? Math.max(2, Math.floor(INTERPOLATED_COEFFICIENTS / taps)) : up;
  const rows = isInterpolated ? phases + 1 : phases;
  const coefficients = new Float32Array(rows * taps);
  const row = new Float64Array(taps);
  for (let phase = 0; phase < rows; phase++) {
    fillPhase(row, phase / phases, shape);
    coefficients.set(row, phase * taps);
  }
  return { taps, phases, isInterpolated, coefficients };
}

/** How many values of the input the filter of `designFilterBank` spans. */
export function filterTaps(up: number, down: number, design = DEFAULT_DESIGN): number {
  return shapeOf(up, down, design).taps;
}

/** The filter of `designFilterBank` at the input rate: its first phase, in the middle of which value taps / 2 - 1 stands. */
export function designPrototype(up: number, down: number, design = DEFAULT_DESIGN): Float64Array {
  const shape = shapeOf(up, down, design);
  const row = new Float64Array(shape.taps);
  fillPhase(row, 0, shape);
  return row;
}

/** `cutoff` in cycles per input sample, `beta` of the Kaiser window. */
interface FilterShape {
  taps: number;
  cutoff: number;
  beta: number;
}

function shapeOf(up: number, down: number, { attenuation, pass }: FilterDesign): FilterShape {
  const lowerNyquist = Math.min(1, up / down) / 2;
  const transition = 2 * Math.PI * lowerNyquist * (1 - pass);
  return {
    taps: Math.ceil((attenuation - 7.95) / (2.285 * transition) / 8) * 8,
    cutoff: (lowerNyquist * (1 + pass)) / 2,
    beta: 0.1102 * (attenuation - 8.7),
  };
}

function fillPhase(row: Float64Array, delay: number, { cutoff, beta }: FilterShape): void {
  const half = row.length / 2;
  let total = 0;
  for (let i = 0; i < row.length; i++) {
    const time = delay + half - 1 - i;
    const value = sinc(2 * cutoff * time) * kaiser(time / half, beta);
    row[i] = value;
    total += value;
  }
  for (let i = 0; i < row.length; i++) row[i] = (row[i] as number) / total;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Kaiser window at `x` from -1 to 1, not normalised: the phases are. */
function kaiser(x: number, beta: number): number {
  return Math.abs(x) >= 1 ? 0 : besselI0(beta * Math.sqrt(1 - x * x));
}

/** Modified Bessel function of the first kind and order 0, by its power series. */
function besselI0(x: number): number {
  const quarter = (x * x) / 4;
  let term = 1;
  let total = 1;
  for (let k = 1; term > total * 1e-17; k++) {
    term *= quarter / (k * k);
    total += term;
  }
  return total;
}
