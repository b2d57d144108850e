import type { ChannelLayout, Speaker } from '../layout.ts';

/** A filter of second order: y = b0 x + b1 x' + b2 x'' - a1 y' - a2 y''. */
export interface Biquad {
  b0: number;
  b1: number;
  b2: number;
  a1: number;
  a2: number;
}

/** Both parts of the K-weighting at one sample rate. `highPass` has b = 1, -2, 1 as the standard's has. */
export interface KWeightingDesign {
  shelf: Biquad;
  highPass: Biquad;
}

/** Analogue prototypes from which the bilinear transform gives the standard's coefficients at 48 kHz. */
const SHELF = { frequency: 1681.974450955533, gainDb: 3.999843853973347, q: 0.7071752369554196 };
const HIGH_PASS = { frequency: 38.13547087602444, q: 0.5003270373238773 };

/** Of the sample rate. Only below 3.7 kHz is the shelf nearer to half the rate, and then nothing is left to lift. */
const MAX_FREQUENCY = 0.45;

/**
 * The K-weighting filters at any sample rate (Hz).
 *
 * Source: ITU-R BS.1770-5 Annex 1, Tables 1 and 2 (48 kHz); other rates by the same bilinear transform of the same
 * prototypes, as the annex asks for ("coefficients that provide the same frequency response").
 */
export function designKWeighting(sampleRate: number): KWeightingDesign {
  const warped = (frequency: number) => Math.tan(Math.PI * Math.min(frequency / sampleRate, MAX_FREQUENCY));
  return { shelf: shelf(warped(SHELF.frequency)), highPass: highPass(warped(HIGH_PASS.frequency)) };
}

function shelf(k: number): Biquad {
  const high = 10 ** (SHELF.gainDb / 20);
  const middle = high ** 0.4996667741545416;
  const a0 = 1 + k / SHELF.q + k * k;
  return {
    b0: (high + (middle * k) / SHELF.q + k * k) / a0,
    b1: (2 * (k * k - high)) / a0,
    b2: (high - (middle * k) / SHELF.q + k * k) / a0,
    a1: (2 * (k * k - 1)) / a0,
    a2: (1 - k / SHELF.q + k * k) / a0,
  };
}

function highPass(k: number): Biquad {
  const a0 = 1 + k / HIGH_PASS.q + k * k;
  return { b0: 1, b1: -2, b2: 1, a1: (2 * (k * k - 1)) / a0, a2: (1 - k / HIGH_PASS.q + k * k) / a0 };
}

/** Far below anything audible, far above the subnormal numbers that make processors slow. */
const NEGLIGIBLE = 1e-30;

/** K-weights one channel and adds up the squares. */
export class KWeightedEnergy {
  readonly #design: KWeightingDesign;
  #shelf1 = 0;
  #shelf2 = 0;
  #high1 = 0;
  #high2 = 0;
  #sum = 0;

  constructor(design: KWeightingDesign) {
    this.#design = design;
  }

  /** Takes the samples from `start` to `end` (not included). */
  add(samples: Float32Array, start: number, end: number): void {
    const { b0, b1, b2, a1, a2 } = this.#design.shelf;
    const { a1: c1, a2: c2 } = this.#design.highPass;
    let s1 = this.#shelf1;
    let s2 = this.#shelf2;
    let h1 = this.#high1;
    let h2 = this.#high2;
    let sum = this.#sum;
    // What the newest output adds comes last in each state: the next sample waits for nothing else.
    for (let i = start; i < end; i++) {
      const x = samples[i] as number;
      const y = b0 * x + s1;
      s1 = b1 * x + s2 - a1 * y;
      s2 = b2 * x - a2 * y;
      const z = y + h1;
      h1 = h2 - 2 * y - c1 * z;
      h2 = y - c2 * z;
      sum += z * z;
    }
    this.#shelf1 = s1;
    this.#shelf2 = s2;
    this.#high1 = h1;
    this.#high2 = h2;
    this.#sum = sum;
  }

  /** The sum of squares so far. 0 after samples that are no finite numbers. */
  get sum(): number {
    return Number.isFinite(this.#sum) ? this.#sum : 0;
  }

  /** Begins a new sum; the filters go on. */
  restart(): void {
    const isLost = !Number.isFinite(this.#sum);
    this.#sum = 0;
    this.#shelf1 = settled(this.#shelf1, isLost);
    this.#shelf2 = settled(this.#shelf2, isLost);
    this.#high1 = settled(this.#high1, isLost);
    this.#high2 = settled(this.#high2, isLost);
  }
}

function settled(state: number, isLost: boolean): number {
  return isLost || Math.abs(state) < NEGLIGIBLE ? 0 : state;
}

const SURROUND_WEIGHT = 1.41;

/**
 * What the power of each channel counts for: speakers 60 to 120 degrees to the side 1.41, low-frequency effects
 * nothing (unless there is nothing else), all others 1. Back left and right stand at 110 degrees when there are no
 * side speakers (5.1), else at 135 (7.1).
 *
 * Source: ITU-R BS.1770-5 Annex 3 (weights by position); ITU-R BS.2051-3 (positions).
 */
export function loudnessWeights(layout: ChannelLayout): number[] {
  const hasSides = layout.some((speaker) => speaker === 'SL' || speaker === 'SR');
  const isAudible = layout.some((speaker) => speaker !== 'LFE');
  const surrounds: readonly Speaker[] = hasSides ? ['SL', 'SR'] : ['BL', 'BR'];
  return layout.map((speaker) => {
    if (speaker === 'LFE' && isAudible) return 0;
    return surrounds.includes(speaker) ? SURROUND_WEIGHT : 1;
  });
}
