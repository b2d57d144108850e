import { performance } from 'node:perf_hooks';
import { oddFrame } from './oddities.ts';
import type { VoiceAnswers, VoiceOptions } from './options.ts';
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
  /** Sends audio, as a binary frame without `fields`, else as a message with them. */
  sendAudio(pcm: Buffer, fields?: Fields): void;
  /** Sends a frame as it is. */
  sendRaw(frame: string): void;
  /** Bytes that were sent and have not left for the network. */
  backlog(): number;
  /** Calls `action` after `ms` milliseconds, unless the session ends first. Returns how to take that back. */
  after(ms: number, action: () => void): () => void;
  /** Told after the text, and after each chunk: what was sent of the answer to this turn so far. */
  answered(turn: number, chunks: number, bytes: number): void;
}

/**
 * One answer of the sandbox (§4): the text at once, then the audio at `replySpeed` times real time, measured on the
 * machine's own clock. It can be stopped at any moment, even before it has begun.
 */
export class Answer {
  readonly #port: AnswerPort;
  readonly #voice: VoiceOptions;
  readonly #number: number;
  readonly #onEnd: () => void;
  readonly #chunkBytes: number;
  #pcm: Buffer = Buffer.alloc(0);
  #sent = 0;
  #sentBytes = 0;
  #odd = 0;
  #startedAt = 0;
  #pausedMs = 0;
  #running = true;
  #cancel: (() => void) | undefined;

  /**
   * @param number of the turn that it answers, from 1
   * @param onEnd called when everything was sent; not when it was stopped
   */
  constructor(port: AnswerPort, voice: VoiceOptions, number: number, onEnd: () => void = () => {}) {
    this.#port = port;
    this.#voice = voice;
    this.#number = number;
    this.#onEnd = onEnd;
    this.#chunkBytes = voice.answers?.chunkBytes ?? CHUNK_BYTES;
  }

  /** True until everything was sent or it was stopped. */
  get running(): boolean {
    return this.#running;
  }

  /** @param delayMs wait before the text, beside that of the options */
  begin(reply: Reply, delayMs = 0): void {
    const { textDelayMs = 0, audioDelayMs = 0 } = this.#options;
    this.#pcm = reply.pcm;
    this.#wait(delayMs + textDelayMs, () => {
      if (reply.text !== '') this.#sendText(reply.text);
      this.#port.answered(this.#number, 0, 0);
      this.#wait(audioDelayMs, () => {
        this.#startedAt = performance.now();
        this.#sendDue();
      });
    });
  }

  /** Sends nothing more; after `lingerMs` more milliseconds if given. */
  stop(lingerMs = 0): void {
    if (lingerMs > 0) {
      this.#port.after(lingerMs, () => this.stop());
      return;
    }
    this.#running = false;
    this.#cancel?.();
  }

  get #options(): VoiceAnswers {
    return this.#voice.answers ?? {};
  }

  #wait(ms: number, action: () => void): void {
    if (!this.#running) return;
    if (ms > 0) this.#cancel = this.#port.after(ms, action);
    else action();
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
    const { pause } = this.#options;
    while (this.#running && this.#sentBytes < this.#pcm.length) {
      if (this.#port.backlog() > BACKLOG_BYTES) {
        this.#wait(BACKLOG_MS, () => this.#sendDue());
        return;
      }
      if (pause !== undefined && this.#pausedMs === 0 && pause.ms > 0 && this.#sent >= pause.afterChunks) {
        this.#pausedMs = pause.ms;
        this.#wait(pause.ms, () => this.#sendDue());
        return;
      }
      // At infinite speed everything is due at 0.
      const due = (this.#sentBytes * 1_000) / BYTES_PER_SECOND / speed + this.#pausedMs;
      const early = due - (performance.now() - this.#startedAt);
      if (early > 0) {
        this.#wait(Math.ceil(early), () => this.#sendDue());
        return;
      }
      this.#sendChunk();
    }
    if (!this.#running) return;
    this.#running = false;
    this.#onEnd();
  }

  #sendChunk(): void {
    const bytes = this.#pcm.subarray(this.#sentBytes, this.#sentBytes + this.#chunkBytes);
    this.#sent++;
    this.#sentBytes += bytes.length;
    const isLast = this.#sentBytes >= this.#pcm.length;
    this.#sendAudio(bytes, isLast);
    const oddity = this.#options.between?.[this.#odd++];
    if (oddity === 'empty_chunk') this.#sendAudio(Buffer.alloc(0), false);
    else if (oddity !== undefined) this.#port.sendRaw(oddFrame(oddity));
    if (isLast && this.#options.duplicateLast === true) this.#sendAudio(Buffer.alloc(0), true);
    this.#port.answered(this.#number, this.#sent, this.#sentBytes);
  }

  #sendAudio(bytes: Buffer, isLast: boolean): void {
    if (this.#voice.binaryAudio === true) {
      this.#port.sendAudio(bytes);
      return;
    }
    this.#port.sendAudio(bytes, {
      chunk_id: `tts-${this.#number}-${String(this.#sent).padStart(3, '0')}`,
      ...(this.#voice.noEndMarks === true ? {} : { is_last: isLast }),
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
