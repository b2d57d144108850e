import type { AudioBlock } from '../audio-input.ts';
import type { ChannelLayout } from '../layout.ts';
import { Gain } from './gain.ts';
import { Limiter } from './limiter.ts';
import { LoudnessMeter } from './loudness.ts';
import type { NormalizePlan } from './normalize.ts';

export interface NormalizeTrialOptions {
  sampleRate: number;
  layout: ChannelLayout;
  plan: NormalizePlan;
  /** Wanted loudness in LUFS. */
  target: number;
  /** Highest true peak allowed, in dBTP. */
  ceiling?: number | undefined;
}

/** Gains in dB over the planned one that are tried. More would do more harm than a result that is too soft. */
const STEPS = [0, 1, 2.5];

/** Smaller shortfalls are not worth a remark. */
const SHORTFALL = 0.5;

interface Attempt {
  gain: number;
  stages: [Gain, Limiter];
  meter: LoudnessMeter;
}

/**
 * What a limiter takes away a little more gain gives back. This runs a stream through a plan that needs a limiter and
 * through two louder ones, all at once, and finds the gain in between that reaches the target, to about 0.1 LU.
 */
export class NormalizeTrial {
  readonly #options: NormalizeTrialOptions;
  readonly #attempts: Attempt[];

  constructor(options: NormalizeTrialOptions) {
    const { sampleRate, layout, plan, ceiling } = options;
    const channels = layout.length;
    this.#options = options;
    this.#attempts = STEPS.map((step) => ({
      gain: plan.gain + step,
      stages: [
        new Gain({ channels, gain: plan.gain + step }),
        new Limiter({ sampleRate, channels, ceiling }),
      ],
      meter: new LoudnessMeter({ sampleRate, layout }),
    }));
  }

  add(block: AudioBlock): void {
    for (const { stages, meter } of this.#attempts) {
      const [gain, limiter] = stages;
      meter.add(limiter.process(gain.process(block)));
    }
  }

  /** The plan with its gain raised. A note says so when even that stays below the target. */
  finish(): NormalizePlan {
    const { plan, target } = this.#options;
    const points = this.#attempts.map(({ gain, stages, meter }) => {
      meter.add(stages[1].flush());
      return { gain, loudness: meter.result().integrated };
    });
    const above = points.findIndex(({ loudness }) => loudness >= target);
    if (above === 0) return plan;
    const [before, after] = points.slice(above - 1).slice(0, 2);
    if (above > 0 && before !== undefined && after !== undefined) {
      const part = (target - before.loudness) / (after.loudness - before.loudness);
      return { ...plan, gain: before.gain + part * (after.gain - before.gain) };
    }
    const { gain, loudness } = points[points.length - 1] as { gain: number; loudness: number };
    if (!(loudness < target - SHORTFALL)) return { ...plan, gain };
    const text = `The loudness reaches ${loudness.toFixed(1)} LUFS instead of ${target}: its peaks allow no more.`;
    return { ...plan, gain, notes: [...plan.notes, { level: 'warning', text }] };
  }
}
