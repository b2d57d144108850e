import type { AudioBlock } from '../audio-input.ts';
import { dbToAmplitude } from './decibels.ts';
import { GainCurve } from './gain-curve.ts';
import { ENVELOPE_DELAY, PeakEnvelope } from './peak-envelope.ts';
import type { Stage } from './stage.ts';

/** Times in milliseconds. */
export interface LimiterOptions {
  sampleRate: number;
  channels: number;
  /** True peak that is not to be exceeded, in dBTP. */
  ceiling?: number | undefined;
  /** How long before a peak the gain begins to fall. */
  lookAhead?: number | undefined;
  /** Time constant with which the gain returns. */
  release?: number | undefined;
}

/** The usual delivery limit of EBU R 128, -1 dBTP. */
export const DEFAULT_CEILING = -1;

/** The gain does not move while a peak is under the filter that found it, so that what it found is what comes out. */
const HOLD = ENVELOPE_DELAY;

/** What the oversampling by 4 that finds the peaks may miss is not guarded against; rounding is. */
const SAFETY = 0.9999;

/**
 * Keeps the true peak of a stream at or below a ceiling, by a gain that all channels share. It falls before a peak
 * comes and returns after it without corners; where no peak is near the samples come out as they went in. No overall
 * delay, exact length. Samples that are no finite numbers pass and do not move the gain.
 */
export class Limiter implements Stage {
  readonly #ceiling: number;
  readonly #envelope: PeakEnvelope;
  readonly #curve: GainCurve;
  /** Input that waits for its gain, led by silence as long as the delay. */
  readonly #pending: Float32Array[];
  readonly #output: AudioBlock;
  readonly #peaks = new Float32Array(PeakEnvelope.CAPACITY);
  readonly #delay: number;
  /** Output still to be dropped: the silence before the beginning. */
  #lead: number;
  #least = 1;

  constructor({ sampleRate, channels, ceiling, lookAhead = 5, release = 80 }: LimiterOptions) {
    this.#ceiling = dbToAmplitude(ceiling ?? DEFAULT_CEILING) * SAFETY;
    this.#envelope = new PeakEnvelope(channels);
    const toFrames = (milliseconds: number) => Math.round((milliseconds / 1000) * sampleRate);
    this.#curve = new GainCurve({ lookAhead: toFrames(lookAhead), hold: HOLD, release: toFrames(release) });
    this.#delay = ENVELOPE_DELAY + this.#curve.delay;
    this.#lead = this.#delay;
    this.#pending = Array.from({ length: channels }, () => new Float32Array(this.#delay));
    this.#output = { frames: 0, channels: Array.from({ length: channels }, () => new Float32Array(0)) };
  }

  /** The lowest gain so far in dB: 0 when nothing had to be limited. */
  get reduction(): number {
    return 20 * Math.log10(this.#least);
  }

  process({ frames, channels }: AudioBlock): AudioBlock {
    this.#pending.forEach((pending, i) => {
      this.#pending[i] = appended(pending, this.#delay, channels[i], frames);
      this.#output.channels[i] = ofLength(this.#output.channels[i], frames);
    });
    for (let at = 0; at < frames; at += PeakEnvelope.CAPACITY) {
      this.#limit(at, Math.min(frames, at + PeakEnvelope.CAPACITY));
    }
    for (const pending of this.#pending) pending.copyWithin(0, frames, frames + this.#delay);
    return this.#withoutLead(frames);
  }

  flush(): AudioBlock {
    const silence = new Float32Array(this.#delay);
    return this.process({ frames: this.#delay, channels: this.#pending.map(() => silence) });
  }

  /** Fills the output from `start` to `end` out of the pending input at the same place. */
  #limit(start: number, end: number): void {
    const isQuiet = this.#findPeaks(start, end) <= this.#ceiling && this.#curve.isCalm;
    if (isQuiet) {
      this.#pending.forEach((pending, i) => {
        this.#output.channels[i]?.set(pending.subarray(start, end), start);
      });
      return;
    }
    const gains = this.#peaks;
    for (let i = 0; i < end - start; i++) {
      const gain = this.#curve.next(Math.min(1, this.#ceiling / (gains[i] as number)));
      if (gain < this.#least) this.#least = gain;
      gains[i] = gain;
    }
    this.#pending.forEach((pending, i) => {
      const target = this.#output.channels[i];
      if (target !== undefined) multiply(pending.subarray(start, end), gains, target, start);
    });
  }

  /** Puts the largest peak of any channel at each sample into `#peaks`, 0 where it is no matter; returns the largest. */
  #findPeaks(start: number, end: number): number {
    const peaks = this.#peaks;
    let largest = 0;
    this.#pending.forEach((pending, channel) => {
      const samples = pending.subarray(this.#delay + start, this.#delay + end);
      const peak = this.#envelope.process(channel, samples, this.#ceiling);
      const { values } = this.#envelope;
      if (channel === 0) peaks.set(values.subarray(0, end - start));
      else if (peak > this.#ceiling) raise(peaks, values, end - start);
      largest = Math.max(largest, peak);
    });
    return largest;
  }

  #withoutLead(frames: number): AudioBlock {
    const skipped = Math.min(this.#lead, frames);
    this.#lead -= skipped;
    this.#output.frames = frames - skipped;
    if (skipped === 0) return this.#output;
    return {
      frames: frames - skipped,
      channels: this.#output.channels.map((channel) => channel.subarray(skipped, frames)),
    };
  }
}

/** `pending`, whose first `kept` values are kept, with `frames` of `samples` behind them. */
function appended(
  pending: Float32Array,
  kept: number,
  samples: Float32Array | undefined,
  frames: number,
): Float32Array {
  let target = pending;
  if (pending.length < kept + frames) {
    target = new Float32Array(kept + frames);
    target.set(pending.subarray(0, kept));
  }
  if (samples === undefined) target.fill(0, kept, kept + frames);
  else target.set(samples.subarray(0, frames), kept);
  return target;
}

function ofLength(old: Float32Array | undefined, frames: number): Float32Array {
  return old === undefined || old.length < frames ? new Float32Array(frames) : old;
}

function raise(peaks: Float32Array, others: Float32Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const other = others[i] as number;
    if (other > (peaks[i] as number)) peaks[i] = other;
  }
}

function multiply(samples: Float32Array, gains: Float32Array, target: Float32Array, start: number): void {
  for (let i = 0; i < samples.length; i++) {
    target[start + i] = (samples[i] as number) * (gains[i] as number);
  }
}
