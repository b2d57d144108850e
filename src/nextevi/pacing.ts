/** Sending audio as fast as it would be spoken: paced by the wall clock, without drift. */
import { CliError } from '../shared/errors.ts';
import { Lateness } from './lateness.ts';
import type { VoiceSession } from './session.ts';

export interface PacingOptions {
  /** Length of a chunk in milliseconds of wall time. */
  chunkMs: number;
  /** Times real time; a chunk then holds so much more audio, and the number of messages a minute stays the same. */
  speed: number;
  bytesPerSecond: number;
  /** A clock that never goes back, in milliseconds. */
  clock: () => number;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  signal?: AbortSignal | undefined;
}

/** Where chunks go. */
export type ChunkTarget = Pick<VoiceSession, 'sendAudio' | 'bufferedBytes' | 'isOpen' | 'waitMs'>;

/** While more than this waits in memory for a slow network, no more is sent. */
const MAX_BUFFERED_BYTES = 512 * 1024;
const BACKPRESSURE_MS = 10;
/** A peer that takes nothing for so long is taken for dead. */
const STALL_MS = 30_000;

/**
 * Chunk n is due at start + n × chunkMs; one that is late is sent at once, within the limits of the service, and moves
 * no other.
 */
export class Pacer {
  /** How late the chunks were sent. */
  readonly lateness = new Lateness();
  readonly #options: PacingOptions;
  #start: number | undefined;
  #sent = 0;
  #lastAt = 0;
  #dueMs = 0;
  #wallMs = 0;
  /** As in the options; a change holds for chunks that are cut from then on. */
  speed: number;

  constructor(options: PacingOptions) {
    this.#options = options;
    this.speed = options.speed;
  }

  /** Bytes of audio in one chunk: whole 16-bit samples. */
  get chunkBytes(): number {
    const { chunkMs, bytesPerSecond } = this.#options;
    return Math.max(2, Math.round((bytesPerSecond * this.speed * chunkMs) / 2000) * 2);
  }

  /**
   * The time that the audio should have taken over the time that it took: 1 when the pace was right. Undefined before
   * the second chunk.
   */
  get ratio(): number | undefined {
    const { dueMs, wallMs } = this.#stretch();
    return wallMs > 0 ? dueMs / wallMs : undefined;
  }

  /** All stretches without a rest in between. */
  #stretch(): { dueMs: number; wallMs: number } {
    if (this.#start === undefined) return { dueMs: this.#dueMs, wallMs: this.#wallMs };
    const { chunkMs } = this.#options;
    return {
      dueMs: this.#dueMs + (this.#sent - 1) * chunkMs,
      wallMs: this.#wallMs + (this.#lastAt - this.#start),
    };
  }

  /**
   * Waits until the next chunk is due and sends it.
   *
   * @returns whether it was sent: false when the connection ended before that
   * @throws CliError `network` when the peer takes nothing; the signal's reason
   */
  async send(target: ChunkTarget, pcm: Buffer): Promise<boolean> {
    const { clock, sleep, signal, chunkMs } = this.#options;
    this.#start ??= clock();
    const due = this.#start + this.#sent * chunkMs;
    const wait = due - clock();
    if (wait > 0) await sleep(wait, signal);
    await this.#untilTaken(target);
    // After a delay many are due at once.
    for (let over = target.waitMs; over > 0 && target.isOpen; over = target.waitMs) await sleep(over, signal);
    if (!target.isOpen) return false;
    target.sendAudio(pcm);
    this.#lastAt = clock();
    this.lateness.add(this.#lastAt - due);
    this.#sent++;
    return true;
  }

  /** The next chunk is due at once, and the time until then is not made up for. */
  rest(): void {
    const { dueMs, wallMs } = this.#stretch();
    if (this.#sent > 0) {
      this.#dueMs = dueMs;
      this.#wallMs = wallMs;
    }
    this.#start = undefined;
    this.#sent = 0;
  }

  /** Waits while much is buffered. @throws CliError `network` when nothing of it goes out */
  async #untilTaken(target: ChunkTarget): Promise<void> {
    const { clock, sleep, signal } = this.#options;
    let least = Number.POSITIVE_INFINITY;
    let since = clock();
    while (target.isOpen && target.bufferedBytes > MAX_BUFFERED_BYTES) {
      if (target.bufferedBytes < least) {
        least = target.bufferedBytes;
        since = clock();
      } else if (clock() - since >= STALL_MS)
        throw new CliError('network', `The voice service has taken no audio for ${STALL_MS / 1000} seconds`, {
          hint: 'Check your network, then try again.',
        });
      await sleep(BACKPRESSURE_MS, signal);
    }
  }
}

/** Cuts a stream of PCM into pieces of exactly `bytes`, the last one shorter, whatever pieces come in. */
export async function* rechunk(source: AsyncIterable<Buffer>, bytes: number): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const piece of source) {
    held.push(piece);
    size += piece.length;
    if (size < bytes) continue;
    const all = held.length === 1 ? piece : Buffer.concat(held);
    let start = 0;
    while (all.length - start >= bytes) {
      yield all.subarray(start, start + bytes);
      start += bytes;
    }
    const rest = all.subarray(start);
    held = rest.length > 0 ? [rest] : [];
    size = rest.length;
  }
  if (size > 0) yield Buffer.concat(held);
}
