/**
 * The messages of the voice service (reference, sections 3 and 4). Read tolerantly: fields may stand inside `data` or
 * at top level, may be missing, and unknown types survive.
 */
import { randomUUID } from 'node:crypto';
import { isInteger, isObject, type JsonObject, nonEmptyString, parseJson } from '../shared/json.ts';
import type { ServerError } from './errors.ts';

/** The one documented audio format, in both directions. */
export const VOICE_AUDIO = {
  sampleRate: 24_000,
  channels: 1,
  encoding: 'linear16',
  bytesPerSecond: 48_000,
} as const;

export interface Emotion {
  emotion: string;
  /** 0–100; undefined when the service gave no figure. */
  percentage: number | undefined;
}

/** A word of a transcript; in which unit and from where the service counts is not documented. */
export interface SpokenWord {
  word: string;
  start: number | undefined;
  end: number | undefined;
  confidence: number | undefined;
}

/** What the service said, in one shape whatever shape it came in. */
export type VoiceEvent =
  | {
      kind: 'metadata';
      connectionId: string | undefined;
      sampleRate: number | undefined;
      channels: number | undefined;
      encoding: string | undefined;
      /** The service's own name of the format, such as `pcm_24khz_16bit_mono`. */
      audioFormat: string | undefined;
      projectId: string | undefined;
      configId: string | undefined;
    }
  | {
      kind: 'transcript';
      text: string;
      final: boolean;
      confidence: number | undefined;
      event: string | undefined;
      /** Not there when the service gives none. */
      words?: SpokenWord[];
    }
  | { kind: 'answer'; content: string; final: boolean; generationId: string | undefined }
  | { kind: 'audio'; pcm: Buffer; last: boolean; chunkId: string | undefined }
  | { kind: 'emotion'; emotions: Emotion[] }
  | { kind: 'turn'; complete: boolean; transcript: string | undefined; confidence: number | undefined }
  | { kind: 'interruption'; by: 'user' | 'service' }
  | { kind: 'system'; content: string; level: string | undefined }
  | { kind: 'idle'; secondsLeft: number | undefined }
  | { kind: 'error'; error: ServerError }
  | { kind: 'disconnect'; code: number | undefined; reason: string }
  | { kind: 'unknown'; type: string; fields: JsonObject }
  | { kind: 'malformed'; why: string };

const number = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function emotions(fields: JsonObject): Emotion[] {
  const list = fields['top_emotions'] ?? fields['emotions'];
  if (!Array.isArray(list)) return [];
  return list.filter(isObject).flatMap((entry) => {
    const emotion = nonEmptyString(entry['emotion']) ?? nonEmptyString(entry['name']);
    if (emotion === undefined) return [];
    const confidence = number(entry['confidence']);
    return [
      {
        emotion,
        percentage: number(entry['percentage']) ?? (confidence === undefined ? undefined : confidence * 100),
      },
    ];
  });
}

function words(fields: JsonObject): { words?: SpokenWord[] } {
  const list = fields['words'];
  if (!Array.isArray(list)) return {};
  const read = list.filter(isObject).flatMap((entry) => {
    const word = nonEmptyString(entry['word']);
    if (word === undefined) return [];
    const [start, end, confidence] = ['start', 'end', 'confidence'].map((name) => number(entry[name]));
    return [{ word, start, end, confidence }];
  });
  return read.length === 0 ? {} : { words: read };
}

function serverError(fields: JsonObject): ServerError {
  const plain = fields['error'];
  const nested = isObject(plain) ? plain : {};
  return {
    code: text(fields['error_code']) || text(nested['error_code']) || text(nested['code']),
    message:
      text(fields['error_message']) ||
      text(plain) ||
      text(nested['message']) ||
      text(fields['message']) ||
      text(fields['content']),
    details: fields['details'],
  };
}

/** Reads one text frame. Never throws: what cannot be understood is `malformed` or `unknown`. */
export function parseServerMessage(frame: string): VoiceEvent {
  const message = parseJson(frame)?.value;
  if (!isObject(message)) return { kind: 'malformed', why: 'no JSON object' };
  const type = text(message['type']);
  const fields: JsonObject = isObject(message['data']) ? { ...message, ...message['data'], type } : message;
  switch (type) {
    case 'connection_metadata': {
      const config = isObject(fields['config']) ? fields['config'] : fields;
      return {
        kind: 'metadata',
        connectionId: nonEmptyString(fields['connection_id']),
        sampleRate: number(config['sample_rate']),
        channels: number(config['channels']),
        encoding: nonEmptyString(config['encoding']),
        audioFormat: nonEmptyString(config['audio_format']),
        projectId: nonEmptyString(fields['project_id']),
        configId: nonEmptyString(fields['config_id']),
      };
    }
    case 'transcription': {
      const metadata = isObject(fields['metadata']) ? fields['metadata'] : {};
      return {
        kind: 'transcript',
        text: text(fields['transcript']),
        final: fields['is_final'] === true || fields['is_speech_final'] === true,
        confidence: number(fields['confidence']),
        event: nonEmptyString(metadata['event_type']),
        ...words(fields),
      };
    }
    case 'llm_response_chunk':
      return {
        kind: 'answer',
        content: text(fields['content']),
        final: fields['is_final'] === true,
        generationId: nonEmptyString(fields['generation_id']),
      };
    case 'tts_chunk':
      return {
        kind: 'audio',
        pcm: Buffer.from(text(fields['content']), 'base64'),
        last: fields['is_last'] === true,
        chunkId: nonEmptyString(fields['chunk_id']),
      };
    case 'emotion_update':
      return { kind: 'emotion', emotions: emotions(fields) };
    case 'turn_complete': {
      const result = isObject(fields['turn_result']) ? fields['turn_result'] : {};
      return {
        kind: 'turn',
        complete: result['is_complete'] !== false,
        transcript: nonEmptyString(fields['transcript']),
        confidence: number(result['confidence']),
      };
    }
    case 'tts_interruption':
      return { kind: 'interruption', by: 'service' };
    case 'user_interruption':
      return { kind: 'interruption', by: 'user' };
    case 'system_message':
      return {
        kind: 'system',
        content: text(fields['content']),
        level: nonEmptyString(fields['message_type']),
      };
    case 'idle_warning':
      return { kind: 'idle', secondsLeft: number(fields['time_remaining']) };
    case 'error':
      return { kind: 'error', error: serverError(fields) };
    case 'websocket.disconnect':
      return {
        kind: 'disconnect',
        code: isInteger(fields['code']) ? fields['code'] : undefined,
        reason: text(fields['reason']),
      };
    default:
      return { kind: 'unknown', type, fields };
  }
}

/** The documented envelope of a client message; `now` in Unix milliseconds. */
function envelope(type: string, data: unknown, now: number): string {
  return JSON.stringify({ type, timestamp: now / 1000, message_id: randomUUID(), data });
}

/** Session settings by the names of the API; `audio` is always sent. */
export function settingsMessage(settings: JsonObject, now: number): string {
  const { sampleRate, channels, encoding } = VOICE_AUDIO;
  return envelope(
    'session_settings',
    { ...settings, audio: { sample_rate: sampleRate, channels, encoding } },
    now,
  );
}

export function audioMessage(pcm: Buffer, chunkId: string, now: number): string {
  return envelope('audio_input', { audio: pcm.toString('base64'), chunk_id: chunkId }, now);
}

export function keepAliveMessage(now: number): string {
  return envelope('keep_alive', {}, now);
}

/**
 * Puts the text of an answer together. Whether chunks are pieces or repeat all that came before is not documented:
 * a chunk that begins with the whole text so far is cumulative, any other is appended.
 */
export class AnswerText {
  #text = '';
  #generation: string | undefined;

  /** Adds a chunk and returns what is new in it. */
  add(content: string, generationId: string | undefined): string {
    if (generationId !== undefined && generationId !== this.#generation) {
      this.#generation = generationId;
      this.#text = '';
    }
    const cumulative =
      this.#text !== '' && content.length >= this.#text.length && content.startsWith(this.#text);
    const fresh = cumulative ? content.slice(this.#text.length) : content;
    this.#text += fresh;
    return fresh;
  }

  get text(): string {
    return this.#text;
  }

  /** The next chunk belongs to a new answer. */
  reset(): void {
    this.#text = '';
    this.#generation = undefined;
  }
}
