/** A connection that is made again when it is lost (reference, sections 2 and 7). */
import { CliError } from '../shared/errors.ts';
import { kindOfError } from './error-table.ts';
import { type CloseInfo, errorOfServer, VoiceError } from './errors.ts';
import { VOICE_AUDIO, type VoiceEvent } from './messages.ts';
import { type SessionOptions, VoiceSession } from './session.ts';

export interface ReconnectPolicy {
  /** How many connections in a row may fail after the first. */
  attempts: number;
  /** Factor on all pauses of the reference: 1 is what it says. */
  pace: number;
}

/** What the reference says of CONNECTION_FAILED: five times, from 1 s doubling to 30 s. */
export const DEFAULT_RECONNECT: ReconnectPolicy = { attempts: 5, pace: 1 };

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** How long to wait for `connection_metadata` before audio is sent anyway: the vendor's clients do not wait at all. */
const METADATA_MS = 1_000;
/** So many failures of single chunks on one connection are a failure of the whole. */
const MAX_CHUNK_FAILURES = 3;
/** A connection that held for so long and did its work has not failed, whatever the talk came to. */
const HELD_MS = 60_000;
/** A session ends after 60 minutes: it is replaced a little earlier, at a moment of our choice. */
const RENEW_MS = 59.5 * 60_000;

/** A service that has sent its close has so long to end the connection. */
const CLOSING_MS = 500;

/** What a connection tells of itself. */
export interface ConnectionListener {
  connected(session: VoiceSession, number: number): void;
  /** Another connection is tried after `retryMs`. @param label undefined when the connection was replaced by choice */
  lost(why: string, retryMs: number, label?: string): void;
  event(event: VoiceEvent): void | Promise<void>;
  /** A chunk was refused for its size: it is to be split and sent again. */
  tooLarge(chunkId: string | undefined): void;
  /** Whether an answer is coming in, which a new session would cut off. */
  readonly answering: boolean;
  /** Whether a service that hangs up now with 1000 has done its part. */
  mayHangUp(): boolean;
  /** Grows with everything that is said for the first time, and with every answer that has ended. */
  readonly progress: number;
}

export interface ConnectionOptions extends Omit<SessionOptions, 'onEvent'> {
  reconnect: ReconnectPolicy;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** A number in [0, 1). */
  random: () => number;
  /** Told of every session as soon as it is open. */
  onSession?: ((session: VoiceSession) => void) | undefined;
}

/** What is wrong with the format that a configuration wants; undefined when nothing is. */
export function checkFormat(event: Extract<VoiceEvent, { kind: 'metadata' }>): CliError | undefined {
  const { sampleRate, channels, encoding } = event;
  const wrongRate = sampleRate !== undefined && sampleRate !== VOICE_AUDIO.sampleRate;
  const wrongChannels = channels !== undefined && channels !== VOICE_AUDIO.channels;
  const wrongEncoding = encoding !== undefined && !/^(linear16|pcm)/i.test(encoding);
  if (!wrongRate && !wrongChannels && !wrongEncoding) return undefined;
  return new CliError(
    'rejected',
    `The voice configuration wants ${encoding ?? 'linear16'} at ${sampleRate ?? 24_000} Hz with ${channels ?? 1} channels`,
    {
      hint: 'Only the documented format, 16-bit PCM at 24,000 Hz mono, is sent. Choose another configuration.',
    },
  );
}

/** One session after the other, as many as it takes; a new one is made only when it is asked for. */
export class VoiceConnection {
  readonly #options: ConnectionOptions;
  readonly #listener: ConnectionListener;
  #session: VoiceSession | undefined;
  /** The connection whose messages count: what an old one still says does not. */
  #live = 0;
  /** Why there is no session. */
  #down: unknown;
  /** What ended everything. */
  #fatal: { error: unknown } | undefined;
  /** Ends waits when the session ends or the caller gives up. */
  #halt = new AbortController();
  #settings: SessionOptions['settings'];
  #number = 0;
  #failures = 0;
  /** Whether this connection has done any work, and how far the talk was when one was counted as good. */
  #worked = false;
  #progress = 0;
  #chunkFailures = 0;
  #connectedAt = 0;
  #closing = false;
  #hungUp: CloseInfo | undefined;

  constructor(options: ConnectionOptions, listener: ConnectionListener) {
    this.#options = options;
    this.#listener = listener;
    this.#settings = options.settings;
    options.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  readonly #onAbort = (): void => this.#halt.abort(this.#options.signal?.reason);

  /** Aborted when the session ends, and when the caller gives up. */
  get halt(): AbortSignal {
    return this.#halt.signal;
  }

  /** Whether the service ended the talk of its own accord, and well. */
  get hungUp(): boolean {
    return this.#hungUp !== undefined;
  }

  get current(): VoiceSession | undefined {
    return this.#session;
  }

  /** The session if it is open. */
  get open(): VoiceSession | undefined {
    return this.#session?.isOpen === true && this.#down === undefined ? this.#session : undefined;
  }

  /**
   * The open session; another one when the last one was lost.
   *
   * @throws VoiceError when no other one can do better, or none came about; the signal's reason
   */
  async session(): Promise<VoiceSession> {
    const { signal, clock } = this.#options;
    this.check();
    const open = this.open;
    const isOld = clock() - this.#connectedAt >= RENEW_MS && !this.#listener.answering;
    if (open !== undefined && !isOld) return open;
    if (open !== undefined) await this.#renew(open);
    // Of a session that is closing it is not known yet what it ends of, and so not whether to connect again.
    else if (this.#down === undefined) await this.#session?.close(CLOSING_MS);
    for (;;) {
      if (this.#down !== undefined) await this.#pause(this.#down);
      this.check();
      try {
        return await this.#connect();
      } catch (error) {
        signal?.throwIfAborted();
        this.#down = error;
      }
    }
  }

  /** @throws the signal's reason; what ended everything */
  check(): void {
    this.#options.signal?.throwIfAborted();
    if (this.#fatal !== undefined) throw this.#fatal.error;
    if (this.#closing) throw new CliError('internal', 'The call has been ended already');
  }

  /** Settings of this session and of all that follow. */
  applySettings(settings: NonNullable<SessionOptions['settings']>): void {
    this.#settings = { ...this.#settings, ...settings };
    this.open?.sendSettings(settings);
  }

  /** Ends everything: whoever waits for a session gets this error. */
  fail(error: unknown): void {
    this.#fatal ??= { error };
    this.#lose(error);
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    await this.#session?.close();
  }

  async #renew(open: VoiceSession): Promise<void> {
    this.#live++;
    this.#session = undefined;
    this.#listener.lost('a session lasts 60 minutes', 0);
    await open.close();
  }

  /** Waits as long as the error asks for. @throws the error when another connection could not do better */
  async #pause(error: unknown): Promise<void> {
    const { reconnect, sleep, random, signal } = this.#options;
    const retryMs = error instanceof VoiceError ? error.retryMs : undefined;
    if (retryMs === undefined || this.#failures >= reconnect.attempts) throw error;
    // Whoever was never there is more likely misspelled than away for a moment.
    if (this.#number === 0 && (error as VoiceError).cause !== undefined) throw error;
    const step = Math.min(FIRST_PAUSE_MS * 2 ** this.#failures, LONGEST_PAUSE_MS);
    // Many clients that lost their connections at once do not all come back at once.
    const pause =
      reconnect.pace * Math.max(step * (0.5 + random() / 2), retryMs > FIRST_PAUSE_MS ? retryMs : 0);
    this.#failures++;
    this.#listener.lost((error as VoiceError).message, pause, (error as VoiceError).label);
    this.check();
    await sleep(pause, signal);
    this.#down = undefined;
  }

  async #connect(): Promise<VoiceSession> {
    const { signal, sleep, clock } = this.#options;
    this.#halt = new AbortController();
    if (signal?.aborted) this.#onAbort();
    const metadata = new AbortController();
    const live = ++this.#live;
    // What comes in one packet with the end of the handshake is told after the connection itself.
    let early: VoiceEvent[] | undefined = [];
    const session = await VoiceSession.connect({
      ...this.#options,
      settings: this.#settings ?? {},
      onEvent: (event) => {
        if (live !== this.#live) return;
        if (early === undefined) return this.#receive(event, metadata);
        early.push(event);
      },
    });
    this.#options.onSession?.(session);
    this.#session = session;
    if (live !== this.#live || this.#closing) {
      session.close().catch(() => {});
      this.check();
      throw this.#down;
    }
    this.#chunkFailures = 0;
    this.#worked = false;
    this.#hungUp = undefined;
    this.#connectedAt = clock();
    this.#listener.connected(session, this.#number++);
    const waiting = early;
    early = undefined;
    for (const event of waiting) if (live === this.#live) this.#receive(event, metadata);
    session.closed.then((close) => {
      if (live === this.#live) this.#closed(session, close);
    });
    const either = new AbortController();
    const wake = () => either.abort();
    metadata.signal.addEventListener('abort', wake);
    this.#halt.signal.addEventListener('abort', wake);
    if (metadata.signal.aborted || this.#halt.signal.aborted) wake();
    await sleep(METADATA_MS, either.signal).catch(() => {});
    signal?.throwIfAborted();
    if (this.#down !== undefined) throw this.#down;
    return session;
  }

  #receive(event: VoiceEvent, metadata: AbortController): void | Promise<void> {
    const busy = this.#listener.event(event);
    if (event.kind === 'metadata') {
      metadata.abort();
      const wrong = checkFormat(event);
      if (wrong !== undefined) this.#lose(wrong);
    } else if (event.kind === 'error') this.#hearError(event.error);
    else if (event.kind === 'transcript' || event.kind === 'audio') this.#worked = true;
    return busy;
  }

  #hearError(error: Extract<VoiceEvent, { kind: 'error' }>['error']): void {
    const { code } = error;
    const place = this.#session?.place;
    if (place === undefined) return;
    if (code === 'AUDIO_CHUNK_TOO_LARGE') {
      const { details } = error;
      const id =
        typeof details === 'object' && details !== null && 'chunk_id' in details
          ? details.chunk_id
          : undefined;
      this.#listener.tooLarge(typeof id === 'string' ? id : undefined);
    }
    const isChunk = code === 'AUDIO_PROCESSING_FAILED' || code === 'AUDIO_CHUNK_TOO_LARGE';
    if (isChunk) this.#chunkFailures++;
    if (kindOfError(code).action !== 'continue' || (isChunk && this.#chunkFailures >= MAX_CHUNK_FAILURES))
      this.#lose(errorOfServer(error, place));
  }

  #closed(session: VoiceSession, close: CloseInfo): void {
    if (this.#closing) return;
    if (close.code === 1000 && this.#listener.mayHangUp()) this.#hungUp = close;
    this.#lose(session.errorOf(close));
  }

  #lose(error: unknown): void {
    if (this.#down !== undefined) return;
    this.#down = error;
    this.#live++;
    this.#countFailure();
    this.#halt.abort(error);
    // An error message may come without a close.
    if (this.#session?.isOpen === true) this.#session.close().catch(() => {});
  }

  /**
   * Connections that do their work have not failed. But speech on which one after the other breaks is not said for
   * ever: something new must have been said or answered.
   */
  #countFailure(): void {
    const { progress } = this.#listener;
    const held = this.#options.clock() - this.#connectedAt >= HELD_MS;
    if (!this.#worked || (progress === this.#progress && !held)) return;
    this.#worked = false;
    this.#progress = progress;
    this.#failures = 0;
  }
}
