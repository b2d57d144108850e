/** What the sessions of `voice bench` come to: counts, errors by name, and times. */
import type { CallEvent } from '../nextevi/call-events.ts';
import { kindOfError } from '../nextevi/error-table.ts';
import { VoiceError } from '../nextevi/errors.ts';
import { Lateness } from '../nextevi/lateness.ts';
import type { CallSummary, TurnReport } from '../nextevi/measurements.ts';
import { VOICE_AUDIO } from '../nextevi/messages.ts';
import { Sample } from '../nextevi/sample.ts';
import { CliError } from '../shared/errors.ts';

/** What is measured, all in milliseconds. */
export const MEASURES = ['handshake', 'first_transcript', 'first_audio', 'turn', 'lateness'] as const;
export type Measure = (typeof MEASURES)[number];

/** What is counted and can have a limit. */
export const COUNTS = ['errors', 'failed_sessions', 'unanswered', 'reconnects'] as const;
export type Count = (typeof COUNTS)[number];

export interface ErrorCount {
  name: string;
  count: number;
  /** Of the first one. */
  message: string;
}

type Quantiles = Pick<Sample, 'count' | 'max' | 'quantile'>;

export class Tally {
  readonly lateness = new Lateness();
  readonly #samples: Record<Exclude<Measure, 'lateness'>, Sample> = {
    handshake: new Sample(),
    first_transcript: new Sample(),
    first_audio: new Sample(),
    turn: new Sample(),
  };
  readonly #errors = new Map<string, ErrorCount>();
  readonly #failures: unknown[] = [];
  /** Sessions that the service let in, and those that have a connection now. */
  connected = 0;
  up = 0;
  /** Answered ones. */
  turns = 0;
  unanswered = 0;
  reconnects = 0;
  sentBytes = 0;
  receivedBytes = 0;
  /** Of the calls with the slowest and the fastest pace. */
  minRatio: number | undefined;
  maxRatio: number | undefined;

  measure(name: Measure): Quantiles {
    return name === 'lateness' ? this.lateness : this.#samples[name];
  }

  /** An observer of one session. */
  observer(): (event: CallEvent) => void {
    let isUp = false;
    const set = (now: boolean) => {
      this.up += Number(now) - Number(isUp);
      isUp = now;
    };
    return (event) => {
      switch (event.kind) {
        case 'connected':
          set(true);
          this.#samples.handshake.add(event.handshakeMs);
          return;
        case 'lost':
          set(false);
          if (event.label !== undefined) this.#count(event.label, event.why);
          return;
        case 'received': {
          if (event.event.kind !== 'error') return;
          const { code, message } = event.event.error;
          // What ends the connection is counted as its loss.
          if (kindOfError(code).action === 'continue') this.#count(code || 'UNNAMED', message);
          return;
        }
        case 'ended':
          set(false);
      }
    };
  }

  /** A turn is over. */
  turn(report: TurnReport, answered: boolean): void {
    const { firstTranscriptMs, firstAudioMs, turnMs } = report;
    if (firstTranscriptMs !== undefined) this.#samples.first_transcript.add(firstTranscriptMs);
    if (firstAudioMs !== undefined) this.#samples.first_audio.add(firstAudioMs);
    if (answered && turnMs !== undefined) this.#samples.turn.add(turnMs);
    if (answered) {
      this.turns++;
      return;
    }
    this.unanswered++;
    this.#count('NO_ANSWER', 'The service gave no answer in the time that --reply-timeout allows');
  }

  /** A session has ended, in whatever way. */
  ended(summary: CallSummary, lateness: Lateness, ratio: number | undefined): void {
    this.reconnects += summary.reconnects;
    this.sentBytes += summary.sentBytes;
    this.receivedBytes += summary.receivedBytes;
    this.lateness.merge(lateness);
    if (ratio === undefined) return;
    this.minRatio = Math.min(ratio, this.minRatio ?? ratio);
    this.maxRatio = Math.max(ratio, this.maxRatio ?? ratio);
  }

  /** A session has failed for good. */
  failed(error: unknown): void {
    this.#failures.push(error);
    const name =
      error instanceof VoiceError ? error.label : error instanceof CliError ? error.type : 'internal';
    this.#count(name, error instanceof Error ? error.message : String(error));
  }

  #count(name: string, message: string): void {
    const known = this.#errors.get(name);
    if (known === undefined) this.#errors.set(name, { name, count: 1, message });
    else known.count++;
  }

  /** Most frequent first. */
  get errors(): ErrorCount[] {
    return [...this.#errors.values()].sort((a, b) => b.count - a.count);
  }

  /** What failed sessions failed of, in order. */
  get failures(): readonly unknown[] {
    return this.#failures;
  }

  countOf(name: Count): number {
    if (name === 'errors') return this.errors.reduce((sum, { count }) => sum + count, 0);
    if (name === 'failed_sessions') return this.#failures.length;
    return name === 'unanswered' ? this.unanswered : this.reconnects;
  }

  get sentSeconds(): number {
    return this.sentBytes / VOICE_AUDIO.bytesPerSecond;
  }

  get receivedSeconds(): number {
    return this.receivedBytes / VOICE_AUDIO.bytesPerSecond;
  }
}
