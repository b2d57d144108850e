import type { AudioBlock, AudioInput, AudioNote, OpenOptions } from './audio-input.ts';
import { MAX_SAMPLE_RATE, MIN_SAMPLE_RATE } from './containers/wav-format.ts';
import { Cut } from './dsp/cut.ts';
import { downmixGains } from './dsp/downmix.ts';
import { Fade } from './dsp/fade.ts';
import { Gain } from './dsp/gain.ts';
import { Limiter } from './dsp/limiter.ts';
import { LoudnessMeter } from './dsp/loudness.ts';
import { ChannelPicker, Mixer } from './dsp/mixer.ts';
import { type NormalizePlan, planNormalize } from './dsp/normalize.ts';
import { NormalizeTrial } from './dsp/normalize-trial.ts';
import { Resampler } from './dsp/resampler.ts';
import { runStages } from './dsp/run-stages.ts';
import { DEFAULT_SILENCE_THRESHOLD, findSound, planTrim, type TrimPlan } from './dsp/silence.ts';
import type { Stage } from './dsp/stage.ts';
import { TruePeakMeter } from './dsp/true-peak.ts';
import { AudioError, countOf, formatSeconds } from './errors.ts';
import type { ChannelLayout } from './layout.ts';

/** What is to become of an input. */
export interface ProcessOptions {
  /** In Hz; that of the input when left out. */
  sampleRate?: number | undefined;
  /** Mono, stereo, or as many as there are (the default). */
  channels?: 'source' | 1 | 2 | undefined;
  /** One channel of the input alone, counted from 1, instead of a mix. */
  channel?: number | undefined;
  /** In dB. */
  gain?: number | undefined;
  /** Integrated loudness to be reached, in LUFS; a limiter then keeps the true peak below -1 dBTP. */
  normalize?: number | undefined;
  /** Leaves out silence at both ends; `threshold` in dBFS. */
  trimSilence?: boolean | { threshold?: number | undefined } | undefined;
  /** Begin and length of the part that is taken, in seconds. */
  start?: number | undefined;
  duration?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** An input on its way to what it shall become. */
export interface ProcessedAudio {
  sampleRate: number;
  channels: number;
  layout: ChannelLayout;
  /** What a person should know; complete when `blocks` has ended. */
  readonly notes: readonly AudioNote[];
  /** The audio, from its beginning at each call. @throws AudioError when the input fails or nothing is left of it. */
  blocks(): AsyncGenerator<AudioBlock, void, undefined>;
}

/** What an input for `options` is best opened with. */
export function wantedFor({ sampleRate, channels, channel }: ProcessOptions): OpenOptions['wanted'] {
  return { sampleRate, mono: channels === 1 && channel === undefined };
}

/**
 * Cuts, mixes, trims, resamples and levels `input`, in this order. What has to be known of the whole before (its
 * silence, its loudness) is measured in a pass of its own. The input stays open.
 *
 * @throws AudioError when the options do not fit the input, or the input fails; the reason of `signal` when aborted.
 */
export async function processAudio(input: AudioInput, options: ProcessOptions): Promise<ProcessedAudio> {
  const plan = new Plan(input, options);
  await plan.measure();
  return plan;
}

class Plan implements ProcessedAudio {
  readonly sampleRate: number;
  readonly layout: ChannelLayout;
  readonly #input: AudioInput;
  readonly #options: ProcessOptions;
  #trim: TrimPlan | undefined;
  #gain: number;
  #needsLimiter = false;
  #notes: AudioNote[] = [];

  constructor(input: AudioInput, options: ProcessOptions) {
    checkOptions(input, options);
    this.#input = input;
    this.#options = options;
    this.#gain = options.gain ?? 0;
    this.sampleRate = options.sampleRate ?? input.info.sampleRate;
    this.layout = layoutFor(input.info.layout, options);
  }

  get channels(): number {
    return this.layout.length;
  }

  get notes(): readonly AudioNote[] {
    return [...(this.#input.notes ?? []), ...this.#notes];
  }

  /** Finds out what the stages have to be told. */
  async measure(): Promise<void> {
    if (this.#options.trimSilence) await this.#findSound();
    const target = this.#options.normalize;
    if (target === undefined) return;
    let plan = planNormalize({ ...(await this.#level()), target });
    if (plan.needsLimiter) plan = await this.#tryLimiter(plan, target);
    this.#gain += plan.gain;
    this.#needsLimiter = plan.needsLimiter;
    this.#notes.push(...plan.notes);
  }

  async *blocks(): AsyncGenerator<AudioBlock, void, undefined> {
    let isEmpty = true;
    for await (const block of this.#run([...this.#shape(), ...this.#leveling()])) {
      isEmpty = false;
      yield block;
    }
    if (isEmpty) throw nothingLeft(this.#options);
  }

  #run(stages: Stage[]): AsyncGenerator<AudioBlock, void, undefined> {
    const { isLive } = this.#input;
    return runStages(this.#input.blocks(this.#options.signal), stages, isLive);
  }

  /** Cut and mixed, at the rate of the input. */
  #mixed(): Stage[] {
    const { start = 0, duration } = this.#options;
    const { sampleRate, layout, channels } = this.#input.info;
    const stages: Stage[] = [];
    if (start > 0 || duration !== undefined) {
      const frames = duration === undefined ? undefined : Math.round(duration * sampleRate);
      stages.push(new Cut({ start: Math.round(start * sampleRate), frames }));
    }
    if (this.#options.channel !== undefined) stages.push(new ChannelPicker(this.#options.channel - 1));
    else if (this.channels !== channels)
      stages.push(new Mixer(downmixGains(layout, this.channels === 1 ? 1 : 2)));
    return stages;
  }

  /** As it will be, but for its level. */
  #shape(): Stage[] {
    const { channels, sampleRate } = this;
    const inputRate = this.#input.info.sampleRate;
    const stages = this.#mixed();
    if (this.#trim !== undefined) stages.push(new Cut(this.#trim), new Fade({ channels, ...this.#trim }));
    const { isLive } = this.#input;
    if (inputRate !== sampleRate)
      stages.push(new Resampler({ inputRate, outputRate: sampleRate, channels, isLive }));
    return stages;
  }

  #leveling(): Stage[] {
    const { channels, sampleRate } = this;
    const stages: Stage[] = [];
    if (this.#gain !== 0) stages.push(new Gain({ channels, gain: this.#gain }));
    if (this.#needsLimiter) stages.push(new Limiter({ sampleRate, channels }));
    return stages;
  }

  async #findSound(): Promise<void> {
    const { channels } = this;
    const { sampleRate } = this.#input.info;
    const { trimSilence } = this.#options;
    const threshold =
      (typeof trimSilence === 'object' ? trimSilence.threshold : undefined) ?? DEFAULT_SILENCE_THRESHOLD;
    const { frames, span } = await findSound(this.#run(this.#mixed()), { sampleRate, channels, threshold });
    if (span !== undefined) {
      this.#trim = planTrim(span, frames, { sampleRate });
      return;
    }
    this.#notes.push({
      level: 'warning',
      text: `Nothing is louder than ${threshold} dBFS: the silence at the ends was not trimmed.`,
    });
  }

  /** Loudness and true peak of what is to be normalised. */
  async #level(): Promise<{ integrated: number; truePeak: number }> {
    const loudness = new LoudnessMeter(this);
    const peak = new TruePeakMeter(this);
    for await (const block of this.#run([...this.#shape(), ...this.#leveling()])) {
      loudness.add(block);
      peak.add(block);
    }
    return { integrated: loudness.result().integrated, truePeak: Math.max(...peak.finish()) };
  }

  async #tryLimiter(plan: NormalizePlan, target: number): Promise<NormalizePlan> {
    const { sampleRate, layout } = this;
    const trial = new NormalizeTrial({ sampleRate, layout, plan, target });
    for await (const block of this.#run([...this.#shape(), ...this.#leveling()])) trial.add(block);
    return trial.finish();
  }
}

function layoutFor(layout: ChannelLayout, { channels = 'source', channel }: ProcessOptions): ChannelLayout {
  if (channel !== undefined) return ['mono'];
  if (channels === 'source' || channels === layout.length) return layout;
  return channels === 1 ? ['mono'] : ['FL', 'FR'];
}

function checkOptions({ info }: AudioInput, { sampleRate, channel, start = 0 }: ProcessOptions): void {
  const isRate = (rate: number) =>
    Number.isInteger(rate) && rate >= MIN_SAMPLE_RATE && rate <= MAX_SAMPLE_RATE;
  if (sampleRate !== undefined && !isRate(sampleRate)) {
    throw new AudioError(`Audio cannot be converted to a sample rate of ${sampleRate} Hz.`, {
      hint: `Choose a whole number from ${MIN_SAMPLE_RATE} to ${MAX_SAMPLE_RATE}, for instance 24000.`,
    });
  }
  if (channel !== undefined && (channel < 1 || channel > info.channels)) {
    throw new AudioError(
      `There is no channel ${channel}: the file has ${countOf(info.channels, 'channel')}.`,
      {
        hint: 'Channels are counted from 1.',
      },
    );
  }
  if (info.seconds !== undefined && start >= info.seconds) {
    throw new AudioError(
      `There is nothing at ${formatSeconds(start)}: the file has only ${formatSeconds(info.seconds)}.`,
      { hint: 'Choose an earlier start.' },
    );
  }
}

function nothingLeft({ start, duration }: ProcessOptions): AudioError {
  return new AudioError(
    start === undefined && duration === undefined
      ? 'There is no audio in the file.'
      : 'There is no audio in the part that was chosen.',
    { hint: 'Choose an earlier start or a longer duration.' },
  );
}
