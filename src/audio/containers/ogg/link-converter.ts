import type { AudioBlock, AudioInfo } from '../../audio-input.ts';
import { type DownmixGains, downmixGains } from '../../dsp/downmix.ts';
import { Mixer } from '../../dsp/mixer.ts';
import { Resampler } from '../../dsp/resampler.ts';
import type { Stage } from '../../dsp/stage.ts';
import type { ChannelLayout } from '../../layout.ts';

type Shape = Pick<AudioInfo, 'sampleRate' | 'layout'>;

/** Brings the audio of a later link to the sample rate and the channels of the first one. */
export class LinkConverter implements Stage {
  readonly #mixer: Mixer | undefined;
  readonly #resampler: Resampler;

  constructor(from: Shape, to: Shape) {
    const gains = mixGains(from.layout, to.layout);
    this.#mixer = gains && new Mixer(gains);
    this.#resampler = new Resampler({
      inputRate: from.sampleRate,
      outputRate: to.sampleRate,
      channels: to.layout.length,
    });
  }

  process(block: AudioBlock): AudioBlock {
    return this.#resampler.process(this.#mixer?.process(block) ?? block);
  }

  flush(): AudioBlock {
    return this.#resampler.flush();
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
