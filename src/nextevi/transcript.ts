/** What was said in a call, line by line, with the times at which it was heard. */
import type { CallEvent } from './call-events.ts';
import type { VoiceEvent } from './messages.ts';
import { CallTimeline, frameMs, type TimelineOptions } from './timeline.ts';
import { AgentLines } from './transcript-agent.ts';
import { CallerLines } from './transcript-caller.ts';
import type {
  TranscriptEntry,
  TranscriptGap,
  TranscriptLine,
  TranscriptListener,
} from './transcript-lines.ts';

/**
 * Builds the transcript of a call from its events (see `CallerLines` and `AgentLines` for where lines begin and end).
 * Its times are those of the recording that `CallTimeline` describes.
 */
export class TranscriptBuilder {
  readonly #timeline: CallTimeline;
  readonly #caller: CallerLines;
  readonly #agent: AgentLines;
  readonly #entries: TranscriptEntry[] = [];
  readonly #connections: string[] = [];
  #gap: TranscriptGap | undefined;

  constructor({ speed = 1, onLine, onInterim }: TimelineOptions & TranscriptListener = {}) {
    this.#timeline = new CallTimeline({ speed });
    const add = (line: TranscriptLine) => {
      this.#entries.push(line);
      onLine?.(line);
    };
    this.#caller = new CallerLines(speed, add, (text) => onInterim?.('caller', text));
    this.#agent = new AgentLines(add, (text) => onInterim?.('agent', text));
  }

  /** All lines and gaps so far, in the order of their beginnings. */
  get entries(): TranscriptEntry[] {
    return [...this.#entries].sort((a, b) => a.start - b.start);
  }

  /** The ids of all connections, in order. */
  get connectionIds(): readonly string[] {
    return this.#connections;
  }

  /** How long the call lasts so far, in milliseconds of the timeline. */
  get durationMs(): number {
    return frameMs(this.#timeline.end);
  }

  /** Takes the next event. */
  observe(event: CallEvent): void {
    const placed = this.#timeline.observe(event);
    const now = this.#now;
    if (placed?.kind === 'audio') {
      const heard = [frameMs(placed.start), frameMs(placed.end)] as const;
      if (placed.channel === 'agent') this.#agent.played(...heard);
      else if (event.kind === 'sent' && event.speech) this.#caller.spoken(...heard);
    }
    switch (event.kind) {
      case 'connected':
        this.#connections.push(event.connectionId);
        this.#endGap();
        return;
      case 'lost':
        this.#agent.cut(now, false);
        if (this.#gap === undefined) {
          this.#gap = { gap: true, start: now, end: now, why: event.why };
          this.#entries.push(this.#gap);
        }
        return;
      case 'speaking':
        this.#caller.speaking(event.turn, now);
        this.#agent.speaking(event.turn);
        return;
      case 'received':
        this.#received(event.event, now);
        return;
      case 'ended':
        this.#end();
    }
  }

  /** The call is over; one that is not `whole` ends where it broke off, and with it what was being played. */
  finish(whole: boolean): void {
    if (!whole) {
      this.#timeline.cut();
      this.#agent.cut(this.#now, false);
    }
    this.#end();
  }

  get #now(): number {
    return frameMs(this.#timeline.now);
  }

  #received(event: VoiceEvent, now: number): void {
    switch (event.kind) {
      case 'transcript':
        this.#caller.heard(event, now);
        return;
      case 'turn':
        this.#agent.close(now);
        if (event.complete) this.#caller.turnComplete(event.transcript, now);
        return;
      case 'emotion':
        this.#caller.felt(event.emotions);
        return;
      case 'answer':
        this.#agent.answered(event, now);
        return;
      case 'audio':
        if (event.last) this.#agent.lastAudio(now);
        return;
      case 'interruption':
        this.#agent.cut(now, true);
    }
  }

  #end(): void {
    this.#caller.end(this.#now);
    this.#agent.close(this.#now);
    this.#endGap();
  }

  #endGap(): void {
    if (this.#gap !== undefined) this.#gap.end = this.#now;
    this.#gap = undefined;
  }
}
