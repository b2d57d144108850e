import {
  parseStreamInfo,
  STREAM_INFO_BLOCK,
  type StreamInfo,
  VORBIS_COMMENT_BLOCK,
} from '../codecs/flac/stream-info.ts';
import { parseVorbisComment } from '../codecs/flac/vorbis-comment.ts';
import { type AudioError, countOf } from '../errors.ts';
import { cutOff, damagedFile } from '../file-errors.ts';
import { hasChars, u32be } from '../io/bytes.ts';
import type { ByteSource } from '../io/file-source.ts';
import { id3Length } from '../probe/file-type.ts';

const MAX_TAGS = 100;
const MAX_BLOCKS = 10_000;
const INVALID_BLOCK = 127;
/** What is read of a comment at most; what is behind that are pictures. */
const MAX_COMMENT_BYTES = 1 << 20;

/** What stands before the first frame of a native FLAC file. */
export interface FlacMetadata {
  info: StreamInfo;
  /** The STREAMINFO block without its header. */
  streamInfo: Uint8Array;
  tags: Record<string, string> | undefined;
  /** Position in the file of the first frame. */
  audioStart: number;
}

/**
 * Reads the metadata blocks of a native FLAC file, behind the ID3v2 tags that some programs put in front.
 *
 * Source: RFC 9639 §8.
 *
 * @throws AudioError when they are cut or damaged.
 */
export async function readFlacMetadata(source: ByteSource): Promise<FlacMetadata> {
  let at = await magicPosition(source);
  let streamInfo: Uint8Array | undefined;
  let tags: Record<string, string> | undefined;
  for (let count = 0, isLast = false; !isLast; count++) {
    const header = await source.read(at, 4);
    const type = (header[0] ?? 0) & 0x7f;
    const length = u32be(header, 0) & 0xffffff;
    if (at + 4 + length > source.size || header.length < 4) throw cutInside(source, at);
    if (type === INVALID_BLOCK || count >= MAX_BLOCKS) throw invalidBlock(source.path, at, type);
    if (type === STREAM_INFO_BLOCK) streamInfo ??= await source.read(at + 4, length);
    if (type === VORBIS_COMMENT_BLOCK) {
      tags ??= parseVorbisComment(await source.read(at + 4, Math.min(length, MAX_COMMENT_BYTES)));
    }
    isLast = u32be(header, 0) >>> 31 === 1;
    at += 4 + length;
  }
  if (streamInfo === undefined) throw damagedFile(source.path, 'FLAC', 'it has no STREAMINFO block');
  return { info: parseStreamInfo(source.path, streamInfo), streamInfo, tags, audioStart: at };
}

/** Position of the first metadata block. */
async function magicPosition(source: ByteSource): Promise<number> {
  let at = 0;
  for (let count = 0; count < MAX_TAGS; count++) {
    const head = await source.read(at, 10);
    if (hasChars(head, 0, 'fLaC')) return at + 4;
    const length = id3Length(head);
    if (length === 0) break;
    at += length;
  }
  throw damagedFile(source.path, 'FLAC', 'the mark "fLaC" is missing at its beginning');
}

function cutInside(source: ByteSource, at: number): AudioError {
  const end = `it ends after ${countOf(source.size, 'byte')}`;
  return cutOff(source.path, `${end}, inside the metadata block at byte ${at.toLocaleString('en-US')}`);
}

function invalidBlock(path: string, at: number, type: number): AudioError {
  const what = type === INVALID_BLOCK ? 'the invalid type 127' : `${countOf(MAX_BLOCKS, 'block')} before it`;
  return damagedFile(path, 'FLAC', `its metadata block at byte ${at.toLocaleString('en-US')} has ${what}`);
}
