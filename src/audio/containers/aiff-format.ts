import type { SampleCodec } from '../codecs/sample-codec.ts';
import { countOf } from '../errors.ts';
import { codingNotDecoded, damagedFile } from '../file-errors.ts';
import { chars, u16be, u32be, u64be } from '../io/bytes.ts';
import { checkFormat } from './checks.ts';

/**
 * What a `COMM` chunk says. A frame, or a packet of `adpcm_ima_qt`, takes `blockAlign` bytes; `count` is how many of
 * them there are, 0 when that is left open.
 */
export interface AiffFormat {
  codec: SampleCodec | 'adpcm_ima_qt';
  channels: number;
  sampleRate: number;
  bitsPerSample: number;
  blockAlign: number;
  count: number;
}

const BIG_ENDIAN: readonly SampleCodec[] = ['pcm_s8', 'pcm_s16be', 'pcm_s24be', 'pcm_s32be'];
const LITTLE_ENDIAN: readonly SampleCodec[] = ['pcm_s8', 'pcm_s16le', 'pcm_s24le', 'pcm_s32le'];

/** Codings whose name says how many bytes a sample takes. */
const CODECS: ReadonlyMap<string, readonly [codec: SampleCodec, bytes: number]> = new Map([
  ['raw ', ['pcm_u8', 1]],
  ['in24', ['pcm_s24be', 3]],
  ['in32', ['pcm_s32be', 4]],
  ['42ni', ['pcm_s24le', 3]],
  ['23ni', ['pcm_s32le', 4]],
  ['fl32', ['pcm_f32be', 4]],
  ['FL32', ['pcm_f32be', 4]],
  ['fl64', ['pcm_f64be', 8]],
  ['FL64', ['pcm_f64be', 8]],
  ['alaw', ['pcm_alaw', 1]],
  ['ALAW', ['pcm_alaw', 1]],
  ['ulaw', ['pcm_mulaw', 1]],
  ['ULAW', ['pcm_mulaw', 1]],
]);

/** Codings of AIFF-C that are not decoded, for people. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ['MAC3', 'MACE 3:1'],
  ['MAC6', 'MACE 6:1'],
  ['QDMC', 'QDesign Music'],
  ['QDM2', 'QDesign Music 2'],
  ['Qclp', 'Qualcomm PureVoice'],
  ['QCLP', 'Qualcomm PureVoice'],
  ['GSM ', 'GSM 6.10'],
  ['agsm', 'GSM 6.10'],
  ['G722', 'G.722 ADPCM'],
  ['G726', 'G.726 ADPCM'],
  ['G728', 'G.728'],
  ['ADP4', '4-bit ADPCM'],
  ['DWVW', 'delta with variable word width'],
  ['rt24', 'RT24 50:1'],
  ['rt29', 'RT29 50:1'],
  ['ACE2', 'ACE 2:1'],
  ['ACE8', 'ACE 8:3'],
  ['.mp3', 'MP3'],
]);

/**
 * Reads the body of a `COMM` chunk (at least 18 bytes, 22 in AIFF-C) of the file `path`.
 *
 * Source: Apple, Audio Interchange File Format AIFF 1.3 (1989), "The Common Chunk"; AIFF-C draft (1991), "The Extended
 * Common Chunk".
 *
 * @throws AudioError when it is too short, absurd, contradictory or names a coding that is not decoded.
 */
export function parseAiffFormat(path: string, kind: string, body: Uint8Array): AiffFormat {
  const isCompressed = kind === 'AIFF-C';
  const needed = isCompressed ? 22 : 18;
  if (body.length < needed) {
    const why = `its "COMM" chunk holds ${countOf(body.length, 'byte')} instead of ${needed}`;
    throw damagedFile(path, kind, why);
  }
  const channels = u16be(body, 0);
  const bits = u16be(body, 6);
  const sampleRate = Math.round(extended(body, 8));
  checkFormat(path, kind, channels, sampleRate);
  const coding = isCompressed ? chars(body, 18, 4) : 'NONE';
  const basics = { channels, sampleRate, count: u32be(body, 2) };
  if (coding === 'ima4') {
    return { ...basics, codec: 'adpcm_ima_qt', bitsPerSample: 0, blockAlign: 34 * channels };
  }
  const [codec, bytes] = codecOf(coding, bits) ?? [];
  if (codec === undefined || bytes === undefined) throw notDecoded(path, kind, coding, bits);
  const isInteger = /^pcm_[su]\d/.test(codec);
  const bitsPerSample = isInteger && bits > 0 && bits <= bytes * 8 ? bits : bytes * 8;
  return { ...basics, codec, bitsPerSample, blockAlign: bytes * channels };
}

/** Samples take whole bytes, their bits the upper ones of them. */
function codecOf(coding: string, bits: number): readonly [codec: SampleCodec, bytes: number] | undefined {
  const bytes = Math.ceil(bits / 8);
  const isNative = coding === 'NONE' || coding === 'twos' || coding === 'sowt';
  if (!isNative) return CODECS.get(coding);
  const codec = (coding === 'sowt' ? LITTLE_ENDIAN : BIG_ENDIAN)[bytes - 1];
  return codec === undefined ? undefined : [codec, bytes];
}

function notDecoded(path: string, kind: string, coding: string, bits: number) {
  if (coding === 'NONE' || coding === 'twos' || coding === 'sowt') {
    return damagedFile(path, kind, `its header says PCM of ${countOf(bits, 'bit')}`);
  }
  const shown = JSON.stringify(coding);
  const name = NAMES.get(coding);
  return codingNotDecoded(path, kind, name === undefined ? `the coding ${shown}` : `${name} (${shown})`);
}

/** An 80-bit number of IEEE 754 with a sign, 15 bits of exponent and 64 of mantissa, as the nearest double. */
function extended(bytes: Uint8Array, at: number): number {
  const head = u16be(bytes, at);
  const magnitude = u64be(bytes, at + 2) * 2 ** ((head & 0x7fff) - 16_383 - 63);
  return head < 0x8000 ? magnitude : -magnitude;
}
