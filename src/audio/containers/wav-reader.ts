import type { AudioInput, Opener, OpenOptions } from '../audio-input.ts';
import { adpcmFrames } from '../codecs/adpcm/index.ts';
import { headerOnly, noAudio } from '../file-errors.ts';
import type { ByteSource } from '../io/file-source.ts';
import { openTrack } from '../open-track.ts';
import type { FileType } from '../probe/file-type.ts';
import { blockTrack } from './block-track.ts';
import { refuseCut } from './checks.ts';
import { openPcm } from './pcm-input.ts';
import { findWavChunks, type WavChunks } from './wav-chunks.ts';
import { parseWavFormat, type WavFormat } from './wav-format.ts';

/**
 * Opens a WAV, RF64 or BW64 file: integer PCM of 8, 16, 24 or 32 bits, float of 32 or 64 bits, A-law, mu-law, the
 * ADPCM of IMA and Microsoft, MPEG audio.
 *
 * @throws AudioError when the header is cut or damaged, the coding is another one, there is no audio, or the file
 * holds less than its header promises and `allowTruncated` is not set.
 */
export const openWav: Opener = async (source, type, options) => {
  const chunks = await findWavChunks(source);
  const format = parseWavFormat(source.path, chunks.format);
  switch (format.coding) {
    case 'samples': {
      const { dataStart: start, dataBytes: presentBytes, promisedBytes, tags } = chunks;
      return openPcm(source, type, { ...format, start, presentBytes, promisedBytes, tags }, options);
    }
    case 'blocks':
      return openBlocks(source, type, { format, chunks }, options);
    case 'mpeg':
      return openMpeg(source, type, { format, chunks }, options);
  }
};

type BlockFormat = Extract<WavFormat, { coding: 'blocks' }>;

/** ADPCM. */
function openBlocks(
  source: ByteSource,
  type: FileType,
  { format, chunks }: { format: BlockFormat; chunks: WavChunks },
  options: OpenOptions,
): Promise<AudioInput> {
  const { codec, config, sampleRate, channels, layout, blockAlign: blockBytes } = format;
  const { dataStart: start, dataBytes: bytes, promisedBytes, factFrames, tags } = chunks;
  const blockFrames = adpcmFrames(codec, { channels, blockBytes, bytes: blockBytes });
  const bytesPerSecond = (blockBytes / blockFrames) * sampleRate;
  refuseCut(source.path, { promisedBytes, presentBytes: bytes, bytesPerSecond }, options);
  const coded = adpcmFrames(codec, { channels, blockBytes, bytes });
  if (coded === 0) throw noAudio(source.path, headerOnly(type.name));
  // A stated length ends inside the last block; any other is about something else.
  const isStated = factFrames !== undefined && factFrames > coded - blockFrames && factFrames <= coded;
  const duration = isStated ? factFrames : coded;
  const track = {
    codec,
    config,
    sampleRate,
    channels,
    layout,
    start,
    bytes,
    blockBytes,
    skip: 0,
    duration,
    tags,
  };
  return openTrack(source, type, blockTrack(source, track), options);
}

type MpegFormat = Extract<WavFormat, { coding: 'mpeg' }>;

/** MP3 and MP2. */
async function openMpeg(
  source: ByteSource,
  type: FileType,
  { format, chunks }: { format: MpegFormat; chunks: WavChunks },
  options: OpenOptions,
): Promise<AudioInput> {
  const { dataStart, dataBytes: presentBytes, promisedBytes, tags } = chunks;
  const bytesPerSecond = Math.max(1, format.bytesPerSecond);
  refuseCut(source.path, { promisedBytes, presentBytes, bytesPerSecond }, options);
  if (presentBytes === 0) throw noAudio(source.path, headerOnly(type.name));
  const { mpegTrack } = await import('./mpeg.ts');
  const track = await mpegTrack(source, dataStart, dataStart + presentBytes, options);
  return openTrack(source, type, { ...track, tags }, options);
}
