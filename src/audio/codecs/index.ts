import { codecNotDecoded } from '../file-errors.ts';
import type { PacketCodec } from '../packets.ts';

const pcm = async () => (await import('./pcm/index.ts')).createPcmDecoder;
const adpcm = async () => (await import('./adpcm/index.ts')).createAdpcmDecoder;

/** The codecs that are decoded, by the name that ffmpeg gives them. Each is loaded when a file needs it. */
const CODECS: Readonly<Record<string, () => Promise<PacketCodec>>> = {
  pcm_u8: pcm,
  pcm_s8: pcm,
  pcm_s16le: pcm,
  pcm_s16be: pcm,
  pcm_s24le: pcm,
  pcm_s24be: pcm,
  pcm_s32le: pcm,
  pcm_s32be: pcm,
  pcm_f32le: pcm,
  pcm_f32be: pcm,
  pcm_f64le: pcm,
  pcm_f64be: pcm,
  pcm_alaw: pcm,
  pcm_mulaw: pcm,
  adpcm_ima_wav: adpcm,
  adpcm_ima_qt: adpcm,
  adpcm_ms: adpcm,
  alac: async () => (await import('./alac/index.ts')).createAlacDecoder,
  flac: async () => (await import('./flac/index.ts')).createFlacDecoder,
  aac: async () => (await import('./aac/index.ts')).createAacDecoder,
  mp1: async () => (await import('./mp3/index.ts')).createMp3Decoder,
  mp2: async () => (await import('./mp3/index.ts')).createMp3Decoder,
  mp3: async () => (await import('./mp3/index.ts')).createMp3Decoder,
  opus: async () => (await import('./opus/index.ts')).createOpusDecoder,
  vorbis: async () => (await import('./vorbis/index.ts')).createVorbisDecoder,
};

/**
 * The codec named `codec` for the file `path`.
 *
 * @throws AudioError when it is not decoded.
 */
export async function findCodec(path: string, codec: string): Promise<PacketCodec> {
  const load = CODECS[codec];
  if (load === undefined) throw codecNotDecoded(path, codec);
  return load();
}
