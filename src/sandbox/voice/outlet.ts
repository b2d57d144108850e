import type { WebSocket } from 'ws';
import type { SessionRecord } from './log.ts';
import type { VoiceErrorMessage, VoiceOptions } from './options.ts';
import { encodeMessage, type Fields } from './protocol.ts';

/** A client that leaves so many bytes of messages unread is thrown out: memory is not endless. */
const MAX_UNREAD_BYTES = 16 * 1024 * 1024;

/** What an outlet sends to and tells. */
export interface OutletOptions {
  ws: WebSocket;
  shape: VoiceOptions['shape'];
  record: SessionRecord;
  /** Milliseconds since 1970. */
  now: () => number;
  event: (kind: string, detail?: unknown) => void;
}

/** Everything that one session says goes through here, and is counted. */
export class Outlet {
  readonly #options: OutletOptions;
  #shut = false;

  constructor(options: OutletOptions) {
    this.#options = options;
  }

  /** Nothing is sent any more. */
  shut(): void {
    this.#shut = true;
  }

  send(type: string, fields: Fields): void {
    const { shape = 'hybrid', now } = this.#options;
    if (!this.#shut) this.sendRaw(encodeMessage(type, fields, shape, now()));
  }

  /** As a `tts_chunk` with these other fields, or as a binary frame when there are none. */
  sendAudio(pcm: Buffer, fields?: Fields): void {
    if (this.#shut) return;
    this.#options.record.audioBytesOut += pcm.length;
    if (fields === undefined) this.sendRaw(pcm);
    else this.send('tts_chunk', { content: pcm.toString('base64'), ...fields });
  }

  sendError(errorCode: string, message: string, details: Fields = {}): void {
    if (this.#shut) return;
    this.#options.record.errors.push(errorCode);
    this.#options.event('error', { errorCode, message, details });
    this.send('error', { error_code: errorCode, error_message: message, details });
  }

  /** An error in the form that was asked for. */
  sendDemanded({ name, message = name, form }: VoiceErrorMessage, details: Fields = {}): void {
    if (form !== 'plain') {
      this.sendError(name, message, details);
      return;
    }
    this.#options.record.errors.push('');
    this.#options.event('error', { errorCode: '', message, details });
    this.send('error', { error: message });
  }

  /** A frame as it is. */
  sendRaw(data: string | Buffer): void {
    const { ws, event } = this.#options;
    if (this.#shut || ws.readyState !== ws.OPEN) return;
    ws.send(data);
    if (ws.bufferedAmount <= MAX_UNREAD_BYTES) return;
    event('unread', { bytes: ws.bufferedAmount });
    ws.terminate();
  }
}
