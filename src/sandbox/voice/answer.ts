import { performance } from 'node:perf_hooks';
import type { VoiceOptions } from '../types.ts';
import { BYTES_PER_SECOND, type Fields } from './protocol.ts';
import type { Reply } from './replies.ts';

/** 100 ms of audio (§5). */
const CHUNK_BYTES = BYTES_PER_SECOND / 10;
const WORDS_PER_CHUNK = 3;
const DEFAULT_SPEED = 4;
/** Above so many bytes that the client has not taken yet, the audio waits; and for so long before the next look. */
const BACKLOG_BYTES = 256 * 1024;
const BACKLOG_MS = 10;

/** What an answer needs of its connection. */
export interface AnswerPort {
  send(type: string, fields: Fields): void;
  sendAudio(bytes: Buffer): void;
  /** Bytes that were sent and have not left for the network. */
  backlog(): number;
  /** Calls `action` after `ms` milliseconds, unless the session ends first. Returns how to take that back. */
  after(ms: number, action: () => void): () => void;
}

/**
 * One answer of the sandbox (§4): the text at once, then the audio at `replySpeed` times real time, measured on the
 * machine's own clock. It can be stopped at any moment, even before it has begun.
 */
export class Answer {
  readonly #port: AnswerPort;
  readonly #voice: VoiceOptions;
  readonly #number: number;
  #audio: Buffer[] = [];
  #sent = 0;
  #startedAt = 0;
  #running = true;
  #cancel: (() => void) | undefined;

  /** @param number of the turn that it answers, from 1 */
  constructor(port: AnswerPort, voice: VoiceOptions, number: number) {
    this.#port = port;
    this.#voice = voice;
    this.#number = number;
  }

  /** True until everything was sent or it was stopped. */
  get running(): boolean {
    return this.#running;
  }

  begin(reply: Reply): void {
    if (!this.#running) return;
    this.#sendText(reply.text);
    for (let at = 0; at < reply.pcm.length; at += CHUNK_BYTES)
      this.#audio.push(reply.pcm.subarray(at, at + CHUNK_BYTES));
    this.#startedAt = performance.now();
    this.#sendDue();
  }

  /** Sends nothing more. */
  stop(): void {
    this.#running = false;
    this.#audio = [];
    this.#cancel?.();
  }

  #sendText(text: string): void {
    const generationId = crypto.randomUUID();
    const pieces = wordGroups(text);
    let soFar = '';
    pieces.forEach((piece, index) => {
      soFar += piece;
      this.#port.send('llm_response_chunk', {
        content: this.#voice.cumulative === true ? soFar : piece,
        ...(this.#voice.noEndMarks === true ? {} : { is_final: index === pieces.length - 1 }),
        generation_id: generationId,
        chunk_index: index,
      });
    });
  }

  #sendDue(): void {
    const speed = speedOf(this.#voice);
    while (this.#running && this.#sent < this.#audio.length) {
      if (this.#port.backlog() > BACKLOG_BYTES) {
        this.#cancel = this.#port.after(BACKLOG_MS, () => this.#sendDue());
        return;
      }
      // At infinite speed everything is due at 0.
      const early = (this.#sent * 100) / speed - (performance.now() - this.#startedAt);
      if (early > 0) {
        this.#cancel = this.#port.after(Math.ceil(early), () => this.#sendDue());
        return;
      }
      this.#sendChunk();
    }
    this.#running = false;
  }

  #sendChunk(): void {
    const bytes = this.#audio[this.#sent] ?? Buffer.alloc(0);
    const index = this.#sent++;
    if (this.#voice.binaryAudio === true) {
      this.#port.sendAudio(bytes);
      return;
    }
    this.#port.send('tts_chunk', {
      content: bytes.toString('base64'),
      chunk_id: `tts-${this.#number}-${String(index + 1).padStart(3, '0')}`,
      ...(this.#voice.noEndMarks === true ? {} : { is_last: this.#sent === this.#audio.length }),
    });
  }
}

/** Groups of words that put together again are the text, to the letter. */
function wordGroups(text: string): string[] {
  const words = text.split(/(?<=\s)(?=\S)/);
  const groups: string[] = [];
  for (let at = 0; at < words.length; at += WORDS_PER_CHUNK)
    groups.push(words.slice(at, at + WORDS_PER_CHUNK).join(''));
  return groups;
}

function speedOf(voice: VoiceOptions): number {
  const speed = voice.replySpeed ?? DEFAULT_SPEED;
  return speed > 0 ? speed : DEFAULT_SPEED;
}
