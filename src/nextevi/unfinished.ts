/** The speech that has no answer yet: it is sent again when the connection is lost. */

import { VOICE_AUDIO } from './messages.ts';

/** Two minutes of speech at the pace of speech; of a longer turn the end is what counts. */
const MAX_BYTES = 2 * 60 * VOICE_AUDIO.bytesPerSecond;

/** Of a microphone, which is never silent: what is longer ago would hold up what is said now. */
const MAX_LIVE_BYTES = 10 * VOICE_AUDIO.bytesPerSecond;

export class UnfinishedTurn {
  #max = MAX_BYTES;
  #chunks: Buffer[] = [];
  /** Bytes of speech before the first chunk that is kept, and in all. */
  #from = 0;
  #to = 0;
  /** Where the speech ends that is being answered. */
  #heard = 0;

  /** Speech that was sent. */
  add(pcm: Buffer): void {
    this.#chunks.push(pcm);
    this.#to += pcm.length;
    this.#dropTo(this.#to - this.#max);
  }

  /** The service shows that it has heard all so far. */
  heard(): void {
    this.#heard = this.#to;
  }

  /** What was heard has been answered. */
  answered(): void {
    this.#dropTo(this.#heard);
  }

  /** A new turn: nothing of the one before is to be sent again. */
  begin(live: boolean): void {
    this.#dropTo(this.#to);
    this.#max = live ? MAX_LIVE_BYTES : MAX_BYTES;
  }

  /** Bytes of speech that were ever added. */
  get total(): number {
    return this.#to;
  }

  get bytes(): number {
    return this.#to - this.#from;
  }

  /** What is to be sent again, in order. */
  get chunks(): readonly Buffer[] {
    return this.#chunks;
  }

  #dropTo(position: number): void {
    let count = 0;
    for (const chunk of this.#chunks) {
      if (this.#from + chunk.length > position) break;
      this.#from += chunk.length;
      count++;
    }
    if (count > 0) this.#chunks = this.#chunks.slice(count);
  }
}
