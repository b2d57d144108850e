import type { ByteSource } from './file-source.ts';

const WINDOW_BYTES = 65_536;

/** Reads small pieces of a file that stand near one another: one call to the system serves many. */
export class Window {
  readonly source: ByteSource;
  readonly #buffer = new Uint8Array(WINDOW_BYTES);
  #start = 0;
  #stop = 0;

  constructor(source: ByteSource) {
    this.source = source;
  }

  /** As `ByteSource.read`, but the bytes are valid until the next read only. */
  async read(position: number, length: number): Promise<Uint8Array> {
    const wanted = Math.max(0, Math.min(length, this.source.size - position));
    if (wanted > WINDOW_BYTES) return this.source.read(position, wanted);
    if (position < this.#start || position + wanted > this.#stop) {
      this.#start = position;
      this.#stop = position + (await this.source.readInto(this.#buffer, position));
    }
    const at = position - this.#start;
    return this.#buffer.subarray(at, Math.min(at + wanted, this.#stop - this.#start));
  }
}
