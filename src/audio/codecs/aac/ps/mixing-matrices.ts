/** Intensity in dB by its index from 0 on, in coarse and in fine steps (ISO/IEC 14496-3, Tables 8.25 and 8.26). */
const COARSE_STEPS = [0, 2, 4, 7, 10, 14, 18, 25];
const FINE_STEPS = [0, 2, 4, 6, 8, 10, 13, 16, 19, 22, 25, 30, 35, 40, 45, 50];
/** Coherence by its index (Table 8.28). */
const COHERENCES = [1, 0.937, 0.84118, 0.60092, 0.36764, 0, -0.589, -1];
const LEAST_COHERENCE = 0.05;

/** From one signal and its decorrelated double to two channels: left from each, right from each. */
export interface Matrices {
  /** Four numbers for each coherence of each intensity: left and right of the signal, then of its double. */
  values: Float32Array;
  /** The index of an intensity of 0. */
  centre: number;
}

/** Coherences of an intensity. */
const COLUMNS = COHERENCES.length;

/** Where the four numbers of an intensity and a coherence begin. */
export function matrixAt({ centre }: Matrices, intensity: number, coherence: number): number {
  return 4 * ((centre + intensity) * COLUMNS + coherence);
}

/** The matrices of the first kind (§8.6.4.6.2.1) or of the other one (§8.6.4.6.2.2). */
export function matricesOf(isFine: boolean, isOther: boolean): Matrices {
  const key = (isFine ? 2 : 0) + (isOther ? 1 : 0);
  built[key] ??= build(isFine ? FINE_STEPS : COARSE_STEPS, isOther ? otherMatrix : matrix);
  return built[key];
}

const built: Matrices[] = [];

function build(steps: readonly number[], make: (ratio: number, coherence: number) => number[]): Matrices {
  const centre = steps.length - 1;
  const values: number[] = [];
  for (let i = -centre; i <= centre; i++) {
    const decibels = Math.sign(i) * (steps[Math.abs(i)] as number);
    for (const coherence of COHERENCES) values.push(...make(10 ** (decibels / 20), coherence));
  }
  return { values: Float32Array.from(values), centre };
}

function matrix(ratio: number, coherence: number): number[] {
  const right = Math.SQRT2 / Math.sqrt(1 + ratio * ratio);
  const left = ratio * right;
  const alpha = 0.5 * Math.acos(coherence);
  const beta = (alpha * (right - left)) / Math.SQRT2;
  return [
    left * Math.cos(beta + alpha),
    right * Math.cos(beta - alpha),
    left * Math.sin(beta + alpha),
    right * Math.sin(beta - alpha),
  ];
}

function otherMatrix(ratio: number, coherence: number): number[] {
  const rho = Math.max(coherence, LEAST_COHERENCE);
  const angle = 0.5 * Math.atan2(2 * ratio * rho, ratio * ratio - 1);
  const alpha = angle < 0 ? angle + Math.PI / 2 : angle;
  const sum = ratio + 1 / ratio;
  const mu = Math.sqrt(1 + (4 * rho * rho - 4) / (sum * sum));
  const gamma = Math.atan(Math.sqrt((1 - mu) / (1 + mu)));
  return [
    Math.SQRT2 * Math.cos(alpha) * Math.cos(gamma),
    Math.SQRT2 * Math.sin(alpha) * Math.cos(gamma),
    -Math.SQRT2 * Math.sin(alpha) * Math.sin(gamma),
    Math.SQRT2 * Math.cos(alpha) * Math.sin(gamma),
  ];
}
