/** Audio of kinds that nothing here decodes, so that at least its name can be told. */
import { byteAt, hasChars } from '../io/bytes.ts';

export interface ForeignAudio {
  mimeType: string;
  name: string;
}

/** What a file begins with, or holds at the place that follows. */
const SIGNATURES: readonly (readonly [magic: string, at: number, name: string, mimeType: string])[] = [
  ['\x7f\xfe\x80\x01', 0, 'DTS', 'audio/vnd.dts'],
  ['\xfe\x7f\x01\x80', 0, 'DTS', 'audio/vnd.dts'],
  ['\x1f\xff\xe8\x00', 0, 'DTS', 'audio/vnd.dts'],
  ['\xff\x1f\x00\xe8', 0, 'DTS', 'audio/vnd.dts'],
  ['\x64\x58\x20\x25', 0, 'DTS-HD', 'audio/vnd.dts.hd'],
  ['DTSHDHDR', 0, 'DTS-HD', 'audio/vnd.dts.hd'],
  ['\xf8\x72\x6f\xba', 4, 'Dolby TrueHD', 'audio/vnd.dolby.mlp'],
  ['\xf8\x72\x6f\xbb', 4, 'MLP', 'audio/vnd.dolby.mlp'],
  ['TTA1', 0, 'TTA', 'audio/x-tta'],
  ['TTA2', 0, 'TTA', 'audio/x-tta'],
  ['DSD \x1c\0\0\0', 0, 'DSD (DSF)', 'audio/x-dsf'],
  ['DSD ', 12, 'DSD (DSDIFF)', 'audio/x-dff'],
  ['OFR ', 0, 'OptimFROG', 'audio/x-ofr'],
  ['MPCK', 0, 'Musepack', 'audio/x-musepack'],
  ['MP+', 0, 'Musepack', 'audio/x-musepack'],
  ['ajkg', 0, 'Shorten', 'audio/x-shorten'],
  ['.RMF\0', 0, 'RealMedia', 'application/vnd.rn-realmedia'],
  ['.ra\xfd', 0, 'RealAudio', 'audio/vnd.rn-realaudio'],
  ['#!SILK_V3', 0, 'SILK', 'audio/x-silk'],
  ['\x02#!SILK_V3', 0, 'SILK', 'audio/x-silk'],
  ['Creative Voice File\x1a', 0, 'Creative Voice (VOC)', 'audio/x-voc'],
  ['.SoX', 0, 'SoX native', 'audio/x-sox'],
  ['XoS.', 0, 'SoX native', 'audio/x-sox'],
  ['NIST_1A', 0, 'NIST SPHERE', 'audio/x-nist'],
];

/** The kind of audio that a file begins with, or undefined when it is none of those. */
export function foreignAudio(bytes: Uint8Array): ForeignAudio | undefined {
  for (const [magic, at, name, mimeType] of SIGNATURES)
    if (hasChars(bytes, at, magic)) return { name, mimeType };
  const first = dolbyFrameAt(bytes, 0);
  // Two bytes of sync prove nothing: where the first frame ends, another must begin.
  if (first === undefined || dolbyFrameAt(bytes, first.length)?.isEnhanced !== first.isEnhanced)
    return undefined;
  return first.isEnhanced
    ? { name: 'E-AC-3 (Dolby Digital Plus)', mimeType: 'audio/eac3' }
    : { name: 'AC-3 (Dolby Digital)', mimeType: 'audio/ac3' };
}

/** kbit/s by half of `frmsizecod`. */
const AC3_BIT_RATES = [
  32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640,
];
const AC3_SAMPLE_RATES = [48_000, 44_100, 32_000];

/** Source: ETSI TS 102 366 §4.4.1 and Table F.7 (AC-3: `fscod`, `frmsizecod`), §E.1.3.1 (E-AC-3: `frmsiz`, `bsid`). */
function dolbyFrameAt(bytes: Uint8Array, at: number): { length: number; isEnhanced: boolean } | undefined {
  if (byteAt(bytes, at) !== 0x0b || byteAt(bytes, at + 1) !== 0x77) return undefined;
  const bsid = byteAt(bytes, at + 5) >> 3;
  if (bsid > 10 && bsid <= 16) {
    const words = ((byteAt(bytes, at + 2) & 7) << 8) | byteAt(bytes, at + 3);
    return { length: (words + 1) * 2, isEnhanced: true };
  }
  const code = byteAt(bytes, at + 4);
  const bitRate = AC3_BIT_RATES[(code & 63) >> 1];
  const sampleRate = AC3_SAMPLE_RATES[code >> 6];
  if (bsid > 10 || bitRate === undefined || sampleRate === undefined) return undefined;
  const words = Math.floor((bitRate * 96_000) / sampleRate);
  return { length: (words + (sampleRate === 44_100 ? code & 1 : 0)) * 2, isEnhanced: false };
}
