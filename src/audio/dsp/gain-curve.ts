import { MovingSum } from './moving-sum.ts';
import { SlidingMinimum } from './sliding-minimum.ts';

/** Lengths in frames. */
export interface GainCurveOptions {
  /** How long before a peak the gain begins to fall. */
  lookAhead: number;
  /** How long before and after a peak the gain is fully down. */
  hold: number;
  /** Time constant of the return to 1. */
  release: number;
}

/** Gains are counted in these steps (-168 dB), so that their sums are exact. */
const UNITY = 2 ** 28;

/**
 * Turns the gain that each sample needs (1 or less) into a smooth curve that is nowhere above it. The least of the
 * samples around, let go exponentially, then averaged twice over half the look-ahead: the curve has no corners, has
 * reached a peak's gain when the peak comes, and is exactly 1 where no peak is near.
 */
export class GainCurve {
  /** Frames that the curve is behind the gains that went in. */
  readonly delay: number;
  readonly #minimum: SlidingMinimum;
  readonly #window: number;
  readonly #first: MovingSum;
  readonly #second: MovingSum;
  readonly #full: number;
  readonly #releasePart: number;
  #held = UNITY;
  /** Frames since the held gain was below 1; from `#settling` on, every state is that of a new curve. */
  #calm: number;
  readonly #settling: number;

  constructor({ lookAhead, hold, release }: GainCurveOptions) {
    const half = Math.max(1, Math.round(lookAhead / 2));
    this.delay = hold + 2 * half - 2;
    this.#window = this.delay + hold + 1;
    this.#minimum = new SlidingMinimum(this.#window);
    this.#first = new MovingSum(half, UNITY);
    this.#second = new MovingSum(half, half * UNITY);
    this.#full = half * half * UNITY;
    this.#releasePart = 1 - Math.exp(-1 / Math.max(1, release));
    this.#settling = this.#window + 2 * half;
    this.#calm = this.#settling;
  }

  /** Whether the curve is 1 and stays so until a gain below 1 goes in; gains of 1 may then be left out. */
  get isCalm(): boolean {
    return this.#calm >= this.#settling;
  }

  /** Takes the gain that the next sample needs and returns the curve at the sample `delay` before it. */
  next(needed: number): number {
    const least = this.#minimum.next(Math.floor(needed * UNITY));
    // Rounded up, so that it arrives.
    const released = this.#held + Math.ceil((UNITY - this.#held) * this.#releasePart);
    this.#held = Math.min(least, released);
    this.#calm = this.#held < UNITY ? 0 : this.#calm + 1;
    return this.#second.next(this.#first.next(this.#held)) / this.#full;
  }
}
