/** The file of `--save`: all audio of the agent, end to end; a partial answer never goes over an older file. */
import type { CallEvent } from '../nextevi/call-events.ts';
import { WholeSamples } from '../nextevi/timeline.ts';
import { type KeptRecording, type ProblemListener, RecordingFile } from './voice-recording.ts';

/** Mono. Keeps also what an interruption kept from being heard. */
export class Reply {
  readonly #file: RecordingFile;
  readonly #samples = new WholeSamples();

  private constructor(file: RecordingFile) {
    this.#file = file;
  }

  /** @throws AudioError when nothing can be written at the path */
  static async create(path: string, onProblem: ProblemListener = () => {}): Promise<Reply> {
    return new Reply(await RecordingFile.create(path, 1, onProblem));
  }

  /** Adds audio in order; a chunk that ends in mid-sample is completed by the next one. */
  add(pcm: Buffer): void {
    this.#write(this.#samples.add(pcm));
  }

  /** Takes the next event of a call. A promise resolves when the disk has caught up. */
  observe(event: CallEvent): Promise<void> | undefined {
    const pcm = this.#samples.observe(event);
    if (pcm !== undefined) this.#write(pcm);
    return this.#file.busy;
  }

  /**
   * Puts the answer at its name, replacing an older file only when the answer is whole.
   *
   * @returns undefined when there was nothing to keep: no empty file is left
   * @throws AudioError when the disk took not all of it
   */
  finish(whole: boolean): Promise<KeptRecording | undefined> {
    return this.#file.finish(whole);
  }

  /** As `finish` of a partial answer, with synchronous calls. */
  finishNow(): void {
    this.#file.finishNow();
  }

  /** Removes what was written. */
  discard(): Promise<void> {
    return this.#file.discard();
  }

  #write(pcm: Buffer): void {
    if (pcm.length > 0) this.#file.write(pcm);
  }
}
