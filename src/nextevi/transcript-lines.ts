/** What a transcript is made of. */
import type { Emotion, SpokenWord } from './messages.ts';

export type Speaker = 'caller' | 'agent';

/** Times are milliseconds of the timeline (see `CallTimeline`). */
export interface TranscriptLine {
  speaker: Speaker;
  /** As the service gave it, without white space at its ends. Never empty. */
  text: string;
  /**
   * Of the agent: when the audio of the line begins to play, or when its text came if it has none. Of the caller, see
   * `CallerLines`.
   */
  start: number;
  end: number;
  /** Number of the turn that was being spoken when the line began; 0 before the first. */
  turn: number;
  /** Whether the service said that the line is complete. */
  final: boolean;
  /** Of the caller; 0–1. */
  confidence?: number;
  /** Of the caller. */
  emotions?: Emotion[];
  /** Of the agent: not played to its end, because of an interruption or a lost connection. */
  interrupted?: boolean;
  /** Of the caller, as the service gave them. */
  words?: SpokenWord[];
}

/** A time without connection. */
export interface TranscriptGap {
  gap: true;
  start: number;
  end: number;
  why: string;
}

export type TranscriptEntry = TranscriptLine | TranscriptGap;

export interface TranscriptListener {
  /**
   * The text of a line is complete. The line itself may still change: its end and `interrupted` until its audio has
   * been played, emotions until the caller's next line.
   */
  onLine?: ((line: TranscriptLine) => void) | undefined;
  /** The text of a line while it grows; all of it each time. */
  onInterim?: ((speaker: Speaker, text: string) => void) | undefined;
}
