import { type AudioError, countOf } from '../errors.ts';
import { cutOff, damagedFile } from '../file-errors.ts';
import { chars, hasChars, u32le, u64le } from '../io/bytes.ts';
import type { ByteSource } from '../io/file-source.ts';
import { infoTags, MAX_LIST_BYTES } from './wav-info.ts';

/**
 * Where things are in a WAV file. `format` is the body of its `fmt ` chunk (as far as it means something). The
 * samples take `dataBytes` bytes from `dataStart` on; `promisedBytes` is what the header says, or undefined when it
 * leaves that open (a stream whose writer could not go back). `factFrames` is the length that a `fact` chunk states.
 */
export interface WavChunks extends WavData {
  format: Uint8Array;
  factFrames: number | undefined;
  tags: Readonly<Record<string, string>> | undefined;
}

interface WavData {
  dataStart: number;
  dataBytes: number;
  promisedBytes: number | undefined;
}

/** Sizes that say nothing: 0, 0xFFFFFFFF, and in RF64 the 64-bit ones, as a double. */
const UNKNOWN_SIZES: readonly number[] = [0, 0xffffffff, 2 ** 64];

/**
 * Writers to pipes also put the largest size they can think of: 0x7FFFF000 (sox, espeak-ng), 0x7FFFFFFF or
 * 0x80000000 (arecord), 0xFFFFFFFF less the header, each rounded down to whole frames.
 */
const PLACEHOLDERS: readonly (readonly [from: number, to: number])[] = [
  [0x7fffe000, 0x80000000],
  [0xffffe000, 0xffffffff],
];

/** Enough for any real file; keeps a hostile one from costing a read for each of millions of empty chunks. */
const MAX_CHUNKS = 10_000;

/** How far tags are looked for behind the samples. */
const MAX_TRAILING_CHUNKS = 64;

/** WAVEFORMATEX and the longest table of weights that Microsoft ADPCM can have. */
const FORMAT_BYTES = 18 + 4 + 256 * 4;
const KNOWN_IDS =
  /^(fmt |data|LIST|JUNK|junk|fact|bext|ds64|cue |smpl|inst|plst|iXML|axml|chna|PAD |FLLR|PEAK|id3 |ID3 )$/;

interface Chunk {
  id: string;
  at: number;
  size: number;
}

/**
 * Walks the chunks of a RIFF, RF64 or BW64 WAVE file until it has found `fmt ` and `data`, in whatever order and
 * among whatever others, and then some more for tags. A missing pad byte after a chunk of odd size is forgiven.
 *
 * Source: Microsoft/IBM, Multimedia Programming Interface and Data Specifications 1.0 (1991), chapters 2 and 3;
 * EBU Tech 3306 version 1.1 (RF64) and ITU-R BS.2088-1 (BW64) for the `ds64` chunk.
 *
 * @throws AudioError when the header is cut or holds no `fmt ` or no `data` chunk.
 */
export async function findWavChunks(source: ByteSource): Promise<WavChunks> {
  const head = await source.read(0, 12);
  if (head.length < 12) throw headerCut(source, 'the first 12 bytes of a WAV header are not all there');
  const found: Found = { trailing: 0 };
  let last: Chunk | undefined;
  let position = 12;

  for (let count = 0; position < source.size && found.trailing < MAX_TRAILING_CHUNKS; count++) {
    const isComplete = found.format !== undefined && found.data !== undefined;
    if (isComplete) found.trailing++;
    if (count === MAX_CHUNKS && !isComplete) throw tooManyChunks(source.path);
    const header = await source.read(position, 8);
    if (header.length < 8) {
      if (found.data !== undefined) break;
      throw headerCut(source, `the chunk header at byte ${position} takes 8`);
    }
    const chunk: Chunk = { id: chars(header, 0, 4), at: position, size: u32le(header, 4) };
    await takeChunk(source, chunk, found);
    if (chunk.id === 'data' && found.data?.promisedBytes === undefined) break;
    position = await nextChunk(source, position + 8 + chunk.size);
    last = chunk;
  }

  const { format, data, factFrames, tags } = found;
  if (format === undefined) throw chunkMissing(source, 'fmt', 'which says how the samples are coded', last);
  if (data === undefined) throw chunkMissing(source, 'data', 'which holds the samples', last);
  return { format, ...data, factFrames, tags };
}

/** What the chunks so far have told. `longDataSize` is the size of `data` in RF64. */
interface Found {
  format?: Uint8Array;
  data?: WavData;
  longDataSize?: number;
  factFrames?: number;
  tags?: Record<string, string> | undefined;
  trailing: number;
}

/** Adds what `chunk` tells to `found`, and puts the size of a long `data` chunk right; the first of a kind counts. */
async function takeChunk(source: ByteSource, chunk: Chunk, found: Found): Promise<void> {
  const body = chunk.at + 8;
  switch (chunk.id) {
    case 'ds64':
      found.longDataSize = u64le(await source.read(body, 28), 8);
      return;
    case 'fmt ':
      found.format ??= await readFormat(source, chunk);
      return;
    case 'fact':
      if (chunk.size >= 4) found.factFrames ??= u32le(await source.read(body, 4), 0);
      return;
    case 'LIST':
      found.tags ??= await readTags(source, chunk);
      return;
    case 'data':
      if (found.data !== undefined) return;
      if (chunk.size === 0xffffffff && found.longDataSize !== undefined) chunk.size = found.longDataSize;
      found.data = await measureData(source, body, chunk.size);
  }
}

/** Tags of a `LIST` chunk; undefined when there are none. */
async function readTags(source: ByteSource, chunk: Chunk): Promise<Record<string, string> | undefined> {
  const tags = infoTags(await source.read(chunk.at + 8, Math.min(chunk.size, MAX_LIST_BYTES)));
  return Object.keys(tags).length === 0 ? undefined : tags;
}

async function readFormat(source: ByteSource, chunk: Chunk): Promise<Uint8Array> {
  const wanted = Math.min(chunk.size, FORMAT_BYTES);
  const format = await source.read(chunk.at + 8, wanted);
  if (format.length < wanted) {
    throw headerCut(source, `the "fmt" chunk at byte ${chunk.at} takes ${countOf(chunk.size + 8, 'byte')}`);
  }
  return format;
}

async function measureData(source: ByteSource, start: number, size: number): Promise<WavData> {
  const present = source.size - start;
  const isPlaceholder = PLACEHOLDERS.some(([from, to]) => size >= from && size <= to) && size > present;
  if (isPlaceholder || (UNKNOWN_SIZES.includes(size) && !(size === 0 && (await isChunkChain(source, start)))))
    return { dataStart: start, dataBytes: present, promisedBytes: undefined };
  return { dataStart: start, dataBytes: Math.min(size, present), promisedBytes: size };
}

/**
 * Whether chunks follow one another from `position` to the very end of the file: then a `data` chunk of size 0
 * before them is empty, not of unknown size.
 */
async function isChunkChain(source: ByteSource, position: number): Promise<boolean> {
  let at = position;
  for (let count = 0; count < 100 && at < source.size; count++) {
    const header = await source.read(at, 8);
    if (!looksLikeChunk(source, header, at)) return false;
    const end = at + 8 + u32le(header, 4);
    at = end === source.size ? end : end + (end % 2);
  }
  return at === source.size;
}

/**
 * Where the chunk after one that ends at `end` begins. Chunks start at even positions (a pad byte follows an odd
 * size); some writers forget it, which shows when a chunk stands at `end` and none behind a pad byte.
 */
async function nextChunk(source: ByteSource, end: number): Promise<number> {
  if (end % 2 === 0 || end >= source.size) return end;
  const bytes = await source.read(end, 9);
  if (bytes[0] === 0) return end + 1;
  const unpadded = likeness(source, bytes.subarray(0, 8), end);
  const padded = likeness(source, bytes.subarray(1), end + 1);
  return unpadded > padded ? end : end + 1;
}

function likeness(source: ByteSource, header: Uint8Array, at: number): number {
  if (KNOWN_IDS.test(chars(header, 0, 4))) return 2;
  return looksLikeChunk(source, header, at) ? 1 : 0;
}

function looksLikeChunk(source: ByteSource, header: Uint8Array, at: number): boolean {
  return (
    header.length === 8 && /^[ -~]{4}$/.test(chars(header, 0, 4)) && at + 8 + u32le(header, 4) <= source.size
  );
}

/** The error of a file that ends inside its header, for `why` to say where. */
export function headerCut(source: ByteSource, why: string): AudioError {
  return cutOff(source.path, `it has only ${countOf(source.size, 'byte')}, and ${why}`);
}

function chunkMissing(source: ByteSource, id: string, role: string, last: Chunk | undefined): AudioError {
  const size = countOf(source.size, 'byte');
  const overrun =
    last !== undefined && last.at + 8 + last.size > source.size
      ? `; its "${last.id.trim()}" chunk at byte ${last.at} claims ${countOf(last.size, 'byte')}, but the file ends after ${size}`
      : ` in its ${size}`;
  return damagedFile(source.path, 'WAV', `there is no "${id}" chunk, ${role}${overrun}`);
}

function tooManyChunks(path: string): AudioError {
  return damagedFile(
    path,
    'WAV',
    `there are more than ${countOf(MAX_CHUNKS, 'chunk')} before its samples end`,
  );
}

/** Whether `head` begins as a WAV file does, even when it is too short to say WAVE. */
export function startsLikeWav(head: Uint8Array): boolean {
  return ['RIFF', 'RF64', 'BW64'].some((magic) => hasChars(head, 0, magic));
}
