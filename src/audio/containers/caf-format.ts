import type { SampleCodec } from '../codecs/sample-codec.ts';
import { countOf } from '../errors.ts';
import { codingNotDecoded, damagedFile } from '../file-errors.ts';
import { chars, u32be } from '../io/bytes.ts';
import { checkFormat } from './checks.ts';

/** What a `desc` chunk says. Sizes are 0 where they change from packet to packet. */
export interface CafFormat {
  /** Four characters, for instance `lpcm`. */
  formatId: string;
  sampleRate: number;
  channels: number;
  flags: number;
  packetBytes: number;
  packetFrames: number;
  bits: number;
}

const DESCRIPTION_BYTES = 32;

const IS_FLOAT = 1;
const IS_LITTLE_ENDIAN = 2;

/**
 * Reads the body of a `desc` chunk of the file `path`.
 *
 * Source: Apple, Core Audio Format Specification 1.0, "Audio Description Chunk".
 *
 * @throws AudioError when it is missing, cut or absurd.
 */
export function parseCafFormat(path: string, kind: string, body: Uint8Array): CafFormat {
  if (body.length < DESCRIPTION_BYTES) {
    const why = `its "desc" chunk holds ${countOf(body.length, 'byte')} instead of ${DESCRIPTION_BYTES}`;
    throw damagedFile(path, kind, why);
  }
  const sampleRate = Math.round(new DataView(body.buffer, body.byteOffset).getFloat64(0));
  const [flags, packetBytes, packetFrames, channels, bits] = [12, 16, 20, 24, 28].map((at) =>
    u32be(body, at),
  ) as [number, number, number, number, number];
  checkFormat(path, kind, channels, sampleRate);
  return { formatId: chars(body, 8, 4), sampleRate, channels, flags, packetBytes, packetFrames, bits };
}

const FLOATS: Readonly<Record<number, readonly [big: SampleCodec, little: SampleCodec]>> = {
  4: ['pcm_f32be', 'pcm_f32le'],
  8: ['pcm_f64be', 'pcm_f64le'],
};

const INTEGERS: Readonly<Record<number, readonly [big: SampleCodec, little: SampleCodec]>> = {
  1: ['pcm_s8', 'pcm_s8'],
  2: ['pcm_s16be', 'pcm_s16le'],
  3: ['pcm_s24be', 'pcm_s24le'],
  4: ['pcm_s32be', 'pcm_s32le'],
};

/** How single samples are coded: `lpcm`, `alaw`, `ulaw`. */
export interface CafSamples {
  codec: SampleCodec;
  blockAlign: number;
  bitsPerSample: number;
}

/**
 * The coding of single samples; undefined when `format` is another one.
 *
 * Source: as above, "Linear PCM": where a sample takes more room than its bits, they are the upper ones.
 *
 * @throws AudioError when the sizes contradict one another.
 */
export function cafSamples(path: string, kind: string, format: CafFormat): CafSamples | undefined {
  const { formatId, channels, bits, flags } = format;
  if (formatId === 'alaw' || formatId === 'ulaw') {
    const codec = formatId === 'alaw' ? 'pcm_alaw' : 'pcm_mulaw';
    return { codec, blockAlign: channels, bitsPerSample: 8 };
  }
  if (formatId !== 'lpcm') return undefined;
  const blockAlign = frameBytes(format);
  const codecs = ((flags & IS_FLOAT) !== 0 ? FLOATS : INTEGERS)[blockAlign / channels];
  const codec = codecs?.[(flags & IS_LITTLE_ENDIAN) !== 0 ? 1 : 0];
  if (codec === undefined || bits > (blockAlign / channels) * 8) {
    const what = `${countOf(channels, 'channel')} of ${bits} bits`;
    throw damagedFile(path, kind, `its header says ${what} in a frame of ${countOf(blockAlign, 'byte')}`);
  }
  return { codec, blockAlign, bitsPerSample: bits > 0 ? bits : (blockAlign / channels) * 8 };
}

function frameBytes({ packetBytes, packetFrames, channels, bits }: CafFormat): number {
  if (packetBytes === 0) return channels * Math.ceil(bits / 8);
  return packetBytes / Math.max(1, packetFrames);
}

/** Codings in packets, by what ffmpeg calls their codec. */
const PACKET_CODECS: ReadonlyMap<string, string> = new Map([
  ['ima4', 'adpcm_ima_qt'],
  ['alac', 'alac'],
  ['aac ', 'aac'],
  ['aach', 'aac'],
  ['aacp', 'aac'],
  ['opus', 'opus'],
  ['flac', 'flac'],
  ['.mp1', 'mp1'],
  ['.mp2', 'mp2'],
  ['.mp3', 'mp3'],
]);

/** Codings that are not decoded, for people. Source: Apple, `CoreAudioBaseTypes.h`. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['ac-3', 'AC-3'],
  ['ec-3', 'Enhanced AC-3'],
  ['MAC3', 'MACE 3:1'],
  ['MAC6', 'MACE 6:1'],
  ['QDMC', 'QDesign Music'],
  ['QDM2', 'QDesign Music 2'],
  ['Qclp', 'Qualcomm PureVoice'],
  ['samr', 'AMR'],
  ['sawb', 'AMR-WB'],
  ['ilbc', 'iLBC'],
  ['aace', 'AAC-ELD'],
  ['aacf', 'AAC-ELD with SBR'],
  ['aacg', 'AAC-ELD version 2'],
  ['aacl', 'AAC-LD'],
  ['aacs', 'AAC for spatial audio'],
  ['usac', 'xHE-AAC'],
  ['apac', 'Apple Positional Audio Codec'],
  ['agsm', 'GSM 6.10'],
  ['celp', 'MPEG-4 CELP'],
  ['hvxc', 'MPEG-4 HVXC'],
  ['twvq', 'TwinVQ'],
  ['cac3', 'AC-3 in IEC 60958'],
  ['ms\0\x02', 'Microsoft ADPCM'],
  ['ms\0\x11', 'DVI ADPCM'],
  ['ms\0\x31', 'GSM 6.10'],
]);

/**
 * The codec of `formatId`, named as ffmpeg does.
 *
 * @throws AudioError when it is not decoded.
 */
export function cafPacketCodec(path: string, kind: string, formatId: string): string {
  const codec = PACKET_CODECS.get(formatId);
  if (codec !== undefined) return codec;
  const shown = JSON.stringify(formatId);
  const name = NAMES.get(formatId);
  throw codingNotDecoded(path, kind, name === undefined ? `the coding ${shown}` : `${name} (${shown})`);
}
