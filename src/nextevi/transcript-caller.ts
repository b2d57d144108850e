/** The caller's lines of a transcript. */
import type { Emotion, SpokenWord, VoiceEvent } from './messages.ts';
import type { TranscriptLine } from './transcript-lines.ts';

/** How much later than the speech itself its first sign may come, in wall time. */
const SIGN_DELAY_MS = 1_000;

/** An utterance of which no final text has come. */
interface OpenUtterance {
  text: string;
  turn: number;
  confidence: number | undefined;
  emotions: Emotion[] | undefined;
  words: SpokenWord[] | undefined;
}

/**
 * Makes lines of transcriptions. An interim text replaces the one before it; finals become lines of their own.
 *
 * When a line begins is nowhere told. The first sign of it (an interim text, `speech_started`) comes later than the
 * speech by an unknown delay; the first audio with speech in it that was sent since the line before comes earlier, by
 * as long as an open microphone hears nobody speak. Taken is the audio when the sign follows within a second of it or
 * there is none, else the sign. A line ends with the last speech that was sent before its final text.
 */
export class CallerLines {
  readonly #onLine: (line: TranscriptLine) => void;
  readonly #onInterim: (text: string) => void;
  readonly #signDelay: number;
  #turn = 0;
  #open: OpenUtterance | undefined;
  #newest: TranscriptLine | undefined;
  /** The line that a `turn` gave, for which a final text may still come. */
  #ofTurn: TranscriptLine | undefined;
  #linesOfTurn = 0;
  /** When speech was first sent and a sign first came, since the line before; in milliseconds. */
  #speechAt: number | undefined;
  #signAt: number | undefined;
  #speechEnd = 0;

  /** @param speed milliseconds of the timeline in one of wall time */
  constructor(speed: number, onLine: (line: TranscriptLine) => void, onInterim: (text: string) => void) {
    this.#signDelay = SIGN_DELAY_MS * speed;
    this.#onLine = onLine;
    this.#onInterim = onInterim;
  }

  /** A turn of our own begins; a line whose end nobody marked ends here. */
  speaking(turn: number, now: number): void {
    this.end(now);
    this.#turn = turn;
    this.#speechAt = undefined;
    this.#signAt = undefined;
    this.#linesOfTurn = 0;
  }

  /** Speech has been sent, which is heard from `start` to `end`. */
  spoken(start: number, end: number): void {
    this.#speechAt ??= start;
    this.#speechEnd = end;
  }

  /** A transcription, interim or final. */
  heard(event: Extract<VoiceEvent, { kind: 'transcript' }>, now: number): void {
    const text = event.text.trim();
    if (text !== '' || event.event === 'speech_started') this.#signAt ??= now;
    if (text === '') return;
    const { confidence, words } = event;
    const late = this.#ofTurn;
    if (event.final && late?.text === text) {
      this.#ofTurn = undefined;
      if (confidence !== undefined) late.confidence = confidence;
      if (words !== undefined) late.words = words;
      return;
    }
    this.#open = { text, turn: this.#turn, confidence, emotions: this.#open?.emotions, words };
    if (event.final) this.#close(true, now);
    else this.#onInterim(text);
  }

  /** The service takes the turn for complete; its transcript stands in for a final text that has not come. */
  turnComplete(transcript: string | undefined, now: number): void {
    const text = transcript?.trim() ?? '';
    const open = this.#open;
    if (open !== undefined || (text !== '' && this.#linesOfTurn === 0)) {
      this.#open = {
        text: text === '' ? (open?.text ?? '') : text,
        turn: this.#turn,
        confidence: open?.confidence,
        emotions: open?.emotions,
        words: open?.words,
      };
      this.#close(true, now);
      this.#ofTurn = this.#newest;
    }
    this.#linesOfTurn = 0;
  }

  /** Emotions belong to the newest utterance. */
  felt(emotions: Emotion[]): void {
    if (this.#open !== undefined) this.#open.emotions = emotions;
    else if (this.#newest !== undefined) this.#newest.emotions = emotions;
  }

  /** Makes a line of a text that never became final. */
  end(now: number): void {
    if (this.#open !== undefined) this.#close(false, now);
  }

  #close(final: boolean, now: number): void {
    const open = this.#open;
    if (open === undefined) return;
    const start = Math.min(this.#start(now), now);
    const end = Math.max(start, this.#speechAt === undefined ? now : Math.min(now, this.#speechEnd));
    const line: TranscriptLine = { speaker: 'caller', text: open.text, start, end, turn: open.turn, final };
    if (open.confidence !== undefined) line.confidence = open.confidence;
    if (open.emotions !== undefined) line.emotions = open.emotions;
    if (open.words !== undefined) line.words = open.words;
    this.#open = undefined;
    this.#speechAt = undefined;
    this.#signAt = undefined;
    this.#ofTurn = undefined;
    this.#linesOfTurn++;
    this.#newest = line;
    this.#onLine(line);
  }

  #start(now: number): number {
    const [speech, sign] = [this.#speechAt, this.#signAt];
    if (speech === undefined) return sign ?? now;
    return sign === undefined || sign - speech <= this.#signDelay ? speech : sign;
  }
}
