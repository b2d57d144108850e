import { base64Bytes, chunkDetails, decodeBase64, parseMessage } from './inbound.ts';
import { limitsOf, SlidingWindow } from './limits.ts';
import type { LimitName, SessionRecord } from './log.ts';
import type { VoiceOptions } from './options.ts';
import { type Fields, MessageFault } from './protocol.ts';

/** What an intake hands on. */
export interface IntakePort {
  /** Audio that is in order; `details` name the chunk in an error message. */
  audio(bytes: Buffer, nowMs: number, details: Fields): void;
  settings(fields: Fields): void;
  /** A message that is answered with an error; the session goes on. */
  fault(fault: MessageFault): void;
  /** More messages or chunks than the limit allows: the session is over. */
  tooMany(limit: LimitName, message: string, details: Fields): void;
  /** Any limit was exceeded. */
  exceeded(limit: LimitName): void;
}

/** Takes the messages of one client: limits first (§6), then their form, then their audio. */
export class Intake {
  readonly #port: IntakePort;
  readonly #strict: boolean;
  readonly #record: SessionRecord;
  readonly #limits: ReturnType<typeof limitsOf>;
  readonly #messages: SlidingWindow;
  readonly #chunks: SlidingWindow;

  constructor(port: IntakePort, voice: VoiceOptions, record: SessionRecord) {
    this.#port = port;
    this.#strict = voice.strict === true;
    this.#record = record;
    this.#limits = limitsOf(voice.limits);
    this.#messages = new SlidingWindow(this.#limits.messagesPerMinute, 60_000);
    this.#chunks = new SlidingWindow(this.#limits.chunksPerSecond, 1_000);
  }

  /** How much of the limits is used up. */
  usage(nowMs: number): { messages: number; chunks: number } {
    return { messages: this.#messages.used(nowMs), chunks: this.#chunks.used(nowMs) };
  }

  /** Takes one frame. */
  receive(data: Buffer, isBinary: boolean, nowMs: number): void {
    this.#record.messages++;
    if (!this.#messages.take(nowMs)) {
      this.#tooMany('messagesPerMinute', 'messages', 60);
      return;
    }
    try {
      if (isBinary) this.#audio(data.length, nowMs, undefined, () => data);
      else this.#read(data.toString('utf8'), nowMs);
    } catch (error) {
      if (!(error instanceof MessageFault)) throw error;
      this.#port.fault(error);
    }
  }

  #read(text: string, nowMs: number): void {
    const message = parseMessage(text, this.#strict);
    if (message.type === 'session_settings') this.#port.settings(message.fields);
    if (message.type !== 'audio_input') return;
    const { audio, chunkId } = message;
    this.#audio(base64Bytes(audio), nowMs, chunkId, () => decodeBase64(audio, chunkId));
  }

  #audio(size: number, nowMs: number, chunkId: string | undefined, decode: () => Buffer): void {
    const { chunkBytes } = this.#limits;
    if (!this.#chunks.take(nowMs)) {
      this.#tooMany('chunksPerSecond', 'audio chunks', 1);
      return;
    }
    const details = chunkDetails(chunkId);
    if (size > chunkBytes) {
      this.#port.exceeded('chunkBytes');
      const message = `A chunk holds at most ${chunkBytes} bytes`;
      throw new MessageFault('AUDIO_CHUNK_TOO_LARGE', message, { ...details, bytes: size });
    }
    const bytes = decode();
    if (this.#strict && bytes.length % 2 === 1)
      throw new MessageFault('AUDIO_PROCESSING_FAILED', 'A chunk holds whole samples of two bytes', {
        ...details,
        reason: 'odd number of bytes',
      });
    this.#record.heard(bytes);
    this.#port.audio(bytes, nowMs, details);
  }

  #tooMany(name: 'messagesPerMinute' | 'chunksPerSecond', what: string, seconds: number): void {
    const limit = this.#limits[name];
    const message = `More than ${limit} ${what} in ${seconds} s`;
    this.#port.tooMany(name, message, { limit, per_seconds: seconds });
  }
}
