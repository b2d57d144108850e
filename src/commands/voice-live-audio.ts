/** Live audio as it comes in: bounded, and never older than it must be. */
import type { Readable } from 'node:stream';
import { VOICE_AUDIO } from '../nextevi/messages.ts';

/** So much is held while the network takes nothing. */
const HELD_MS = 3_000;
/** A source that is so far ahead of the clock is no microphone: it can wait, and loses nothing. */
const AHEAD_MS = 1_500;
/** What is handed out at once. */
const PIECE_BYTES = 3_840;
/** How far a source that can wait may run ahead of its own time. */
const LEAD_MS = 160;

const bytesOf = (ms: number): number => (ms * VOICE_AUDIO.bytesPerSecond) / 1000;
const msOf = (bytes: number): number => (bytes * 1000) / VOICE_AUDIO.bytesPerSecond;

export interface LiveAudioOptions {
  /** A clock that never goes back, in milliseconds. */
  clock: () => number;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  signal: AbortSignal;
  /** Hears all audio as it arrives, whole samples. */
  onAudio?: ((pcm: Buffer) => void) | undefined;
  /** Old audio was dropped, since it was not taken in time: so many milliseconds, told when it is taken again. */
  onDropped?: ((ms: number) => void) | undefined;
  /** Asked when the source has ended: the failure that its end stands for. */
  verdict?: (() => Promise<Error | undefined>) | undefined;
}

/**
 * PCM from a microphone, a pipe or a file: 24 kHz mono 16-bit little-endian, in pieces of whole samples and at most
 * 80 ms.
 *
 * What a microphone says while nobody takes it is held for 3 seconds; then the oldest goes, for a late word is worth
 * less than the next one. A source that is faster than real time, such as a file, is no microphone: it is made to wait,
 * and handed out in real time.
 */
export class LiveAudio {
  readonly #source: Readable;
  readonly #options: LiveAudioOptions;
  #queue: Buffer[] = [];
  #queued = 0;
  #odd: Buffer = Buffer.alloc(0);
  #received = 0;
  #firstAt: number | undefined;
  #canWait = false;
  #ended = false;
  #failure: Error | undefined;
  #untold = 0;
  #dropped = 0;
  #wake: () => void = () => {};

  constructor(source: Readable, options: LiveAudioOptions) {
    this.#source = source;
    this.#options = options;
    source.on('data', (chunk: Buffer) => this.#take(chunk));
    source.once('end', () => this.#end(undefined));
    source.once('error', (error) => this.#end(error));
    source.once('close', () => this.#end(undefined));
  }

  /** Milliseconds of audio that nobody took in time. */
  get droppedMs(): number {
    return msOf(this.#dropped);
  }

  /** Milliseconds of audio that are held. */
  get heldMs(): number {
    return msOf(this.#queued);
  }

  #end(failure: Error | undefined): void {
    this.#failure ??= failure;
    this.#ended = true;
    this.#wake();
  }

  #take(chunk: Buffer): void {
    const all = this.#odd.length === 0 ? chunk : Buffer.concat([this.#odd, chunk]);
    const whole = all.length - (all.length % 2);
    this.#odd = Buffer.from(all.subarray(whole));
    if (whole === 0) return;
    const pcm = all.subarray(0, whole);
    const now = this.#options.clock();
    this.#firstAt ??= now;
    this.#received += whole;
    this.#queue.push(pcm);
    this.#queued += whole;
    if (msOf(this.#received) - (now - this.#firstAt) > AHEAD_MS) this.#canWait = true;
    this.#options.onAudio?.(pcm);
    this.#bound();
    this.#wake();
  }

  #bound(): void {
    const excess = this.#queued - bytesOf(HELD_MS);
    if (this.#canWait) {
      if (this.#queued > bytesOf(AHEAD_MS)) this.#source.pause();
    } else if (excess > 0) {
      for (let left = excess; left > 0; left -= this.#shift(left).length);
      this.#dropped += excess;
      this.#untold += excess;
    }
  }

  /** Takes the oldest audio, at most so many bytes. */
  #shift(bytes: number): Buffer {
    const [first = Buffer.alloc(0)] = this.#queue;
    const piece = first.subarray(0, bytes);
    if (piece.length === first.length) this.#queue.shift();
    else this.#queue[0] = first.subarray(bytes);
    this.#queued -= piece.length;
    return piece;
  }

  /** @throws what `verdict` gives, an error of the source, or the reason of an abort */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, void> {
    const { signal, clock, sleep, onDropped } = this.#options;
    const onAbort = () => this.#wake();
    signal.addEventListener('abort', onAbort);
    /** When the next piece of a source that can wait is due. */
    let due = Number.NEGATIVE_INFINITY;
    try {
      for (;;) {
        signal.throwIfAborted();
        if (this.#queued === 0) {
          if (this.#ended) break;
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
          continue;
        }
        const wait = due - LEAD_MS - clock();
        if (this.#canWait && wait > 0) await sleep(wait, signal);
        const piece = this.#shift(PIECE_BYTES);
        due = Math.max(due, clock()) + msOf(piece.length);
        if (this.#canWait && this.#queued < bytesOf(AHEAD_MS / 2)) this.#source.resume();
        if (this.#untold > 0) {
          onDropped?.(msOf(this.#untold));
          this.#untold = 0;
        }
        yield piece;
      }
      const failure = this.#failure ?? (await this.#options.verdict?.());
      signal.throwIfAborted();
      if (failure !== undefined) throw failure;
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#source.destroy();
    }
  }
}
