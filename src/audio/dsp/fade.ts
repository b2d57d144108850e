import type { AudioBlock } from '../audio-input.ts';
import type { Stage } from './stage.ts';

/** Lengths in frames. */
export interface FadeOptions {
  channels: number;
  /** Of the whole stream. */
  frames: number;
  /** 0: none. */
  fadeIn: number;
  /** 0: none. */
  fadeOut: number;
}

/**
 * Fades a stream of known length in and out along half a cosine, so that a cut does not click. What lies between
 * comes out as it went in. In a stream that is shorter than both fades, they overlap.
 */
export class Fade implements Stage {
  readonly #options: FadeOptions;
  readonly #output: Float32Array[];
  #position = 0;

  constructor(options: FadeOptions) {
    this.#options = options;
    this.#output = Array.from({ length: options.channels }, () => new Float32Array(0));
  }

  process(block: AudioBlock): AudioBlock {
    const { frames } = block;
    const start = this.#position;
    const { fadeIn, frames: length, fadeOut } = this.#options;
    this.#position += frames;
    if (start >= fadeIn && start + frames <= length - fadeOut) return block;
    this.#output.forEach((old, i) => {
      const target = old.length < frames ? new Float32Array(frames) : old;
      const source = block.channels[i];
      this.#output[i] = target;
      for (let at = 0; source !== undefined && at < frames; at++) {
        target[at] = (source[at] as number) * this.#gainAt(start + at);
      }
    });
    return { frames, channels: this.#output };
  }

  flush(): AudioBlock {
    return { frames: 0, channels: this.#output };
  }

  #gainAt(position: number): number {
    const { fadeIn, frames, fadeOut } = this.#options;
    const rise = position < fadeIn ? slope((position + 0.5) / fadeIn) : 1;
    const left = frames - position;
    return left <= fadeOut ? rise * slope(Math.max(0, left - 0.5) / fadeOut) : rise;
  }
}

/** From 0 at 0 to 1 at 1, without corners. */
function slope(x: number): number {
  return (1 - Math.cos(Math.PI * x)) / 2;
}
