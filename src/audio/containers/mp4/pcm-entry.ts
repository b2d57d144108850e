import { BigEndian } from '../../io/big-endian.ts';
import { byteAt } from '../../io/bytes.ts';
import { type ChannelLayout, wavLayout } from '../../layout.ts';
import type { Blocks, EntryFields, SampleEntry } from './sample-entry.ts';

type NumberKind = 'signed' | 'unsigned' | 'float';
type Coding = { number: NumberKind; bits: number; isLittle: boolean };

/** Bits of `formatSpecificFlags`. Source: QuickTime File Format Specification, "LPCM"; CoreAudioBaseTypes.h. */
const LPCM = { float: 1, big: 2, signed: 4, alignedHigh: 16, planar: 32 };

/**
 * How a sample entry of PCM codes its samples, as a codec named as ffmpeg does (`pcm_s24be`), and its
 * frames. A codec that exists nowhere (`pcm 20 bits`) where the entry asks for what is not decoded.
 *
 * Source: QuickTime File Format Specification, "Sound Sample Descriptions" (types, `enda`: 1 is little-endian);
 * ISO/IEC 23003-5 §5 (`ipcm`, `fpcm`, `pcmC`: flag 1 is little-endian, then the bits).
 */
export function pcmCoding(
  fields: EntryFields,
): Pick<SampleEntry, 'codec' | 'bitsPerSample' | 'blocks' | 'layout'> {
  const { type, channels } = fields;
  const layout = channelLayout(channels, fields.boxes.get('chan'));
  if (type === 'alaw' || type === 'ulaw') {
    const codec = type === 'alaw' ? 'pcm_alaw' : 'pcm_mulaw';
    return { codec, bitsPerSample: 8, blocks: framesOf(channels), layout };
  }
  const { number, bits, isLittle } = codingOf(fields);
  const frameBytes = (channels * containerBits(fields, bits)) / 8;
  const codec = codecOf({ number, bits: containerBits(fields, bits), isLittle });
  return codec === undefined || isPlanar(fields)
    ? { codec: `PCM (${type.trim()}, ${bits} bits)`, bitsPerSample: bits, blocks: framesOf(1), layout }
    : { codec, bitsPerSample: bits, blocks: framesOf(frameBytes), layout };
}

function framesOf(bytes: number): Blocks {
  return { frames: 1, bytes, canJoin: true };
}

function codingOf({ type, bits, lpcm, boxes }: EntryFields): Coding {
  const isLittle = new BigEndian(boxes.get('enda') ?? new Uint8Array(0)).u16() === 1;
  const pcmC = boxes.get('pcmC') ?? new Uint8Array(0);
  switch (type) {
    case 'sowt':
      return { number: 'signed', bits, isLittle: true };
    case 'in24':
      return { number: 'signed', bits: 24, isLittle };
    case 'in32':
      return { number: 'signed', bits: 32, isLittle };
    case 'fl32':
      return { number: 'float', bits: 32, isLittle };
    case 'fl64':
      return { number: 'float', bits: 64, isLittle };
    case 'ipcm':
    case 'fpcm':
      return {
        number: type === 'ipcm' ? 'signed' : 'float',
        bits: byteAt(pcmC, 5) || bits,
        isLittle: (byteAt(pcmC, 4) & 1) === 1,
      };
    case 'lpcm':
      return lpcm === undefined ? { number: 'signed', bits, isLittle } : lpcmCoding(bits, lpcm.flags);
    case 'raw ':
    case 'NONE':
      return { number: bits > 8 ? 'signed' : 'unsigned', bits, isLittle: false };
    default:
      return { number: 'signed', bits, isLittle: false };
  }
}

function lpcmCoding(bits: number, flags: number): Coding {
  const integer = (flags & LPCM.signed) !== 0 ? 'signed' : 'unsigned';
  const number = (flags & LPCM.float) !== 0 ? 'float' : integer;
  return { number, bits, isLittle: (flags & LPCM.big) === 0 };
}

/** Bits that a sample takes: more than it has where a packed format says so and they are its upper ones. */
function containerBits({ lpcm, channels }: EntryFields, bits: number): number {
  if (lpcm === undefined || lpcm.bytesPerPacket === 0) return bits;
  const room = (lpcm.bytesPerPacket * 8) / channels;
  return room === bits || (lpcm.flags & LPCM.alignedHigh) !== 0 ? room : 0;
}

function isPlanar({ lpcm, channels }: EntryFields): boolean {
  return lpcm !== undefined && channels > 1 && (lpcm.flags & LPCM.planar) !== 0;
}

function codecOf({ number, bits, isLittle }: Coding): string | undefined {
  const order = isLittle ? 'le' : 'be';
  if (number === 'float') return bits === 32 || bits === 64 ? `pcm_f${bits}${order}` : undefined;
  if (bits === 8) return number === 'signed' ? 'pcm_s8' : 'pcm_u8';
  return number === 'signed' && (bits === 16 || bits === 24 || bits === 32)
    ? `pcm_s${bits}${order}`
    : undefined;
}

/** `mChannelLayoutTag` of a layout given by the bits that follow it. */
const USE_BITMAP = 0x10000;

/** Layouts by their tag, of those that people meet. Source: CoreAudioBaseTypes.h, AudioChannelLayoutTag. */
const LAYOUT_TAGS: Readonly<Record<number, ChannelLayout>> = {
  7405571: ['FL', 'FR', 'FC'],
  7471107: ['FC', 'FL', 'FR'],
  7536644: ['FL', 'FR', 'FC', 'BC'],
  7602180: ['FC', 'FL', 'FR', 'BC'],
  7667717: ['FL', 'FR', 'FC', 'SL', 'SR'],
  7733253: ['FL', 'FR', 'SL', 'SR', 'FC'],
  7798789: ['FL', 'FC', 'FR', 'SL', 'SR'],
  7864325: ['FC', 'FL', 'FR', 'SL', 'SR'],
  7929862: ['FL', 'FR', 'FC', 'LFE', 'SL', 'SR'],
  7995398: ['FL', 'FR', 'SL', 'SR', 'FC', 'LFE'],
  8060934: ['FL', 'FC', 'FR', 'SL', 'SR', 'LFE'],
  8126470: ['FC', 'FL', 'FR', 'SL', 'SR', 'LFE'],
};

/** Speakers of PCM channels, from QuickTime's `chan` box (version and flags, tag, bits) where it tells. */
function channelLayout(channels: number, chan: Uint8Array | undefined): ChannelLayout | undefined {
  if (channels < 1 || channels > 32) return undefined;
  const fields = new BigEndian(chan ?? new Uint8Array(0), 4);
  const tag = fields.u32();
  const known = LAYOUT_TAGS[tag];
  if (known !== undefined && known.length === channels) return known;
  return wavLayout(channels, tag === USE_BITMAP ? fields.u32() : 0);
}
