/** One WebSocket session with the voice service. */
import { randomUUID } from 'node:crypto';
import type { Agent, IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { CliError } from '../shared/errors.ts';
import { isObject, type JsonObject, parseJson } from '../shared/json.ts';
import { retryAfterMs } from '../shared/wait.ts';
import { redactVoiceUrl, sessionUrl, type VoiceCredentials } from './address.ts';
import { connectionError } from './connection-errors.ts';
import { kindOfError } from './error-table.ts';
import {
  type CloseInfo,
  type ErrorPlace,
  errorOfClose,
  errorOfStatus,
  type ServerError,
  type VoiceError,
} from './errors.ts';
import { MessageLimits } from './limits.ts';
import {
  audioMessage,
  keepAliveMessage,
  parseServerMessage,
  settingsMessage,
  type VoiceEvent,
} from './messages.ts';

/** What `trace` is told: no content of messages, and addresses without their credentials. */
export type VoiceTrace =
  | { kind: 'open'; url: string }
  | {
      kind: 'message';
      direction: 'sent' | 'received';
      /** The type that the message names; `audio` for a binary frame. */
      type: string;
      /** Of the frame, or of the audio inside. */
      bytes: number;
      audio: boolean;
    }
  | { kind: 'close'; code: number; reason: string };

export interface SessionOptions {
  /** Base address, without the connection id. */
  url: URL;
  credentials: VoiceCredentials;
  settings?: JsonObject;
  /** `binary`: raw PCM frames, as both vendor clients send; `json`: `audio_input` messages, as documented. */
  transport: 'binary' | 'json';
  handshakeMs: number;
  userAgent: string;
  /** What the connection is made by, for proxies and certificates; without it directly. */
  agent?: Agent | undefined;
  /** False: only the keep-alive message tells whether the peer is there. */
  pings?: boolean | undefined;
  /** Milliseconds since 1970. */
  now: () => number;
  /** A clock that never goes back, in milliseconds. */
  clock: () => number;
  /**
   * Called for every message of the service, even before `connect` has resolved. Must not throw. While a promise that it
   * returns is pending, nothing more is read from the network.
   */
  onEvent: (event: VoiceEvent, session: VoiceSession) => void | Promise<void>;
  signal?: AbortSignal | undefined;
  /** Called for every message in either direction. Must not throw. */
  trace?: ((entry: VoiceTrace) => void) | undefined;
}

const KEEP_ALIVE_MS = 30_000;
/** How often a quiet connection is looked at; a peer that is silent for `DEAD_MS` in spite of pings is gone. */
const PING_MS = 4_000;
const DEAD_MS = 10_000;
/** A connection is looked at this late only when this process itself was held up. */
const HELD_UP_MS = 2_000;
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** A session that took so many chunks of audio (two seconds of them) was not refused. */
const ESTABLISHED_CHUNKS = 20;

export class VoiceSession {
  readonly connectionId: string;
  /** Resolves when the connection has ended, however it did. */
  readonly closed: Promise<CloseInfo>;
  /** Milliseconds from the first packet to the open socket. */
  readonly handshakeMs: number;
  readonly #socket: WebSocket;
  readonly #options: SessionOptions;
  readonly #place: () => ErrorPlace;
  readonly #beat: NodeJS.Timeout | undefined;
  #lastError: ServerError | undefined;
  #chunks = 0;
  #established = false;
  #heardAt: number;
  #lookedAt: number;
  #silentMs: number | undefined;
  #held = 0;
  readonly #limits = new MessageLimits();

  private constructor(
    socket: WebSocket,
    options: SessionOptions,
    connectionId: string,
    place: () => ErrorPlace,
    handshakeMs: number,
  ) {
    this.#socket = socket;
    this.#options = options;
    this.#place = place;
    this.connectionId = connectionId;
    this.handshakeMs = handshakeMs;
    this.#heardAt = options.clock();
    this.#lookedAt = this.#heardAt;
    const keepAlive = setInterval(
      () => this.#send('keep_alive', keepAliveMessage(options.now())),
      KEEP_ALIVE_MS,
    );
    keepAlive.unref();
    if (options.pings !== false) {
      socket.on('pong', () => this.#heard());
      socket.on('ping', () => this.#heard());
      this.#beat = setInterval(() => this.#look(), PING_MS).unref();
    }
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        clearInterval(keepAlive);
        clearInterval(this.#beat);
        options.trace?.({ kind: 'close', code, reason: reason.toString('utf8') });
        resolve({
          code,
          reason: reason.toString('utf8'),
          lastError: this.#lastError,
          established: this.#established,
          silentMs: this.#silentMs,
        });
      });
    });
    socket.on('message', (data, binary) => this.#receive(data as Buffer, binary));
  }

  /**
   * Opens a connection with a fresh id and sends the session settings, as the vendor's clients do, without waiting
   * for the metadata.
   *
   * @throws CliError for a refusal on the upgrade or a connection that fails; the signal's reason when it aborts.
   *   A refusal after the upgrade arrives as `closed`.
   */
  static connect(options: SessionOptions): Promise<VoiceSession> {
    const { credentials, signal, now, clock } = options;
    const connectionId = randomUUID();
    const url = sessionUrl(options.url, credentials, connectionId);
    const place = (): ErrorPlace => ({
      endpoint: redactVoiceUrl(url),
      connectionId,
      timestamp: new Date(now()).toISOString(),
    });
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (credentials.accessToken !== undefined && !/^[\x21-\x7e]+$/.test(credentials.accessToken))
      return Promise.reject(
        new CliError('auth', 'The access token holds characters that no token has', {
          hint: 'Copy NEXTEVI_ACCESS_TOKEN again.',
        }),
      );
    const begun = clock();
    options.trace?.({ kind: 'open', url: redactVoiceUrl(url) });
    const socket = new WebSocket(url, {
      handshakeTimeout: options.handshakeMs,
      perMessageDeflate: false,
      followRedirects: false,
      maxPayload: MAX_MESSAGE_BYTES,
      agent: options.agent,
      headers: {
        'user-agent': options.userAgent,
        ...(credentials.accessToken === undefined
          ? {}
          : { authorization: `Bearer ${credentials.accessToken}` }),
      },
    });
    return new Promise((resolve, reject) => {
      const fail = (error: unknown) => {
        signal?.removeEventListener('abort', onAbort);
        // Terminating a socket that is still connecting emits one more error.
        socket.removeAllListeners();
        socket.on('error', () => {});
        socket.terminate();
        reject(error);
      };
      const onAbort = () => fail(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      socket.once('unexpected-response', (_request: unknown, response: IncomingMessage) =>
        fail(
          errorOfStatus(
            response.statusCode ?? 0,
            place(),
            retryAfterMs(response.headers['retry-after'], now()),
          ),
        ),
      );
      socket.once('error', (error) => fail(connectionError(error, url, options.handshakeMs, place())));
      socket.once('open', () => {
        signal?.removeEventListener('abort', onAbort);
        socket.removeAllListeners('error');
        socket.removeAllListeners('unexpected-response');
        // What breaks an open connection is reported by its close.
        socket.on('error', () => {});
        const session = new VoiceSession(socket, options, connectionId, place, clock() - begun);
        session.#send('session_settings', settingsMessage(options.settings ?? {}, now()));
        resolve(session);
      });
    });
  }

  #heard(): void {
    this.#heardAt = this.#options.clock();
  }

  /** Asks a quiet peer for a sign of life, and gives up one that shows none. */
  #look(): void {
    const now = this.#options.clock();
    const late = now - this.#lookedAt - PING_MS;
    this.#lookedAt = now;
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    // What came while this process was held up has not been read yet; nor is read what is held back.
    if (late > HELD_UP_MS || this.#socket.isPaused) this.#heardAt = now;
    if (now - this.#heardAt >= DEAD_MS) {
      this.#silentMs = now - this.#heardAt;
      this.#socket.terminate();
    } else if (now - this.#heardAt >= PING_MS / 2) this.#socket.ping();
  }

  /**
   * Milliseconds of one round trip, by a WebSocket ping.
   *
   * @throws the signal's reason
   */
  roundTrip(signal?: AbortSignal): Promise<number> {
    const begun = this.#options.clock();
    return new Promise((resolve, reject) => {
      const onAbort = () => reject(signal?.reason);
      if (signal?.aborted) {
        onAbort();
        return;
      }
      signal?.addEventListener('abort', onAbort, { once: true });
      const onPong = (data: Buffer) => {
        if (data.toString('latin1') !== 'round-trip') return;
        this.#socket.off('pong', onPong);
        signal?.removeEventListener('abort', onAbort);
        resolve(this.#options.clock() - begun);
      };
      this.#socket.on('pong', onPong);
      this.#socket.ping('round-trip');
    });
  }

  #receive(data: Buffer, binary: boolean): void {
    this.#heard();
    if (binary) {
      this.#trace('received', 'audio', data.length, true);
      this.#established = true;
      this.#tell({ kind: 'audio', pcm: data, last: false, chunkId: undefined });
      return;
    }
    const frame = data.toString('utf8');
    const event = parseServerMessage(frame);
    if (this.#options.trace !== undefined) {
      const audio = event.kind === 'audio';
      this.#trace('received', typeOf(frame), audio ? event.pcm.length : data.length, audio);
    }
    if (event.kind === 'error') this.#lastError = event.error;
    // What the session survived is not what it ended of.
    else if (kindOfError(this.#lastError?.code ?? '').action === 'continue') this.#lastError = undefined;
    if (event.kind === 'transcript' || event.kind === 'audio') this.#established = true;
    this.#tell(event);
  }

  #tell(event: VoiceEvent): void {
    const busy = this.#options.onEvent(event, this);
    if (!(busy instanceof Promise)) return;
    this.#held++;
    this.#socket.pause();
    const go = () => {
      if (--this.#held === 0) this.#socket.resume();
    };
    busy.then(go, go);
  }

  /** @param audioBytes for a message that carries audio */
  #send(type: string, data: string | Buffer, audioBytes?: number): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#limits.note(this.#options.clock());
    this.#trace('sent', type, audioBytes ?? Buffer.byteLength(data), audioBytes !== undefined);
    this.#socket.send(data, () => {});
  }

  #trace(direction: 'sent' | 'received', type: string, bytes: number, audio: boolean): void {
    this.#options.trace?.({ kind: 'message', direction, type, bytes, audio });
  }

  /** Sends one piece of audio, whole samples of 24 kHz mono 16-bit little-endian PCM. */
  sendAudio(pcm: Buffer): void {
    if (++this.#chunks >= ESTABLISHED_CHUNKS) this.#established = true;
    if (this.#options.transport === 'binary') {
      this.#send('audio', pcm, pcm.length);
      return;
    }
    const chunkId = `chunk-${String(this.#chunks).padStart(3, '0')}`;
    this.#send('audio_input', audioMessage(pcm, chunkId, this.#options.now()), pcm.length);
  }

  /** Changes settings of the session, by the names of the API. */
  sendSettings(settings: JsonObject): void {
    this.#send('session_settings', settingsMessage(settings, this.#options.now()));
  }

  /** Milliseconds until the limits of the service allow another message; 0 or less: now. */
  get waitMs(): number {
    return this.#limits.waitMs(this.#options.clock());
  }

  /** Bytes that the network has not taken yet: a sender waits while there are many. */
  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** The error that an unexpected end stands for. */
  errorOf(close: CloseInfo): VoiceError {
    return errorOfClose(close, this.#place());
  }

  /** Where and when, for errors that the service reported in words. */
  get place(): ErrorPlace {
    return this.#place();
  }

  /** Closes with code 1000 and waits for the service to agree, at most `graceMs`. */
  async close(graceMs = 2_000): Promise<CloseInfo> {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.close(1000);
    const timer = setTimeout(() => this.#socket.terminate(), graceMs);
    try {
      return await this.closed;
    } finally {
      clearTimeout(timer);
    }
  }
}

function typeOf(frame: string): string {
  const message = parseJson(frame)?.value;
  const type = isObject(message) ? message['type'] : undefined;
  return typeof type === 'string' && type !== '' ? type.slice(0, 60) : '(no type)';
}
