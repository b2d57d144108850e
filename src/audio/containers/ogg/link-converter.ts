import type { AudioBlock, AudioInfo } from '../../audio-input.ts';
import { type DownmixGains, downmix, downmixGains } from '../../dsp/downmix.ts';
import { Resampler } from '../../dsp/resampler.ts';
import type { ChannelLayout } from '../../layout.ts';

type Shape = Pick<AudioInfo, 'sampleRate' | 'layout'>;

/** Brings the audio of a later link to the sample rate and the channels of the first one. */
export class LinkConverter {
  readonly #gains: DownmixGains | undefined;
  readonly #resampler: Resampler;
  #mixed: Float32Array[];

  constructor(from: Shape, to: Shape) {
    this.#gains = mixGains(from.layout, to.layout);
    this.#mixed = to.layout.map(() => new Float32Array(0));
    this.#resampler = new Resampler({
      inputRate: from.sampleRate,
      outputRate: to.sampleRate,
      channels: to.layout.length,
    });
  }

  process(block: AudioBlock): AudioBlock {
    return this.#resampler.process(this.#mix(block), block.frames);
  }

  /** What is left after the last block. */
  flush(): AudioBlock {
    return this.#resampler.flush();
  }

  #mix({ frames, channels }: AudioBlock): Float32Array[] {
    if (this.#gains === undefined) return channels;
    if ((this.#mixed[0]?.length ?? 0) < frames) {
      this.#mixed = this.#mixed.map(() => new Float32Array(frames));
    }
    downmix(channels, frames, this.#gains, this.#mixed);
    return this.#mixed;
  }
}

/** Weights that bring one layout to another; undefined when they are the same. */
function mixGains(from: ChannelLayout, to: ChannelLayout): DownmixGains | undefined {
  if (from.length === to.length && from.every((speaker, i) => speaker === to[i])) return undefined;
  if (to.length === 1) return downmixGains(from, 1);
  if (to.length === 2) return downmixGains(from, 2);
  if (from.length === 1) {
    const hasCentre = to.includes('FC');
    return to.map((speaker) => [speaker === 'FC' || (!hasCentre && /^F[LR]$/.test(speaker)) ? 1 : 0]);
  }
  return to.map((speaker) => from.map((other) => (other === speaker ? 1 : 0)));
}
