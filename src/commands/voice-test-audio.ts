/** The audio that scenarios say: decoded once where it is short, and read again and again where it is not. */
import { type AudioInput, encodePcm16, processAudio } from '../audio/index.ts';
import { VOICE_AUDIO } from '../nextevi/messages.ts';
import { openBytes, openInput } from './audio-engine.ts';
import type { AudioPart } from './voice-test-scenario.ts';

/** A minute and a half. */
const MOST_KEPT_BYTES = 90 * VOICE_AUDIO.bytesPerSecond;
const MOST_KEPT_IN_ALL = 64 * 1024 * 1024;

export class AudioShelf {
  readonly #signal: AbortSignal;
  /** Undefined for what is too long. */
  readonly #kept = new Map<string, Promise<Buffer | undefined>>();
  #bytes = 0;

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /**
   * Whether it can be said, by its beginning.
   *
   * @throws AudioError when it is missing or no audio, or ends before `start`
   */
  async check(part: AudioPart): Promise<void> {
    const input = await this.#open(part);
    try {
      for await (const _piece of this.#decode(input, part)) return;
    } finally {
      await input.close();
    }
  }

  /**
   * Decodes it ahead where it is short, so that no time passes when it is to be said.
   *
   * @throws AudioError when it cannot be decoded
   */
  async prepare(part: AudioPart): Promise<void> {
    await this.#whole(part);
  }

  #whole(part: AudioPart): Promise<Buffer | undefined> {
    const key = JSON.stringify([part.path, part.start, part.duration]);
    const kept = this.#kept.get(key) ?? this.#keep(part);
    this.#kept.set(key, kept);
    return kept;
  }

  /** 24 kHz mono 16-bit little-endian PCM. @throws AudioError while it is read */
  async *say(part: AudioPart): AsyncGenerator<Buffer> {
    const whole = await this.#whole(part);
    if (whole !== undefined) {
      yield whole;
      return;
    }
    const input = await this.#open(part);
    try {
      yield* this.#decode(input, part);
    } finally {
      await input.close();
    }
  }

  async #keep(part: AudioPart): Promise<Buffer | undefined> {
    const pieces: Buffer[] = [];
    let bytes = 0;
    const input = await this.#open(part);
    try {
      for await (const piece of this.#decode(input, part)) {
        bytes += piece.length;
        if (bytes > MOST_KEPT_BYTES || this.#bytes + piece.length > MOST_KEPT_IN_ALL) {
          this.#bytes -= bytes - piece.length;
          return undefined;
        }
        this.#bytes += piece.length;
        pieces.push(piece);
      }
    } finally {
      await input.close();
    }
    return Buffer.concat(pieces, bytes);
  }

  async #open({ path }: AudioPart): Promise<AudioInput> {
    const { sampleRate, channels } = VOICE_AUDIO;
    const bytes = await openBytes(path, { signal: this.#signal });
    return openInput(bytes, { allowTruncated: false, raw: undefined }, { sampleRate, channels });
  }

  async *#decode(input: AudioInput, { start, duration }: AudioPart): AsyncGenerator<Buffer> {
    const { sampleRate, channels } = VOICE_AUDIO;
    const signal = this.#signal;
    const processed = await processAudio(input, { sampleRate, channels, start, duration, signal });
    for await (const block of processed.blocks()) yield encodePcm16(block);
  }
}
