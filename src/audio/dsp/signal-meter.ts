import type { AudioBlock } from '../audio-input.ts';
import { ClipCounter } from './clip-counter.ts';
import { amplitudeToDb, powerToDb } from './decibels.ts';
import { type Scan, scan } from './scan.ts';
import { SoundFinder, type SoundSpan } from './silence.ts';
import { StereoMeter, type StereoRelation } from './stereo-meter.ts';
import { type Waveform, WaveformBins } from './waveform-bins.ts';

export interface SignalMeterOptions {
  sampleRate: number;
  channels: number;
  /** Magnitude from which a sample may be clipped: `fullScaleOf` the file. */
  fullScale?: number | undefined;
  /** RMS in dBFS above which 10 ms are a sound. */
  threshold?: number | undefined;
}

/** Levels in dBFS, -Infinity for digital silence; an RMS of 0 dBFS is that of a square wave of full scale. */
export interface ChannelLevels {
  peak: number;
  rms: number;
  /** Peak over RMS in dB; undefined for digital silence. */
  crest: number | undefined;
  /** Mean of the samples, from -1 to 1. */
  dcOffset: number;
  /** Runs of 3 or more samples at full scale, and the samples in them. */
  clipped: { runs: number; samples: number };
}

/** What a stream is like. */
export interface SignalLevels {
  frames: number;
  /** Of all channels together; `dcOffset` is the largest one. */
  overall: ChannelLevels;
  channels: ChannelLevels[];
  /** Whether every sample is 0. */
  isDigitalSilence: boolean;
  /** First and last sound in frames; undefined when all is silent. */
  sound: SoundSpan | undefined;
  /** Seconds of silence before the first and after the last sound; all of it before, when all is silent. */
  silenceBefore: number;
  silenceAfter: number;
  /** How the two channels of stereo relate; undefined for other numbers of channels. */
  stereo: StereoRelation | undefined;
  waveform: Waveform;
}

interface ChannelTotals {
  peak: number;
  sum: number;
  squares: number;
  clips: ClipCounter;
}

/**
 * Measures levels, offset, clipping, silence and outline of a stream in one pass. Memory is fixed. Samples that are no
 * finite numbers count as 0.
 */
export class SignalMeter {
  readonly #sampleRate: number;
  readonly #channels: ChannelTotals[];
  readonly #sound: SoundFinder;
  readonly #bins: WaveformBins;
  readonly #stereo: StereoMeter | undefined;
  readonly #found: Scan = { min: 0, max: 0, sum: 0, squares: 0 };

  constructor({ sampleRate, channels, fullScale = 32_767 / 32_768, threshold }: SignalMeterOptions) {
    this.#sampleRate = sampleRate;
    this.#channels = Array.from({ length: channels }, () => ({
      peak: 0,
      sum: 0,
      squares: 0,
      clips: new ClipCounter(fullScale),
    }));
    this.#sound = new SoundFinder({ sampleRate, channels, threshold });
    this.#bins = new WaveformBins(channels);
    this.#stereo = channels === 2 ? new StereoMeter() : undefined;
  }

  add({ frames, channels }: AudioBlock): void {
    for (let at = 0; at < frames; ) {
      const end = Math.min(frames, at + this.#sound.room, at + this.#bins.room);
      for (let i = 0; i < this.#channels.length; i++) {
        const samples = channels[i];
        if (samples !== undefined) this.#addChannel(i, samples, at, end);
      }
      this.#sound.advance(end - at);
      this.#bins.advance(end - at);
      at = end;
    }
    const [left, right] = channels;
    if (left !== undefined && right !== undefined) this.#stereo?.add(left, right, frames);
  }

  /** What was found. The stream ends here. */
  finish(): SignalLevels {
    const { frames } = this.#sound;
    const sound = this.#sound.finish();
    const toSeconds = (count: number) => count / this.#sampleRate;
    return {
      frames,
      overall: this.#overall(frames),
      channels: this.#channels.map((totals) => levelsOf(totals, totals.clips.result, frames)),
      isDigitalSilence: this.#channels.every(({ peak }) => peak === 0),
      sound,
      silenceBefore: toSeconds(sound === undefined ? frames : sound.start),
      silenceAfter: toSeconds(sound === undefined ? 0 : frames - sound.end),
      stereo: this.#stereo?.result(),
      waveform: this.#bins.result(this.#sampleRate),
    };
  }

  #addChannel(channel: number, samples: Float32Array, start: number, end: number): void {
    const totals = this.#channels[channel] as ChannelTotals;
    const found = this.#found;
    scan(samples, start, end, found);
    const { min, max } = found;
    totals.sum += found.sum;
    totals.squares += found.squares;
    if (max > totals.peak) totals.peak = max;
    if (-min > totals.peak) totals.peak = -min;
    totals.clips.add(samples, start, end, min, max);
    this.#sound.addChannel(channel, found);
    this.#bins.addChannel(channel, min, max);
  }

  #overall(frames: number): ChannelLevels {
    const all = this.#channels;
    const peak = Math.max(0, ...all.map((channel) => channel.peak));
    const squares = all.reduce((sum, channel) => sum + channel.squares, 0) / Math.max(1, all.length);
    const sum = all.reduce(
      (most, channel) => (Math.abs(channel.sum) > Math.abs(most) ? channel.sum : most),
      0,
    );
    const clips = all.map((channel) => channel.clips.result);
    const runs = clips.reduce((total, clip) => total + clip.runs, 0);
    const samples = clips.reduce((total, clip) => total + clip.samples, 0);
    return levelsOf({ peak, sum, squares }, { runs, samples }, frames);
  }
}

function levelsOf(
  { peak, sum, squares }: { peak: number; sum: number; squares: number },
  clipped: { runs: number; samples: number },
  frames: number,
): ChannelLevels {
  const count = Math.max(1, frames);
  const levels = { peak: amplitudeToDb(peak), rms: powerToDb(squares / count) };
  const crest = peak === 0 ? undefined : levels.peak - levels.rms;
  return { ...levels, crest, dcOffset: sum / count, clipped };
}
