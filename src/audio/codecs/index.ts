import { AudioError } from '../errors.ts';
import type { PacketCodec } from '../packets.ts';

/** The codecs that are decoded, by the name that ffmpeg gives them. Each is loaded when a file needs it. */
const CODECS: Readonly<Record<string, () => Promise<PacketCodec>>> = {
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
  if (load === undefined) {
    throw new AudioError(`"${path}" holds audio in the codec ${codec}, which cannot be decoded.`, {
      hint: 'Convert it to WAV or FLAC first, for instance: ffmpeg -i input output.wav',
    });
  }
  return load();
}
