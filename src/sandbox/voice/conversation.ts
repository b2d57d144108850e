import { Answer, type AnswerPort } from './answer.ts';
import { HeardAudio } from './echo.ts';
import { emotionsOf } from './emotions.ts';
import { SampleReader } from './inbound.ts';
import type { ScriptedTurn, VoiceErrorMessage, VoiceOptions } from './options.ts';
import { BYTES_PER_SECOND } from './protocol.ts';
import type { Reply } from './replies.ts';
import { expectedTurn, type Scripted, scriptedReply, scriptedTurn } from './script.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings.ts';
import { type Heard, type Turn, TurnDetector } from './turns.ts';

/** A turn also ends when no audio at all has come for so long, in milliseconds. */
const NO_AUDIO_MS = 3_000;
/** Seconds of speech between interim transcriptions. */
const INTERIM_SECONDS = 0.5;

/** What a conversation needs of its connection. Nothing of it does anything once the session is over. */
export interface ConversationPort extends AnswerPort {
  /** The answers that take turns; never an empty list. */
  replies(): Promise<readonly Reply[]>;
  event(kind: string, detail?: unknown): void;
  /** Tells of an exception outside of any call into the conversation. */
  fail(error: unknown): void;
  /** The user spoke, or an answer came to its end: the session is not idle. */
  active(): void;
  /** Turn `number` of the user has ended; its answer follows. */
  turned(number: number): void;
  error(error: VoiceErrorMessage & { close?: number }): void;
  drop(): void;
  hangUp(): void;
}

/** An answer that is to be given, and what it is made of. */
interface Given {
  answer: Answer;
  reply: () => Promise<Reply>;
  delayMs: number;
  interruptible: boolean;
}

/**
 * The talk of one session: hears the user, answers each turn, falls silent when interrupted (§4, order of a turn).
 * The sandbox does not recognise speech, and its transcripts say so.
 */
export class Conversation {
  /** What `session_settings` asked for. */
  settings: Readonly<Settings> = DEFAULT_SETTINGS;
  readonly #port: ConversationPort;
  readonly #voice: VoiceOptions;
  readonly #detector = new TurnDetector(() => this.settings);
  readonly #samples = new SampleReader();
  readonly #heard: HeardAudio | undefined;
  /** The answer that is given, and those that wait for its end. */
  #answers: Given[] = [];
  #heardAt = 0;
  #answeredTo = 0;
  #nextInterim = INTERIM_SECONDS;
  #interims = 0;
  #turns = 0;
  #stopped = false;

  constructor(port: ConversationPort, voice: VoiceOptions) {
    this.#port = port;
    this.#voice = voice;
    if (voice.echo) this.#heard = new HeardAudio();
  }

  /** How many turns of the user were answered. */
  get turns(): number {
    return this.#turns;
  }

  /** Whether an answer is being given. */
  get answering(): boolean {
    return this.#answers[0]?.answer.running === true;
  }

  /** When `tick` has something to do; Infinity when it has not. */
  get dueAt(): number {
    return this.#detector.pending ? this.#heardAt + NO_AUDIO_MS : Number.POSITIVE_INFINITY;
  }

  /** Takes audio that arrived at `nowMs`. */
  hear(bytes: Buffer, nowMs: number): void {
    this.#heardAt = nowMs;
    this.#heard?.push(bytes);
    const heard = this.#detector.push(this.#samples.read(bytes));
    if (heard.length > 0) this.#react(heard);
    if (this.#voice.echo !== 'all' && !this.#detector.pending)
      this.#heard?.forget(bytesOf(this.#detector.seconds));
  }

  /** Ends a turn after which no audio comes any more. */
  tick(nowMs: number): void {
    if (nowMs >= this.dueAt) this.#react(this.#detector.end('no_audio'));
  }

  /** Sends nothing more. */
  stop(): void {
    this.#stopped = true;
    for (const { answer } of this.#answers) answer.stop();
  }

  #react(heard: Heard[]): void {
    this.#port.active();
    for (const item of heard) {
      if (item.kind === 'turn') this.#endTurn(item.turn);
      else this.#followSpeech(item.seconds);
    }
  }

  #followSpeech(seconds: number): void {
    if (seconds >= this.settings.interruptThreshold) this.#interrupt();
    if (seconds < this.#nextInterim) return;
    while (this.#nextInterim <= seconds) this.#nextInterim += INTERIM_SECONDS;
    const scripted = expectedTurn(this.#voice.script, this.#turns + 1)?.interim;
    const text = scripted?.[this.#interims++];
    if (text !== undefined || scripted === undefined)
      this.#interim(text ?? `(${seconds.toFixed(1)} seconds of speech…)`);
  }

  #interim(transcript: string): void {
    this.#port.send('transcription', {
      transcript,
      confidence: 0.5,
      is_final: false,
      is_speech_final: false,
      metadata: { event_type: 'normal' },
    });
  }

  #endTurn(turn: Turn): void {
    if (this.#stopped) return;
    // A word too short to interrupt is a turn all the same, and its answer takes the place of the one before.
    this.#interrupt();
    this.#turns++;
    const { script } = this.#voice;
    const scripted = script === undefined ? undefined : scriptedTurn(script, this.#turns, turn);
    const entry = scripted?.entry ?? {};
    for (const text of entry.interim?.slice(this.#interims) ?? []) this.#interim(text);
    this.#nextInterim = INTERIM_SECONDS;
    this.#interims = 0;
    this.#port.event('turn', { number: this.#turns, ...turn });

    const transcript = entry.transcript ?? `(${turn.speech.toFixed(1)} seconds of speech)`;
    const confidence = entry.confidence ?? 1;
    this.#port.send('transcription', {
      transcript,
      confidence,
      is_final: true,
      is_speech_final: true,
      metadata: { event_type: 'utterance_end' },
    });
    this.#port.send('turn_complete', {
      turn_result: { is_complete: true, confidence, reasons: [turn.endedBy] },
      transcript,
    });
    this.#tellEmotions(entry, turn);
    this.#port.turned(this.#turns);
    this.#respond(scripted, this.#echoOf(turn));
  }

  #tellEmotions(entry: ScriptedTurn, turn: Turn): void {
    const emotions =
      entry.emotions?.map((emotion) => ({ ...emotion, confidence: emotion.percentage / 100 })) ??
      emotionsOf(turn);
    if (this.settings.emotions && (emotions[0]?.confidence ?? 0) >= this.settings.emotionThreshold)
      this.#port.send('emotion_update', { top_emotions: emotions });
  }

  #respond(scripted: Scripted | undefined, echo: Buffer | undefined): void {
    const { entry = {}, hangUp = 'no' } = scripted ?? {};
    if (hangUp === 'before') {
      this.#port.hangUp();
      return;
    }
    if (entry.error !== undefined) this.#port.error(entry.error);
    if (entry.drop === true) this.#port.drop();
    const reply = this.#replyTo(scripted, echo);
    const then = hangUp === 'after' ? () => this.#port.hangUp() : () => {};
    if (reply === undefined) then();
    else this.#give(reply, entry, then);
  }

  /** What is to be answered; undefined when the agent says nothing. */
  #replyTo(scripted: Scripted | undefined, echo: Buffer | undefined): (() => Promise<Reply>) | undefined {
    if (echo !== undefined) {
      const text = scripted?.entry.answer ?? `(${echo.length} bytes of what was heard)`;
      return async () => ({ text, pcm: echo });
    }
    if (scripted !== undefined) {
      const reply = scriptedReply(scripted.entry);
      return reply && (async () => reply);
    }
    const index = this.#turns - 1;
    return async () => {
      const replies = await this.#port.replies();
      return replies[index % replies.length] as Reply;
    };
  }

  #give(reply: () => Promise<Reply>, entry: ScriptedTurn, then: () => void): void {
    if (this.#stopped) return;
    const answer = new Answer(this.#port, this.#voice, this.#turns, () => {
      this.#port.active();
      then();
      // One that went on after its interruption has no place in the queue any more.
      if (this.#answers[0]?.answer !== answer) return;
      this.#answers.shift();
      this.#begin();
    });
    const interruptible = entry.interruptible !== false && this.#voice.interruption?.ignore !== true;
    const waiting = this.answering;
    if (!waiting) this.#answers = [];
    this.#answers.push({ answer, reply, delayMs: entry.delayMs ?? 0, interruptible });
    if (!waiting) this.#begin();
  }

  /** Gives the answer whose turn it is. */
  #begin(): void {
    const given = this.#answers[0];
    given
      ?.reply()
      .then((reply) => given.answer.begin(reply, given.delayMs))
      .catch((error: unknown) => this.#port.fail(error));
  }

  #interrupt(): void {
    const [given] = this.#answers;
    if (given?.answer.running !== true || !given.interruptible) return;
    const { message = 'tts_interruption', lingerMs = 0 } = this.#voice.interruption ?? {};
    given.answer.stop(lingerMs);
    this.#answers = [];
    this.#port.event('interruption', { turn: this.#turns });
    this.#port.send(message, {});
  }

  /** With `VoiceOptions.echo`, what was heard of the turn. */
  #echoOf(turn: Turn): Buffer | undefined {
    if (this.#heard === undefined) return undefined;
    if (this.#voice.echo !== 'all') return this.#heard.take(bytesOf(turn.from), bytesOf(turn.to));
    const from = this.#answeredTo;
    this.#answeredTo = turn.endedBy === 'no_audio' ? this.#heard.end : bytesOf(turn.until);
    return this.#heard.take(from, this.#answeredTo);
  }
}

/** The bytes that so many seconds of whole frames have. */
function bytesOf(seconds: number): number {
  return Math.round(seconds * BYTES_PER_SECOND);
}
