/** Where the audio of a call lies in time, as a listener would hear it. */
import type { CallEvent } from './call-events.ts';
import { VOICE_AUDIO } from './messages.ts';

const SAMPLE_BYTES = 2;
/** In wall time. A chunk that comes so late was held up on its way; one that comes later follows a real pause. */
const JITTER_MS = 150;

/** What an event means for the audio. Places are frames (samples of a channel) since the call began. */
export type Placement =
  | {
      kind: 'audio';
      channel: 'caller' | 'agent';
      /** Never before the end of what was placed in this channel. */
      start: number;
      /** The frame after the last one. */
      end: number;
      /** Whole samples. */
      pcm: Buffer;
    }
  /** The agent falls silent at `frame`: what was placed behind it is never heard. */
  | { kind: 'cut'; frame: number };

/**
 * Makes whole samples of pieces of 16-bit audio that may end in the middle of one: the rest of it comes with the next
 * piece.
 */
export class WholeSamples {
  #odd: Buffer = Buffer.alloc(0);

  /** @returns all whole samples so far that were not returned before */
  add(pcm: Buffer): Buffer {
    const all = this.#odd.length === 0 ? pcm : Buffer.concat([this.#odd, pcm]);
    const whole = all.length - (all.length % SAMPLE_BYTES);
    this.#odd = Buffer.from(all.subarray(whole));
    return all.subarray(0, whole);
  }

  /**
   * Drops a half sample that will not be completed: after an interruption, on a new connection, and behind the last
   * piece of an answer.
   */
  drop(): void {
    this.#odd = Buffer.alloc(0);
  }

  /** The audio in an event of the service, if any, in whole samples. */
  observe(event: CallEvent): Buffer | undefined {
    if (event.kind === 'lost' || event.kind === 'connected') this.drop();
    if (event.kind !== 'received') return undefined;
    if (event.event.kind === 'interruption') this.drop();
    if (event.event.kind !== 'audio') return undefined;
    const pcm = this.add(event.event.pcm);
    if (event.event.last) this.drop();
    return pcm;
  }
}

export interface TimelineOptions {
  /**
   * How many times faster than real time the caller's audio is sent: a moment of the call then lies at its time
   * multiplied by this, and the audio of both sides keeps its length.
   */
  speed?: number | undefined;
}

/**
 * Places what is heard in a call. The caller's audio lies at the time at which it was sent, and without gaps as long
 * as it flows; the agent's lies where a player would play it: at its arrival, or when the audio before it ends. An
 * interruption, and the loss of the connection, silence the agent at once. Audio that is sent again after a loss has
 * been heard before and is passed over.
 */
export class CallTimeline {
  readonly #speed: number;
  readonly #samples = new WholeSamples();
  #now = 0;
  #callerEnd: number | undefined;
  #agentEnd = 0;

  constructor({ speed = 1 }: TimelineOptions = {}) {
    this.#speed = speed;
  }

  /** The frame of the latest event. */
  get now(): number {
    return this.#now;
  }

  /** Where the caller's next audio would lie if it came now. */
  get callerNext(): number {
    const end = this.#callerEnd;
    if (end === undefined) return this.#now;
    return this.#now > end + this.#frames(JITTER_MS) ? this.#now : end;
  }

  /** All before this frame is as it will stay, in both channels. */
  get settled(): number {
    return Math.min(this.#now, this.callerNext);
  }

  /** Where the audio of the agent ends that is still to be played, or was. */
  get agentEnd(): number {
    return this.#agentEnd;
  }

  /** Where the audio of the call ends when nothing more comes and all is played. */
  get end(): number {
    return Math.max(this.#now, this.#callerEnd ?? 0, this.#agentEnd);
  }

  /** Takes the next event. */
  observe(event: CallEvent): Placement | undefined {
    this.#now = Math.max(this.#now, this.#frames(event.at));
    const heard = this.#samples.observe(event);
    if (heard !== undefined) return this.#agent(heard);
    switch (event.kind) {
      case 'sent':
        return event.again ? undefined : this.#caller(event.pcm);
      case 'lost':
        return this.cut();
      case 'connected':
        // However short the loss was, it is heard as a pause.
        if (this.#callerEnd !== undefined) this.#callerEnd = Math.max(this.#callerEnd, this.#now);
        return undefined;
      case 'received':
        return event.event.kind === 'interruption' ? this.cut() : undefined;
    }
    return undefined;
  }

  /** Silences the agent at the latest event. */
  cut(): Extract<Placement, { kind: 'cut' }> {
    this.#agentEnd = Math.min(this.#agentEnd, this.#now);
    return { kind: 'cut', frame: this.#now };
  }

  #caller(pcm: Buffer): Placement {
    const start = this.callerNext;
    this.#callerEnd = start + pcm.length / SAMPLE_BYTES;
    return { kind: 'audio', channel: 'caller', start, end: this.#callerEnd, pcm };
  }

  #agent(pcm: Buffer): Placement | undefined {
    if (pcm.length === 0) return undefined;
    const start = Math.max(this.#now, this.#agentEnd);
    this.#agentEnd = start + pcm.length / SAMPLE_BYTES;
    return { kind: 'audio', channel: 'agent', start, end: this.#agentEnd, pcm };
  }

  #frames(ms: number): number {
    return Math.round((ms * this.#speed * VOICE_AUDIO.sampleRate) / 1000);
  }
}

/** The time of a frame in milliseconds of the timeline. */
export function frameMs(frame: number): number {
  return (frame * 1000) / VOICE_AUDIO.sampleRate;
}
