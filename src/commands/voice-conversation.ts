/** The file of `--save-conversation`: both sides of a call as a listener would hear them. */
import { WaitingAudio } from '../audio/write/waiting-audio.ts';
import type { WavMark } from '../audio/write/wav-cues.ts';
import type { CallEvent } from '../nextevi/call-events.ts';
import { VOICE_AUDIO } from '../nextevi/messages.ts';
import { CallTimeline, frameMs } from '../nextevi/timeline.ts';
import { cleanLine } from '../output/clean.ts';
import { type KeptRecording, type ProblemListener, RecordingFile } from './voice-recording.ts';

const CHANNELS = 2;
const FRAME_BYTES = CHANNELS * 2;
const SIDES = ['caller', 'agent'] as const;

export interface ConversationOptions {
  /** Times real time at which the caller's audio is sent (see `CallTimeline`). */
  speed?: number | undefined;
  onProblem?: ProblemListener | undefined;
}

/**
 * Stereo, the caller left and the agent right, aligned in time, as long as the call. What has been heard is written
 * as time advances; what has come and is not yet to be heard waits (4 MB of each side in memory, more on the disk).
 * With what waits for a slow disk, memory stays below 15 MB however long the call is and whatever the agent sends.
 *
 * Begins of turns and lost connections are marked; a loss is silence of its length.
 */
export class ConversationRecording {
  readonly #file: RecordingFile;
  readonly #timeline: CallTimeline;
  readonly #waiting: Record<(typeof SIDES)[number], WaitingAudio>;
  readonly #marks: WavMark[] = [];
  #lostAt: number | undefined;
  #heard = false;

  private constructor(file: RecordingFile, speed: number | undefined) {
    this.#file = file;
    this.#timeline = new CallTimeline({ speed });
    this.#waiting = {
      caller: new WaitingAudio(file.hidden('.tmp')),
      agent: new WaitingAudio(file.hidden('.tmp')),
    };
  }

  /** @throws AudioError when nothing can be written at the path */
  static async create(path: string, options: ConversationOptions = {}): Promise<ConversationRecording> {
    const { speed, onProblem = () => {} } = options;
    return new ConversationRecording(await RecordingFile.create(path, CHANNELS, onProblem), speed);
  }

  /** Takes the next event of a call. A promise resolves when the disk has caught up. */
  observe(event: CallEvent): Promise<void> | undefined {
    if (this.#file.failed) return undefined;
    this.#guarded(() => {
      const placed = this.#timeline.observe(event);
      if (placed?.kind === 'cut') this.#waiting.agent.cut(placed.frame);
      else if (placed !== undefined) {
        this.#heard = true;
        this.#waiting[placed.channel].put(placed.start, placed.pcm);
      }
      this.#mark(event);
      // A call in which nobody speaks leaves no file.
      if (this.#heard) this.#render(this.#timeline.settled);
    });
    return this.#file.busy;
  }

  /**
   * Writes what still waits and puts the recording at its name. An answer that had not been played to its end is
   * there with its rest when the call is `whole`, and otherwise as far as it was heard.
   *
   * @returns undefined when nobody said anything: no empty file is left
   * @throws AudioError when the disk took not all of it
   */
  async finish(whole: boolean): Promise<KeptRecording | undefined> {
    const end = this.#end(whole);
    const step = VOICE_AUDIO.sampleRate * 5;
    while (this.#heard && this.#file.frames < end && !this.#file.failed) {
      this.#guarded(() => this.#render(Math.min(end, this.#file.frames + step)));
      await this.#file.busy;
    }
    this.#close();
    return this.#file.finish(whole, this.#marks);
  }

  /** As `finish` of a partial call, with synchronous calls. */
  finishNow(): void {
    const end = this.#end(false);
    if (this.#heard && !this.#file.failed) this.#guarded(() => this.#render(end));
    this.#close();
    this.#file.finishNow(this.#marks);
  }

  /** Removes what was written. */
  async discard(): Promise<void> {
    this.#close();
    await this.#file.discard();
  }

  /** The last frame of the recording; nothing changes after this. */
  #end(whole: boolean): number {
    this.#markGap();
    if (!whole) this.#waiting.agent.cut(this.#timeline.cut().frame);
    return this.#timeline.end;
  }

  #close(): void {
    for (const side of SIDES) this.#waiting[side].close();
  }

  /** Interleaves both sides up to a frame. */
  #render(end: number): void {
    const step = VOICE_AUDIO.sampleRate;
    for (let from = this.#file.frames; from < end && !this.#file.failed; from = this.#file.frames) {
      const to = Math.min(end, from + step);
      const frames = Buffer.alloc((to - from) * FRAME_BYTES);
      SIDES.forEach((side, channel) => {
        this.#waiting[side].take(from, to, frames, channel, CHANNELS);
      });
      this.#file.write(frames);
    }
  }

  #mark(event: CallEvent): void {
    const { now, callerNext } = this.#timeline;
    switch (event.kind) {
      case 'speaking': {
        const name = cleanLine(event.name);
        this.#marks.push({ frame: callerNext, label: `turn ${event.turn}${name === '' ? '' : `: ${name}`}` });
        return;
      }
      case 'lost':
        this.#lostAt ??= now;
        return;
      case 'connected':
      case 'ended':
        this.#markGap();
    }
  }

  /** The gap that ends now, if there is one. */
  #markGap(): void {
    const start = this.#lostAt;
    if (start === undefined) return;
    this.#lostAt = undefined;
    const frames = this.#timeline.now - start;
    const label = `connection lost ${(frameMs(frames) / 1000).toFixed(1)} s`;
    this.#marks.push({ frame: start, frames, label });
  }

  /** A failure of the place where audio waits ends the recording, never the call. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#file.fail(error);
    }
  }
}
