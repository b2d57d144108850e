/** What goes on in a talk, from the events of its call: who speaks, what was said, how long an answer took. */
import type { CallEvent } from '../nextevi/call-events.ts';
import type { Emotion, VoiceEvent } from '../nextevi/messages.ts';
import { cleanLine } from '../output/clean.ts';
import { withoutStop } from '../shared/errors.ts';
import { type Level, LevelMeter } from './voice-meter.ts';

export type Speaker = 'you' | 'agent';

export type Phase = 'connecting' | 'listening' | 'hearing' | 'waiting' | 'speaking' | 'reconnecting';

/** One line of the conversation, made safe for a terminal. */
export interface TalkLine {
  speaker: Speaker;
  text: string;
  /** An answer that was spoken over. */
  interrupted: boolean;
}

/** What a person is shown of one moment; milliseconds. */
export interface TalkSnapshot {
  phase: Phase;
  elapsedMs: number;
  level: Level;
  /** Until a lost connection is tried again. */
  retryMs: number | undefined;
  latencyMs: number | undefined;
  emotion: Emotion | undefined;
  /** What is being said and may still change. */
  interim: { speaker: Speaker; text: string } | undefined;
}

export interface TalkModelOptions {
  /** A clock that never goes back, in milliseconds. */
  clock: () => number;
  /** Whether the agent is to be heard now. */
  playing: () => boolean;
  /** Something beside the conversation that a person should know. */
  onNote: (text: string) => void;
}

/** Speech of which no more is heard for so long has ended, whatever was announced. */
const HEARING_MS = 3_000;
const WAITING_MS = 20_000;

/**
 * Follows the events of a call.
 *
 * The latency of an answer goes from the moment at which the service said that the user had finished (the final
 * transcript, or the end of the turn where there was none) to its first audio. How long the service took to notice the
 * end of the speech is not in it: with an open microphone nobody knows when that was.
 */
export class TalkModel {
  /** Of each answer, in order. */
  readonly latencies: number[] = [];
  emotions: Emotion[] = [];
  interruptions = 0;
  readonly #options: TalkModelOptions;
  readonly #meter = new LevelMeter();
  readonly #startedAt: number;
  #connected = false;
  #retryAt: number | undefined;
  #interim: TalkSnapshot['interim'];
  #last: TalkLine | undefined;
  #hearingUntil = Number.NEGATIVE_INFINITY;
  #waitingUntil = Number.NEGATIVE_INFINITY;
  /** Whether the user was heard since the last audio of the agent. */
  #heard = false;
  /** When the service said that the user had finished, on the clock of the call. */
  #finishedAt: number | undefined;

  constructor(options: TalkModelOptions) {
    this.#options = options;
    this.#startedAt = options.clock();
  }

  /** Takes what the microphone records. */
  hears(pcm: Buffer): void {
    this.#meter.add(pcm, this.#options.clock());
  }

  observe(event: CallEvent): void {
    switch (event.kind) {
      case 'connected':
        if (event.number > 0) this.#options.onNote('Connected again.');
        this.#connected = true;
        this.#retryAt = undefined;
        return;
      case 'lost':
        this.#lost(event);
        return;
      case 'received':
        this.#received(event.event, event.at);
    }
  }

  /** Takes what is being said and may still change. */
  interim(speaker: Speaker, text: string): void {
    const clean = cleanLine(text).trim();
    this.#interim = clean === '' ? undefined : { speaker, text: clean };
  }

  /** Takes a line that is complete. */
  line(line: TalkLine): void {
    this.#last = line;
    if (this.#interim?.speaker === line.speaker) this.#interim = undefined;
  }

  snapshot(): TalkSnapshot {
    const now = this.#options.clock();
    const retryAt = this.#retryAt;
    return {
      phase: this.#phaseAt(now),
      elapsedMs: now - this.#startedAt,
      level: this.#meter.levelAt(now),
      retryMs: retryAt === undefined ? undefined : Math.max(0, retryAt - now),
      latencyMs: this.latencies.at(-1),
      emotion: strongest(this.emotions),
      interim: this.#interim,
    };
  }

  #phaseAt(now: number): Phase {
    if (!this.#connected) return this.#retryAt === undefined ? 'connecting' : 'reconnecting';
    if (now < this.#hearingUntil) return 'hearing';
    if (this.#options.playing()) return 'speaking';
    return now < this.#waitingUntil ? 'waiting' : 'listening';
  }

  #lost({ why, retryMs }: Extract<CallEvent, { kind: 'lost' }>): void {
    this.#connected = false;
    this.#retryAt = this.#options.clock() + retryMs;
    this.#interim = undefined;
    this.#hearingUntil = Number.NEGATIVE_INFINITY;
    this.#waitingUntil = Number.NEGATIVE_INFINITY;
    this.#finishedAt = undefined;
    const soon = retryMs < 100 ? '' : ` in ${(retryMs / 1000).toFixed(1)} s`;
    this.#options.onNote(`${cleanLine(withoutStop(why))}. Connecting again${soon}.`);
  }

  #received(event: VoiceEvent, at: number): void {
    const { onNote } = this.#options;
    switch (event.kind) {
      case 'transcript':
        this.#transcript(event, at);
        return;
      case 'turn':
        this.#turn(at);
        return;
      case 'audio':
        this.#audio(event, at);
        return;
      case 'emotion':
        this.emotions = event.emotions;
        return;
      case 'interruption':
        this.#interrupted();
        return;
      case 'system':
        onNote(`service: ${cleanLine(event.content)}`);
        return;
      case 'idle':
        onNote(`service: idle${event.secondsLeft === undefined ? '' : `, ${event.secondsLeft} s left`}`);
        return;
      case 'error':
        onNote(cleanLine(`service error: ${event.error.code} ${event.error.message}`.trimEnd()));
    }
  }

  #transcript(event: Extract<VoiceEvent, { kind: 'transcript' }>, at: number): void {
    const now = this.#options.clock();
    if (event.event === 'speech_started') this.#hearingUntil = now + HEARING_MS;
    if (event.event === 'utterance_end') this.#finished();
    if (event.text.trim() === '') return;
    this.#heard = true;
    if (event.final) {
      this.#finishedAt = at;
      this.#finished();
    } else this.#hearingUntil = now + HEARING_MS;
  }

  #turn(at: number): void {
    // Word of a turn may come when its answer is under way: the end of no speech.
    if (this.#heard || !this.#options.playing()) {
      this.#finishedAt ??= at;
      this.#finished();
    }
  }

  /** The user has finished, and an answer is due. */
  #finished(): void {
    this.#hearingUntil = Number.NEGATIVE_INFINITY;
    this.#waitingUntil = this.#options.clock() + WAITING_MS;
  }

  #audio({ pcm }: Extract<VoiceEvent, { kind: 'audio' }>, at: number): void {
    if (pcm.length === 0) return;
    this.#waitingUntil = Number.NEGATIVE_INFINITY;
    this.#heard = false;
    if (this.#finishedAt === undefined) return;
    this.latencies.push(at - this.#finishedAt);
    this.#finishedAt = undefined;
  }

  #interrupted(): void {
    this.interruptions++;
    // The text of an answer is complete long before its sound: what is cut off then is a line that stands already.
    if (!this.#options.playing() || this.#last?.speaker !== 'agent' || this.#last.interrupted) return;
    this.#last = { ...this.#last, interrupted: true };
    this.#options.onNote('(interrupted)');
  }
}

/** The one with the highest percentage; without figures the first, as the service put it. */
function strongest(emotions: readonly Emotion[]): Emotion | undefined {
  return emotions.reduce<Emotion | undefined>(
    (best, next) => (best === undefined || (next.percentage ?? 0) > (best.percentage ?? 0) ? next : best),
    undefined,
  );
}
