import type { AudioBlock } from '../audio-input.ts';
import { type DownmixGains, downmix } from './downmix.ts';
import type { Stage } from './stage.ts';

/** Mixes channels by given weights, see `downmixGains`. */
export class Mixer implements Stage {
  readonly #gains: DownmixGains;
  readonly #output: AudioBlock;

  constructor(gains: DownmixGains) {
    this.#gains = gains;
    this.#output = { frames: 0, channels: gains.map(() => new Float32Array(0)) };
  }

  process({ frames, channels }: AudioBlock): AudioBlock {
    const output = this.#output;
    if ((output.channels[0]?.length ?? 0) < frames)
      output.channels = this.#gains.map(() => new Float32Array(frames));
    downmix(channels, frames, this.#gains, output.channels);
    output.frames = frames;
    return output;
  }

  flush(): AudioBlock {
    this.#output.frames = 0;
    return this.#output;
  }
}

/** One of the channels alone; `index` counts from 0. */
export class ChannelPicker implements Stage {
  readonly #index: number;
  readonly #output: AudioBlock = { frames: 0, channels: [] };

  constructor(index: number) {
    this.#index = index;
  }

  process({ frames, channels }: AudioBlock): AudioBlock {
    this.#output.frames = frames;
    this.#output.channels = channels.slice(this.#index, this.#index + 1);
    return this.#output;
  }

  flush(): AudioBlock {
    this.#output.frames = 0;
    return this.#output;
  }
}
