import type { AudioBlock } from '../audio-input.ts';
import { amplitudeToDb } from './decibels.ts';
import { ENVELOPE_DELAY, PeakEnvelope } from './peak-envelope.ts';

/**
 * Measures the true peak of each channel: the largest magnitude that the signal has at or between its samples, found by
 * oversampling by 4 at any sample rate. It reads a sine at most 0.2 dB low up to a quarter of the sample rate, and up
 * to 0.7 dB right below half of it. Samples that are no finite numbers are left out, with what is within 12 samples
 * of them.
 *
 * Source: ITU-R BS.1770-5 Annex 2.
 */
export class TruePeakMeter {
  readonly #envelope: PeakEnvelope;
  readonly #peaks: Float64Array;

  constructor({ channels }: { channels: number }) {
    this.#envelope = new PeakEnvelope(channels);
    this.#peaks = new Float64Array(channels);
  }

  add({ frames, channels }: AudioBlock): void {
    for (let channel = 0; channel < this.#peaks.length; channel++) {
      const samples = channels[channel];
      for (let at = 0; samples !== undefined && at < frames; at += PeakEnvelope.CAPACITY) {
        this.#measure(channel, samples.subarray(at, Math.min(frames, at + PeakEnvelope.CAPACITY)));
      }
    }
  }

  /** True peak of each channel in dBTP, -Infinity for silence. What was added ends here, as if silence followed. */
  finish(): number[] {
    const silence = new Float32Array(2 * ENVELOPE_DELAY);
    this.#peaks.forEach((_, channel) => {
      this.#measure(channel, silence);
    });
    return Array.from(this.#peaks, amplitudeToDb);
  }

  #measure(channel: number, samples: Float32Array): void {
    const before = this.#peaks[channel] as number;
    const peak = this.#envelope.process(channel, samples, before);
    if (peak > before) this.#peaks[channel] = peak;
  }
}
