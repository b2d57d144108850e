/**
 * A conversation with the voice service: turns of speech over one connection after the other, as if it were one.
 *
 * The model is an open microphone. While somebody speaks, speech is sent at its pace; while an answer is awaited,
 * silence is, for a turn ends by silence; while the service answers, nothing is. What was said and has no answer yet is
 * said again on the next connection when one is lost.
 */
import { CliError } from '../shared/errors.ts';
import type { CallEvent, CallObserver } from './call-events.ts';
import { type ConnectionListener, type ConnectionOptions, VoiceConnection } from './connection.ts';
import type { Lateness } from './lateness.ts';
import { CallMeasurements, type CallSummary, type TurnReport } from './measurements.ts';
import { VOICE_AUDIO, type VoiceEvent } from './messages.ts';
import { Microphone } from './microphone.ts';
import { type TurnTiming, TurnTracker } from './turns.ts';

export interface CallOptions extends ConnectionOptions {
  timing: TurnTiming;
  /** Times real time; a chunk then holds so much more audio. */
  speed: number;
  /** Hears of everything in order. */
  observe: CallObserver;
  /** How many of the newest turns the summary holds; all by default. */
  keepTurns?: number | undefined;
}

export interface SayOptions {
  /** What the turn is called in reports. */
  name?: string;
  /** The source has a pace of its own, as a microphone: chunks are sent when they come. */
  live?: boolean;
  /** Times real time, from this turn's speech to the next one's; that of the call when left out. */
  speed?: number | undefined;
  /** How long to wait for the answer to this turn; what the timing of the call says when left out. */
  replyTimeoutMs?: number | undefined;
}

/** What was measured of the pace; see `Lateness`. */
export interface PaceReport {
  chunks: number;
  /** 1 when the pace was right; undefined before the second chunk. */
  realTimeRatio: number | undefined;
  /** How late chunks were sent, in milliseconds. */
  lateP50Ms: number | undefined;
  lateP99Ms: number | undefined;
  lateMaxMs: number;
}

/** How often it is looked whether an answer has ended. */
const LOOK_MS = 50;
/** Where the begin of an answer is waited for, to do something so long after it. */
const CLOSE_LOOK_MS = 10;

export class VoiceCall {
  readonly #options: CallOptions;
  readonly #connection: VoiceConnection;
  readonly #measurements: CallMeasurements;
  readonly #microphone: Microphone;
  readonly #begunAt: number;
  #tracker: TurnTracker;
  #turn = 0;
  #answers = 0;
  #speaking = false;
  /** When all that came so far will have been heard. */
  #playedAt = 0;
  #ended = false;

  private constructor(options: CallOptions) {
    this.#options = options;
    this.#begunAt = options.clock();
    this.#measurements = new CallMeasurements(options.keepTurns);
    this.#tracker = new TurnTracker(options.timing);
    this.#connection = new VoiceConnection(options, this.#connectionListener());
    this.#microphone = new Microphone(options, this.#connection, {
      sent: (pcm, speech, again) => this.#tell({ kind: 'sent', pcm, speech, again }),
      goesOn: (again) => this.#tracker.lost(again),
      saidAgain: () => {
        if (!this.#speaking) this.#tracker.inputEnded(options.clock());
      },
    });
  }

  /**
   * Connects, and waits a moment for the service to say what it wants.
   *
   * @throws VoiceError when the service refuses or cannot be reached, after the tries that its error allows; the
   *   signal's reason
   */
  static async open(options: CallOptions): Promise<VoiceCall> {
    const call = new VoiceCall(options);
    try {
      await call.#microphone.linked();
      return call;
    } catch (error) {
      await call.hangUp();
      throw error;
    }
  }

  /** The id of the newest connection; empty before the first. */
  get connectionId(): string {
    return this.#connection.current?.connectionId ?? '';
  }

  /** Milliseconds since the call began. */
  get elapsedMs(): number {
    return this.#options.clock() - this.#begunAt;
  }

  /** Whether an answer is coming in now. */
  get answering(): boolean {
    return this.#tracker.answering;
  }

  /** What is known of the newest turn; undefined before the first. */
  get current(): TurnReport | undefined {
    return this.#measurements.current;
  }

  get summary(): CallSummary {
    return this.#measurements.summary();
  }

  get pace(): PaceReport {
    const { lateness, ratio } = this.#microphone.pacer;
    return {
      chunks: lateness.count,
      realTimeRatio: ratio,
      lateP50Ms: lateness.quantile(0.5),
      lateP99Ms: lateness.quantile(0.99),
      lateMaxMs: lateness.max,
    };
  }

  /** The lateness of all chunks, to be put together with that of other calls. */
  get lateness(): Lateness {
    return this.#microphone.pacer.lateness;
  }

  /**
   * Says something: a new turn. Resolves when the last of it has been sent; an answer that is still going on is talked
   * over.
   *
   * @param audio 24 kHz mono 16-bit little-endian PCM, in pieces of any size
   * @throws VoiceError when the connection is lost for good; what `audio` throws; the signal's reason
   */
  async say(audio: AsyncIterable<Buffer>, options: SayOptions = {}): Promise<void> {
    const { name = '', live = false, speed = this.#options.speed } = options;
    this.#turn++;
    this.#tracker = new TurnTracker(this.#timingOf(options), this.#tracker.answering);
    this.#microphone.unfinished.begin(live);
    await this.#tell({ kind: 'speaking', turn: this.#turn, name });
    this.#speaking = true;
    try {
      await this.#microphone.speak(audio, { speed, live });
    } finally {
      this.#speaking = false;
    }
    this.#tracker.inputEnded(this.#options.clock());
    await this.#tell({ kind: 'spoken', turn: this.#turn });
  }

  /**
   * Waits for the answer to all that was said, with silence on the line until it begins.
   *
   * @returns false when none came in the time that the timing allows
   * @throws as `say`
   */
  async answered(): Promise<boolean> {
    const { clock } = this.#options;
    for (;;) {
      const state = this.#tracker.state(clock());
      const isOver = state === 'complete' || (this.#connection.open === undefined && this.#tracker.settled);
      if (isOver) {
        this.#connection.check();
        return true;
      }
      const { informed } = this.#microphone;
      // On another connection everything is said again, and then waited for.
      if ((await this.#microphone.linked()) !== informed) continue;
      if (state === 'timed-out') return false;
      if (this.#tracker.answered) await this.#microphone.rest(LOOK_MS);
      else await this.#microphone.beSilent();
    }
  }

  /**
   * Says something and waits for the answer.
   *
   * @throws as `say`; CliError `network` when no answer comes
   */
  async ask(audio: AsyncIterable<Buffer>, options?: SayOptions): Promise<void> {
    await this.say(audio, options);
    if (await this.answered()) return;
    const { replyTimeoutMs } = this.#timingOf(options);
    throw new CliError(
      'network',
      `The voice service gave no answer within ${replyTimeoutMs / 1000} seconds`,
      {
        ...this.#connection.current?.place,
        requestId: this.connectionId,
        hint: 'Check that the file holds speech, or allow more with --reply-timeout.',
      },
    );
  }

  /**
   * Waits until the answer has begun to sound.
   *
   * @returns false when it did not, or when it was over before that was noticed
   * @throws as `say`
   */
  async answerBegun(): Promise<boolean> {
    const { clock } = this.#options;
    for (;;) {
      if (this.current?.firstAudioMs !== undefined) return this.#tracker.answering;
      const state = this.#tracker.state(clock());
      if (state !== 'going') return false;
      const { informed } = this.#microphone;
      if ((await this.#microphone.linked()) !== informed) continue;
      if (this.#tracker.answered) await this.#microphone.rest(CLOSE_LOOK_MS);
      else await this.#microphone.beSilent();
    }
  }

  /**
   * Keeps silent for so long, with the microphone open.
   *
   * @throws as `say`
   */
  async silence(ms: number): Promise<void> {
    const { clock } = this.#options;
    const until = clock() + ms;
    this.#microphone.pacer.rest();
    while (clock() < until) {
      await this.#microphone.beSilent();
    }
    this.#microphone.pacer.rest();
  }

  /**
   * Waits without a sound, as when the microphone is off.
   *
   * @throws as `say`
   */
  async wait(ms: number): Promise<void> {
    const { clock } = this.#options;
    const until = clock() + ms;
    for (let left = ms; left > 0; left = until - clock()) {
      await this.#microphone.linked();
      await this.#microphone.rest(Math.min(left, LOOK_MS));
    }
  }

  /**
   * Waits until a listener has heard all of the answer: it may arrive faster than it is played.
   *
   * @throws as `say`
   */
  async played(): Promise<void> {
    const left = this.#playedAt - this.#options.clock();
    if (left > 0) await this.wait(left);
  }

  /** Changes settings of the session, by the names of the API; also those of later connections. */
  applySettings(settings: NonNullable<CallOptions['settings']>): void {
    this.#connection.applySettings(settings);
  }

  /** Ends the call with code 1000. May be called again. */
  async hangUp(): Promise<void> {
    await this.#connection.close();
    if (this.#ended) return;
    this.#ended = true;
    await this.#tell({ kind: 'ended' });
  }

  #connectionListener(): ConnectionListener {
    const call = this;
    return {
      get answering() {
        return call.#tracker.answering;
      },
      get progress() {
        return call.#microphone.unfinished.total + call.#answers;
      },
      mayHangUp: () => this.#tracker.settled,
      tooLarge: () => this.#microphone.tooLarge(),
      connected: ({ connectionId, handshakeMs }, number) =>
        void this.#tell({ kind: 'connected', connectionId, handshakeMs, number }),
      lost: (why, retryMs, label) => void this.#tell({ kind: 'lost', why, retryMs, label }),
      event: (event) => this.#hear(event),
    };
  }

  #hear(event: VoiceEvent): void | Promise<void> {
    const { unfinished } = this.#microphone;
    const { answers, answering } = this.#tracker;
    const now = this.#options.clock();
    this.#tracker.observe(event, now);
    if (event.kind === 'audio') {
      const ms = (event.pcm.length / VOICE_AUDIO.bytesPerSecond) * 1000;
      this.#playedAt = Math.max(this.#playedAt, now) + ms / this.#options.speed;
    } else if (event.kind === 'interruption') this.#playedAt = now;
    // The rest of an answer says nothing of what was said since it began.
    const begins = this.#tracker.answering && !answering;
    if (begins || event.kind === 'turn' || (event.kind === 'transcript' && event.final)) unfinished.heard();
    if (this.#tracker.answers > answers) {
      this.#answers++;
      unfinished.answered();
    }
    return this.#tell({ kind: 'received', event });
  }

  #timingOf({ replyTimeoutMs }: SayOptions = {}): TurnTiming {
    const { timing } = this.#options;
    return replyTimeoutMs === undefined ? timing : { ...timing, replyTimeoutMs };
  }

  #tell(event: CallEventBody): void | Promise<void> {
    const full = { at: this.elapsedMs, ...event } as CallEvent;
    this.#measurements.observe(full);
    const fail = (error: unknown) => this.#connection.fail(error);
    try {
      return this.#options.observe(full)?.catch(fail);
    } catch (error) {
      fail(error);
    }
  }
}

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
type CallEventBody = Without<CallEvent, 'at'>;
