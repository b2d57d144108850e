/** The agent's lines of a transcript. */
import { AnswerText, type VoiceEvent } from './messages.ts';
import type { TranscriptLine } from './transcript-lines.ts';

/** An answer that is not complete. */
interface OpenAnswer {
  text: AnswerText;
  generation: string | undefined;
  turn: number;
  textAt: number | undefined;
  /** When it is heard, as far as its audio has come; in milliseconds. */
  audio: { start: number; end: number } | undefined;
  audioDone: boolean;
  /** Once its text is complete. */
  line: TranscriptLine | undefined;
}

/**
 * Makes lines of answers, be their texts in pieces or cumulative, with an end or without one. Which answer a piece of
 * audio belongs to is not told: it is taken for the one whose text came last.
 */
export class AgentLines {
  readonly #onLine: (line: TranscriptLine) => void;
  readonly #onInterim: (text: string) => void;
  #turn = 0;
  #open: OpenAnswer | undefined;
  /** Lines whose audio has not been played to its end. */
  #playing: TranscriptLine[] = [];

  constructor(onLine: (line: TranscriptLine) => void, onInterim: (text: string) => void) {
    this.#onLine = onLine;
    this.#onInterim = onInterim;
  }

  /** A turn of our own begins; an answer that is under way goes on. */
  speaking(turn: number): void {
    this.#turn = turn;
  }

  /** A piece of text. */
  answered({ content, final, generationId }: Extract<VoiceEvent, { kind: 'answer' }>, now: number): void {
    const before = this.#open;
    const known = before?.generation !== undefined && generationId !== undefined;
    if (before?.line !== undefined && content !== '') {
      // Some repeat the whole text at its end.
      if (known && generationId === before.generation && content.trim() === before.line.text) return;
      this.close(now);
    } else if (known && before.generation !== generationId) this.close(now);
    if (this.#open === undefined && content === '') return;
    const answer = this.#answer();
    answer.generation = generationId ?? answer.generation;
    answer.text.add(content, generationId);
    const text = answer.text.text.trim();
    if (text !== '') answer.textAt ??= now;
    if (final) {
      this.#endText(answer, true, now);
      this.#closeWhenDone(now);
    } else if (text !== '') this.#onInterim(text);
  }

  /** Audio is heard from `start` to `end`, unless an interruption comes before. */
  played(start: number, end: number): void {
    const answer = this.#answer();
    answer.audio ??= { start, end };
    answer.audio.end = end;
    if (answer.line !== undefined) this.#time(answer, answer.line);
  }

  /** The piece of audio was marked as the last one. */
  lastAudio(now: number): void {
    if (this.#open === undefined) return;
    this.#open.audioDone = true;
    this.#closeWhenDone(now);
  }

  /** What comes from now on belongs to another answer. An end that nobody marked is here. */
  close(now: number): void {
    if (this.#open !== undefined) this.#endText(this.#open, false, now);
    this.#open = undefined;
  }

  /**
   * The agent falls silent: what is being said, and all that would have been played later, breaks off.
   *
   * @param told whether the service itself speaks of an interruption; else an answer without an end mark that has
   *   been played counts as whole
   */
  cut(now: number, told: boolean): void {
    const answer = this.#open;
    this.close(now);
    if (answer?.line !== undefined && (told || !answer.line.final)) answer.line.interrupted = true;
    for (const line of this.#playing.filter(({ end }) => end > now)) {
      line.interrupted = true;
      line.start = Math.min(line.start, now);
      line.end = now;
    }
    this.#playing = [];
  }

  #answer(): OpenAnswer {
    this.#open ??= {
      text: new AnswerText(),
      generation: undefined,
      turn: this.#turn,
      textAt: undefined,
      audio: undefined,
      audioDone: false,
      line: undefined,
    };
    return this.#open;
  }

  /** Makes a line of the text, unless there is one or nothing was said. */
  #endText(answer: OpenAnswer, final: boolean, now: number): void {
    const text = answer.text.text.trim();
    if (answer.line !== undefined || text === '') return;
    const start = answer.textAt ?? now;
    const line: TranscriptLine = { speaker: 'agent', text, start, end: now, turn: answer.turn, final };
    answer.line = line;
    this.#time(answer, line);
    this.#playing = this.#playing.filter(({ end }) => end > now);
    this.#onLine(line);
  }

  /** The times of the audio, where there is any. */
  #time({ audio }: OpenAnswer, line: TranscriptLine): void {
    if (audio === undefined) return;
    line.start = audio.start;
    line.end = audio.end;
    if (!this.#playing.includes(line)) this.#playing.push(line);
  }

  #closeWhenDone(now: number): void {
    if (this.#open?.line !== undefined && this.#open.audioDone) this.close(now);
  }
}
