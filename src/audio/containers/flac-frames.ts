import { type FrameHeader, MAX_HEADER_BYTES, parseFrameHeader } from '../codecs/flac/frame-header.ts';
import { frameBytesBound, type StreamInfo } from '../codecs/flac/stream-info.ts';
import type { Packet } from '../packets.ts';

/** Less than any frame takes: header, a subframe for one channel, CRC-16. */
const MIN_FRAME_BYTES = 10;

const NOTHING = new Uint8Array(0);

/** What is known of a stream of frames from its first header on. */
export interface FrameStream {
  info: StreamInfo;
  isVariable: boolean;
  /** Samples of each block but the last where `isVariable` is not set. */
  blockSize: number;
  /** Position in samples of the first frame. */
  firstSample: number;
  /** Position behind the last sample, or undefined when it is not known. */
  endSample: number | undefined;
}

/** Position in samples of the frame with `header`. */
export function samplePosition(header: FrameHeader, stream: FrameStream): number {
  return header.isVariable ? header.number : header.number * stream.blockSize;
}

/** A frame header and where it was found. */
export interface FoundHeader {
  offset: number;
  header: FrameHeader;
}

/** The first frame header at or behind `from` that begins before `end`. */
export function findFrameHeader(
  bytes: Uint8Array,
  info: StreamInfo,
  from: number,
  end: number,
): FoundHeader | undefined {
  for (let at = bytes.indexOf(0xff, from); at >= 0 && at < end; at = bytes.indexOf(0xff, at + 1)) {
    const isSync = ((bytes[at + 1] ?? 0) & 0xfe) === 0xf8;
    const header = isSync ? parseFrameHeader(bytes, at, info) : undefined;
    if (header !== undefined) return { offset: at, header };
  }
  return undefined;
}

/** The last frame header in `bytes` for which `fits` is true. */
export function findLastFrameHeader(
  bytes: Uint8Array,
  info: StreamInfo,
  fits: (header: FrameHeader) => boolean,
): FoundHeader | undefined {
  for (let at = bytes.lastIndexOf(0xff); at >= 0; at = at === 0 ? -1 : bytes.lastIndexOf(0xff, at - 1)) {
    const header = parseFrameHeader(bytes, at, info);
    if (header !== undefined && fits(header)) return { offset: at, header };
  }
  return undefined;
}

/** Whether damage in `bytes` bytes can have taken away `samples` samples. */
export function canBeLost(samples: number, bytes: number, info: StreamInfo): boolean {
  return samples <= (1 + bytes / MIN_FRAME_BYTES) * info.maxBlockSize;
}

/**
 * Cuts a stream of bytes into frames. A frame ends where the header of the next one begins: that with the number
 * that is due. Where none has it, the next header with a higher number counts, and empty packets stand for the
 * frames between, which a decoder takes for damaged ones of the largest block size.
 */
export class FrameCutter {
  /** Set when the last frame has been cut. */
  isOver = false;
  /** Position behind the last frame that was cut. */
  endSample: number;
  readonly #stream: FrameStream;
  readonly #maxFrameBytes: number;
  /** So many bytes show where the frame at hand ends, if that is to be found at all. */
  readonly #windowBytes: number;
  /** The header of the frame at hand; undefined between frames, where bytes make no sense. */
  #current: FrameHeader | undefined;
  /** Position in samples of the frame that is due. */
  #due: number;
  #jump: FoundHeader | undefined;
  /** How far behind the beginning of the frame at hand the search has come. */
  #searched = 0;
  /** Bytes before the frame at hand that made no sense. */
  #lostBytes = 0;

  constructor(stream: FrameStream) {
    this.#stream = stream;
    this.#maxFrameBytes = frameBytesBound(stream.info);
    this.#windowBytes = this.#maxFrameBytes + MAX_HEADER_BYTES;
    this.#due = stream.firstSample;
    this.endSample = stream.firstSample;
  }

  /**
   * Cuts as many frames as are whole in `bytes`, which go on where the last call's `used` bytes ended and end with
   * the stream if `isLast`.
   */
  cut(bytes: Uint8Array, isLast: boolean): { packets: Packet[]; used: number } {
    const packets: Packet[] = [];
    let used = 0;
    while (!this.isOver) {
      const rest = bytes.subarray(used);
      const next = this.#findNext(rest, isLast);
      if (next === undefined && !isLast && rest.length < this.#windowBytes) break;
      const length = next?.offset ?? Math.min(rest.length, this.#maxFrameBytes);
      this.#take(rest.subarray(0, length), packets);
      used += length;
      if (next !== undefined) this.#begin(next, packets);
      else if (isLast && used === bytes.length) this.#finish(packets);
    }
    return { packets, used };
  }

  /** The frame behind the one at hand; undefined when there is none or more bytes have to be seen. */
  #findNext(bytes: Uint8Array, isLast: boolean): FoundHeader | undefined {
    if (this.#isFinal()) return undefined;
    const end = Math.min(isLast ? bytes.length : bytes.length - MAX_HEADER_BYTES, this.#maxFrameBytes);
    const from = Math.max(this.#searched, this.#current?.length ?? 0);
    const find = (start: number) => findFrameHeader(bytes, this.#stream.info, start, end);
    for (let found = find(from); found !== undefined; found = find(found.offset + 1)) {
      if (found.header.isVariable !== this.#stream.isVariable) continue;
      const position = samplePosition(found.header, this.#stream);
      if (position === this.#due) return found;
      if (this.#jump === undefined && this.#isLaterFrame(position, found.offset)) this.#jump = found;
      if (this.#jump !== undefined && this.#current === undefined) return this.#jump;
    }
    this.#searched = Math.max(from, end);
    return isLast || bytes.length >= this.#windowBytes ? this.#jump : undefined;
  }

  /** Whether a frame may be at `position`, when `offset` bytes are all there is of those before. */
  #isLaterFrame(position: number, offset: number): boolean {
    const missing = position - this.#due;
    const { endSample = Number.POSITIVE_INFINITY, info } = this.#stream;
    return missing > 0 && position < endSample && canBeLost(missing, this.#lostBytes + offset, info);
  }

  /** Whether the frame at hand is the last one. */
  #isFinal(): boolean {
    const { endSample } = this.#stream;
    return endSample !== undefined && this.#current !== undefined && this.endSample >= endSample;
  }

  #take(frame: Uint8Array, packets: Packet[]): void {
    this.isOver = this.#isFinal();
    if (this.#current === undefined) this.#lostBytes += frame.length;
    else packets.push({ data: frame });
    this.#current = undefined;
    this.#searched = 0;
    this.#jump = undefined;
  }

  #finish(packets: Packet[]): void {
    this.isOver = true;
    // A note on the damage, without silence for it: how long that would be is not known.
    if (this.#lostBytes > 0) packets.push({ data: NOTHING, keep: 0 });
  }

  #begin({ header }: FoundHeader, packets: Packet[]): void {
    const position = samplePosition(header, this.#stream);
    for (let missing = position - this.#due; missing > 0; ) {
      const { maxBlockSize } = this.#stream.info;
      packets.push({ data: NOTHING, keep: Math.min(missing, maxBlockSize) });
      missing -= maxBlockSize;
    }
    this.#current = header;
    this.#lostBytes = 0;
    this.#due = position + (header.isVariable ? header.blockSize : this.#stream.blockSize);
    this.endSample = position + header.blockSize;
  }
}
