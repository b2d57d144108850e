import { byteAt } from '../io/bytes.ts';

/** One MPEG audio frame header. Lengths are in bytes. */
export interface MpegHeader {
  codec: 'mp1' | 'mp2' | 'mp3';
  layer: 1 | 2 | 3;
  /** MPEG 1, MPEG 2 (half the rates) or the extension MPEG 2.5 (a quarter of them). */
  version: 1 | 2 | 2.5;
  sampleRate: number;
  channels: 1 | 2;
  /** 0 stereo, 1 joint stereo, 2 two independent channels, 3 mono. */
  mode: number;
  /** Joint stereo: bit 0 intensity, bit 1 MS in layer III; the bound of intensity in layers I and II. */
  modeExtension: number;
  /** Whether 16 bits of CRC stand between the header and the rest. */
  hasCrc: boolean;
  /** In kbit/s; 0 in free format. */
  bitRate: number;
  /** Of the slot that pads the frame: 0, 1, or 4 in layer I. */
  padding: number;
  /** Of the whole frame, header included; 0 in free format, where the distance of two headers tells it. */
  length: number;
  /** Samples of each channel in the frame. */
  samples: number;
}

/** kbit/s by index 1-14: MPEG-1 layers I, II, III, then MPEG-2 layer I, and layers II and III. */
const BIT_RATES: readonly (readonly number[])[] = [
  [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

const MPEG1_RATES: readonly number[] = [44100, 48000, 32000];
const CODECS = ['mp1', 'mp2', 'mp3'] as const;

/**
 * The MPEG audio frame header at `at`, or undefined when there is none.
 *
 * Source: ISO/IEC 11172-3 §2.4.1.3 and §2.4.2.3, ISO/IEC 13818-3 §2.4.2.3; MPEG 2.5 is the extension of
 * Fraunhofer IIS with version bits 00.
 */
export function mpegHeaderAt(bytes: Uint8Array, at: number): MpegHeader | undefined {
  if (at + 4 > bytes.length || byteAt(bytes, at) !== 0xff) return undefined;
  const second = byteAt(bytes, at + 1);
  const third = byteAt(bytes, at + 2);
  const fourth = byteAt(bytes, at + 3);
  const versionBits = (second >> 3) & 3;
  const layer = 4 - ((second >> 1) & 3);
  const bitRateIndex = third >> 4;
  const mpeg1Rate = MPEG1_RATES[(third >> 2) & 3];
  const codec = CODECS[layer - 1];
  if (second < 0xe0 || versionBits === 1 || codec === undefined) return undefined;
  if (bitRateIndex === 15 || mpeg1Rate === undefined) return undefined;

  const version = versionBits === 3 ? 1 : versionBits === 2 ? 2 : 2.5;
  const row = version === 1 ? layer - 1 : layer === 1 ? 3 : 4;
  const bitRate = bitRateIndex === 0 ? 0 : (BIT_RATES[row]?.[bitRateIndex - 1] ?? 0);
  const sampleRate = mpeg1Rate / (version === 1 ? 1 : version === 2 ? 2 : 4);
  const slot = layer === 1 ? 4 : 1;
  const padding = ((third >> 1) & 1) * slot;
  const samples = layer === 1 ? 384 : layer === 3 && version !== 1 ? 576 : 1152;
  const slots = Math.floor((samples * bitRate * 125) / (slot * sampleRate));
  const mode = fourth >> 6;
  return {
    codec,
    layer: layer as 1 | 2 | 3,
    version,
    sampleRate,
    channels: mode === 3 ? 1 : 2,
    mode,
    modeExtension: (fourth >> 4) & 3,
    hasCrc: (second & 1) === 0,
    bitRate,
    padding,
    length: bitRate === 0 ? 0 : slots * slot + padding,
    samples,
  };
}

/** Whether the headers at `a` and `b` can belong to one stream: same version, layer and sample rate. */
export function isSameMpegStream(bytes: Uint8Array, a: number, b: number): boolean {
  const versionAndLayer = (byteAt(bytes, a + 1) ^ byteAt(bytes, b + 1)) & 0x1e;
  const sampleRate = (byteAt(bytes, a + 2) ^ byteAt(bytes, b + 2)) & 0x0c;
  return versionAndLayer === 0 && sampleRate === 0;
}

/** Longest frame in bytes that is looked for in free format; about 2.5 times what the standards foresee. */
export const MAX_FREE_LENGTH = 8192;

/** Shortest frame in free format: a header and the side information of layer III. */
const MIN_FREE_LENGTH = 24;

/**
 * Length in bytes, without padding, of the free-format frame at `at`: the distance to the next header like its
 * own, less its padding. `count` headers in a row must stand at that distance, as far as `bytes` reach; undefined
 * when they do not.
 */
export function freeFormatLength(bytes: Uint8Array, at: number, count: number): number | undefined {
  const first = mpegHeaderAt(bytes, at);
  if (first === undefined || first.bitRate !== 0) return undefined;
  const next = nextAlike(bytes, at);
  if (next === undefined || next - at - first.padding < MIN_FREE_LENGTH) return undefined;

  const length = next - at - first.padding;
  let position = next;
  for (let i = 2; i < count; i++) {
    position += length + (mpegHeaderAt(bytes, position)?.padding ?? 0);
    if (!isAlike(bytes, at, position)) return undefined;
  }
  return length;
}

/** The nearest header behind the one at `at` that is as it is, but for padding, private bit and mode. */
function nextAlike(bytes: Uint8Array, at: number): number | undefined {
  const end = Math.min(bytes.length - 3, at + MAX_FREE_LENGTH);
  for (let i = bytes.indexOf(0xff, at + 2); i >= 0 && i < end; i = bytes.indexOf(0xff, i + 1)) {
    if (isAlike(bytes, at, i)) return i;
  }
  return undefined;
}

function isAlike(bytes: Uint8Array, a: number, b: number): boolean {
  if (b + 4 > bytes.length || byteAt(bytes, b) !== 0xff) return false;
  if (byteAt(bytes, a + 1) !== byteAt(bytes, b + 1)) return false;
  if (((byteAt(bytes, a + 2) ^ byteAt(bytes, b + 2)) & 0xfc) !== 0) return false;
  // Mono or not, copyright and emphasis do not change within a stream; joint stereo does.
  const isMono = (i: number) => byteAt(bytes, i + 3) >> 6 === 3;
  return isMono(a) === isMono(b) && ((byteAt(bytes, a + 3) ^ byteAt(bytes, b + 3)) & 0x0b) === 0;
}
