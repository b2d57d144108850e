/** Reading of what a client sends (§3). Everything wrong is thrown as a `MessageFault`. */
import { endianness } from 'node:os';
import { type Fields, isFields, MessageFault } from './protocol.ts';

/** A message that can be read. `fields` holds those of the top level and those of `data`, which win. */
export type ClientMessage =
  | { type: 'session_settings'; fields: Fields }
  | { type: 'audio_input'; audio: string; chunkId: string | undefined }
  | { type: 'keep_alive' };

const LITTLE_ENDIAN = endianness() === 'LE';
const MAX_CHUNK_ID = 256;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Reads one text frame. `timestamp` and `message_id` may be missing (§8), but not be of a wrong type; when `strict`
 * they may not, and fields outside of `data` are not seen.
 */
export function parseMessage(text: string, strict = false): ClientMessage {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    throw invalid('The message is not JSON');
  }
  if (!isFields(message)) throw invalid('The message is not a JSON object');
  const { type, timestamp, message_id, data } = message;
  if (typeof type !== 'string' || type === '') throw invalid('The message has no type', 'type');
  if (timestamp !== undefined && typeof timestamp !== 'number')
    throw invalid('timestamp is not a number of seconds', 'timestamp');
  if (message_id !== undefined && typeof message_id !== 'string')
    throw invalid('message_id is not a text', 'message_id');
  if (data !== undefined && data !== null && !isFields(data)) throw invalid('data is not an object', 'data');

  if (strict && timestamp === undefined) throw invalid('The message has no timestamp', 'timestamp');
  if (strict && (message_id === undefined || !UUID.test(message_id)))
    throw invalid('message_id is not a UUID', 'message_id');
  const fields: Fields = { ...(strict ? {} : message), ...(isFields(data) ? data : {}) };
  switch (type) {
    case 'keep_alive':
      return { type };
    case 'session_settings':
      if (strict && data === undefined) throw invalid('session_settings has no data', 'data');
      return { type, fields };
    case 'audio_input': {
      const chunkId = fields['chunk_id'] ?? undefined;
      if (chunkId !== undefined && (typeof chunkId !== 'string' || chunkId.length > MAX_CHUNK_ID))
        throw invalid(`chunk_id is not a text of up to ${MAX_CHUNK_ID} characters`, 'chunk_id');
      if (typeof fields['audio'] !== 'string')
        throw invalid('audio_input has no audio in base64', 'audio', chunkDetails(chunkId));
      return { type, audio: fields['audio'], chunkId };
    }
    default:
      throw new MessageFault('UNSUPPORTED_MESSAGE_TYPE', 'This type of message is not supported', {
        type: type.slice(0, 64),
        supported: ['session_settings', 'audio_input', 'keep_alive'],
      });
  }
}

/** How many bytes a base64 text stands for, without decoding it. */
export function base64Bytes(text: string): number {
  return Math.floor((base64Digits(text) * 3) / 4);
}

/** The length without the padding. */
function base64Digits(text: string): number {
  return text.length - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);
}

/** Decodes base64 (the padding may be missing); anything else is AUDIO_PROCESSING_FAILED (§7). */
export function decodeBase64(text: string, chunkId: string | undefined): Buffer {
  const padded = text.endsWith('=');
  const bytes = Buffer.from(text, 'base64');
  // Buffer leaves out what is no digit, so its result is then too short. The digits of URLs it takes.
  const complete = !padded || text.length % 4 === 0;
  const whole = complete && bytes.length === base64Bytes(text) && base64Digits(text) % 4 !== 1;
  if (!whole || text.includes('-') || text.includes('_'))
    throw new MessageFault('AUDIO_PROCESSING_FAILED', 'The audio is not valid base64', {
      ...chunkDetails(chunkId),
      reason: 'bad base64',
    });
  return bytes;
}

/** The part of an error's `details` that names the chunk (§4). */
export function chunkDetails(chunkId: string | undefined): Fields {
  return chunkId === undefined ? {} : { chunk_id: chunkId };
}

/** Makes samples of byte chunks; the odd byte at the end of a chunk is kept for the next one. */
export class SampleReader {
  #odd: number | undefined;

  /** The samples may share the memory of `bytes`. */
  read(bytes: Buffer): Int16Array {
    const whole = this.#odd === undefined ? bytes : Buffer.concat([Buffer.of(this.#odd), bytes]);
    this.#odd = whole.length % 2 === 1 ? whole[whole.length - 1] : undefined;
    const count = whole.length >> 1;
    if (LITTLE_ENDIAN && whole.byteOffset % 2 === 0)
      return new Int16Array(whole.buffer, whole.byteOffset, count);
    const samples = new Int16Array(count);
    for (let i = 0; i < count; i++) samples[i] = whole.readInt16LE(i * 2);
    return samples;
  }
}

function invalid(message: string, field?: string, more: Fields = {}): MessageFault {
  return new MessageFault('INVALID_MESSAGE_FORMAT', message, {
    ...(field === undefined ? {} : { field }),
    ...more,
  });
}
