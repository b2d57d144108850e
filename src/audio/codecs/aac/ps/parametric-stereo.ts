import { BANDS, type Planes, planes, SLOTS } from '../sbr/planes.ts';
import { Decorrelator } from './decorrelator.ts';
import { HybridAnalysis, hybridSynthesis } from './hybrid.ts';
import { COARSE_BANDS, FINE_BANDS, MOST_BANDS } from './ps-bands.ts';
import { PsReader } from './ps-reader.ts';
import { StereoMixer } from './stereo-mixer.ts';

/** Makes two channels of one, in QMF bands: parametric stereo, ISO/IEC 14496-3 subpart 8. */
export class ParametricStereo {
  readonly reader = new PsReader();
  readonly #analysis = new HybridAnalysis();
  readonly #decorrelator = new Decorrelator();
  readonly #mixer = new StereoMixer();
  readonly #left = planes((length) => new Float32Array(length), MOST_BANDS * SLOTS);
  readonly #right = planes((length) => new Float32Array(length), MOST_BANDS * SLOTS);
  #isFine = false;

  reset(): void {
    this.reader.reset();
    this.#analysis.reset();
    this.#decorrelator.reset();
    this.#mixer.reset();
    this.#isFine = false;
  }

  /** Makes a block of `bands` the left channel, and fills `right`. Bands from `top` on are empty. */
  run(bands: Planes, right: Planes, top: number): void {
    if (!this.reader.isStarted) {
      right.re.set(bands.re.subarray(0, SLOTS * BANDS));
      right.im.set(bands.im.subarray(0, SLOTS * BANDS));
      return;
    }
    const isFine = this.reader.isFineBands;
    if (isFine !== this.#isFine) {
      this.#decorrelator.reset();
      this.#mixer.convert(isFine);
      this.#isFine = isFine;
    }
    const division = isFine ? FINE_BANDS : COARSE_BANDS;
    this.#decorrelator.cut(top + division.count - BANDS);
    this.#analysis.run(bands, division, this.#left);
    this.#decorrelator.run(this.#left, division, this.#right);
    this.#mixer.run(this.reader, division, this.#left, this.#right);
    hybridSynthesis(this.#left, division, bands);
    hybridSynthesis(this.#right, division, right);
  }
}
