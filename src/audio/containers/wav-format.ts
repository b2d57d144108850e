import type { SampleCodec } from '../codecs/sample-codec.ts';
import { type AudioError, countOf } from '../errors.ts';
import { damagedFile, notDecoded } from '../file-errors.ts';
import { chars, u16le, u32le } from '../io/bytes.ts';
import { type ChannelLayout, wavLayout } from '../layout.ts';
import { checkFormat } from './checks.ts';

/** What the samples of a WAV file are, and how they are coded. */
export type WavFormat = WavBasics & (WavSamples | WavBlocks | WavMpeg);

interface WavBasics {
  channels: number;
  sampleRate: number;
  layout: ChannelLayout;
}

/**
 * Each sample by itself. `blockAlign` is the size of a frame in bytes; `bitsPerSample` counts the valid bits, which
 * are the upper ones where a sample takes more room.
 */
interface WavSamples {
  coding: 'samples';
  codec: SampleCodec;
  blockAlign: number;
  bitsPerSample: number;
}

/** Blocks of `blockAlign` bytes; `config` is what stands behind WAVEFORMATEX. */
interface WavBlocks {
  coding: 'blocks';
  codec: 'adpcm_ms' | 'adpcm_ima_wav';
  blockAlign: number;
  config: Uint8Array;
}

/** A stream of MPEG audio frames, layer I to III, that brings all it needs. */
interface WavMpeg {
  coding: 'mpeg';
  /** On average. */
  bytesPerSecond: number;
}

export { MAX_CHANNELS, MAX_SAMPLE_RATE, MIN_SAMPLE_RATE } from '../limits.ts';

const EXTENSIBLE = 0xfffe;

/** The last 14 bytes of a SubFormat that stands for the format tag in its first two. */
const SUBFORMAT_TAIL = '\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71';

const MPEG_TAGS: readonly number[] = [0x50, 0x55];

const BLOCK_CODECS: ReadonlyMap<number, WavBlocks['codec']> = new Map([
  [0x02, 'adpcm_ms'],
  [0x11, 'adpcm_ima_wav'],
]);

const PCM_CODECS: readonly SampleCodec[] = ['pcm_u8', 'pcm_s16le', 'pcm_s24le', 'pcm_s32le'];

/** Names of format tags that people meet. Source: RFC 2361 appendix A, mmreg.h, and what ffmpeg writes. */
const TAG_NAMES: ReadonlyMap<number, string> = new Map([
  [0x0002, 'Microsoft ADPCM'],
  [0x0010, 'OKI ADPCM'],
  [0x0011, 'IMA ADPCM'],
  [0x0014, 'G.723 ADPCM'],
  [0x0017, 'Dialogic OKI ADPCM'],
  [0x0020, 'Yamaha ADPCM'],
  [0x0022, 'DSP Group TrueSpeech'],
  [0x0031, 'GSM 6.10'],
  [0x0040, 'G.721 ADPCM'],
  [0x0041, 'G.728 CELP'],
  [0x0042, 'G.723.1'],
  [0x0045, 'G.726 ADPCM'],
  [0x0050, 'MPEG layer I or II'],
  [0x0055, 'MP3'],
  [0x0064, 'G.726 ADPCM'],
  [0x0065, 'G.722 ADPCM'],
  [0x0083, 'G.729'],
  [0x00ff, 'AAC'],
  [0x0130, 'ACELP.net'],
  [0x0160, 'Windows Media Audio 1'],
  [0x0161, 'Windows Media Audio 2'],
  [0x0162, 'Windows Media Audio Professional'],
  [0x0163, 'Windows Media Audio Lossless'],
  [0x028f, 'G.722 ADPCM'],
  [0x1600, 'AAC (ADTS)'],
  [0x1602, 'AAC (LATM)'],
  [0x2000, 'AC-3'],
  [0x2001, 'DTS'],
  [0x674f, 'Vorbis'],
  [0x704f, 'Opus'],
  [0xa109, 'Speex'],
  [0xf1ac, 'FLAC'],
]);

/**
 * Reads the body of a `fmt ` chunk (WAVEFORMAT, PCMWAVEFORMAT, WAVEFORMATEX or WAVEFORMATEXTENSIBLE) of the file
 * `path`.
 *
 * Source: Microsoft/IBM, Multimedia Programming Interface and Data Specifications 1.0 (1991), chapter 3;
 * mmreg.h for WAVEFORMATEX and WAVEFORMATEXTENSIBLE.
 *
 * @throws AudioError when it is too short, absurd, contradictory or names a coding that is not decoded.
 */
export function parseWavFormat(path: string, body: Uint8Array): WavFormat {
  if (body.length < 14)
    throw damaged(path, `its "fmt" chunk holds ${countOf(body.length, 'byte')} instead of 16`);
  const channels = u16le(body, 2);
  const sampleRate = u32le(body, 4);
  checkFormat(path, 'WAV', channels, sampleRate);

  const isExtensible = u16le(body, 0) === EXTENSIBLE;
  const tag = isExtensible ? subFormatTag(path, body) : u16le(body, 0);
  const layout = wavLayout(channels, isExtensible ? u32le(body, 20) : 0);
  const basics = { channels, sampleRate, layout };
  if (MPEG_TAGS.includes(tag)) return { ...basics, coding: 'mpeg', bytesPerSecond: u32le(body, 8) };
  const codec = BLOCK_CODECS.get(tag);
  if (codec !== undefined && !isExtensible) return { ...basics, ...parseBlocks(path, body, codec) };
  return { ...basics, ...parseSamples(path, body, tag) };
}

/** What speaks of single samples. */
function parseSamples(path: string, body: Uint8Array, tag: number): WavSamples {
  const channels = u16le(body, 2);
  const blockAlign = u16le(body, 12);
  const containerBits = u16le(body, 14);
  const sampleBytes = bytesPerSample(path, { tag, channels, blockAlign, bits: containerBits });
  const codec = codecOf(tag, sampleBytes);
  if (codec === undefined) throw tagNotDecoded(path, tag, sampleBytes * 8);

  const bits = (u16le(body, 0) === EXTENSIBLE && u16le(body, 18)) || containerBits;
  const isPcm = tag === 1 && bits > 0 && bits <= sampleBytes * 8;
  const bitsPerSample = isPcm ? bits : sampleBytes * 8;
  return { coding: 'samples', codec, blockAlign: sampleBytes * channels, bitsPerSample };
}

/** What speaks of blocks of ADPCM with 4 bits. */
function parseBlocks(path: string, body: Uint8Array, codec: WavBlocks['codec']): WavBlocks {
  const channels = u16le(body, 2);
  const blockAlign = u16le(body, 12);
  const bits = u16le(body, 14);
  if (bits !== 4) throw damaged(path, `its header says ADPCM with ${countOf(bits, 'bit')}; 4 can be decoded`);
  if (codec === 'adpcm_ms' && channels > 2) {
    throw damaged(path, `its header says Microsoft ADPCM with ${channels} channels; it has 1 or 2`);
  }
  if (blockAlign <= channels * (codec === 'adpcm_ms' ? 7 : 4)) {
    throw damaged(path, `its header says blocks of ${countOf(blockAlign, 'byte')}, too few for a sample`);
  }
  return { coding: 'blocks', codec, blockAlign, config: body.subarray(18) };
}

function codecOf(tag: number, sampleBytes: number): SampleCodec | undefined {
  if (tag === 1) return PCM_CODECS[sampleBytes - 1];
  if (tag === 3) return sampleBytes === 4 ? 'pcm_f32le' : sampleBytes === 8 ? 'pcm_f64le' : undefined;
  if (tag === 6 && sampleBytes === 1) return 'pcm_alaw';
  if (tag === 7 && sampleBytes === 1) return 'pcm_mulaw';
  return undefined;
}

function subFormatTag(path: string, body: Uint8Array): number {
  if (body.length < 40)
    throw damaged(path, `its extensible "fmt" chunk holds ${countOf(body.length, 'byte')} instead of 40`);
  const guid = body.subarray(24, 40);
  if (chars(guid, 2, 14) === SUBFORMAT_TAIL) return u16le(guid, 0);
  const digits = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
    .map((i) => hex(guid[i] ?? 0, 2))
    .join('');
  const text = digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  throw notDecoded(path, `is a WAV file whose samples are coded as the unknown SubFormat ${text}`);
}

/** Room that a sample takes: the frame size tells (24 bits may stand in 4 bytes); the bit count only when it is 0. */
function bytesPerSample(
  path: string,
  { tag, channels, blockAlign, bits }: { tag: number; channels: number; blockAlign: number; bits: number },
): number {
  const needed = tag === 1 || blockAlign === 0 ? Math.ceil(bits / 8) : 0;
  const bytes = blockAlign === 0 ? needed : blockAlign / channels;
  const isKnown = tag === 1 || tag === 3 || tag === 6 || tag === 7;
  if (isKnown && (bytes === 0 || !Number.isInteger(bytes) || bytes < needed)) {
    const frame = `a frame of ${countOf(blockAlign, 'byte')}`;
    throw damaged(path, `its header says ${countOf(channels, 'channel')} of ${bits} bits in ${frame}`);
  }
  return bytes;
}

function tagNotDecoded(path: string, tag: number, bits: number): AudioError {
  const kind = tag === 1 ? `${bits}-bit PCM` : tag === 3 ? `${bits}-bit float` : TAG_NAMES.get(tag);
  const name = kind ?? 'an unknown coding';
  return notDecoded(path, `is a WAV file that holds ${name} (format tag 0x${hex(tag, 4)})`);
}

function damaged(path: string, why: string): AudioError {
  return damagedFile(path, 'WAV', why);
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
