/** What a call measures: per turn, per connection, and in all. Times in milliseconds. */
import type { CallEvent } from './call-events.ts';
import type { ServerError } from './errors.ts';
import { AnswerText, type Emotion, VOICE_AUDIO, type VoiceEvent } from './messages.ts';

/** One turn: from the begin of its speech to that of the next one. */
export interface TurnReport {
  /** From 1. */
  turn: number;
  name: string;
  speechSeconds: number;
  /** What the service understood; several sentences are joined by a space. */
  transcript: string;
  answer: string;
  /** The newest ones. */
  emotions: Emotion[];
  /** From the begin of the speech to the first words that were understood. */
  firstTranscriptMs: number | undefined;
  /** From the end of the speech to the first text of the answer; negative when it came before the end. */
  firstTextMs: number | undefined;
  /** From the end of the speech to the first audio of the answer; negative when it came before the end. */
  firstAudioMs: number | undefined;
  /** From the end of the speech to the last of the answer. */
  turnMs: number | undefined;
  /** From the begin of the speech to the word of the service that it interrupts the answer before. */
  stopMs: number | undefined;
  receivedSeconds: number;
  errors: ServerError[];
}

/** A whole call. */
export interface CallSummary {
  /** In the order of the connections; support asks for them. */
  connectionIds: string[];
  /** Of the first connection. */
  handshakeMs: number;
  turns: TurnReport[];
  sentSeconds: number;
  receivedSeconds: number;
  sentBytes: number;
  receivedBytes: number;
  interruptions: number;
  /** How often a lost connection was made again. */
  reconnects: number;
  /** How long there was no connection. */
  gapMs: number;
  durationMs: number;
}

interface OpenTurn extends TurnReport {
  begunAt: number;
  endedAt: number | undefined;
  firstTextAt: number | undefined;
  firstAudioAt: number | undefined;
  lastAt: number | undefined;
  answers: string[];
  /** The answer of the turn before is still coming in. */
  overlapped: boolean;
}

const seconds = (bytes: number): number => bytes / VOICE_AUDIO.bytesPerSecond;

/** Follows a call by its events. */
export class CallMeasurements {
  readonly #connectionIds: string[] = [];
  readonly #turns: OpenTurn[] = [];
  readonly #text = new AnswerText();
  readonly #keepTurns: number;
  #handshakeMs = 0;
  #sentBytes = 0;
  #speechBytes = 0;
  #receivedBytes = 0;
  #interruptions = 0;
  #gapMs = 0;
  #lostAt: number | undefined;
  #answering = false;
  #at = 0;

  /** @param keepTurns how many of the newest turns are kept */
  constructor(keepTurns = Number.POSITIVE_INFINITY) {
    this.#keepTurns = keepTurns;
  }

  readonly observe = (event: CallEvent): void => {
    this.#at = event.at;
    switch (event.kind) {
      case 'connected':
        if (this.#connectionIds.length === 0) this.#handshakeMs = event.handshakeMs;
        this.#connectionIds.push(event.connectionId);
        if (this.#lostAt !== undefined) this.#gapMs += event.at - this.#lostAt;
        this.#lostAt = undefined;
        return;
      case 'lost':
        this.#lostAt ??= event.at;
        this.#answering = false;
        // The whole answer comes again, and of an earlier one no more.
        this.#text.reset();
        if (this.#turn !== undefined) this.#turn.overlapped = false;
        return;
      case 'speaking':
        this.#begin(event.turn, event.name);
        return;
      case 'spoken': {
        const turn = this.#turn;
        if (turn !== undefined) turn.endedAt = event.at;
        return;
      }
      case 'sent':
        this.#sentBytes += event.pcm.length;
        if (event.speech && !event.again) this.#hearSpeech(event.pcm.length);
        return;
      case 'received':
        this.#receive(event.event);
    }
  };

  get #turn(): OpenTurn | undefined {
    return this.#turns.at(-1);
  }

  #begin(turn: number, name: string): void {
    this.#endText();
    if (this.#turns.length >= this.#keepTurns) this.#turns.shift();
    this.#turns.push({
      turn,
      name,
      speechSeconds: 0,
      transcript: '',
      answer: '',
      emotions: [],
      firstTranscriptMs: undefined,
      firstTextMs: undefined,
      firstAudioMs: undefined,
      turnMs: undefined,
      stopMs: undefined,
      receivedSeconds: 0,
      errors: [],
      begunAt: this.#at,
      endedAt: undefined,
      firstTextAt: undefined,
      firstAudioAt: undefined,
      lastAt: undefined,
      answers: [],
      overlapped: this.#answering,
    });
  }

  #hearSpeech(bytes: number): void {
    this.#speechBytes += bytes;
    const turn = this.#turn;
    if (turn !== undefined) turn.speechSeconds += seconds(bytes);
  }

  #receive(event: VoiceEvent): void {
    const turn = this.#turn;
    switch (event.kind) {
      case 'transcript':
        if (turn === undefined || event.text === '') return;
        turn.firstTranscriptMs ??= this.#at - turn.begunAt;
        if (!event.final) return;
        turn.overlapped = false;
        turn.transcript = [turn.transcript, event.text.trim()].filter((text) => text !== '').join(' ');
        return;
      case 'turn':
        if (turn !== undefined) turn.overlapped = false;
        return;
      case 'emotion':
        if (turn !== undefined) turn.emotions = event.emotions;
        return;
      case 'answer':
        this.#answering = true;
        if (turn === undefined || turn.overlapped) return;
        turn.firstTextAt ??= this.#at;
        turn.lastAt = this.#at;
        this.#text.add(event.content, event.generationId);
        if (event.final) this.#endText();
        return;
      case 'audio':
        this.#hearAudio(turn, event.pcm.length, event.last);
        return;
      case 'interruption':
        this.#interruptions++;
        this.#answering = false;
        this.#endText();
        if (turn === undefined) return;
        if (turn.overlapped) turn.stopMs = this.#at - turn.begunAt;
        turn.overlapped = false;
        return;
      case 'error':
        turn?.errors.push(event.error);
    }
  }

  #hearAudio(turn: OpenTurn | undefined, bytes: number, last: boolean): void {
    this.#receivedBytes += bytes;
    this.#answering = !last;
    if (turn === undefined) return;
    turn.receivedSeconds += seconds(bytes);
    if (turn.overlapped) {
      if (last) turn.overlapped = false;
      return;
    }
    if (bytes > 0) turn.firstAudioAt ??= this.#at;
    turn.lastAt = this.#at;
  }

  #endText(): void {
    const turn = this.#turn;
    const text = this.#text.text.trim();
    this.#text.reset();
    if (turn !== undefined && text !== '') turn.answers.push(text);
  }

  /** The newest turn so far; undefined before the first. */
  get current(): TurnReport | undefined {
    const turn = this.#turn;
    return turn === undefined ? undefined : this.#report(turn);
  }

  #report(open: OpenTurn): TurnReport {
    const { begunAt, endedAt, firstTextAt, firstAudioAt, lastAt, answers, overlapped, ...report } = open;
    // Of speech that has not ended the end is now.
    const end = endedAt ?? this.#at;
    const after = (at: number | undefined) => (at === undefined ? undefined : at - end);
    const unended = open === this.#turn ? this.#text.text.trim() : '';
    return {
      ...report,
      answer: [...answers, unended].filter((text) => text !== '').join(' '),
      firstTextMs: after(firstTextAt),
      firstAudioMs: after(firstAudioAt),
      turnMs: after(lastAt),
    };
  }

  summary(): CallSummary {
    const open = this.#lostAt === undefined ? 0 : this.#at - this.#lostAt;
    return {
      connectionIds: [...this.#connectionIds],
      handshakeMs: this.#handshakeMs,
      turns: this.#turns.map((turn) => this.#report(turn)),
      sentSeconds: seconds(this.#speechBytes),
      receivedSeconds: seconds(this.#receivedBytes),
      sentBytes: this.#sentBytes,
      receivedBytes: this.#receivedBytes,
      interruptions: this.#interruptions,
      reconnects: Math.max(0, this.#connectionIds.length - 1),
      gapMs: this.#gapMs + open,
      durationMs: this.#at,
    };
  }
}
