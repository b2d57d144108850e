import type { AudioBlock } from '../audio-input.ts';
import { dbToAmplitude } from './decibels.ts';
import type { Stage } from './stage.ts';

/** Makes a stream louder or softer by a fixed number of dB; 0 dB passes the blocks on as they are. */
export class Gain implements Stage {
  readonly #factor: number;
  readonly #output: AudioBlock;

  constructor({ channels, gain }: { channels: number; gain: number }) {
    this.#factor = dbToAmplitude(gain);
    this.#output = { frames: 0, channels: Array.from({ length: channels }, () => new Float32Array(0)) };
  }

  process(block: AudioBlock): AudioBlock {
    if (this.#factor === 1) return block;
    this.#output.frames = block.frames;
    this.#output.channels.forEach((old, i) => {
      const source = block.channels[i];
      const target = old.length < block.frames ? new Float32Array(block.frames) : old;
      this.#output.channels[i] = target;
      if (source !== undefined) scale(source, target, block.frames, this.#factor);
    });
    return this.#output;
  }

  flush(): AudioBlock {
    return { frames: 0, channels: this.#output.channels };
  }
}

function scale(source: Float32Array, target: Float32Array, frames: number, factor: number): void {
  for (let i = 0; i < frames; i++) target[i] = (source[i] as number) * factor;
}
