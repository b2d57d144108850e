import type { AudioBlock } from '../audio-input.ts';
import { dbToPower } from './decibels.ts';
import { type Scan, scan } from './scan.ts';

/** When something is a sound. */
export interface SoundOptions {
  sampleRate: number;
  channels: number;
  /** RMS in dBFS (0 dBFS is the RMS of a square wave of full scale) above which 10 ms are a sound. */
  threshold?: number | undefined;
}

/** Frames from the first sound (`start`) to the end of the last (`end`, not included), in whole windows. */
export interface SoundSpan {
  start: number;
  end: number;
}

/** -50 dBFS: below speech from afar, above the noise of a telephone line or 8-bit samples. */
export const DEFAULT_SILENCE_THRESHOLD = -50;

const WINDOW_SECONDS = 0.01;

/**
 * Finds the first and the last sound of a stream. The RMS of windows of 10 ms decides, in the channel where it is
 * largest; it is taken around the mean of the window, so that a DC offset is no sound.
 */
export class SoundFinder {
  readonly windowFrames: number;
  readonly #threshold: number;
  readonly #sums: Float64Array;
  readonly #squares: Float64Array;
  #inWindow = 0;
  #frames = 0;
  #start = -1;
  #end = 0;

  constructor({ sampleRate, channels, threshold = DEFAULT_SILENCE_THRESHOLD }: SoundOptions) {
    this.windowFrames = Math.max(1, Math.round(sampleRate * WINDOW_SECONDS));
    this.#threshold = dbToPower(threshold);
    this.#sums = new Float64Array(channels);
    this.#squares = new Float64Array(channels);
  }

  /** Frames until the window ends. */
  get room(): number {
    return this.windowFrames - this.#inWindow;
  }

  /** Adds what was found in the next samples of a channel; `advance` follows when all channels have had theirs. */
  addChannel(channel: number, { sum, squares }: Scan): void {
    this.#sums[channel] = (this.#sums[channel] as number) + sum;
    this.#squares[channel] = (this.#squares[channel] as number) + squares;
  }

  /** Goes on by `frames`, at most `room`. */
  advance(frames: number): void {
    this.#inWindow += frames;
    this.#frames += frames;
    if (this.#inWindow === this.windowFrames) this.#endWindow();
  }

  /** All frames so far. */
  get frames(): number {
    return this.#frames;
  }

  /** Where the sounds are; undefined when all is silent. What was added ends here. */
  finish(): SoundSpan | undefined {
    if (this.#inWindow > 0) this.#endWindow();
    return this.#start < 0 ? undefined : { start: this.#start, end: this.#end };
  }

  #endWindow(): void {
    if (this.#isSound()) {
      if (this.#start < 0) this.#start = this.#frames - this.#inWindow;
      this.#end = this.#frames;
    }
    this.#inWindow = 0;
    this.#sums.fill(0);
    this.#squares.fill(0);
  }

  #isSound(): boolean {
    for (let i = 0; i < this.#sums.length; i++) {
      const mean = (this.#sums[i] as number) / this.#inWindow;
      if ((this.#squares[i] as number) / this.#inWindow - mean * mean > this.#threshold) return true;
    }
    return false;
  }
}

/** Finds the first and the last sound of a whole stream, and how long it is. `span` is undefined when all is silent. */
export async function findSound(
  blocks: AsyncIterable<AudioBlock>,
  options: SoundOptions,
): Promise<{ frames: number; span: SoundSpan | undefined }> {
  const finder = new SoundFinder(options);
  const found: Scan = { min: 0, max: 0, sum: 0, squares: 0 };
  for await (const { frames, channels } of blocks) {
    for (let at = 0; at < frames; ) {
      const end = Math.min(frames, at + finder.room);
      for (let channel = 0; channel < options.channels; channel++) {
        const samples = channels[channel];
        if (samples === undefined) continue;
        scan(samples, at, end, found);
        finder.addChannel(channel, found);
      }
      finder.advance(end - at);
      at = end;
    }
  }
  return { frames: finder.frames, span: finder.finish() };
}

/** How silence is trimmed; times in milliseconds. */
export interface TrimOptions {
  sampleRate: number;
  /** Silence that stays before the first sound. */
  before?: number | undefined;
  /** Silence that stays after the last sound. */
  after?: number | undefined;
  /** Length of the fades where something is cut. */
  fade?: number | undefined;
}

/** What stays of a stream, for `Cut`, and the fades at its ends, for `Fade`; all in frames. */
export interface TrimPlan {
  start: number;
  frames: number;
  fadeIn: number;
  fadeOut: number;
}

/** Which part of a stream of `frames` frames stays when the silence around `span` goes: fades only where it was cut. */
export function planTrim(span: SoundSpan, frames: number, options: TrimOptions): TrimPlan {
  const { sampleRate, before = 50, after = 100, fade = 5 } = options;
  const toFrames = (milliseconds: number) => Math.round((milliseconds / 1000) * sampleRate);
  const start = Math.max(0, span.start - toFrames(before));
  const end = Math.min(frames, span.end + toFrames(after));
  // A fade never reaches into the sound itself.
  const fadeIn = start > 0 ? Math.min(toFrames(fade), span.start - start) : 0;
  const fadeOut = end < frames ? Math.min(toFrames(fade), end - span.end) : 0;
  return { start, frames: end - start, fadeIn, fadeOut };
}
