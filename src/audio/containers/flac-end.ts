import { crc16 } from '../codecs/flac/crc.ts';
import { CUT } from '../codecs/flac/frame-decoder.ts';
import type { FrameHeader } from '../codecs/flac/frame-header.ts';
import { PlainFrames } from '../codecs/flac/plain-frames.ts';
import { frameBytesBound, type StreamInfo } from '../codecs/flac/stream-info.ts';
import type { ByteSource } from '../io/file-source.ts';
import { type FrameStream, findLastFrameHeader, samplePosition } from './flac-frames.ts';

/** Tags of other formats at the end that are looked behind. */
const TRAILER_BYTES = 65_536;

/** Where the last whole frame ends. */
export interface FlacEnd {
  /** Position in samples, or undefined when no frame was found near the end of the file. */
  sample: number | undefined;
  /** Position in the file behind which there is nothing but a frame that is cut. */
  byte: number;
}

/** Looks for the last frame from the end of the file and finds out whether it is whole. */
export async function findFlacEnd(
  source: ByteSource,
  stream: FrameStream,
  audioStart: number,
): Promise<FlacEnd> {
  const { info, isVariable, firstSample, endSample = Number.POSITIVE_INFINITY } = stream;
  const length = Math.min(source.size - audioStart, frameBytesBound(info) + TRAILER_BYTES);
  const tail = await source.read(source.size - length, length);
  const last = findLastFrameHeader(tail, info, (header) => {
    const position = samplePosition(header, stream);
    return header.isVariable === isVariable && position >= firstSample && position < endSample;
  });
  if (last === undefined) return { sample: undefined, byte: source.size };
  const sample = samplePosition(last.header, stream);
  const frame = tail.subarray(last.offset);
  if (isWhole(frame, last.header, info)) {
    return { sample: sample + last.header.blockSize, byte: source.size };
  }
  return { sample, byte: source.size - frame.length };
}

/** Whether `bytes` hold all of the frame that they begin with; a damaged one counts as whole. */
function isWhole(bytes: Uint8Array, header: FrameHeader, info: StreamInfo): boolean {
  if (crc16(bytes, 0, bytes.length) === 0) return true;
  if (header.blockSize > info.maxBlockSize) return true;
  return new PlainFrames(info).decode(bytes, header) !== CUT;
}
