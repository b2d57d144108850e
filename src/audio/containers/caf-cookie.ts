import { byteAt, hasChars, u32be } from '../io/bytes.ts';

/** What a decoder needs to know beside its packets. */
export interface CookieContext {
  cookie: Uint8Array;
  channels: number;
  sampleRate: number;
  primingFrames: number;
}

/** The configuration that the decoder of `codec` takes (see `PacketTrack.config`), from the `kuki` chunk. */
export function decoderConfig(codec: string, context: CookieContext): Uint8Array {
  switch (codec) {
    case 'alac':
      return alacConfig(context.cookie);
    case 'aac':
      return aacConfig(context.cookie);
    case 'opus':
      return opusConfig(context);
    case 'flac':
      return flacConfig(context.cookie);
    default:
      return new Uint8Array(0);
  }
}

/**
 * The bare ALACSpecificConfig; older files have it behind a `frma` atom and the header of an `alac` atom.
 *
 * Source: Apple, ALACMagicCookieDescription.txt.
 */
function alacConfig(cookie: Uint8Array): Uint8Array {
  let at = 0;
  if (hasChars(cookie, at + 4, 'frma')) at += 12;
  if (hasChars(cookie, at + 4, 'alac')) at += 12;
  return cookie.subarray(at);
}

const ES_DESCRIPTOR = 3;
const DECODER_CONFIG = 4;
const DECODER_SPECIFIC_INFO = 5;

/**
 * The AudioSpecificConfig inside an ES_Descriptor, or empty.
 *
 * Source: ISO/IEC 14496-1 §7.2.6.5 (ES_Descriptor), §7.2.6.6 (DecoderConfigDescriptor), §8.3.3 (sizes).
 */
function aacConfig(cookie: Uint8Array): Uint8Array {
  // Some writers keep the header of the box `esds`.
  let at = hasChars(cookie, 4, 'esds') ? 12 : 0;
  for (let depth = 0; depth < 4 && at < cookie.length; depth++) {
    const tag = byteAt(cookie, at++);
    let size = 0;
    for (let i = 0; i < 4; i++) {
      const byte = byteAt(cookie, at++);
      size = size * 128 + (byte & 0x7f);
      if (byte < 0x80) break;
    }
    if (tag === DECODER_SPECIFIC_INFO) return cookie.subarray(at, at + size);
    if (tag === ES_DESCRIPTOR) at = behindEsHeader(cookie, at);
    else if (tag === DECODER_CONFIG) at += 13;
    else at += size;
  }
  return new Uint8Array(0);
}

/** Number and flags of the stream, and what the flags announce. */
function behindEsHeader(cookie: Uint8Array, start: number): number {
  const flags = byteAt(cookie, start + 2);
  let at = start + 3;
  if ((flags & 0x80) !== 0) at += 2;
  if ((flags & 0x40) !== 0) at += 1 + byteAt(cookie, at);
  if ((flags & 0x20) !== 0) at += 2;
  return at;
}

/** An OpusHead for one or two channels where the file has none. Source: RFC 7845 §5.1. */
function opusConfig({ cookie, channels, sampleRate, primingFrames }: CookieContext): Uint8Array {
  if (hasChars(cookie, 0, 'OpusHead')) return cookie;
  const head = Buffer.alloc(19);
  head.write('OpusHead', 'latin1');
  head.writeUInt8(1, 8);
  head.writeUInt8(channels, 9);
  head.writeUInt16LE(Math.min(0xffff, Math.round((primingFrames * 48_000) / sampleRate)), 10);
  head.writeUInt32LE(sampleRate, 12);
  return new Uint8Array(head);
}

/** The metadata blocks, without the header of the box `dfLa` that Apple keeps. */
function flacConfig(cookie: Uint8Array): Uint8Array {
  if (!hasChars(cookie, 4, 'dfLa')) return cookie;
  const blocks = cookie.subarray(12, u32be(cookie, 0));
  return Uint8Array.of(...Buffer.from('fLaC'), ...blocks);
}
