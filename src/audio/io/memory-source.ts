import type { ByteSource } from './file-source.ts';

/** Bytes at hand. The array must not change while they are read. */
export class MemorySource implements ByteSource {
  readonly path: string;
  readonly size: number;
  readonly #bytes: Uint8Array;

  /** `path` is for messages. */
  constructor(path: string, bytes: Uint8Array) {
    this.path = path;
    this.size = bytes.length;
    this.#bytes = bytes;
  }

  async readInto(target: Uint8Array, position: number): Promise<number> {
    const bytes = this.#bytes.subarray(position, position + target.length);
    target.set(bytes);
    return bytes.length;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    return this.#bytes.slice(position, position + Math.max(0, length));
  }

  async close(): Promise<void> {}
}
