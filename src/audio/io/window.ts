import type { ByteSource } from './file-source.ts';

const WINDOW_BYTES = 65_536;

/** Reads small pieces of a file that stand near one another: one call to the system serves many. */
export class Window {
  readonly source: ByteSource;
  #bytes: Uint8Array = new Uint8Array(0);
  #start = 0;

  constructor(source: ByteSource) {
    this.source = source;
  }

  /** As `ByteSource.read`; the bytes are shared with other reads. */
  async read(position: number, length: number): Promise<Uint8Array> {
    const at = position - this.#start;
    const wanted = Math.max(0, Math.min(length, this.source.size - position));
    if (at >= 0 && at + wanted <= this.#bytes.length) return this.#bytes.subarray(at, at + wanted);
    this.#bytes = await this.source.read(position, Math.max(wanted, WINDOW_BYTES));
    this.#start = position;
    return this.#bytes.subarray(0, wanted);
  }
}
