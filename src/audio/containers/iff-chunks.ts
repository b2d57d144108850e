import { damagedFile } from '../file-errors.ts';
import { chars, u32be } from '../io/bytes.ts';
import type { ByteSource } from '../io/file-source.ts';

/** A chunk of an IFF file: `size` bytes from `body` on, as its header says. */
export interface IffChunk {
  id: string;
  body: number;
  size: number;
}

/** Enough for any real file; keeps a hostile one from costing a read for each of millions of empty chunks. */
const MAX_CHUNKS = 10_000;

const NAME = /^[ -~]{4}$/;

/**
 * The chunks of an IFF file of the kind `kind`, from the one at byte 12 on; it ends where no header fits any more.
 * A missing pad byte after a chunk of odd size is forgiven.
 *
 * Source: Electronic Arts, EA IFF 85 (1985), appendix A.
 *
 * @throws AudioError when there are more chunks than a real file has.
 */
export async function* iffChunks(source: ByteSource, kind: string): AsyncGenerator<IffChunk> {
  let position = 12;
  for (let count = 0; position + 8 <= source.size; count++) {
    if (count === MAX_CHUNKS) throw damagedFile(source.path, kind, `it has more than ${MAX_CHUNKS} chunks`);
    const header = await source.read(position, 8);
    const chunk = { id: chars(header, 0, 4), body: position + 8, size: u32be(header, 4) };
    yield chunk;
    position = await chunkAfter(source, chunk.body + chunk.size);
  }
}

/** Whether a chunk that fits into the file stands at `position`. */
export async function isChunkAt(source: ByteSource, position: number): Promise<boolean> {
  const header = await source.read(position, 8);
  return (
    NAME.test(chars(header, 0, 4)) && header.length === 8 && position + 8 + u32be(header, 4) <= source.size
  );
}

async function chunkAfter(source: ByteSource, end: number): Promise<number> {
  if (end % 2 === 0 || end >= source.size) return end;
  const isUnpadded = (await isChunkAt(source, end)) && !(await isChunkAt(source, end + 1));
  return isUnpadded ? end : end + 1;
}
