import type { VoiceOptions } from '../types.ts';
import { Answer, type AnswerPort } from './answer.ts';
import { emotionsOf } from './emotions.ts';
import type { Reply } from './replies.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings.ts';
import { type Heard, type Turn, TurnDetector } from './turns.ts';

/** A turn also ends when no audio at all has come for so long, in milliseconds. */
const NO_AUDIO_MS = 3_000;
/** Seconds of speech between interim transcriptions. */
const INTERIM_SECONDS = 0.5;

/** What a conversation needs of its connection. */
export interface ConversationPort extends AnswerPort {
  /** The answers that take turns; never an empty list. */
  replies(): Promise<readonly Reply[]>;
  event(kind: string, detail?: unknown): void;
  /** Tells of an exception outside of any call into the conversation. */
  fail(error: unknown): void;
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
  #answer: Answer | undefined;
  #heardAt = 0;
  #nextInterim = INTERIM_SECONDS;
  #turns = 0;

  constructor(port: ConversationPort, voice: VoiceOptions) {
    this.#port = port;
    this.#voice = voice;
  }

  /** How many turns of the user were answered. */
  get turns(): number {
    return this.#turns;
  }

  /** Takes samples that arrived at `nowMs`. */
  hear(samples: Int16Array, nowMs: number): void {
    this.#heardAt = nowMs;
    this.#react(this.#detector.push(samples));
  }

  /** To be called now and then: ends a turn after which no audio comes any more. */
  tick(nowMs: number): void {
    if (this.#detector.pending && nowMs - this.#heardAt >= NO_AUDIO_MS)
      this.#react(this.#detector.end('no_audio'));
  }

  /** Sends nothing more. */
  stop(): void {
    this.#answer?.stop();
  }

  #react(heard: Heard[]): void {
    for (const item of heard) {
      if (item.kind === 'turn') this.#endTurn(item.turn);
      else this.#followSpeech(item.seconds);
    }
  }

  #followSpeech(seconds: number): void {
    if (seconds >= this.settings.interruptThreshold) this.#interrupt();
    if (seconds < this.#nextInterim) return;
    while (this.#nextInterim <= seconds) this.#nextInterim += INTERIM_SECONDS;
    this.#port.send('transcription', {
      transcript: `(${seconds.toFixed(1)} seconds of speech…)`,
      confidence: 0.5,
      is_final: false,
      is_speech_final: false,
      metadata: { event_type: 'normal' },
    });
  }

  #endTurn(turn: Turn): void {
    // A word too short to interrupt is a turn all the same, and its answer takes the place of the one before.
    this.#interrupt();
    this.#nextInterim = INTERIM_SECONDS;
    this.#turns++;
    this.#port.event('turn', { number: this.#turns, ...turn });

    const transcript = `(${turn.speech.toFixed(1)} seconds of speech)`;
    this.#port.send('transcription', {
      transcript,
      confidence: 1,
      is_final: true,
      is_speech_final: true,
      metadata: { event_type: 'utterance_end' },
    });
    this.#port.send('turn_complete', {
      turn_result: { is_complete: true, confidence: 1, reasons: [turn.endedBy] },
      transcript,
    });
    const emotions = emotionsOf(turn);
    if (this.settings.emotions && (emotions[0]?.confidence ?? 0) >= this.settings.emotionThreshold)
      this.#port.send('emotion_update', { top_emotions: emotions });
    this.#reply();
  }

  #reply(): void {
    const answer = new Answer(this.#port, this.#voice, this.#turns);
    const index = this.#turns - 1;
    this.#answer = answer;
    this.#port
      .replies()
      .then((replies) => {
        const reply = replies[index % replies.length];
        if (reply !== undefined) answer.begin(reply);
      })
      .catch((error: unknown) => this.#port.fail(error));
  }

  #interrupt(): void {
    if (this.#answer?.running !== true) return;
    this.#answer.stop();
    this.#port.event('interruption', { turn: this.#turns });
    this.#port.send('tts_interruption', {});
  }
}
