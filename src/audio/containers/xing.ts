import { hasChars, u32be } from '../io/bytes.ts';
import type { MpegHeader } from '../probe/mpeg-header.ts';

/** What a Xing, Info or VBRI header says about the frames behind it. */
export interface XingHeader {
  /** Frames of audio, without the one that holds the header. */
  frames: number | undefined;
  /** Bytes from the beginning of this frame to the end of the last one. */
  bytes: number | undefined;
  /** Samples that the encoder put in front, and those it filled up with at the end, when it says so. */
  delay: number | undefined;
  padding: number | undefined;
}

/** Encoders whose delay and padding are to be believed, by the beginning of their names. */
const KNOWN_ENCODERS = ['LAME', 'Lavf', 'Lavc'];

/**
 * The Xing, Info or VBRI header in the frame `frame`, which then holds no audio; undefined when there is none.
 *
 * Source: Xing, "VBR header" (flags, frames, bytes, table of contents, quality); LAME, "Mp3 Info Tag revision 1" (encoder,
 * delays); Fraunhofer, "VBRI header", always 32 bytes behind the frame header.
 */
export function parseXing(frame: Uint8Array, header: MpegHeader): XingHeader | undefined {
  if (header.layer !== 3) return undefined;
  const side = header.version === 1 ? (header.channels === 1 ? 17 : 32) : header.channels === 1 ? 9 : 17;
  // With CRC, writers differ in whether it moves the header.
  for (const at of header.hasCrc ? [4 + side, 6 + side] : [4 + side]) {
    if (hasChars(frame, at, 'Xing') || hasChars(frame, at, 'Info')) return parseInfo(frame, at);
  }
  if (hasChars(frame, 36, 'VBRI') && frame.length >= 54) {
    return { bytes: u32be(frame, 46), frames: u32be(frame, 50), delay: undefined, padding: undefined };
  }
  return undefined;
}

function parseInfo(frame: Uint8Array, start: number): XingHeader {
  const flags = u32be(frame, start + 4);
  let at = start + 8;
  const field = (bit: number, length: number): number => {
    const position = at;
    if ((flags & bit) !== 0) at += length;
    return position;
  };
  const framesAt = field(1, 4);
  const bytesAt = field(2, 4);
  field(4, 100);
  field(8, 4);
  const has = (bit: number, position: number) => (flags & bit) !== 0 && position + 4 <= frame.length;
  const info: XingHeader = {
    frames: (has(1, framesAt) && u32be(frame, framesAt)) || undefined,
    bytes: (has(2, bytesAt) && u32be(frame, bytesAt)) || undefined,
    delay: undefined,
    padding: undefined,
  };
  if (at + 24 > frame.length || !KNOWN_ENCODERS.some((name) => hasChars(frame, at, name))) return info;
  // Nine characters of name, then revision, filter, gains and flags; then twice 12 bits.
  const delays = u32be(frame, at + 20) & 0xffffff;
  info.delay = delays >> 12;
  info.padding = delays & 0xfff;
  return info;
}
