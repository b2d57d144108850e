/**
 * When is an answer complete? The service has no end-of-answer message that it must send, so this follows the
 * conversation and decides. Pure: time comes in as milliseconds, nothing waits in here.
 */
import type { VoiceEvent } from './messages.ts';

export interface TurnTiming {
  /** Silence after the last piece of an answer that counts as its end where no end mark came. */
  quietMs: number;
  /** Pause after a marked end, for what may still follow. */
  graceMs: number;
  /** How long to wait for an answer after the end of the input. */
  replyTimeoutMs: number;
}

export const DEFAULT_TIMING: TurnTiming = { quietMs: 3_000, graceMs: 250, replyTimeoutMs: 20_000 };

export type TurnState = 'going' | 'complete' | 'timed-out';

export class TurnTracker {
  readonly #timing: TurnTiming;
  /** Something was heard that has not been answered yet. */
  #pending = false;
  #answering = false;
  #answers = 0;
  #inputEndedAt: number | undefined;
  #lastEventAt = 0;
  /** The answer that comes in is one to an earlier turn. */
  #talkedOver: boolean;

  /** @param talkedOver an earlier answer is still coming in */
  constructor(timing: TurnTiming = DEFAULT_TIMING, talkedOver = false) {
    this.#timing = timing;
    this.#answering = talkedOver;
    this.#talkedOver = talkedOver;
  }

  /** Whether the service answers now, or has answered after the end of the input and heard nothing since. */
  get answered(): boolean {
    const ended = this.#inputEndedAt ?? Number.POSITIVE_INFINITY;
    return this.#answering || (this.#answers > 0 && !this.#pending && this.#lastEventAt >= ended);
  }

  /** Whether an answer is coming in. */
  get answering(): boolean {
    return this.#answering;
  }

  /** How many answers have ended. */
  get answers(): number {
    return this.#answers;
  }

  /** Whether the answer to the whole input has come to a marked end. */
  get settled(): boolean {
    return this.answered && !this.#answering;
  }

  observe(event: VoiceEvent, now: number): void {
    switch (event.kind) {
      case 'transcript':
        // Recognizers that hear silence go on sending empty transcripts: no sign of life.
        if (event.text === '') return;
        if (!this.#answering) this.#pending = true;
        break;
      case 'turn':
        if (!this.#answering) this.#pending = true;
        break;
      case 'answer':
        this.#answering = true;
        this.#pending = false;
        break;
      case 'audio':
        this.#answering = true;
        this.#pending = false;
        if (event.last) this.#finishAnswer();
        break;
      case 'interruption':
        if (this.#answering) this.#finishAnswer();
        this.#pending = true;
        break;
      default:
        return;
    }
    this.#lastEventAt = now;
  }

  #finishAnswer(): void {
    this.#answering = false;
    if (!this.#talkedOver) this.#answers++;
    this.#talkedOver = false;
  }

  /** All audio of the input has been sent; silence may follow. */
  inputEnded(now: number): void {
    this.#inputEndedAt ??= now;
  }

  /**
   * The connection is gone: the answer that came in on it will not end.
   *
   * @param again whether what was said is said again
   */
  lost(again: boolean): void {
    this.#answering = false;
    this.#talkedOver = false;
    if (!again) return;
    this.#pending = true;
    this.#inputEndedAt = undefined;
  }

  state(now: number): TurnState {
    const ended = this.#inputEndedAt;
    if (ended === undefined) return 'going';
    const { quietMs, graceMs, replyTimeoutMs } = this.#timing;
    const still = now - Math.max(this.#lastEventAt, ended);
    if (this.#answering && still >= quietMs) this.#finishAnswer();
    if (this.#answering) return 'going';
    if (this.#answers > 0) {
      // After an answer to the middle of the input, its end may still be on the way to be heard.
      const calm = this.#lastEventAt < ended ? Math.max(quietMs, graceMs) : graceMs;
      // A late transcript of a turn that was answered already must not hold up the end for long.
      const needed = this.#pending ? Math.max(quietMs, replyTimeoutMs / 2) : calm;
      return still >= needed ? 'complete' : 'going';
    }
    return still >= replyTimeoutMs ? 'timed-out' : 'going';
  }
}
