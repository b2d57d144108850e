/**
 * The vocabulary of the NextEVI voice service as the sandbox speaks it.
 * "Reference" in this folder means the project's NextEVI facts; § is a section of it.
 */
import type { VoiceOptions } from '../types.ts';

/** The only audio format of the service (§5): PCM signed 16-bit little-endian, mono. */
export const SAMPLE_RATE = 24_000;
/** Bytes of one second of that format. */
export const BYTES_PER_SECOND = SAMPLE_RATE * 2;

/** Largest chunk of audio in bytes (§6). Raw or encoded is not documented; the sandbox counts decoded bytes. */
export const MAX_CHUNK_BYTES = 1024 * 1024;
/** Largest WebSocket message in bytes: the largest chunk in base64, and room for the message around it. */
export const MAX_MESSAGE_BYTES = Math.ceil(MAX_CHUNK_BYTES / 3) * 4 + 64 * 1024;
/** Messages a minute and chunks a second on one connection; audio counts as messages too (§6). */
export const MESSAGES_PER_MINUTE = 1_000;
export const CHUNKS_PER_SECOND = 100;
/** Length of a session in milliseconds (§2). */
export const SESSION_MS = 60 * 60 * 1_000;

/** Names of errors that the sandbox itself finds a reason for (§7). */
export type ErrorName =
  | 'AUTH_REQUIRED'
  | 'AUTH_FAILED'
  | 'CONFIG_NOT_FOUND'
  | 'INVALID_PROJECT'
  | 'RATE_LIMITED'
  | 'INVALID_MESSAGE_FORMAT'
  | 'UNSUPPORTED_MESSAGE_TYPE'
  | 'AUDIO_PROCESSING_FAILED'
  | 'AUDIO_FORMAT_UNSUPPORTED'
  | 'AUDIO_CHUNK_TOO_LARGE'
  | 'SESSION_EXPIRED'
  | 'SESSION_LIMIT_EXCEEDED'
  | 'CONNECTION_TIMEOUT'
  | 'INTERNAL_ERROR';

/** Fields of a message, without its envelope; or what a client sent, before it is checked. */
export type Fields = Record<string, unknown>;

/** A message of the client that is answered with an `error` message; the session goes on. */
export class MessageFault extends Error {
  readonly errorCode: ErrorName;
  /** The `details` of the error message (§4). */
  readonly details: Fields;

  constructor(errorCode: ErrorName, message: string, details: Fields = {}) {
    super(message);
    this.name = 'MessageFault';
    this.errorCode = errorCode;
    this.details = details;
  }
}

/** Whether a value of parsed JSON is an object with fields. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * One server message as JSON text.
 * @param fields the fields of its type (§4); `shape` says where they stand (see `VoiceOptions.shape`)
 * @param nowMs milliseconds since 1970; the message has Unix seconds with milliseconds (§3)
 */
export function encodeMessage(
  type: string,
  fields: Fields,
  shape: NonNullable<VoiceOptions['shape']>,
  nowMs: number,
): string {
  return JSON.stringify({
    type,
    timestamp: Math.round(nowMs) / 1_000,
    message_id: crypto.randomUUID(),
    ...(shape === 'documented' ? {} : fields),
    ...(shape === 'flat' ? {} : { data: fields }),
  });
}

/** What was thrown, for an event: with the place it was thrown at, if known. */
export function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
