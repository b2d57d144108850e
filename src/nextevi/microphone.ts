/**
 * The sending side of a call: speech and silence at their pace, within the limits of the service, on one connection
 * after the other. What the service has not answered yet is said again on the next one when a connection is lost.
 */
import type { ConnectionOptions, VoiceConnection } from './connection.ts';
import { MAX_CHUNK_BYTES } from './limits.ts';
import { VOICE_AUDIO } from './messages.ts';
import { Pacer, rechunk } from './pacing.ts';
import type { VoiceSession } from './session.ts';
import { UnfinishedTurn } from './unfinished.ts';

const CHUNK_MS = 100;
/** Shorter, for less delay; 750 messages a minute leave room for everything else. */
const LIVE_CHUNK_BYTES = 3_840;
/** Speech that is said again is sent so many times faster than it was. */
const AGAIN_SPEED = 4;
/** Live sound that waits longer than a second for the network is held back where it comes from. */
const LIVE_BUFFERED_BYTES = VOICE_AUDIO.bytesPerSecond;
/** Longer than what a source takes that is only slow. */
const SOURCE_PAUSE_MS = 500;

/** What a microphone tells of. */
export interface MicrophoneListener {
  sent(pcm: Buffer, speech: boolean, again: boolean): void | Promise<void>;
  /** The talk goes on upon another connection, where speech is said again or not. */
  goesOn(again: boolean): void;
  /** All of it has been said again. */
  saidAgain(): void;
}

export class Microphone {
  /** The speech that has no answer yet. */
  readonly unfinished = new UnfinishedTurn();
  readonly pacer: Pacer;
  readonly #options: ConnectionOptions;
  readonly #connection: VoiceConnection;
  readonly #listener: MicrophoneListener;
  /** The session that has heard all that is unfinished. */
  #informed: VoiceSession | undefined;
  #maxChunk = Number.POSITIVE_INFINITY;
  #lastChunk: Buffer | undefined;
  #refused: Buffer | undefined;

  /** @param options `speed`: times real time; a chunk then holds so much more audio */
  constructor(
    options: ConnectionOptions & { speed: number },
    connection: VoiceConnection,
    listener: MicrophoneListener,
  ) {
    this.#options = options;
    this.#connection = connection;
    this.#listener = listener;
    this.pacer = this.#newPacer(options.speed);
  }

  /**
   * Sends speech to its end.
   *
   * @param live it has a pace of its own: chunks are sent when they come
   * @throws VoiceError when the connection is lost for good; what `audio` throws; the signal's reason
   */
  async speak(
    audio: AsyncIterable<Buffer>,
    { speed, live }: { speed: number; live: boolean },
  ): Promise<void> {
    const { clock, signal } = this.#options;
    this.pacer.rest();
    this.pacer.speed = speed;
    let askedAt = clock();
    for await (const chunk of rechunk(audio, live ? LIVE_CHUNK_BYTES : this.pacer.chunkBytes)) {
      signal?.throwIfAborted();
      // A source that had nothing to say does not catch up with the time of its silence.
      if (clock() - askedAt > SOURCE_PAUSE_MS) this.pacer.rest();
      await this.#sendRefused();
      await this.#send(chunk, { speech: true, live, again: false });
      askedAt = clock();
    }
  }

  /** Sends silence for as long as a chunk lasts. @throws as `speak` */
  async beSilent(): Promise<void> {
    this.#options.signal?.throwIfAborted();
    await this.#sendRefused();
    await this.#send(Buffer.alloc(this.pacer.chunkBytes), { speech: false, live: false, again: false });
  }

  /** The chunk that was refused for its size goes first. */
  async #sendRefused(): Promise<void> {
    const refused = this.#refused;
    this.#refused = undefined;
    if (refused !== undefined) await this.#send(refused, { speech: true, live: false, again: true });
  }

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
  async #send(
    chunk: Buffer,
    { speech, live, again }: { speech: boolean; live: boolean; again: boolean },
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
        const session = await this.linked();
        const sent = live ? await this.#sendNow(session, piece) : await this.pacer.send(session, piece);
        if (sent) break;
        // Whether another connection is needed for it is not decided here.
        if (!speech) return;
      }
      this.#lastChunk = piece;
      if (speech && !again) this.unfinished.add(piece);
      const busy = this.#listener.sent(piece, speech, again);
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

  /** The newest chunk was refused for its size: it is sent again in pieces, and so are all that follow. */
  tooLarge(): void {
    const chunk = this.#lastChunk;
    if (chunk === undefined) return;
    this.#maxChunk = Math.max(2, Math.floor(chunk.length / 4) * 2);
    this.#refused = chunk;
    this.#lastChunk = undefined;
  }

  /** The session that has heard all that is unfinished. */
  get informed(): VoiceSession | undefined {
    return this.#informed;
  }

  /**
   * The open session, which has heard all that is unfinished.
   *
   * @throws as `speak`
   */
  async linked(): Promise<VoiceSession> {
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
    this.pacer.rest();
    const again = this.unfinished.bytes > 0;
    this.#listener.goesOn(again);
    return !again || this.#sayAgain(session);
  }

  async #sayAgain(session: VoiceSession): Promise<boolean> {
    const pacer = this.#newPacer(this.pacer.speed * AGAIN_SPEED);
    const bytes = Math.min(pacer.chunkBytes, this.#maxChunk, MAX_CHUNK_BYTES);
    const all = [...this.unfinished.chunks];
    for await (const chunk of rechunk(asStream(all), bytes)) {
      if (!(await pacer.send(session, chunk))) return false;
      this.#lastChunk = chunk;
      const busy = this.#listener.sent(chunk, true, true);
      if (busy !== undefined) await busy;
    }
    this.#listener.saidAgain();
    return true;
  }

  /** Ends early, without an error, when the connection is lost. @throws the signal's reason */
  async #sleep(ms: number): Promise<void> {
    await this.#options.sleep(ms, this.#connection.halt).catch(() => {});
    this.#options.signal?.throwIfAborted();
  }

  /** A pause in which no audio is due; shorter when the connection is lost. @throws the signal's reason */
  async rest(ms: number): Promise<void> {
    this.pacer.rest();
    await this.#sleep(ms);
  }
}

async function* asStream(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}
