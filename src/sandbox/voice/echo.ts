import { BYTES_PER_SECOND } from './protocol.ts';

/** An hour of audio; of more without a turn the beginning is forgotten: memory is not endless. */
const MAX_KEPT_BYTES = 3_600 * BYTES_PER_SECOND;

/** Audio that was heard, addressed by bytes from the beginning of the session. */
export class HeardAudio {
  #chunks: Buffer[] = [];
  #from = 0;
  #to = 0;

  /** The end of what was heard. */
  get end(): number {
    return this.#to;
  }

  push(bytes: Buffer): void {
    this.#chunks.push(bytes);
    this.#to += bytes.length;
    if (this.#to - this.#from > MAX_KEPT_BYTES) this.forget(this.#to - MAX_KEPT_BYTES);
  }

  /** The bytes from `from` up to `to`, as far as they are still kept; forgets everything before `to`. */
  take(from: number, to: number): Buffer {
    const all = Buffer.concat(this.#chunks);
    const at = (place: number): number => Math.max(0, place - this.#from);
    const taken = all.subarray(at(from), at(to));
    const rest = all.subarray(at(to));
    this.#chunks = rest.length === 0 ? [] : [rest];
    this.#from = this.#to - rest.length;
    return taken;
  }

  /** Forgets whole chunks before `place`. */
  forget(place: number): void {
    for (;;) {
      const length = this.#chunks[0]?.length;
      if (length === undefined || this.#from + length > place) return;
      this.#chunks.shift();
      this.#from += length;
    }
  }
}
