/** What a file is, from its first bytes: read once, whatever looks at them. */
import {
  type AudioInfo,
  type ByteSource,
  type FileIdentity,
  identifySource,
  openSource,
} from '../audio/index.ts';
import { FileSource } from '../audio/io/file-source.ts';
import { HEAD_BYTES } from '../audio/probe/file-type.ts';

/** What was found out about a file. */
export interface Probed {
  identity: FileIdentity;
  /** Undefined where the file cannot be opened for decoding. */
  info: AudioInfo | undefined;
  /** Why it cannot be decoded. */
  failure: unknown;
}

/** A file whose first bytes are kept. */
class HeadSource implements ByteSource {
  readonly #file: ByteSource;
  #head: Uint8Array | undefined;

  constructor(file: ByteSource) {
    this.#file = file;
  }

  get path(): string {
    return this.#file.path;
  }

  get size(): number {
    return this.#file.size;
  }

  async readInto(target: Uint8Array, position: number): Promise<number> {
    const end = Math.min(position + target.length, this.size);
    if (end > HEAD_BYTES) return this.#file.readInto(target, position);
    this.#head ??= await this.#file.read(0, HEAD_BYTES);
    const bytes = this.#head.subarray(position, end);
    target.set(bytes);
    return bytes.length;
  }

  async read(position: number, length: number): Promise<Uint8Array> {
    const target = new Uint8Array(Math.max(0, Math.min(length, this.size - position)));
    return target.subarray(0, await this.readInto(target, position));
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

/** @throws AudioError when the file is missing, is not a regular file or cannot be read */
export async function probeFile(path: string, allowTruncated: boolean): Promise<Probed> {
  const source = new HeadSource(await FileSource.open(path));
  try {
    const identity = await identifySource(source);
    try {
      const input = await openSource(source, { allowTruncated });
      return { identity, info: input.info, failure: undefined };
    } catch (failure) {
      return { identity, info: undefined, failure };
    }
  } finally {
    await source.close();
  }
}
