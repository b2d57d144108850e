/** Uploaded prompts and call recordings, served as bytes. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type Answer, bytesAnswer, HttpError } from './http/answer.ts';
import type { Exchange } from './http/exchange.ts';
import { toneWav } from './seed/tone.ts';
import type { Row, Store } from './store.ts';

const RECORDINGS_PATH = '/recordings/';
const RECORDING = new RegExp(`^${RECORDINGS_PATH}(\\d{1,15})\\.wav$`);

/** Life of a signed URL (reference: documented, 7 days). */
const LINK_SECONDS = 7 * 86_400;

/** Length of the tone that stands for a recording. */
const TONE_SECONDS = 2;

/** Signs and checks the URLs of recordings. */
export class RecordingLinks {
  readonly #secret = randomBytes(32);
  readonly #origin: () => string;

  /** `origin` answers `http://host:port`, once it is known. */
  constructor(origin: () => string) {
    this.#origin = origin;
  }

  /** A recording with its URL; `expires_at` is Unix time in seconds (reference §9). `now` in milliseconds. */
  sign(callId: number, now: number): Row {
    const expires = Math.floor(now / 1000) + LINK_SECONDS;
    const query = new URLSearchParams({ expires: `${expires}`, signature: this.#signature(callId, expires) });
    return {
      url: `${this.#origin()}${RECORDINGS_PATH}${callId}.wav?${query}`,
      recording_details: { expires_at: expires, duration: TONE_SECONDS, content_type: 'audio/wav' },
    };
  }

  /** Throws HttpError 403 for a URL that was not signed here, 410 for one that has ended. */
  check(callId: number, search: URLSearchParams, now: number): void {
    const expires = Number(search.get('expires'));
    const given = Buffer.from(search.get('signature') ?? '');
    const wanted = Buffer.from(this.#signature(callId, expires));
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
      throw new HttpError(403, 'The signature is not valid.');
    }
    if (expires * 1000 <= now) throw new HttpError(410, 'The URL has expired. Fetch the call again.');
  }

  #signature(callId: number, expires: number): string {
    return createHmac('sha256', this.#secret).update(`${callId} ${expires}`).digest('hex');
  }
}

/**
 * The file at a path, or undefined when the path is none of a file. Uploads need no token: nothing is stated,
 * and a call flow plays them. Throws HttpError.
 */
export function fileAnswer(exchange: Exchange, store: Store, links: RecordingLinks): Answer | undefined {
  const { path } = exchange;
  const prompt = store.prompts.all().find((candidate) => candidate.url === path);
  const callId = RECORDING.exec(path)?.[1];
  if (prompt === undefined && callId === undefined) return undefined;
  if (exchange.method !== 'GET') {
    throw new HttpError(405, `${exchange.method} is not allowed here.`, { allow: 'GET' });
  }
  if (prompt !== undefined) return bytesAnswer(200, prompt.contentType, prompt.bytes);
  links.check(Number(callId), exchange.search, exchange.at);
  return bytesAnswer(200, 'audio/wav', toneWav(TONE_SECONDS, 300 + (Number(callId) % 40) * 10));
}
