import { damaged } from '../../file-errors.ts';
import type { PacketCodec } from '../../packets.ts';
import { parseVorbisConfig } from './config.ts';
import { VorbisDecoder } from './decoder.ts';
import { VORBIS_LAYOUTS } from './layouts.ts';
import { SetupError } from './setup-error.ts';

/**
 * Starts a decoder of Vorbis I; stereo is decoded as its mono mix when mono is wanted. The configuration is the three
 * header packets in Xiph lacing.
 *
 * @throws AudioError when the headers are damaged or ask for what no encoder makes
 */
export const createVorbisDecoder: PacketCodec = (path, track, wanted) => {
  const headers = parseVorbisConfig(path, track.config);
  const { channels: coded, sampleRate } = headers.identification;
  const channels = coded === 2 && wanted.mono === true ? 1 : coded;
  const layout = VORBIS_LAYOUTS[channels - 1] ?? [];
  try {
    return new VorbisDecoder(headers, { codec: 'vorbis', sampleRate, channels, layout, bitsPerSample: 0 });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    throw damaged(path, `its Vorbis stream cannot be decoded: ${error.message}`);
  }
};
