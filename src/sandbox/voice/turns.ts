import { SAMPLE_RATE } from './protocol.ts';
import type { Settings } from './settings.ts';

/** Length of the pieces of audio that are judged as sound or silence. */
const FRAMES_PER_SECOND = 50;
const FRAME_SAMPLES = SAMPLE_RATE / FRAMES_PER_SECOND;
/** Root mean square of a frame above which it is sound: -45 dB below full scale. */
const SOUND_POWER = (32_768 * 10 ** (-45 / 20)) ** 2;
/** Silence up to this many frames inside speech (closed lips before a "p") counts as speech. */
const HANGOVER_FRAMES = 5;

/** Why a turn ended: silence in the audio, no more audio at all, or `max_turn_duration`. */
export type TurnEnd = 'silence' | 'no_audio' | 'max_duration';

/** What was heard in one turn of the user. Times in seconds of received audio. */
export interface Turn {
  /** Speech without the pauses in it. */
  speech: number;
  /** From the first to the last sound, counted from the start of the session. */
  from: number;
  to: number;
  /** Where the turn was found to have ended, with the silence after it. */
  until: number;
  /** Mean level in dB below full scale (0 is the loudest), and how much the level of the frames varies around it. */
  level: number;
  variation: number;
  endedBy: TurnEnd;
}

/** `speech` comes with each frame of sound (`seconds` of it so far in the turn), `turn` when a turn is over. */
export type Heard = { kind: 'speech'; seconds: number } | { kind: 'turn'; turn: Turn };

/**
 * Finds turns by the energy of the sound, in the time of the audio: how fast the audio arrives does not matter.
 * Sounds shorter than `minSpeakingTime` are never told of.
 */
export class TurnDetector {
  readonly #settings: () => Readonly<Settings>;
  readonly #frame = new Int16Array(FRAME_SAMPLES);
  #filled = 0;
  #frames = 0;
  #sound: Sound | undefined;

  /** @param settings asked anew for each frame, so that a change acts at once */
  constructor(settings: () => Readonly<Settings>) {
    this.#settings = settings;
  }

  /** Whether sound was heard whose turn has not ended. */
  get pending(): boolean {
    return this.#sound !== undefined;
  }

  /** Seconds of audio that were judged so far. */
  get seconds(): number {
    return secondsOf(this.#frames);
  }

  /** Takes the next samples (24 kHz) and says what they brought, in order. */
  push(samples: Int16Array): Heard[] {
    const heard: Heard[] = [];
    for (let at = 0; at < samples.length; ) {
      if (this.#filled === 0 && samples.length - at >= FRAME_SAMPLES) {
        this.#hear(powerOf(samples, at), heard);
        this.#frames++;
        at += FRAME_SAMPLES;
        continue;
      }
      const count = Math.min(FRAME_SAMPLES - this.#filled, samples.length - at);
      this.#frame.set(samples.subarray(at, at + count), this.#filled);
      this.#filled += count;
      at += count;
      if (this.#filled < FRAME_SAMPLES) break;
      this.#filled = 0;
      this.#hear(powerOf(this.#frame, 0), heard);
      this.#frames++;
    }
    return heard;
  }

  /** Ends a pending turn now. */
  end(endedBy: TurnEnd): Heard[] {
    return this.#end(endedBy, this.#frames);
  }

  #end(endedBy: TurnEnd, until: number): Heard[] {
    const sound = this.#sound;
    this.#sound = undefined;
    if (sound === undefined || !this.#longEnough(sound)) return [];
    const level = sound.levels / sound.loud;
    const turn: Turn = {
      speech: secondsOf(sound.speech),
      from: secondsOf(sound.first),
      to: secondsOf(sound.last + 1),
      until: secondsOf(until),
      level,
      variation: Math.sqrt(Math.max(0, sound.squares / sound.loud - level * level)),
      endedBy,
    };
    return [{ kind: 'turn', turn }];
  }

  #hear(power: number, heard: Heard[]): void {
    const settings = this.#settings();
    if (power > SOUND_POWER) {
      this.#sound ??= {
        first: this.#frames,
        last: this.#frames - 1,
        speech: 0,
        loud: 0,
        levels: 0,
        squares: 0,
      };
      const sound = this.#sound;
      const gap = this.#frames - sound.last - 1;
      sound.speech += 1 + (gap <= HANGOVER_FRAMES ? gap : 0);
      sound.last = this.#frames;
      const level = 10 * Math.log10(power / 32_768 ** 2);
      sound.loud++;
      sound.levels += level;
      sound.squares += level * level;
      if (this.#longEnough(sound)) heard.push({ kind: 'speech', seconds: secondsOf(sound.speech) });
    }
    if (this.#sound === undefined) return;
    const silence = this.#frames - this.#sound.last;
    if (settings.turnDetection && silence >= Math.max(1, framesOf(settings.silenceThreshold)))
      heard.push(...this.#end('silence', this.#frames + 1));
    else if (this.#frames + 1 - this.#sound.first >= framesOf(settings.maxTurnDuration))
      heard.push(...this.#end('max_duration', this.#frames + 1));
  }

  #longEnough(sound: Sound): boolean {
    return sound.speech >= framesOf(this.#settings().minSpeakingTime);
  }
}

/** The sound of a turn so far, in frames; `levels` and `squares` are sums over the `loud` frames. */
interface Sound {
  first: number;
  last: number;
  speech: number;
  loud: number;
  levels: number;
  squares: number;
}

/**
 * Mean square of the samples of the frame at `start` around their mean, so that an offset of the input is not taken
 * for sound. Every sample of every session passes here.
 */
function powerOf(samples: Int16Array, start: number): number {
  let sum = 0;
  let squares = 0;
  for (let i = start; i < start + FRAME_SAMPLES; i++) {
    const sample = samples[i] as number;
    sum += sample;
    squares += sample * sample;
  }
  const mean = sum / FRAME_SAMPLES;
  return squares / FRAME_SAMPLES - mean * mean;
}

function framesOf(seconds: number): number {
  return Math.round(seconds * FRAMES_PER_SECOND);
}

function secondsOf(frames: number): number {
  return frames / FRAMES_PER_SECOND;
}
