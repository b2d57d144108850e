/** How left and right relate. */
export interface StereoRelation {
  /** Correlation from -1 (opposite) over 0 (nothing in common) to 1 (the same but for the level); undefined when one is silent. */
  correlation: number | undefined;
  /** Both channels hold the same samples: mono in two channels. Also true for digital silence. */
  isDualMono: boolean;
  /** Right is left with the sign turned, so that a mix to mono would be silent. */
  isInverted: boolean;
}

const BLOCK = 4096;

/** Compares the two channels of a stereo stream. */
export class StereoMeter {
  #left = 0;
  #right = 0;
  /** Squares of the sum and of the difference: they are exactly 0 only when all samples cancel. */
  #sums = 0;
  #differences = 0;

  add(left: Float32Array, right: Float32Array, frames: number): void {
    for (let at = 0; at < frames; at += BLOCK) this.#addPart(left, right, at, Math.min(frames, at + BLOCK));
  }

  result(): StereoRelation {
    const scale = Math.sqrt(this.#left * this.#right);
    const correlation = (this.#sums - this.#differences) / 4 / scale;
    return {
      correlation: scale === 0 ? undefined : Math.max(-1, Math.min(1, correlation)),
      isDualMono: this.#differences === 0,
      isInverted: this.#sums === 0 && this.#left > 0,
    };
  }

  #addPart(left: Float32Array, right: Float32Array, start: number, end: number): void {
    let lefts = 0;
    let rights = 0;
    let sums = 0;
    let differences = 0;
    for (let i = start; i < end; i++) {
      const a = left[i] as number;
      const b = right[i] as number;
      lefts += a * a;
      rights += b * b;
      sums += (a + b) * (a + b);
      differences += (a - b) * (a - b);
    }
    // A part with samples that are no finite numbers says nothing.
    if (!Number.isFinite(lefts + rights)) return;
    this.#left += lefts;
    this.#right += rights;
    this.#sums += sums;
    this.#differences += differences;
  }
}
