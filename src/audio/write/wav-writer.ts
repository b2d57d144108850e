import { AudioError } from '../errors.ts';
import { ENCODED_BYTES, type Encoding } from './encode.ts';
import { StagedFile } from './staged-file.ts';
import { type WavOptions, wavHeader } from './wav-header.ts';

export { type WavOptions, wavHeader, wavOrder } from './wav-header.ts';

/** A file that has been written: its path as given, its size with the header, its length. */
export interface WrittenWav {
  path: string;
  bytes: number;
  seconds: number;
}

/** Sizes in a WAV header have 32 bits, and the one of RIFF counts all but its first 8 bytes. */
const MAX_FILE_BYTES = 0xffffffff + 8;

/** What a writer makes of samples: `header` is asked for when their size is known. */
interface Framing {
  sampleRate: number;
  frameBytes: number;
  headerBytes: number;
  /** Most bytes that the file may have. */
  maxBytes: number;
  header(dataBytes: number): Uint8Array;
}

/** Takes samples and makes a file of them that appears at its path only when it is complete. */
class SampleFileWriter {
  readonly #file: StagedFile;
  readonly #framing: Framing;
  #dataBytes = 0;

  protected constructor(file: StagedFile, framing: Framing) {
    this.#file = file;
    this.#framing = framing;
  }

  /**
   * Adds interleaved samples. Blocks need not hold whole frames; calls need not wait for one another, but leave the
   * bytes alone until the promise resolves.
   *
   * @throws AudioError when the system cannot write or a WAV file would pass 4 GiB; then only `abort` is left.
   */
  async write(bytes: Uint8Array): Promise<void> {
    const { path, isOpen } = this.#file;
    if (!isOpen) throw new Error(`the writer of "${path}" is already closed`);
    const position = this.#framing.headerBytes + this.#dataBytes;
    this.#dataBytes += bytes.length;
    if (position + bytes.length > this.#framing.maxBytes) throw this.#file.fail(tooLong(path));
    return this.#file.write(bytes, position);
  }

  /**
   * Completes the file, flushes it to the disk and moves it to its path. Bytes of an unfinished last frame are left
   * out. When it fails, nothing is left behind and a file at the path is as it was.
   *
   * @throws AudioError when this or an earlier write failed.
   */
  async finish(): Promise<WrittenWav> {
    const { sampleRate, frameBytes, headerBytes, header } = this.#framing;
    const frames = Math.floor(this.#dataBytes / frameBytes);
    const dataBytes = frames * frameBytes;
    const end = headerBytes + dataBytes;
    // Chunks begin at even positions: a zero fills up an odd one.
    const bytes = headerBytes > 0 ? end + (end % 2) : end;
    // Failures show in `commit`.
    if (bytes > end) this.#file.write(Uint8Array.of(0), end).catch(() => undefined);
    this.#file.write(header(dataBytes), 0).catch(() => undefined);
    await this.#file.commit(bytes);
    return { path: this.#file.path, bytes, seconds: frames / sampleRate };
  }

  /** Gives up: removes what was written. Does nothing after `finish`; never throws. */
  async abort(): Promise<void> {
    await this.#file.abort();
  }
}

/**
 * Writes a WAV file that appears at its path only when it is complete: until then it is a hidden file of an
 * unpredictable name in the same folder. End with `finish` or `abort`.
 */
export class WavFileWriter extends SampleFileWriter {
  /**
   * Starts a file that `finish` will put at `path`, replacing a file that is there.
   *
   * @throws AudioError when the folder is missing or not writable, or something other than a writable regular
   * file is at the path.
   */
  static async create(path: string, options: WavOptions): Promise<WavFileWriter> {
    const { sampleRate, channels, encoding = 's16', long = false } = options;
    return new WavFileWriter(await StagedFile.create(path), {
      sampleRate,
      frameBytes: channels * ENCODED_BYTES[encoding],
      headerBytes: wavHeader(options).length,
      maxBytes: long ? Number.POSITIVE_INFINITY : MAX_FILE_BYTES,
      header: (dataBytes) => wavHeader({ ...options, dataBytes }),
    });
  }
}

/** Writes bare samples, without a header, in the way of `WavFileWriter`. */
export class RawFileWriter extends SampleFileWriter {
  /** @throws AudioError as `WavFileWriter.create`. */
  static async create(
    path: string,
    { sampleRate, channels, encoding }: { sampleRate: number; channels: number; encoding: Encoding },
  ): Promise<RawFileWriter> {
    return new RawFileWriter(await StagedFile.create(path), {
      sampleRate,
      frameBytes: channels * ENCODED_BYTES[encoding],
      headerBytes: 0,
      maxBytes: Number.POSITIVE_INFINITY,
      header: () => new Uint8Array(0),
    });
  }
}

function tooLong(path: string): AudioError {
  return new AudioError(`Cannot write "${path}": a WAV file holds at most 4 GiB.`, {
    hint: 'Write the audio in several files.',
  });
}
