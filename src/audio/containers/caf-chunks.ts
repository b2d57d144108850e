import { damagedFile } from '../file-errors.ts';
import { chars, u32be, u64be } from '../io/bytes.ts';
import type { ByteSource } from '../io/file-source.ts';
import { textOf } from '../io/text.ts';

/** A part of a file. */
export interface Span {
  start: number;
  size: number;
}

/** What the chunks of a Core Audio file hold, as far as they are there; bodies are empty where they are not. */
export interface CafChunks {
  description: Uint8Array;
  cookie: Uint8Array;
  channelLayout: Uint8Array;
  packetTable: Span | undefined;
  /** The audio itself; `promisedBytes` is undefined when the header leaves its size open. */
  data: { start: number; presentBytes: number; promisedBytes: number | undefined } | undefined;
  tags: Readonly<Record<string, string>> | undefined;
}

/** Enough for any real file; keeps a hostile one from costing a read for each of millions of empty chunks. */
const MAX_CHUNKS = 10_000;

/** Most that is read of a cookie, a channel layout or the tags. */
const MAX_BODY_BYTES = 65_536;

const MAX_TAGS = 100;

/** What ffmpeg and afconvert call tags, and what they are called here. */
const TAG_NAMES: ReadonlyMap<string, string> = new Map([
  ['comments', 'comment'],
  ['recorded date', 'date'],
  ['year', 'date'],
]);

/**
 * Walks the chunks of a Core Audio file to its end; the first of a kind counts.
 *
 * Source: Apple, Core Audio Format Specification 1.0, "CAF File Overview".
 *
 * @throws AudioError when a chunk claims a negative size, or there are more than a real file has.
 */
export async function findCafChunks(source: ByteSource, kind: string): Promise<CafChunks> {
  const bodies = new Map<string, Uint8Array>();
  let packetTable: Span | undefined;
  let data: CafChunks['data'];
  let position = 8;

  for (let count = 0; position + 12 <= source.size; count++) {
    if (count === MAX_CHUNKS) throw damagedFile(source.path, kind, `it has more than ${MAX_CHUNKS} chunks`);
    const header = await source.read(position, 12);
    const id = chars(header, 0, 4);
    const start = position + 12;
    const size = u64be(header, 4);
    // Only the samples may be of unknown size (-1), and only as the last chunk.
    const isOpen = id === 'data' && size >= 2 ** 63;
    if (id === 'data') data ??= dataAt(source, start, isOpen ? undefined : size);
    if (isOpen) break;
    if (size >= 2 ** 63)
      throw damagedFile(source.path, kind, `its chunk at byte ${position} has a negative size`);
    if (id === 'pakt') packetTable ??= { start, size: Math.min(size, source.size - start) };
    if (/^(desc|kuki|chan|info)$/.test(id) && !bodies.has(id)) {
      bodies.set(id, await source.read(start, Math.min(size, MAX_BODY_BYTES)));
    }
    position = start + size;
  }

  const bodyOf = (id: string) => bodies.get(id) ?? new Uint8Array(0);
  return {
    ...{ description: bodyOf('desc'), cookie: bodyOf('kuki'), channelLayout: bodyOf('chan') },
    ...{ packetTable, data, tags: tagsOf(bodyOf('info')) },
  };
}

/** The audio stands behind a count of edits of 4 bytes. */
function dataAt(source: ByteSource, body: number, size: number | undefined): CafChunks['data'] {
  const start = body + 4;
  const presentBytes = Math.max(0, Math.min(source.size - start, (size ?? Number.POSITIVE_INFINITY) - 4));
  return { start, presentBytes, promisedBytes: size === undefined ? undefined : Math.max(0, size - 4) };
}

/** A count, then as many pairs of strings that end in zeros. */
function tagsOf(body: Uint8Array): CafChunks['tags'] {
  const tags = new Map<string, string>();
  const count = Math.min(u32be(body, 0), MAX_TAGS);
  let at = 4;
  const next = () => {
    const end = body.indexOf(0, at);
    const text = textOf(body.subarray(at, end < 0 ? body.length : end));
    at = end < 0 ? body.length : end + 1;
    return text;
  };
  for (let i = 0; i < count && at < body.length; i++) {
    const key = next().toLowerCase();
    const value = next();
    const name = TAG_NAMES.get(key) ?? key;
    if (name !== '' && value !== '' && !tags.has(name)) tags.set(name, value);
  }
  return tags.size === 0 ? undefined : Object.fromEntries(tags);
}
