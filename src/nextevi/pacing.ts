/** Sending audio as fast as it would be spoken: paced by the wall clock, without drift. */
import { CliError } from '../shared/errors.ts';
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

/** While more than this waits in memory for a slow network, no more is sent. */
const MAX_BUFFERED_BYTES = 512 * 1024;
const BACKPRESSURE_MS = 10;
/** A peer that takes nothing for so long is taken for dead. */
const STALL_MS = 30_000;

/** Chunk n is due at start + n × chunkMs; one that is late is sent at once and moves no other. */
export class Pacer {
  readonly #options: PacingOptions;
  #start: number | undefined;
  #sent = 0;

  constructor(options: PacingOptions) {
    this.#options = options;
  }

  /** Bytes of audio in one chunk: whole 16-bit samples. */
  get chunkBytes(): number {
    const { chunkMs, speed, bytesPerSecond } = this.#options;
    return Math.max(2, Math.round((bytesPerSecond * speed * chunkMs) / 2000) * 2);
  }

  /** Waits until the next chunk is due and sends it. */
  async send(
    session: Pick<VoiceSession, 'sendAudio' | 'bufferedBytes' | 'isOpen'>,
    pcm: Buffer,
  ): Promise<void> {
    const { clock, sleep, signal, chunkMs } = this.#options;
    this.#start ??= clock();
    const wait = this.#start + this.#sent * chunkMs - clock();
    if (wait > 0) await sleep(wait, signal);
    await this.#untilTaken(session);
    session.sendAudio(pcm);
    this.#sent++;
  }

  /** The next chunk is due at once, and the time until then is not made up for. */
  rest(): void {
    this.#start = undefined;
    this.#sent = 0;
  }

  /** Waits while much is buffered. @throws CliError `network` when nothing of it goes out */
  async #untilTaken(session: Pick<VoiceSession, 'bufferedBytes' | 'isOpen'>): Promise<void> {
    const { clock, sleep, signal } = this.#options;
    let least = Number.POSITIVE_INFINITY;
    let since = clock();
    while (session.isOpen && session.bufferedBytes > MAX_BUFFERED_BYTES) {
      if (session.bufferedBytes < least) {
        least = session.bufferedBytes;
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
