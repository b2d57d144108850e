import type { VoiceIdle } from './options.ts';
import type { Settings } from './settings.ts';

/** A mark that idleness passes, and the seconds that are then left until the hang-up, if there will be one. */
export interface IdleMark {
  kind: 'warning' | 'final_warning' | 'hangup';
  atMs: number;
  secondsLeft: number | undefined;
}

/** Knows how long nothing has happened, and what is due for that. Times are those of the session's clock. */
export class IdleWatch {
  #marks: readonly IdleMark[];
  #since: number;
  #passed = 0;

  constructor(idle: VoiceIdle, nowMs: number) {
    this.#marks = marksOf(idle);
    this.#since = nowMs;
  }

  /** Puts other times in force, counted from now. */
  replace(idle: VoiceIdle, nowMs: number): void {
    this.#marks = marksOf(idle);
    this.active(nowMs);
  }

  /** Something happened. */
  active(nowMs: number): void {
    this.#since = nowMs;
    this.#passed = 0;
  }

  /** When the next mark is passed; Infinity when there is none. */
  get dueAt(): number {
    const mark = this.#marks[this.#passed];
    return mark === undefined ? Number.POSITIVE_INFINITY : this.#since + mark.atMs;
  }

  /** The next mark that was passed by now, once. */
  take(nowMs: number): IdleMark | undefined {
    return nowMs < this.dueAt ? undefined : this.#marks[this.#passed++];
  }
}

/** A time of 0 is none. */
function marksOf({ warningMs = 0, finalWarningMs = 0, hangupMs = 0 }: VoiceIdle): IdleMark[] {
  const mark = (kind: IdleMark['kind'], atMs: number): IdleMark[] => {
    if (atMs <= 0 || (hangupMs > 0 && atMs > hangupMs)) return [];
    return [{ kind, atMs, secondsLeft: hangupMs > 0 ? (hangupMs - atMs) / 1_000 : undefined }];
  };
  return [
    ...mark('warning', warningMs),
    ...mark('final_warning', finalWarningMs),
    ...mark('hangup', hangupMs),
  ].sort((a, b) => a.atMs - b.atMs);
}

/** What the client asked for in `idle_timeout`. */
export function idleOf({ idleEnabled, idleWarning, idleHangup }: Settings): VoiceIdle {
  if (idleEnabled === false) return {};
  return { warningMs: (idleWarning ?? 0) * 1_000, hangupMs: (idleHangup ?? 0) * 1_000 };
}
