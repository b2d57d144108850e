import type { AudioBlock } from '../audio-input.ts';
import { convolve, type Position, type Ratio } from './convolve.ts';
import { designFilterBank, type FilterBank } from './filter-bank.ts';

/** Sample rates in Hz, whole numbers. */
export interface ResamplerOptions {
  inputRate: number;
  outputRate: number;
  channels: number;
}

/**
 * Changes the sample rate of a stream: a polyphase low-pass filter, flat to 0.91 of the lower Nyquist frequency
 * and 100 dB down beyond it. Output is in time with the input (no delay), and n input frames become exactly
 * ceil(n * outputRate / inputRate). What comes out does not depend on how the input is cut into blocks.
 */
export class Resampler {
  readonly #ratio: Ratio;
  readonly #bank: FilterBank | undefined;
  /** Input still under the filter, led by as many zeros as the filter looks back. */
  readonly #pending: Float32Array[];
  readonly #output: AudioBlock;
  #pendingFrames = 0;
  #position: Position = { index: 0, phase: 0 };
  /** Input frames that have been dropped from the front of `#pending`, the leading zeros included. */
  #dropped = 0;
  #received = 0;

  /** @throws RangeError when a rate or the number of channels is not a positive integer. */
  constructor({ inputRate, outputRate, channels }: ResamplerOptions) {
    for (const value of [inputRate, outputRate, channels]) {
      if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`Not a positive integer: ${value}`);
    }
    const divisor = greatestCommonDivisor(inputRate, outputRate);
    this.#ratio = { up: outputRate / divisor, down: inputRate / divisor };
    this.#bank = inputRate === outputRate ? undefined : designFilterBank(this.#ratio.up, this.#ratio.down);
    this.#pending = Array.from({ length: channels }, () => new Float32Array(0));
    this.#output = { frames: 0, channels: Array.from({ length: channels }, () => new Float32Array(0)) };
    this.#reset();
  }

  /**
   * Takes the first `frames` samples of planar `input` and returns the output that they complete, in arrays that
   * the next call reuses. Equal rates give the input itself.
   */
  process(input: Float32Array[], frames: number): AudioBlock {
    if (this.#bank === undefined) return { frames, channels: input };
    this.#received += frames;
    this.#append(frames, (pending, channel) => {
      const source = input[channel];
      if (source !== undefined) pending.set(source.subarray(0, frames), this.#pendingFrames);
    });
    return this.#convolve(this.#bank, this.#completeOutputs(this.#bank));
  }

  /** Returns the rest of the output, as if silence followed, and makes ready for another stream. */
  flush(): AudioBlock {
    if (this.#bank === undefined) return { frames: 0, channels: this.#output.channels };
    const half = this.#bank.taps / 2;
    this.#append(half, (pending) => pending.fill(0, this.#pendingFrames, this.#pendingFrames + half));
    // Output lies inside the stream when the input at or before it is one that was received.
    const rest = this.#outputsUpTo(this.#received - this.#dropped - 1);
    const block = this.#convolve(this.#bank, rest);
    this.#reset();
    return block;
  }

  #reset(): void {
    const lead = (this.#bank?.taps ?? 2) / 2 - 1;
    this.#pendingFrames = 0;
    this.#append(lead, (pending) => pending.fill(0, 0, lead));
    this.#position = { index: 0, phase: 0 };
    this.#dropped = 0;
    this.#received = 0;
  }

  /** Makes room for `frames` more and lets `fill` write them at the end. */
  #append(frames: number, fill: (pending: Float32Array, channel: number) => void): void {
    const needed = this.#pendingFrames + frames;
    this.#pending.forEach((pending, channel) => {
      let target = pending;
      if (pending.length < needed) {
        target = new Float32Array(needed);
        target.set(pending.subarray(0, this.#pendingFrames));
        this.#pending[channel] = target;
      }
      fill(target, channel);
    });
    this.#pendingFrames = needed;
  }

  #completeOutputs({ taps }: FilterBank): number {
    return this.#outputsUpTo(this.#pendingFrames - taps);
  }

  /** How many outputs have their filter begin at or before `index` of the pending input. */
  #outputsUpTo(index: number): number {
    const ahead = index - this.#position.index;
    if (ahead < 0) return 0;
    const { up, down } = this.#ratio;
    return Math.floor(((ahead + 1) * up - 1 - this.#position.phase) / down) + 1;
  }

  #convolve(bank: FilterBank, frames: number): AudioBlock {
    const { channels } = this.#output;
    this.#pending.forEach((pending, channel) => {
      let target = channels[channel];
      if (target === undefined || target.length < frames) {
        target = new Float32Array(frames);
        channels[channel] = target;
      }
      convolve(bank, this.#ratio, this.#position, pending, target.subarray(0, frames));
    });
    this.#output.frames = frames;
    this.#advance(frames);
    return this.#output;
  }

  #advance(outputs: number): void {
    const { up, down } = this.#ratio;
    const distance = this.#position.phase + outputs * down;
    const index = this.#position.index + Math.floor(distance / up);
    const drop = Math.min(index, this.#pendingFrames);
    for (const pending of this.#pending) pending.copyWithin(0, drop, this.#pendingFrames);
    this.#pendingFrames -= drop;
    this.#dropped += drop;
    this.#position = { index: index - drop, phase: distance % up };
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
