import type { AudioBlock } from '../audio-input.ts';
import type { Stage } from './stage.ts';

/** A part of a stream: `frames` frames from `start` on; to its end when `frames` is undefined. */
export interface CutOptions {
  start: number;
  frames?: number | undefined;
}

/** Keeps a part of a stream, to the frame. */
export class Cut implements Stage {
  readonly #start: number;
  readonly #end: number;
  #position = 0;

  /** @throws RangeError when `start` or `frames` is negative or no whole number. */
  constructor({ start, frames }: CutOptions) {
    for (const value of [start, frames ?? 0]) {
      if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`Not a number of frames: ${value}`);
    }
    this.#start = start;
    this.#end = frames === undefined ? Number.POSITIVE_INFINITY : start + frames;
  }

  /** Whether nothing that follows belongs to the part, so that decoding can stop. */
  get isOver(): boolean {
    return this.#position >= this.#end;
  }

  /** The arrays of the result are (parts of) those of `block`. */
  process(block: AudioBlock): AudioBlock {
    const from = clamp(this.#start - this.#position, block.frames);
    const to = clamp(this.#end - this.#position, block.frames);
    this.#position += block.frames;
    if (from === 0 && to === block.frames) return block;
    return { frames: to - from, channels: block.channels.map((channel) => channel.subarray(from, to)) };
  }

  flush(): AudioBlock {
    return { frames: 0, channels: [] };
  }
}

function clamp(value: number, max: number): number {
  return Math.max(0, Math.min(max, value));
}
