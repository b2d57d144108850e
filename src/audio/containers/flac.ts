import type { AudioNote, Opener, OpenOptions } from '../audio-input.ts';
import { MAX_HEADER_BYTES } from '../codecs/flac/frame-header.ts';
import type { StreamInfo } from '../codecs/flac/stream-info.ts';
import { channelMask } from '../codecs/flac/vorbis-comment.ts';
import { type AudioError, formatSeconds } from '../errors.ts';
import { cutShort, damagedFile, noAudio, promise } from '../file-errors.ts';
import { ByteReader } from '../io/byte-reader.ts';
import { findChars } from '../io/bytes.ts';
import type { ByteSource } from '../io/file-source.ts';
import { wavLayout } from '../layout.ts';
import { openTrack } from '../open-track.ts';
import type { Packet, PacketTrack } from '../packets.ts';
import { findFlacEnd } from './flac-end.ts';
import { canBeLost, FrameCutter, type FrameStream, findFrameHeader, samplePosition } from './flac-frames.ts';
import { type FlacMetadata, readFlacMetadata } from './flac-metadata.ts';

/** How far behind the metadata the first frame may be. */
const FIRST_FRAME_BYTES = 262_144;

/**
 * Opens a native FLAC file.
 *
 * Source: RFC 9639.
 *
 * @throws AudioError when its metadata are cut or damaged, there is no audio, or the file holds less than STREAMINFO
 * promises and `allowTruncated` is not set.
 */
export const openFlac: Opener = async (source, type, options) => {
  const metadata = await readFlacMetadata(source);
  const { info, streamInfo, tags, audioStart } = metadata;
  const stream = await findStream(source, metadata);
  const end = await findFlacEnd(source, stream, audioStart);
  const promised = stream.endSample;
  if (promised !== undefined && end.sample !== undefined && end.sample < promised) {
    if (options.allowTruncated !== true) throw cutFlac(source.path, info, end.sample);
    stream.endSample = end.sample;
  }
  if (end.sample === stream.firstSample) throw noAudio(source.path, NO_FRAME);
  const notes: AudioNote[] = [];
  const track: PacketTrack = {
    codec: 'flac',
    config: streamInfo,
    sampleRate: info.sampleRate,
    channels: info.channels,
    bitsPerSample: info.bitsPerSample,
    layout: wavLayout(info.channels, channelMask(tags ?? {})),
    timeScale: info.sampleRate,
    skip: 0,
    duration: stream.endSample === undefined ? undefined : stream.endSample - stream.firstSample,
    tags,
    notes,
    packets: (signal) => {
      notes.length = 0;
      return cutPackets(source, stream, [audioStart, end.byte], { ...options, notes, signal });
    },
  };
  return openTrack(source, type, track, options);
};

/** @throws AudioError when there is no frame. */
async function findStream(source: ByteSource, { info, audioStart }: FlacMetadata): Promise<FrameStream> {
  const bytes = await source.read(audioStart, FIRST_FRAME_BYTES);
  const found = findFrameHeader(bytes, info, 0, bytes.length);
  if (found === undefined) throw noFrame(source.path, info, bytes.length);
  const { isVariable, blockSize } = found.header;
  const endSample = info.totalSamples > 0 ? info.totalSamples : undefined;
  const stream: FrameStream = { info, isVariable, blockSize, firstSample: 0, endSample };
  const position = samplePosition(found.header, stream);
  // A stream that begins with a later frame has been cut there; behind bytes that make no sense, frames are lost.
  if (found.offset === 0 || !canBeLost(position, found.offset, info)) stream.firstSample = position;
  return stream;
}

/** How a FLAC file begins: the mark and the header of the STREAMINFO block, which may be the last one. */
const BEGINNINGS = ['fLaC\0\0\0\x22', 'fLaC\x80\0\0\x22'];

/** A bare FLAC file says where it ends, and other programs stop there too. */
function joinedFiles(path: string): AudioNote {
  const text = `"${path}" holds another FLAC file behind the first, which is left out: split it, or join files as Ogg FLAC.`;
  return { level: 'warning', text };
}

function hasNextFile(bytes: Uint8Array): boolean {
  return BEGINNINGS.some((beginning) => findChars(bytes, beginning) >= 0);
}

async function* cutPackets(
  source: ByteSource,
  stream: FrameStream,
  [start, end]: readonly [start: number, end: number],
  { allowTruncated, notes, signal }: OpenOptions & { notes: AudioNote[]; signal: AbortSignal | undefined },
): AsyncGenerator<readonly Packet[], void, undefined> {
  const reader = new ByteReader(source, start, end);
  const cutter = new FrameCutter(stream);
  while (!cutter.isOver) {
    signal?.throwIfAborted();
    const before = reader.available;
    const isLast = (await reader.fill(before + 1)) === before;
    const { packets, used } = cutter.cut(reader.bytes, isLast);
    const last = packets.at(-1)?.data.length ?? 0;
    if (cutter.isOver && hasNextFile(reader.bytes.subarray(used - last)))
      notes.push(joinedFiles(source.path));
    if (packets.length > 0) yield packets;
    reader.skip(used);
  }
  const { endSample = 0, info } = stream;
  if (cutter.endSample < endSample && allowTruncated !== true) {
    throw cutFlac(source.path, info, cutter.endSample);
  }
}

function cutFlac(path: string, { sampleRate, totalSamples }: StreamInfo, present: number): AudioError {
  const seconds = (samples: number) => formatSeconds(samples / sampleRate);
  return cutShort(path, promise(`${seconds(totalSamples)} of audio`, seconds(present)));
}

const NO_FRAME = 'there is no whole frame in it';

function noFrame(path: string, info: StreamInfo, bytes: number): AudioError {
  if (bytes >= MAX_HEADER_BYTES)
    return damagedFile(path, 'FLAC', 'no frame can be found behind its metadata');
  return info.totalSamples > 0 ? cutFlac(path, info, 0) : noAudio(path, NO_FRAME);
}
