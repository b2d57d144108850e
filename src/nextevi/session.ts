/** One WebSocket session with the voice service. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { CliError, errorCode } from '../shared/errors.ts';
import { isObject, type JsonObject, parseJson } from '../shared/json.ts';
import { type CloseInfo, type ErrorPlace, errorOfClose, errorOfStatus, type ServerError } from './errors.ts';
import {
  audioMessage,
  keepAliveMessage,
  parseServerMessage,
  settingsMessage,
  type VoiceEvent,
} from './messages.ts';

/** What a voice session signs in with; the caller reads it from wherever credentials are kept. */
export interface VoiceCredentials {
  apiKey?: string | undefined;
  accessToken?: string | undefined;
  configId: string;
  projectId?: string | undefined;
}

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
  now: () => number;
  /** Called for every message of the service, even before `connect` has resolved. Must not throw. */
  onEvent: (event: VoiceEvent, session: VoiceSession) => void;
  signal?: AbortSignal | undefined;
  /** Called for every message in either direction. Must not throw. */
  trace?: ((entry: VoiceTrace) => void) | undefined;
}

const KEEP_ALIVE_MS = 30_000;
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
/** A session that took so many chunks of audio (two seconds of them) was not refused. */
const ESTABLISHED_CHUNKS = 20;

const SECRET_PARAMETER = /key|token|secret|password|authorization|signature|^sig$/i;

/** The address with every credential replaced: the API key is a query parameter, and addresses end up in logs. */
export function redactVoiceUrl(url: URL): string {
  const shown = new URL(url.href);
  if (shown.username !== '') shown.username = 'REDACTED';
  if (shown.password !== '') shown.password = 'REDACTED';
  for (const name of new Set(shown.searchParams.keys()))
    if (SECRET_PARAMETER.test(name)) shown.searchParams.set(name, 'REDACTED');
  return shown.href;
}

function sessionUrl(options: SessionOptions, connectionId: string): URL {
  const { url, credentials } = options;
  const full = new URL(url.href);
  full.pathname = `${url.pathname.replace(/\/+$/, '')}/${connectionId}`;
  if (credentials.accessToken === undefined && credentials.apiKey !== undefined)
    full.searchParams.set('api_key', credentials.apiKey);
  full.searchParams.set('config_id', credentials.configId);
  if (credentials.projectId !== undefined) full.searchParams.set('project_id', credentials.projectId);
  return full;
}

export class VoiceSession {
  readonly connectionId: string;
  /** Resolves when the connection has ended, however it did. */
  readonly closed: Promise<CloseInfo>;
  /** Milliseconds from the first packet to the open socket. */
  readonly handshakeMs: number;
  readonly #socket: WebSocket;
  readonly #options: SessionOptions;
  readonly #place: () => ErrorPlace;
  #lastError: ServerError | undefined;
  #chunks = 0;
  #established = false;

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
    const keepAlive = setInterval(
      () => this.#send('keep_alive', keepAliveMessage(options.now())),
      KEEP_ALIVE_MS,
    );
    keepAlive.unref();
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        clearInterval(keepAlive);
        options.trace?.({ kind: 'close', code, reason: reason.toString('utf8') });
        resolve({
          code,
          reason: reason.toString('utf8'),
          lastError: this.#lastError,
          established: this.#established,
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
    const { credentials, signal, now } = options;
    const connectionId = randomUUID();
    const url = sessionUrl(options, connectionId);
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
    const begun = now();
    options.trace?.({ kind: 'open', url: redactVoiceUrl(url) });
    const socket = new WebSocket(url, {
      handshakeTimeout: options.handshakeMs,
      perMessageDeflate: false,
      followRedirects: false,
      maxPayload: MAX_MESSAGE_BYTES,
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
        fail(errorOfStatus(response.statusCode ?? 0, place())),
      );
      socket.once('error', (error) => fail(connectionError(error, url, options.handshakeMs, place())));
      socket.once('open', () => {
        signal?.removeEventListener('abort', onAbort);
        socket.removeAllListeners('error');
        socket.removeAllListeners('unexpected-response');
        // What breaks an open connection is reported by its close.
        socket.on('error', () => {});
        const session = new VoiceSession(socket, options, connectionId, place, now() - begun);
        session.#send('session_settings', settingsMessage(options.settings ?? {}, now()));
        resolve(session);
      });
    });
  }

  #receive(data: Buffer, binary: boolean): void {
    if (binary) {
      this.#trace('received', 'audio', data.length, true);
      this.#options.onEvent({ kind: 'audio', pcm: data, last: false, chunkId: undefined }, this);
      return;
    }
    const frame = data.toString('utf8');
    const event = parseServerMessage(frame);
    if (this.#options.trace !== undefined) {
      const audio = event.kind === 'audio';
      this.#trace('received', typeOf(frame), audio ? event.pcm.length : data.length, audio);
    }
    if (event.kind === 'error') this.#lastError = event.error;
    if (event.kind === 'transcript' || event.kind === 'audio') this.#established = true;
    this.#options.onEvent(event, this);
  }

  /** @param audioBytes for a message that carries audio */
  #send(type: string, data: string | Buffer, audioBytes?: number): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
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

  /** Bytes that the network has not taken yet: a sender waits while there are many. */
  get bufferedBytes(): number {
    return this.#socket.bufferedAmount;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** The error that an unexpected end stands for. */
  errorOf(close: CloseInfo): CliError {
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

function connectionError(error: Error, url: URL, handshakeMs: number, place: ErrorPlace): CliError {
  const code = errorCode(error) ?? '';
  const details = {
    endpoint: place.endpoint,
    requestId: place.connectionId,
    timestamp: place.timestamp,
    cause: error,
  };
  if (code === 'ECONNREFUSED')
    return new CliError('network', `Nothing answers at ${url.host} (connection refused)`, {
      ...details,
      hint: 'Check voice-url (NEXTEVI_URL) and that the server is running.',
    });
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return new CliError('network', `The host ${url.hostname} cannot be found`, {
      ...details,
      hint: 'Check voice-url (NEXTEVI_URL), your network and your DNS.',
    });
  if (/handshake has timed out/i.test(error.message))
    return new CliError(
      'network',
      `${url.host} did not answer the handshake within ${handshakeMs / 1000} seconds`,
      {
        ...details,
        hint: 'Try again, or allow more with --timeout.',
      },
    );
  return new CliError('network', `The voice connection to ${url.host} failed (${code || error.message})`, {
    ...details,
    hint: 'Check voice-url (NEXTEVI_URL) and your network.',
  });
}
