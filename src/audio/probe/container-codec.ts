import { byteAt, chars, findChars, hasChars, u32be, u32le } from '../io/bytes.ts';

/** What the tracks of a container hold, as far as its first bytes show it. */
export interface ContainerTracks {
  codec?: string;
  hasVideo: boolean;
}

/**
 * Codec of the first audio stream of an Ogg file, from the first packets of its streams, which stand together
 * at its beginning.
 *
 * Source: RFC 3533 §6 (page header); RFC 7845 §5.1 (Opus); Vorbis I specification §4.2.1; RFC 9639 §10.1 (FLAC in Ogg);
 * Speex manual, "Ogg file format".
 */
export function oggCodec(head: Uint8Array): string | undefined {
  let at = 0;
  while (hasChars(head, at, 'OggS') && (byteAt(head, at + 5) & 2) !== 0) {
    const segments = byteAt(head, at + 26);
    const packet = at + 27 + segments;
    if (hasChars(head, packet, 'OpusHead')) return 'opus';
    if (hasChars(head, packet, '\x01vorbis')) return 'vorbis';
    if (hasChars(head, packet, '\x7fFLAC')) return 'flac';
    if (hasChars(head, packet, 'Speex   ')) return 'speex';
    at = packet;
    for (let i = 0; i < segments; i++) at += byteAt(head, packet - segments + i);
  }
  return undefined;
}

/**
 * Codecs by the type of their sample entry in MP4 and QuickTime files; `pcm` stands for all of its kinds.
 *
 * Source: the registries of mp4ra.org and of the QuickTime File Format Specification, "Sound Sample Descriptions".
 */
export const SAMPLE_ENTRIES: Readonly<Record<string, string>> = {
  mp4a: 'aac',
  alac: 'alac',
  Opus: 'opus',
  fLaC: 'flac',
  '.mp3': 'mp3',
  '.mp2': 'mp2',
  '.mp1': 'mp1',
  'ms\0U': 'mp3',
  'ms\0P': 'mp2',
  samr: 'amr_nb',
  sawb: 'amr_wb',
  sawp: 'amr_wb+',
  sevc: 'evrc',
  sqcp: 'qcelp',
  Qclp: 'qcelp',
  'ac-3': 'ac3',
  sac3: 'ac3',
  'ec-3': 'eac3',
  'ac-4': 'ac4',
  dtsc: 'dts',
  dtse: 'dts',
  dtsh: 'dts',
  dtsl: 'dts',
  dtsx: 'dts',
  mlpa: 'truehd',
  mha1: 'mpeg-h',
  mhm1: 'mpeg-h',
  apac: 'apac',
  ima4: 'adpcm_ima_qt',
  'ms\0\x02': 'adpcm_ms',
  'ms\0\x11': 'adpcm_ima_wav',
  MAC3: 'mace3',
  MAC6: 'mace6',
  QDM2: 'qdm2',
  QDMC: 'qdmc',
  agsm: 'gsm',
  spex: 'speex',
  enca: 'encrypted',
  drms: 'encrypted',
  sowt: 'pcm',
  twos: 'pcm',
  'raw ': 'pcm',
  NONE: 'pcm',
  in24: 'pcm',
  in32: 'pcm',
  fl32: 'pcm',
  fl64: 'pcm',
  lpcm: 'pcm',
  ipcm: 'pcm',
  fpcm: 'pcm',
  alaw: 'pcm',
  ulaw: 'pcm',
};

/**
 * Codecs of `mp4a` by their object type indication. Source: ISO/IEC 14496-1 table 5 and the registry of mp4ra.org;
 * 0xDD is ffmpeg's and others' private one.
 */
export const MPEG4_OBJECTS: Readonly<Record<number, string>> = {
  64: 'aac',
  102: 'aac',
  103: 'aac',
  104: 'aac',
  105: 'mp3',
  107: 'mp3',
  160: 'evrc',
  165: 'ac3',
  166: 'eac3',
  169: 'dts',
  170: 'dts',
  171: 'dts',
  172: 'dts',
  173: 'opus',
  221: 'vorbis',
  225: 'qcelp',
};

const VIDEO_ENTRIES = /^(avc[13]|hvc1|hev1|mp4v|vp0[89]|av01|encv|s263|jpeg|ap[c4][nhosx])$/;

/**
 * Tracks of an MP4 or QuickTime file whose `moov` lies in the first bytes (often it is at the end instead).
 *
 * Source: ISO/IEC 14496-12 §8.5.2: `stsd` is version and flags, a count, then entries of size and type.
 */
export function mp4Tracks(head: Uint8Array): ContainerTracks {
  const tracks: ContainerTracks = { hasVideo: false };
  for (let at = findChars(head, 'stsd'); at >= 0; at = findChars(head, 'stsd', at + 4)) {
    const entry = chars(head, at + 16, 4);
    const codec = entry === 'mp4a' ? mpeg4Codec(head, at) : SAMPLE_ENTRIES[entry];
    if (codec !== undefined && tracks.codec === undefined) tracks.codec = codec;
    if (VIDEO_ENTRIES.test(entry)) tracks.hasVideo = true;
  }
  return tracks;
}

/** Codec of the `mp4a` sample entry in the `stsd` at `at`: its `esds` tells, AAC being by far the most common. */
function mpeg4Codec(head: Uint8Array, at: number): string {
  const esds = findChars(head, 'esds', at);
  const end = at + 12 + u32be(head, at + 12);
  if (esds < 0 || esds > end) return 'aac';
  // An ES_Descriptor (tag 3) with sizes of one to four bytes, then a DecoderConfigDescriptor (tag 4).
  let inner = esds + 9;
  while (byteAt(head, inner) >= 0x80) inner++;
  let config = inner + 4;
  if (byteAt(head, config) !== 4) return 'aac';
  do config++;
  while (byteAt(head, config) >= 0x80);
  return MPEG4_OBJECTS[byteAt(head, config + 1)] ?? 'aac';
}

/** Codecs by how their Matroska CodecID begins; `pcm` stands for all of its kinds. Source: RFC 9559 and matroska.org, "Codec Mappings". */
export const MATROSKA_CODECS: readonly (readonly [prefix: string, codec: string])[] = [
  ['A_OPUS', 'opus'],
  ['A_VORBIS', 'vorbis'],
  ['A_AAC', 'aac'],
  ['A_FLAC', 'flac'],
  ['A_MPEG/L3', 'mp3'],
  ['A_MPEG/L2', 'mp2'],
  ['A_MPEG/L1', 'mp1'],
  ['A_PCM', 'pcm'],
  ['A_ALAC', 'alac'],
  ['A_AC3', 'ac3'],
  ['A_EAC3', 'eac3'],
  ['A_DTS', 'dts'],
  ['A_TRUEHD', 'truehd'],
  ['A_MLP', 'mlp'],
  ['A_TTA1', 'tta'],
  ['A_WAVPACK4', 'wavpack'],
  ['A_REAL/COOK', 'cook'],
  ['A_REAL', 'realaudio'],
  ['A_ATRAC/AT1', 'atrac1'],
];

/**
 * Document type (`webm`, `matroska`) of an EBML file, or undefined.
 *
 * Source: RFC 8794 §11.2 (element DocType): ID 0x4282, a size, ASCII.
 */
export function ebmlDocType(head: Uint8Array): string | undefined {
  const at = findChars(head, '\x42\x82');
  if (at < 0 || at > 64) return undefined;
  return ebmlText(head, at + 2);
}

/** The text whose size, a variable-size integer of up to 4 bytes, stands at `at`. Source: RFC 8794 §4 and §7.4. */
function ebmlText(head: Uint8Array, at: number): string {
  const sizeBytes = Math.clz32(byteAt(head, at)) - 23;
  if (sizeBytes > 4) return '';
  let size = byteAt(head, at) & (0xff >> sizeBytes);
  for (let i = 1; i < sizeBytes; i++) size = size * 256 + byteAt(head, at + i);
  return chars(head, at + sizeBytes, Math.min(size, MAX_EBML_TEXT)).replace(/\0+$/, '');
}

/** No name of a codec or a document type is as long. */
const MAX_EBML_TEXT = 100;

/** Tracks of a Matroska or WebM file. They stand before the first Cluster. Source: RFC 9559 §5 (elements Cluster, CodecID). */
export function matroskaTracks(head: Uint8Array): ContainerTracks {
  const tracks: ContainerTracks = { hasVideo: false };
  const cluster = findChars(head, '\x1f\x43\xb6\x75');
  const header = cluster < 0 ? head : head.subarray(0, cluster);
  for (let at = findChars(header, '\x86'); at >= 0; at = findChars(header, '\x86', at + 1)) {
    const codecId = ebmlText(header, at + 1);
    if (codecId.startsWith('V_')) tracks.hasVideo = true;
    const known = MATROSKA_CODECS.find(([prefix]) => codecId.startsWith(prefix));
    if (known !== undefined && tracks.codec === undefined) tracks.codec = known[1];
  }
  return tracks;
}

/** Codec of a Core Audio file. Source: Apple Core Audio Format Specification 1.0, "Audio Description chunk". */
export function cafCodec(head: Uint8Array): string | undefined {
  if (!hasChars(head, 8, 'desc')) return undefined;
  const formatId = chars(head, 28, 4).trim();
  return formatId === 'lpcm' ? 'pcm' : formatId || undefined;
}

const ASF_CODECS: Readonly<Record<number, string>> = { 352: 'wma1', 353: 'wma2', 354: 'wmapro' };

/**
 * Codec of a Windows Media file, from the first stream properties object with an audio stream type.
 *
 * Source: Advanced Systems Format Specification 01.20.05 §3.3 and §9.1.
 */
export function asfCodec(head: Uint8Array): string | undefined {
  const audioMedia = findChars(head, '\x40\x9e\x69\xf8\x4d\x5b\xcf\x11\xa8\xfd\x00\x80\x5f\x5c\x44\x2b');
  // Type, error correction type, time offset, two lengths, flags and a reserved field come before the format tag.
  return audioMedia < 0 ? undefined : ASF_CODECS[u32le(head, audioMedia + 54) & 0xffff];
}
