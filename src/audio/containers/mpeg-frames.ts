import { byteAt, hasChars, u32le } from '../io/bytes.ts';
import type { Packet } from '../packets.ts';
import { id3Length } from '../probe/file-type.ts';
import {
  freeFormatLength,
  isSameMpegStream,
  MAX_FREE_LENGTH,
  type MpegHeader,
  mpegHeaderAt,
} from '../probe/mpeg-header.ts';

/**
 * Bytes that `scan` wants to see from a frame on: the frame, the next three in free format, and the header behind them.
 */
export const LOOK_AHEAD = 4 * MAX_FREE_LENGTH + 64;

/** Headers in a row that prove a frame in free format. */
const FREE_FORMAT_FRAMES = 3;

/** Most packets of silence in the place of one stretch of damage, so that a batch stays small. */
const MAX_LOST_FRAMES = 1000;

/** How often the length of frames in free format is looked for in vain before it is given up. */
const MAX_FREE_SEARCHES = 1000;

/** Over how many frames, about, their length is averaged. */
const RECENT_FRAMES = 8;

const NO_BYTES = new Uint8Array(0);

/**
 * Finds the frames of an MPEG audio stream that is handed over piece by piece: passes tags over, finds its way back
 * after damage, and puts empty packets in the place of frames that are lost.
 */
export class FrameScanner {
  /** Version and layer, and sample rate, as the header of the first frame has them. */
  #kind = -1;
  /** Length of frames in free format without padding, once it is known. */
  #freeLength = 0;
  #freeSearches = 0;
  /** Length of recent frames on the average; 0 before the first one. */
  #usualLength = 0;
  /** Bytes since the last frame that belong to nothing. */
  #gap = 0;

  /** Frames of another kind than `first`, if it is given, have to be confirmed. */
  constructor(first?: Uint8Array) {
    if (first === undefined) return;
    this.#kind = kindAt(first, 0);
    this.#usualLength = first.length;
  }

  /**
   * Appends the frames of `bytes` to `packets` and returns how many bytes are done with (it may be more than there are:
   * tags can be long). `isEnd` says that nothing follows; otherwise the last `LOOK_AHEAD` bytes are left for the next call.
   */
  scan(bytes: Uint8Array, isEnd: boolean, packets: Packet[]): number {
    const end = isEnd ? bytes.length : bytes.length - LOOK_AHEAD;
    let at = 0;
    while (at < end) {
      const length = this.#frameLength(bytes, at, isEnd);
      if (length > 0) {
        this.#accept(bytes.subarray(at, at + length), packets);
        at += length;
        continue;
      }
      const tag = tagLength(bytes, at);
      if (tag > 0) {
        at += tag;
        continue;
      }
      const next = nextCandidate(bytes, at + 1, end);
      this.#gap += next - at;
      at = next;
    }
    return at;
  }

  /** Length of the frame at `at`, or 0 when there is none that can be believed. */
  #frameLength(bytes: Uint8Array, at: number, isEnd: boolean): number {
    const header = mpegHeaderAt(bytes, at);
    if (header === undefined) return 0;
    const length = this.#lengthOf(header, bytes, at);
    if (length === undefined) return 0;
    // Where a frame is expected, a fitting header will do.
    const isExpected = this.#gap === 0 && this.#kind === kindAt(bytes, at);
    if (isExpected || this.#isConfirmed(bytes, at, at + length, isEnd)) return length;
    return 0;
  }

  /** Whether the stream goes on at `next` as the header at `at` says, or ends there. */
  #isConfirmed(bytes: Uint8Array, at: number, next: number, isEnd: boolean): boolean {
    if (next + 4 > bytes.length) return isEnd && (this.#kind === -1 || this.#kind === kindAt(bytes, at));
    if (tagLength(bytes, next) > 0) return true;
    return mpegHeaderAt(bytes, next) !== undefined && isSameMpegStream(bytes, at, next);
  }

  #lengthOf(header: MpegHeader, bytes: Uint8Array, at: number): number | undefined {
    if (header.length > 0) return header.length;
    if (this.#freeLength === 0 && this.#freeSearches++ < MAX_FREE_SEARCHES) {
      this.#freeLength = freeFormatLength(bytes, at, FREE_FORMAT_FRAMES) ?? 0;
    }
    return this.#freeLength === 0 ? undefined : this.#freeLength + header.padding;
  }

  #accept(data: Uint8Array, packets: Packet[]): void {
    if (this.#gap > 0 && this.#usualLength > 0) {
      const lost = Math.round(this.#gap / this.#usualLength);
      // What overwrote a header has most likely begun in the frame before it.
      const last = packets.at(-1);
      if (lost > 0 && last !== undefined) last.data = NO_BYTES;
      for (let i = Math.min(lost, MAX_LOST_FRAMES); i > 0; i--) packets.push({ data: NO_BYTES });
    }
    this.#gap = 0;
    if (this.#kind === -1) this.#kind = kindAt(data, 0);
    this.#usualLength += (data.length - this.#usualLength) / (this.#usualLength === 0 ? 1 : RECENT_FRAMES);
    packets.push({ data });
  }
}

/** What the header at `at` says of version, layer and sample rate, as a number. */
function kindAt(bytes: Uint8Array, at: number): number {
  return ((byteAt(bytes, at + 1) & 0x1e) << 8) | (byteAt(bytes, at + 2) & 0x0c);
}

function nextCandidate(bytes: Uint8Array, from: number, end: number): number {
  for (let at = from; at < end; at++) {
    const byte = bytes[at];
    if (byte === 0xff || byte === 0x49 || byte === 0x41 || byte === 0x54) return at;
  }
  return end;
}

/**
 * Length of the tag that begins at `at`: ID3v2, APEv2 with a header, ID3v1; 0 when there is none.
 *
 * Source: ID3v2.4.0 §3.1, APEv2 specification ("Tag Header / Footer Format"), ID3v1.
 */
function tagLength(bytes: Uint8Array, at: number): number {
  const first = byteAt(bytes, at);
  if (first === 0x49) return id3Length(bytes.subarray(at));
  if (first === 0x54 && hasChars(bytes, at, 'TAG')) return 128;
  if (first !== 0x41 || !hasChars(bytes, at, 'APETAGEX')) return 0;
  const isHeader = (byteAt(bytes, at + 23) & 0x20) !== 0;
  return isHeader ? 32 + u32le(bytes, at + 12) : 32;
}
