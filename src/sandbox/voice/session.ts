import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { VoiceOptions } from '../types.ts';
import type { Admission } from './admission.ts';
import { closeConnection } from './closing.ts';
import { Conversation } from './conversation.ts';
import { base64Bytes, chunkDetails, decodeBase64, parseMessage, SampleReader } from './inbound.ts';
import { SlidingWindow } from './limits.ts';
import * as protocol from './protocol.ts';
import { encodeMessage, errorText, type Fields, MessageFault, SAMPLE_RATE } from './protocol.ts';
import type { Reply } from './replies.ts';
import { applySettings } from './settings.ts';

/** How often the passing of time is looked at, in milliseconds. */
const TICK_MS = 100;
/** A client that leaves so many bytes of messages unread is thrown out: memory is not endless. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

/** What a session is made of and whom it tells. */
export interface SessionOptions {
  ws: WebSocket;
  /** The connection below `ws`. */
  socket: Duplex;
  admission: Admission;
  voice: VoiceOptions;
  /** Milliseconds since 1970. */
  now: () => number;
  replies: () => Promise<readonly Reply[]>;
  /** Must not throw. */
  event: (kind: string, detail?: unknown) => void;
}

/** One open connection of the service, from `connection_metadata` to the close (§2). */
export class Session {
  readonly #options: SessionOptions;
  readonly #openedAt: number;
  readonly #conversation: Conversation;
  readonly #samples = new SampleReader();
  readonly #messages = new SlidingWindow(protocol.MESSAGES_PER_MINUTE, 60_000);
  readonly #chunks = new SlidingWindow(protocol.CHUNKS_PER_SECOND, 1_000);
  readonly #timers = new Set<NodeJS.Timeout>();
  #audioBytes = 0;
  #failed = false;
  #ended = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#openedAt = options.now();
    this.#conversation = new Conversation(
      {
        send: (type, fields) => this.#send(type, fields),
        sendAudio: (bytes) => this.#transmit(bytes),
        backlog: () => options.ws.bufferedAmount,
        after: (ms, action) => this.#after(ms, action),
        replies: options.replies,
        event: options.event,
        fail: (error) => this.#fail(error),
      },
      options.voice,
    );
  }

  /** Listens, and greets the client. */
  start(): void {
    const { ws, admission, event } = this.#options;
    ws.on('message', (data, isBinary) => this.#guard(() => this.#receive(data as Buffer, isBinary)));
    // `ws` closes the connection itself after an error; it only has to be heard.
    ws.on('error', (error) => event('protocol_error', { message: error.message }));
    ws.on('close', (code, reason) => {
      this.#end();
      const turns = this.#conversation.turns;
      event('close', { code, reason: reason.toString(), audioBytes: this.#audioBytes, turns });
    });
    const tick = setInterval(() => this.#guard(() => this.#tick()), TICK_MS);
    this.#timers.add(tick);

    const { connectionId, configId, projectId, credential } = admission;
    event('open', { configId, projectId, credential });
    this.#guard(() =>
      this.#send('connection_metadata', {
        connection_id: connectionId,
        status: 'connected',
        config: {
          audio_format: 'pcm_24khz_16bit_mono',
          encoding: 'linear16',
          sample_rate: SAMPLE_RATE,
          channels: 1,
        },
        project_id: projectId,
        config_id: configId,
      }),
    );
  }

  /** Breaks the connection and stops all timers, at once. */
  abort(): void {
    this.#end();
    this.#options.ws.terminate();
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (this.#ended || this.#expired()) return;
    if (!this.#messages.take(this.#options.now())) {
      this.#rateLimited('messages', protocol.MESSAGES_PER_MINUTE, 60);
      return;
    }
    try {
      if (isBinary) this.#audio(data.length, undefined, () => data);
      else this.#obey(data.toString('utf8'));
    } catch (error) {
      if (!(error instanceof MessageFault)) throw error;
      this.#sendError(error.errorCode, error.message, error.details);
    }
  }

  #obey(text: string): void {
    const message = parseMessage(text);
    if (message.type === 'audio_input') {
      const { audio, chunkId } = message;
      this.#audio(base64Bytes(audio), chunkId, () => decodeBase64(audio, chunkId));
    } else if (message.type === 'session_settings') {
      this.#conversation.settings = applySettings(this.#conversation.settings, message.fields);
      this.#options.event('settings', this.#conversation.settings);
    }
  }

  #audio(size: number, chunkId: string | undefined, decode: () => Buffer): void {
    const now = this.#options.now();
    if (!this.#chunks.take(now)) {
      this.#rateLimited('audio chunks', protocol.CHUNKS_PER_SECOND, 1);
      return;
    }
    if (size > protocol.MAX_CHUNK_BYTES)
      throw new MessageFault(
        'AUDIO_CHUNK_TOO_LARGE',
        `A chunk holds at most ${protocol.MAX_CHUNK_BYTES} bytes`,
        {
          ...chunkDetails(chunkId),
          bytes: size,
        },
      );
    const bytes = decode();
    this.#audioBytes += bytes.length;
    if (this.#audioBytes >= (this.#options.voice.dropAfterBytes ?? Number.POSITIVE_INFINITY))
      this.#options.ws.terminate();
    else if (!this.#failOnDemand(chunkId) && this.#options.voice.mute !== true)
      this.#conversation.hear(this.#samples.read(bytes), now);
  }

  /** `failAfterBytes`, once. Returns whether the session is over. */
  #failOnDemand(chunkId: string | undefined): boolean {
    const demand = this.#options.voice.failAfterBytes;
    if (demand === undefined || this.#failed || this.#audioBytes < demand.bytes) return false;
    this.#failed = true;
    const message = `The sandbox was told to fail after ${demand.bytes} bytes of audio`;
    this.#sendError(demand.errorCode, message, chunkDetails(chunkId));
    if (demand.close === undefined) return false;
    this.#close(demand.close, demand.errorCode);
    return true;
  }

  #tick(): void {
    if (!this.#expired()) this.#conversation.tick(this.#options.now());
  }

  #expired(): boolean {
    if (this.#options.now() - this.#openedAt < protocol.SESSION_MS) return false;
    this.#sendError('SESSION_EXPIRED', 'A session ends after 60 minutes');
    this.#close(1000, 'SESSION_EXPIRED');
    return true;
  }

  #rateLimited(what: string, limit: number, seconds: number): void {
    const message = `More than ${limit} ${what} in ${seconds} s`;
    this.#sendError('RATE_LIMITED', message, { limit, per_seconds: seconds });
    this.#close(4004, `RATE_LIMITED: ${message}`);
  }

  #sendError(errorCode: string, message: string, details: Fields = {}): void {
    this.#options.event('error', { errorCode, message, details });
    this.#send('error', { error_code: errorCode, error_message: message, details });
  }

  #send(type: string, fields: Fields): void {
    const { voice, now } = this.#options;
    this.#transmit(encodeMessage(type, fields, voice.shape ?? 'hybrid', now()));
  }

  #transmit(data: string | Buffer): void {
    const { ws, event } = this.#options;
    if (this.#ended || ws.readyState !== ws.OPEN) return;
    ws.send(data);
    if (ws.bufferedAmount <= MAX_UNREAD_BYTES) return;
    event('unread', { bytes: ws.bufferedAmount });
    ws.terminate();
  }

  #close(code: number, reason: string): void {
    this.#end();
    closeConnection(this.#options.ws, this.#options.socket, code, reason);
  }

  #end(): void {
    this.#ended = true;
    this.#conversation.stop();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #after(ms: number, action: () => void): () => void {
    if (this.#ended) return () => {};
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#guard(action);
    }, ms);
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A bug of the sandbox: told as an event, and to the client as the service tells its own (§7). */
  #fail(error: unknown): void {
    const { ws, event } = this.#options;
    event('failure', { message: errorText(error) });
    if (this.#ended) return;
    try {
      this.#sendError('INTERNAL_ERROR', 'The sandbox failed; this is a bug of the sandbox');
      this.#close(1011, 'INTERNAL_ERROR');
    } catch {
      this.#end();
      ws.terminate();
    }
  }
}
