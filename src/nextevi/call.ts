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
import { CallMeasurements, type CallSummary, type TurnReport } from './measurements.ts';
import { VOICE_AUDIO, type VoiceEvent } from './messages.ts';
import { Pacer, rechunk } from './pacing.ts';
import type { VoiceSession } from './session.ts';
import { type TurnTiming, TurnTracker } from './turns.ts';
import { UnfinishedTurn } from './unfinished.ts';

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

/** What was measured of the pace; see `Pacer`. */
export interface PaceReport {
  chunks: number;
  /** 1 when the pace was right; undefined before the second chunk. */
  realTimeRatio: number | undefined;
  /** How late chunks were sent, in milliseconds. */
  lateP50Ms: number | undefined;
  lateP99Ms: number | undefined;
  lateMaxMs: number;
}

const CHUNK_MS = 100;
/** The service takes 1 MB, raw or as base64: this is less in both. */
const MAX_CHUNK_BYTES = 720_000;
/** Times real time at which a chunk is as large as it may be. */
export const MAX_SPEED = 150;
/** Shorter, for less delay; 750 messages a minute leave room for everything else. */
const LIVE_CHUNK_BYTES = 3_840;
/** Speech that is said again is sent so many times faster than it was. */
const AGAIN_SPEED = 4;
/** Live sound that waits longer than a second for the network is held back where it comes from. */
const LIVE_BUFFERED_BYTES = 48_000;
/** Longer than what a source takes that is only slow. */
const SOURCE_PAUSE_MS = 500;
/** How often it is looked whether an answer has ended. */
const LOOK_MS = CHUNK_MS / 2;

export class VoiceCall implements ConnectionListener {
  readonly #options: CallOptions;
  readonly #connection: VoiceConnection;
  readonly #measurements: CallMeasurements;
  readonly #unfinished = new UnfinishedTurn();
  readonly #begunAt: number;
  readonly #pacer: Pacer;
  #tracker: TurnTracker;
  #turn = 0;
  #answers = 0;
  #speaking = false;
  /** When all that came so far will have been heard. */
  #playedAt = 0;
  /** The session that has heard all that is unfinished. */
  #informed: VoiceSession | undefined;
  #maxChunk = Number.POSITIVE_INFINITY;
  #lastChunk: Buffer | undefined;
  #refused: Buffer | undefined;
  #ended = false;

  private constructor(options: CallOptions) {
    this.#options = options;
    this.#begunAt = options.clock();
    this.#measurements = new CallMeasurements(options.keepTurns);
    this.#tracker = new TurnTracker(options.timing);
    this.#connection = new VoiceConnection(options, this);
    this.#pacer = this.#newPacer(options.speed);
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
      await call.#linked();
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
    const { lateness, ratio } = this.#pacer;
    return {
      chunks: lateness.count,
      realTimeRatio: ratio,
      lateP50Ms: lateness.quantile(0.5),
      lateP99Ms: lateness.quantile(0.99),
      lateMaxMs: lateness.max,
    };
  }

  /** The lateness of all chunks, to be put together with that of other calls. */
  get lateness(): Pacer['lateness'] {
    return this.#pacer.lateness;
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
    this.#unfinished.begin(live);
    await this.#tell({ kind: 'speaking', turn: this.#turn, name });
    this.#pacer.rest();
    this.#pacer.speed = speed;
    this.#speaking = true;
    try {
      let askedAt = this.#options.clock();
      for await (const chunk of rechunk(audio, live ? LIVE_CHUNK_BYTES : this.#pacer.chunkBytes)) {
        this.#options.signal?.throwIfAborted();
        // A source that had nothing to say does not catch up with the time of its silence.
        if (this.#options.clock() - askedAt > SOURCE_PAUSE_MS) this.#pacer.rest();
        await this.#send(chunk, { speech: true, live });
        askedAt = this.#options.clock();
      }
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
    const silence = Buffer.alloc(this.#pacer.chunkBytes);
    for (;;) {
      const state = this.#tracker.state(clock());
      const isOver = state === 'complete' || (this.#connection.open === undefined && this.#tracker.settled);
      if (isOver) {
        this.#connection.check();
        return true;
      }
      const informed = this.#informed;
      // On another connection everything is said again, and then waited for.
      if ((await this.#linked()) !== informed) continue;
      if (state === 'timed-out') return false;
      if (this.#tracker.answered) await this.#rest(LOOK_MS);
      else await this.#send(silence, { speech: false });
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
    const silence = Buffer.alloc(this.#pacer.chunkBytes);
    for (;;) {
      if (this.current?.firstAudioMs !== undefined) return this.#tracker.answering;
      const state = this.#tracker.state(clock());
      if (state !== 'going') return false;
      const informed = this.#informed;
      if ((await this.#linked()) !== informed) continue;
      if (this.#tracker.answered) await this.#rest(LOOK_MS / 5);
      else await this.#send(silence, { speech: false });
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
    const silence = Buffer.alloc(this.#pacer.chunkBytes);
    this.#pacer.rest();
    while (clock() < until) {
      this.#options.signal?.throwIfAborted();
      await this.#send(silence, { speech: false });
    }
    this.#pacer.rest();
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
      await this.#linked();
      await this.#rest(Math.min(left, LOOK_MS));
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

  // What the connection tells.

  connected(session: VoiceSession, number: number): void {
    const { connectionId, handshakeMs } = session;
    void this.#tell({ kind: 'connected', connectionId, handshakeMs, number });
  }

  lost(why: string, retryMs: number, label?: string): void {
    void this.#tell({ kind: 'lost', why, retryMs, label });
  }

  mayHangUp(): boolean {
    return this.#tracker.settled;
  }

  tooLarge(): void {
    const chunk = this.#lastChunk;
    if (chunk === undefined) return;
    this.#maxChunk = Math.max(2, Math.floor(chunk.length / 4) * 2);
    this.#refused = chunk;
    this.#lastChunk = undefined;
  }

  get progress(): number {
    return this.#unfinished.total + this.#answers;
  }

  event(event: VoiceEvent): void | Promise<void> {
    const { answers, answering } = this.#tracker;
    const now = this.#options.clock();
    this.#tracker.observe(event, now);
    if (event.kind === 'audio') {
      const ms = (event.pcm.length / VOICE_AUDIO.bytesPerSecond) * 1000;
      this.#playedAt = Math.max(this.#playedAt, now) + ms / this.#options.speed;
    } else if (event.kind === 'interruption') this.#playedAt = now;
    // The rest of an answer says nothing of what was said since it began.
    const begins = this.#tracker.answering && !answering;
    if (begins || event.kind === 'turn' || (event.kind === 'transcript' && event.final))
      this.#unfinished.heard();
    if (this.#tracker.answers > answers) {
      this.#answers++;
      this.#unfinished.answered();
    }
    return this.#tell({ kind: 'received', event });
  }

  #timingOf({ replyTimeoutMs }: SayOptions = {}): TurnTiming {
    const { timing } = this.#options;
    return replyTimeoutMs === undefined ? timing : { ...timing, replyTimeoutMs };
  }

  // How audio is sent.

  #newPacer(speed: number): Pacer {
    const { clock } = this.#options;
    return new Pacer({
      chunkMs: CHUNK_MS,
      speed,
      bytesPerSecond: VOICE_AUDIO.bytesPerSecond,
      clock,
      sleep: (ms) => this.#sleep(ms),
    });
  }

  /** Sends one chunk when it is due, on whatever connection there is then. */
  async #send(chunk: Buffer, kind: { speech: boolean; live?: boolean }): Promise<void> {
    if (this.#refused !== undefined) {
      const refused = this.#refused;
      this.#refused = undefined;
      await this.#sendPieces(refused, { speech: true, again: true });
    }
    await this.#sendPieces(chunk, { ...kind, again: false });
  }

  async #sendPieces(
    chunk: Buffer,
    { speech, live = false, again }: { speech: boolean; live?: boolean; again: boolean },
  ): Promise<void> {
    // What the service takes at most may become less while this waits.
    for (let at = 0, piece = chunk; at < chunk.length; at += piece.length) {
      piece = at === 0 && chunk.length <= this.#maxChunk ? chunk : chunk.subarray(at, at + this.#maxChunk);
      for (;;) {
        // Silence is nothing that a service must hear that has done its part.
        if (!speech && this.#connection.hungUp) {
          await this.#options.sleep(CHUNK_MS, this.#options.signal);
          return;
        }
        const session = await this.#linked();
        const sent = live ? await this.#sendNow(session, piece) : await this.#pacer.send(session, piece);
        if (sent) break;
        // Whether another connection is needed for it is not decided here.
        if (!speech) return;
      }
      this.#lastChunk = piece;
      if (speech && !again) this.#unfinished.add(piece);
      const busy = this.#tell({ kind: 'sent', pcm: piece, speech, again });
      if (busy !== undefined) await busy;
    }
  }

  /** Within the limits of the service and of the network, but not paced. */
  async #sendNow(session: VoiceSession, pcm: Buffer): Promise<boolean> {
    while (session.isOpen && (session.waitMs > 0 || session.bufferedBytes > LIVE_BUFFERED_BYTES))
      await this.#sleep(Math.max(session.waitMs, 10));
    if (!session.isOpen) return false;
    session.sendAudio(pcm);
    return true;
  }

  /** The open session, which has heard all that is unfinished. */
  async #linked(): Promise<VoiceSession> {
    for (;;) {
      const session = await this.#connection.session();
      if (session === this.#informed) return session;
      if (this.#informed !== undefined && !(await this.#goOn(session))) continue;
      this.#informed = session;
      return session;
    }
  }

  /**
   * Takes up the talk on another session.
   *
   * @returns whether all that is unfinished went out on it
   */
  async #goOn(session: VoiceSession): Promise<boolean> {
    // It comes again with everything else.
    this.#refused = undefined;
    this.#lastChunk = undefined;
    this.#pacer.rest();
    const again = this.#unfinished.bytes > 0;
    this.#tracker.lost(again);
    return !again || this.#sayAgain(session);
  }

  async #sayAgain(session: VoiceSession): Promise<boolean> {
    const pacer = this.#newPacer(this.#pacer.speed * AGAIN_SPEED);
    const bytes = Math.min(pacer.chunkBytes, this.#maxChunk, MAX_CHUNK_BYTES);
    const all = [...this.#unfinished.chunks];
    for await (const chunk of rechunk(asStream(all), bytes)) {
      if (!(await pacer.send(session, chunk))) return false;
      this.#lastChunk = chunk;
      const busy = this.#tell({ kind: 'sent', pcm: chunk, speech: true, again: true });
      if (busy !== undefined) await busy;
    }
    if (!this.#speaking) this.#tracker.inputEnded(this.#options.clock());
    return true;
  }

  /** Ends early, without an error, when the connection is lost. @throws the signal's reason */
  async #sleep(ms: number): Promise<void> {
    await this.#options.sleep(ms, this.#connection.halt).catch(() => {});
    this.#options.signal?.throwIfAborted();
  }

  /** A pause in which no audio is due. */
  async #rest(ms: number): Promise<void> {
    this.#pacer.rest();
    await this.#sleep(ms);
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

async function* asStream(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}
