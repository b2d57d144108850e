import { u16le, u32le } from '../../io/bytes.ts';
import { MATROSKA_CODECS } from '../../probe/container-codec.ts';
import { audioSpecificConfig } from '../audio-specific-config.ts';
import type { TrackEntry } from './track-entry.ts';

/** How the packets of a track are coded, as `PacketTrack` has it. */
export interface TrackCodec {
  codec: string;
  config: Uint8Array;
  sampleRate: number;
  channels: number;
  bitsPerSample?: number | undefined;
  /** Bytes of one frame of PCM. */
  frameBytes?: number | undefined;
}

/**
 * How a track is coded, by its CodecID, CodecPrivate and audio settings. A coding that is not known keeps its CodecID
 * for a name.
 *
 * Source: matroska.org, "Matroska Codec Mappings" (draft-ietf-cellar-codec), audio.
 */
export function codecOf(track: TrackEntry): TrackCodec {
  const { codecId, codecPrivate } = track;
  const codec = MATROSKA_CODECS.find(([prefix]) => codecId.startsWith(prefix))?.[1];
  const sampleRate = Math.round(track.samplingFrequency);
  const plain = {
    codec: codec ?? (codecId || 'unknown'),
    config: new Uint8Array(0),
    sampleRate,
    channels: track.channels,
  };
  if (codecId === 'A_MS/ACM') return waveCodec(codecPrivate) ?? plain;
  switch (codec) {
    case 'pcm':
      return { ...plain, ...pcmCodec(codecId, track.bitDepth, track.channels) };
    case 'aac':
      return { ...plain, config: codecPrivate.length >= 2 ? codecPrivate : aacConfig(track) };
    case 'opus':
    case 'vorbis':
      return { ...plain, config: codecPrivate };
    case 'flac':
    case 'alac':
      return { ...plain, config: codecPrivate, bitsPerSample: track.bitDepth || undefined };
    default:
      return plain;
  }
}

/** Old files name the profile in the CodecID: `A_AAC/MPEG4/LC/SBR`. */
function aacConfig({ codecId, samplingFrequency, outputFrequency, channels }: TrackEntry): Uint8Array {
  const names = codecId.split('/');
  const objectType = names.includes('MAIN') ? 1 : names.includes('SSR') ? 3 : names.includes('LTP') ? 4 : 2;
  const sampleRate = Math.round(samplingFrequency);
  const sbrRate = names.includes('SBR') ? Math.round(outputFrequency) || 2 * sampleRate : undefined;
  return audioSpecificConfig({ objectType, sampleRate, channels, sbrRate });
}

/** Integers of 8 bits have no sign, all others do. */
function pcmCodec(codecId: string, bits: number, channels: number): Partial<TrackCodec> & { codec: string } {
  const name = pcmName(codecId, bits);
  if (name === undefined) return { codec: `PCM (${codecId}, ${bits} bits)` };
  return { codec: name, bitsPerSample: bits, frameBytes: (channels * bits) / 8 };
}

function pcmName(codecId: string, bits: number): string | undefined {
  if (codecId === 'A_PCM/FLOAT/IEEE') return bits === 32 || bits === 64 ? `pcm_f${bits}le` : undefined;
  if (codecId !== 'A_PCM/INT/LIT' && codecId !== 'A_PCM/INT/BIG') return undefined;
  if (bits === 8) return 'pcm_u8';
  const order = codecId === 'A_PCM/INT/LIT' ? 'le' : 'be';
  return bits === 16 || bits === 24 || bits === 32 ? `pcm_s${bits}${order}` : undefined;
}

const EXTENSIBLE = 0xfffe;
const WAVE_CODECS: Readonly<Record<number, string>> = {
  2: 'adpcm_ms',
  17: 'adpcm_ima_wav',
  80: 'mp2',
  85: 'mp3',
  255: 'aac',
  8192: 'ac3',
  8193: 'dts',
  352: 'wma1',
  353: 'wma2',
  354: 'wmapro',
};

/**
 * Coding of a track from Windows: its CodecPrivate is a WAVEFORMATEX. Undefined when that is too short.
 *
 * Source: mmreg.h.
 */
function waveCodec(format: Uint8Array): TrackCodec | undefined {
  if (format.length < 16) return undefined;
  const isExtensible = u16le(format, 0) === EXTENSIBLE && format.length >= 40;
  const tag = u16le(format, isExtensible ? 24 : 0);
  const channels = u16le(format, 2);
  const sampleRate = u32le(format, 4);
  const bits = u16le(format, 14);
  const name = tag === 1 || tag === 3 || tag === 6 || tag === 7 ? wavePcm(tag, bits) : WAVE_CODECS[tag];
  const isPcm = name?.startsWith('pcm_') === true;
  return {
    codec: name ?? `A_MS/ACM, format tag 0x${tag.toString(16).padStart(4, '0')}`,
    config: name === 'aac' || name === 'adpcm_ms' ? format.subarray(18) : new Uint8Array(0),
    sampleRate,
    channels,
    bitsPerSample: isPcm ? bits : undefined,
    frameBytes: isPcm ? (channels * bits) / 8 : undefined,
  };
}

function wavePcm(tag: number, bits: number): string | undefined {
  if (tag === 1) return pcmName('A_PCM/INT/LIT', bits);
  if (tag === 3) return pcmName('A_PCM/FLOAT/IEEE', bits);
  if (bits !== 8) return undefined;
  return tag === 6 ? 'pcm_alaw' : 'pcm_mulaw';
}
