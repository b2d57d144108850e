import type { Opener } from '../audio-input.ts';
import { type AudioError, countOf } from '../errors.ts';
import { cutShort, noAudio, promise, secondsOf } from '../file-errors.ts';
import { ByteReader } from '../io/byte-reader.ts';
import type { ByteSource } from '../io/file-source.ts';
import { openTrack } from '../open-track.ts';
import type { Packet, PacketTrack } from '../packets.ts';
import { type MpegHeader, mpegHeaderAt } from '../probe/mpeg-header.ts';
import { readId3 } from './id3.ts';
import { FrameScanner, LOOK_AHEAD } from './mpeg-frames.ts';
import { endOfFrames } from './mpeg-tail.ts';
import { parseXing, type XingHeader } from './xing.ts';

/** What is made available at once for the scanner. */
const WINDOW_BYTES = 131_072;

/** How far behind the tags the first frame may be. */
const MAX_GARBAGE_BYTES = 1_048_576;

/** Delay of the decoder itself: 528 samples of the filter banks, and one more. Source: LAME, "Mp3 Info Tag". */
const DECODER_DELAY = 529;

/**
 * Opens an MPEG 1, 2 or 2.5 audio stream of layer I, II or III (`.mp3`, `.mp2`), with or without ID3v2, ID3v1, APEv2
 * tags.
 *
 * @throws AudioError when it holds no frame, or less than its Xing header promises and `allowTruncated` is not set.
 */
export const openMpeg: Opener = async (source, type, options) => {
  const { end: start, tags } = await readId3(source, 0, source.size);
  const track = await mpegTrack(source, start, source.size, options);
  return openTrack(source, { ...type, codec: track.codec }, { ...track, tags }, options);
};

/**
 * The track of an MPEG audio stream that lies in a file between two positions, for instance in the `data` chunk of a WAV
 * file. Each packet is one frame with its header; an empty one stands for a frame that is lost.
 *
 * @throws AudioError when there is no frame, or less than a Xing header promises and `allowTruncated` is not set.
 */
export async function mpegTrack(
  source: ByteSource,
  start: number,
  end: number,
  options: { allowTruncated?: boolean | undefined } = {},
): Promise<PacketTrack> {
  const stop = await endOfFrames(source, start, end);
  const first = await findFirst(source, start, stop);
  if (first === undefined) {
    throw noAudio(source.path, `there is no MPEG frame in its ${countOf(source.size, 'byte')}`);
  }
  const { header, frame, position } = first;
  const xing = parseXing(frame, header);
  const audioStart = xing === undefined ? position : position + frame.length;
  const present = stop - position;
  if (xing !== undefined && isCutOff(xing, present) && options.allowTruncated !== true) {
    throw cutMpeg(source.path, header, xing, present);
  }
  if (audioStart >= stop) {
    throw noAudio(source.path, 'there is a header and no frame behind it');
  }
  return {
    codec: header.codec,
    config: new Uint8Array(0),
    sampleRate: header.sampleRate,
    channels: header.channels,
    timeScale: header.sampleRate,
    skip: xing?.delay === undefined ? 0 : xing.delay + DECODER_DELAY,
    duration: xing === undefined ? undefined : durationOf(xing, header, present),
    packets: (signal) => packets(source, audioStart, stop, frame, signal),
  };
}

interface FirstFrame {
  header: MpegHeader;
  frame: Uint8Array;
  position: number;
}

/** The first frame that a second one confirms. */
async function findFirst(source: ByteSource, start: number, end: number): Promise<FirstFrame | undefined> {
  const reader = new ByteReader(source, start, Math.min(end, start + MAX_GARBAGE_BYTES + LOOK_AHEAD));
  const scanner = new FrameScanner();
  while ((await reader.fill(WINDOW_BYTES)) > 0) {
    const isEnd = reader.available === reader.left;
    const { bytes, position } = reader;
    const found: Packet[] = [];
    const used = scanner.scan(bytes, isEnd, found);
    const frame = found[0]?.data;
    const header = frame === undefined ? undefined : mpegHeaderAt(frame, 0);
    if (frame !== undefined && header !== undefined) {
      const offset = frame.byteOffset - bytes.byteOffset;
      return { header, frame: frame.slice(), position: position + offset };
    }
    if (isEnd) return undefined;
    reader.skip(used);
  }
  return undefined;
}

async function* packets(
  source: ByteSource,
  start: number,
  end: number,
  first: Uint8Array,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly Packet[], void, undefined> {
  const reader = new ByteReader(source, start, end);
  const scanner = new FrameScanner(first);
  while ((await reader.fill(WINDOW_BYTES)) > 0) {
    signal?.throwIfAborted();
    const isEnd = reader.available === reader.left;
    const batch: Packet[] = [];
    const used = scanner.scan(reader.bytes, isEnd, batch);
    if (batch.length > 0) yield batch;
    reader.skip(used);
  }
}

/** Whether more than the last frame is missing of the bytes that were promised. */
function isCutOff({ bytes }: XingHeader, present: number): boolean {
  return bytes !== undefined && present < bytes - MAX_MISCOUNT;
}

/** Writers disagree on whether the frame of the header and tags count: so many bytes more or less mean nothing. */
const MAX_MISCOUNT = 4096;

/** Samples between delay and padding; undefined when the file is not the one that the header was written for. */
function durationOf(xing: XingHeader, header: MpegHeader, present: number): number | undefined {
  if (xing.frames === undefined) return undefined;
  if (xing.bytes !== undefined && Math.abs(present - xing.bytes) > MAX_MISCOUNT) return undefined;
  const all = xing.frames * header.samples;
  if (xing.delay === undefined) return all;
  const padding = Math.max(0, (xing.padding ?? 0) - DECODER_DELAY);
  return Math.max(0, all - xing.delay - DECODER_DELAY - padding);
}

function cutMpeg(path: string, header: MpegHeader, xing: XingHeader, present: number): AudioError {
  const promised = xing.bytes ?? 0;
  const seconds = ((xing.frames ?? 0) * header.samples) / header.sampleRate;
  return cutShort(path, promise(secondsOf(seconds, promised), countOf(present, 'byte')));
}
