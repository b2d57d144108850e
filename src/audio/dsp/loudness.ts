import type { AudioBlock } from '../audio-input.ts';
import type { ChannelLayout } from '../layout.ts';
import { designKWeighting, KWeightedEnergy, loudnessWeights } from './k-weighting.ts';
import { ABSOLUTE_GATE, LoudnessHistogram, loudnessOf } from './loudness-histogram.ts';

/** Loudness of a programme. LUFS are absolute, LU differences; -Infinity stands for silence. */
export interface Loudness {
  /** Integrated loudness in LUFS; -Infinity when no block is louder than -70 LUFS. */
  integrated: number;
  /** Loudness range (LRA) in LU; undefined for less than 3 seconds or when all is silent. */
  range: number | undefined;
  /** Loudest 400 ms in LUFS, looked at every 100 ms; undefined for less. */
  maxMomentary: number | undefined;
  /** Loudest 3 seconds in LUFS, looked at every 100 ms; undefined for less. */
  maxShortTerm: number | undefined;
  /** Less than 400 ms: `integrated` is then the loudness of all there is, which the standard leaves undefined. */
  isShort: boolean;
}

/** Hops of 100 ms in the windows of 400 ms and 3 s. */
const MOMENTARY_HOPS = 4;
const SHORT_TERM_HOPS = 30;

const INTEGRATED_GATE = -10;
const RANGE_GATE = -20;

/**
 * Measures the loudness of a stream: blocks of 400 ms that overlap by 75 %, gated at -70 LUFS and at 10 LU below the
 * mean of what is left. The range lies between the 10th and the 95th percentile of the short-term values, one every
 * 100 ms, gated at 20 LU below their mean. An incomplete block at the end does not count. Memory is fixed. Samples
 * that are no finite numbers silence the 100 ms they are in.
 *
 * Source: ITU-R BS.1770-5 Annex 1 and 3; EBU R 128 (2023); EBU Tech 3341 (2016) section 2; EBU Tech 3342 (2016).
 */
export class LoudnessMeter {
  readonly #channels: KWeightedEnergy[];
  readonly #weights: number[];
  readonly #hopFrames: number;
  readonly #recent = new Float64Array(SHORT_TERM_HOPS);
  readonly #momentary = new LoudnessHistogram();
  readonly #shortTerm = new LoudnessHistogram();
  #hops = 0;
  #framesInHop = 0;
  #maxMomentary = 0;
  #maxShortTerm = 0;

  constructor({ sampleRate, layout }: { sampleRate: number; layout: ChannelLayout }) {
    const design = designKWeighting(sampleRate);
    this.#channels = layout.map(() => new KWeightedEnergy(design));
    this.#weights = loudnessWeights(layout);
    this.#hopFrames = Math.max(1, Math.round(sampleRate / 10));
  }

  add({ frames, channels }: AudioBlock): void {
    let at = 0;
    while (at < frames) {
      const end = Math.min(frames, at + this.#hopFrames - this.#framesInHop);
      for (let i = 0; i < this.#channels.length; i++) {
        const samples = channels[i];
        if (samples !== undefined && this.#weights[i] !== 0) this.#channels[i]?.add(samples, at, end);
      }
      this.#framesInHop += end - at;
      at = end;
      if (this.#framesInHop === this.#hopFrames) this.#endHop();
    }
  }

  /** The loudness of all that was added. */
  result(): Loudness {
    const isShort = this.#hops < MOMENTARY_HOPS;
    const bounds = this.#shortTerm.percentiles(RANGE_GATE, 0.1, 0.95);
    return {
      integrated: isShort ? this.#ungated() : this.#momentary.gatedLoudness(INTEGRATED_GATE),
      range: bounds && (bounds[1] as number) - (bounds[0] as number),
      maxMomentary: isShort ? undefined : loudnessOf(this.#maxMomentary),
      maxShortTerm: this.#hops < SHORT_TERM_HOPS ? undefined : loudnessOf(this.#maxShortTerm),
      isShort,
    };
  }

  #endHop(): void {
    this.#recent[this.#hops % SHORT_TERM_HOPS] = this.#energy() / this.#hopFrames;
    for (const channel of this.#channels) channel.restart();
    this.#framesInHop = 0;
    this.#hops++;
    if (this.#hops >= MOMENTARY_HOPS) {
      const power = this.#meanPower(MOMENTARY_HOPS);
      this.#momentary.add(power);
      this.#maxMomentary = Math.max(this.#maxMomentary, power);
    }
    if (this.#hops >= SHORT_TERM_HOPS) {
      const power = this.#meanPower(SHORT_TERM_HOPS);
      this.#shortTerm.add(power);
      this.#maxShortTerm = Math.max(this.#maxShortTerm, power);
    }
  }

  #energy(): number {
    return this.#channels.reduce((sum, channel, i) => sum + channel.sum * (this.#weights[i] as number), 0);
  }

  #meanPower(hops: number): number {
    let sum = 0;
    for (let i = 1; i <= hops; i++) sum += this.#recent[(this.#hops - i) % SHORT_TERM_HOPS] as number;
    return sum / hops;
  }

  #ungated(): number {
    const frames = this.#hops * this.#hopFrames + this.#framesInHop;
    if (frames === 0) return Number.NEGATIVE_INFINITY;
    const whole = this.#hops === 0 ? 0 : this.#meanPower(this.#hops) * this.#hops * this.#hopFrames;
    const loudness = loudnessOf((whole + this.#energy()) / frames);
    return loudness > ABSOLUTE_GATE ? loudness : Number.NEGATIVE_INFINITY;
  }
}
