/** A WAV file of a call: valid while the call lasts, at its name afterwards. */
import { AudioError } from '../audio/errors.ts';
import { GrowingWav } from '../audio/write/growing-wav.ts';
import type { WavMark } from '../audio/write/wav-cues.ts';
import { VOICE_AUDIO } from '../nextevi/messages.ts';
import { withoutStop } from '../shared/errors.ts';
import { type KeptFile, KeptPlace } from './voice-kept-file.ts';

export interface KeptRecording extends KeptFile {
  seconds: number;
}

/** Hears of what keeps a file from being written, once for each file and while the call goes on. */
export type ProblemListener = (problem: AudioError) => void;

/** 24 kHz 16-bit, mono or stereo. Tried before the call, so that a path that cannot be written is known at once. */
export class RecordingFile {
  readonly #place: KeptPlace;
  readonly #wav: GrowingWav;

  private constructor(place: KeptPlace, wav: GrowingWav) {
    this.#place = place;
    this.#wav = wav;
  }

  /** @throws AudioError when nothing can be written at the path */
  static async create(path: string, channels: 1 | 2, onProblem: ProblemListener): Promise<RecordingFile> {
    const place = await KeptPlace.at(path);
    const { sampleRate } = VOICE_AUDIO;
    const options = { sampleRate, channels, name: path, onFailure: onProblem };
    try {
      return new RecordingFile(place, await GrowingWav.create(place.staging, options));
    } catch (error) {
      throw place.explain(error);
    }
  }

  /** Frames that were given to it. */
  get frames(): number {
    return this.#wav.frames;
  }

  /** Whether nothing more is written. */
  get failed(): boolean {
    return this.#wav.failure !== undefined;
  }

  /** Resolves when the disk has caught up; undefined while it keeps up. */
  get busy(): Promise<void> | undefined {
    return this.#wav.busy;
  }

  /** A hidden name in the folder of the recording that nobody has. */
  hidden(suffix: string): string {
    return this.#place.hidden(suffix);
  }

  /** Adds whole frames; the bytes must not change afterwards. */
  write(pcm: Buffer): void {
    this.#wav.write(pcm);
  }

  /** Ends the growth because of something else that the recording needs. */
  fail(error: unknown): void {
    this.#wav.fail(error);
  }

  /**
   * Puts the recording at its name, replacing an older file only when it is whole.
   *
   * @returns undefined when there was nothing to keep: no empty file is left
   * @throws AudioError when the disk took not all of it; its message says where the rest is
   */
  async finish(whole: boolean, marks: readonly WavMark[] = []): Promise<KeptRecording | undefined> {
    if (this.frames === 0) {
      const { failure } = this.#wav;
      await this.#wav.abort();
      if (failure !== undefined) throw failure;
      return undefined;
    }
    const frames = await this.#wav.finish(marks);
    const { failure } = this.#wav;
    if (frames === 0 && failure !== undefined) {
      await this.#wav.abort();
      throw failure;
    }
    const kept = { ...(await this.#place.put(whole && failure === undefined)), seconds: seconds(frames) };
    if (failure !== undefined) throw new RecordingCutError(failure, kept);
    return kept;
  }

  /** As `finish` of a partial recording, with synchronous calls. */
  finishNow(marks: readonly WavMark[] = []): void {
    if (this.frames === 0) {
      this.#wav.abortNow();
      return;
    }
    this.#wav.finishNow(marks);
    this.#place.putNow();
  }

  /** Removes what was written; never throws. */
  async discard(): Promise<void> {
    await this.#wav.abort();
  }
}

const seconds = (frames: number): number => frames / VOICE_AUDIO.sampleRate;

/** A recording that the disk took only a part of. */
export class RecordingCutError extends AudioError {
  readonly kept: KeptRecording;

  constructor(failure: AudioError, kept: KeptRecording) {
    super(
      `${withoutStop(failure.message)}; what came before is in "${kept.path}" (${kept.seconds.toFixed(1)} s).`,
      {
        hint: failure.hint,
        cause: failure,
      },
    );
    this.name = 'RecordingCutError';
    this.kept = kept;
  }
}
