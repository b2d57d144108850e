import { byteAt, chars, hasChars, u32be, u32le } from '../io/bytes.ts';
import { asfCodec, cafCodec, ebmlDocType, matroskaTracks, mp4Tracks, oggCodec } from './container-codec.ts';
import { nonAudioContent } from './content.ts';
import { foreignAudio } from './foreign-audio.ts';
import { isAdtsStreamAt, isLoasStreamAt, mpegFrameAt, mpegStreamAt } from './mpeg-frame.ts';

/** The kinds of audio file that are told apart, whether or not they can be decoded. */
export type Container =
  | 'wav'
  | 'raw'
  | 'w64'
  | 'mp3'
  | 'mp4'
  | 'm4a'
  | 'mov'
  | '3gp'
  | 'ogg'
  | 'webm'
  | 'matroska'
  | 'aac'
  | 'flac'
  | 'aiff'
  | 'au'
  | 'caf'
  | 'amr'
  | 'asf'
  | 'wavpack'
  | 'ape'
  /** Any other kind that is only known by its name. */
  | 'other';

/** What a file is by its content. `name` is for a person ("WAV", "MP3"); `codec` is there when it shows. */
export interface FileType {
  container: Container;
  codec?: string;
  mimeType: string;
  name: string;
}

/** Number of first bytes of a file that `identify` makes use of. */
export const HEAD_BYTES = 65_536;

/** Headers in a row that prove an MPEG or ADTS stream behind bytes that are not audio. */
const FRAMES_AFTER_GARBAGE = 4;

/**
 * What kind of audio file begins with `head` (its first bytes, up to 64 KiB), judged by content alone; undefined
 * when it is none. A bare MPEG or ADTS stream counts when a second frame header stands where the first says, or
 * four in a row behind garbage. A file whose ID3v2 tag is longer than `head` counts as MP3.
 */
export function identify(head: Uint8Array): FileType | undefined {
  const bytes = head.subarray(0, HEAD_BYTES);
  const tagged = id3Length(bytes);
  if (tagged === 0) return identifyUntagged(bytes);
  if (tagged >= bytes.length) return mpegType('mp3');

  const rest = bytes.subarray(tagged);
  const type = identifyUntagged(rest);
  if (type !== undefined) return type;
  const frame = mpegFrameAt(rest, 0);
  return frame !== undefined && frame.length + 4 > rest.length ? mpegType(frame.codec) : undefined;
}

/**
 * Length in bytes of the ID3v2 tags that `bytes` begins with (it may lie beyond their end), or 0.
 *
 * Source: ID3v2.4.0 main structure §3.1 (header, 28-bit size) and §3.4 (footer).
 */
export function id3Length(bytes: Uint8Array): number {
  let at = 0;
  while (at + 10 <= bytes.length && hasChars(bytes, at, 'ID3')) {
    const version = byteAt(bytes, at + 3);
    if (version < 2 || version > 4) break;
    const size = bytes.subarray(at + 6, at + 10);
    if (size.some((byte) => byte >= 0x80)) break;
    const hasFooter = (byteAt(bytes, at + 5) & 0x10) !== 0;
    at += size.reduce((sum, byte) => sum * 128 + byte, 0) + (hasFooter ? 20 : 10);
  }
  return at;
}

function identifyUntagged(bytes: Uint8Array): FileType | undefined {
  const type = byMagic(bytes) ?? isoMedia(bytes) ?? ebml(bytes) ?? frames(bytes, 0, 2);
  if (type !== undefined || nonAudioContent(bytes) !== undefined) return type;
  for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const found = frames(bytes, at, FRAMES_AFTER_GARBAGE);
    if (found !== undefined) return found;
  }
  return undefined;
}

function frames(bytes: Uint8Array, at: number, count: number): FileType | undefined {
  if (isAdtsStreamAt(bytes, at, count))
    return { container: 'aac', codec: 'aac', mimeType: 'audio/aac', name: 'AAC' };
  const codec = mpegStreamAt(bytes, at, count);
  return codec === undefined ? undefined : mpegType(codec);
}

function mpegType(codec: 'mp1' | 'mp2' | 'mp3'): FileType {
  return { container: 'mp3', codec, mimeType: 'audio/mpeg', name: codec.toUpperCase() };
}

const ASF_HEADER = '\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c';
const W64_RIFF = 'riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00';

function byMagic(bytes: Uint8Array): FileType | undefined {
  const magic = chars(bytes, 0, 4);
  const form = chars(bytes, 8, 4);
  if ((magic === 'RIFF' || magic === 'RF64' || magic === 'BW64') && form === 'WAVE') {
    return { container: 'wav', mimeType: 'audio/wav', name: magic === 'RIFF' ? 'WAV' : `WAV (${magic})` };
  }
  if (magic === 'fLaC') return { container: 'flac', codec: 'flac', mimeType: 'audio/flac', name: 'FLAC' };
  if (magic === 'OggS')
    return typed({ container: 'ogg', mimeType: 'audio/ogg', name: 'Ogg' }, oggCodec(bytes));
  if (magic === 'FORM' && (form === 'AIFF' || form === 'AIFC'))
    return { container: 'aiff', mimeType: 'audio/aiff', name: form === 'AIFF' ? 'AIFF' : 'AIFF-C' };
  if (magic === 'caff' && byteAt(bytes, 4) === 0)
    return typed({ container: 'caf', mimeType: 'audio/x-caf', name: 'CAF' }, cafCodec(bytes));
  if (magic === 'ADIF') return { container: 'aac', codec: 'aac', mimeType: 'audio/aac', name: 'AAC (ADIF)' };
  if (isLoasStreamAt(bytes, 0, 3))
    return { container: 'aac', codec: 'aac', mimeType: 'audio/aac', name: 'AAC (LOAS)' };
  const isSwappedAu = magic === 'dns.' || magic === '\0ds.';
  if ((magic === '.snd' && u32be(bytes, 4) >= 24) || (isSwappedAu && u32le(bytes, 4) >= 24))
    return { container: 'au', mimeType: 'audio/basic', name: 'Sun/NeXT AU' };
  if (hasChars(bytes, 0, '#!AMR-WB'))
    return { container: 'amr', codec: 'amr_wb', mimeType: 'audio/amr-wb', name: 'AMR-WB' };
  if (hasChars(bytes, 0, '#!AMR'))
    return { container: 'amr', codec: 'amr_nb', mimeType: 'audio/amr', name: 'AMR' };
  if (hasChars(bytes, 0, ASF_HEADER))
    return typed({ container: 'asf', mimeType: 'audio/x-ms-wma', name: 'Windows Media' }, asfCodec(bytes));
  if (hasChars(bytes, 0, W64_RIFF)) return { container: 'w64', mimeType: 'audio/x-w64', name: 'Sony Wave64' };
  if (magic === 'wvpk')
    return { container: 'wavpack', codec: 'wavpack', mimeType: 'audio/x-wavpack', name: 'WavPack' };
  if (magic === 'MAC ' && u32le(bytes, 4) % 65_536 > 3000)
    return { container: 'ape', codec: 'ape', mimeType: 'audio/x-ape', name: "Monkey's Audio" };
  const foreign = foreignAudio(bytes);
  return foreign === undefined ? undefined : { container: 'other', ...foreign };
}

const ISO_BOXES = /^(ftyp|moov|mdat|wide|free)$/;

/** ISO/IEC 14496-12 §4.3 (`ftyp`); files older than it begin with one of the other boxes. */
function isoMedia(bytes: Uint8Array): FileType | undefined {
  const box = chars(bytes, 4, 4);
  if (!ISO_BOXES.test(box) || nonAudioContent(bytes) !== undefined) return undefined;
  const tracks = mp4Tracks(bytes);
  if (box === 'ftyp') {
    const brand = chars(bytes, 8, 4);
    if (brand === 'M4A ' || brand === 'M4B ')
      return typed({ container: 'm4a', mimeType: 'audio/mp4', name: 'M4A' }, tracks.codec);
    if (brand === 'qt  ') return quickTime(tracks.codec);
    const kind = tracks.hasVideo ? 'video' : 'audio';
    if (/^3g[2egprs]/.test(brand))
      return typed({ container: '3gp', mimeType: `${kind}/3gpp`, name: '3GP' }, tracks.codec);
    return typed({ container: 'mp4', mimeType: `${kind}/mp4`, name: 'MP4' }, tracks.codec);
  }
  return quickTime(tracks.codec);
}

function quickTime(codec: string | undefined): FileType {
  return typed({ container: 'mov', mimeType: 'video/quicktime', name: 'QuickTime' }, codec);
}

/** RFC 8794 §11.2 (EBML header). */
function ebml(bytes: Uint8Array): FileType | undefined {
  if (!hasChars(bytes, 0, '\x1a\x45\xdf\xa3')) return undefined;
  const docType = ebmlDocType(bytes);
  const tracks = matroskaTracks(bytes);
  const kind = tracks.hasVideo ? 'video' : 'audio';
  if (docType === 'webm')
    return typed({ container: 'webm', mimeType: `${kind}/webm`, name: 'WebM' }, tracks.codec);
  if (docType === 'matroska')
    return typed({ container: 'matroska', mimeType: `${kind}/x-matroska`, name: 'Matroska' }, tracks.codec);
  return undefined;
}

function typed(type: FileType, codec: string | undefined): FileType {
  return codec === undefined ? type : { ...type, codec };
}
