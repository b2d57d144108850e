import type { AudioBlock, AudioInfo, AudioInput, Opener } from '../audio-input.ts';
import { SAMPLE_READERS } from '../codecs/sample-codec.ts';
import { AudioError, countOf, formatSeconds } from '../errors.ts';
import type { ByteSource } from '../io/file-source.ts';
import { findWavChunks, type WavChunks } from './wav-chunks.ts';
import { parseWavFormat, type WavFormat } from './wav-format.ts';

const BLOCK_BYTES = 65_536;
const BLOCK_FRAMES = 16_384;

/**
 * Opens a WAV, RF64 or BW64 file: integer PCM of 8, 16, 24 or 32 bits, float of 32 or 64 bits, A-law, mu-law.
 *
 * @throws AudioError when the header is cut or damaged, the coding is another one, there is no audio, or the file
 * holds less than its header promises and `allowTruncated` is not set.
 */
export const openWav: Opener = async (source, type, options) => {
  const chunks = await findWavChunks(source);
  const format = parseWavFormat(source.path, chunks.format);
  const { promisedBytes, dataBytes } = chunks;
  if (promisedBytes !== undefined && promisedBytes > dataBytes && options.allowTruncated !== true) {
    throw cutOff(source.path, format, promisedBytes, dataBytes);
  }
  const frames = Math.floor(dataBytes / format.blockAlign);
  if (frames === 0) {
    throw new AudioError(
      `"${source.path}" is a WAV file that holds no audio: there is a header and no sample.`,
      {
        hint: 'Download, export or record the file again.',
      },
    );
  }
  const { codec, sampleRate, channels, bitsPerSample, layout } = format;
  const seconds = frames / sampleRate;
  const { container } = type;
  const info = { container, codec, sampleRate, channels, bitsPerSample, frames, seconds, layout };
  return new WavInput(source, info, format, chunks);
};

class WavInput implements AudioInput {
  readonly info: AudioInfo & { frames: number };
  readonly #source: ByteSource;
  readonly #format: WavFormat;
  readonly #dataStart: number;

  constructor(
    source: ByteSource,
    info: AudioInfo & { frames: number },
    format: WavFormat,
    chunks: WavChunks,
  ) {
    this.info = info;
    this.#source = source;
    this.#format = format;
    this.#dataStart = chunks.dataStart;
  }

  async *blocks(signal?: AbortSignal): AsyncGenerator<AudioBlock, void, undefined> {
    const { blockAlign, channels, codec } = this.#format;
    const capacity = Math.max(1, Math.min(BLOCK_FRAMES, Math.floor(BLOCK_BYTES / blockAlign)));
    const bytes = new Uint8Array(capacity * blockAlign);
    const view = new DataView(bytes.buffer);
    const planes = Array.from({ length: channels }, () => new Float32Array(capacity));
    const readSamples = SAMPLE_READERS[codec];

    for (let done = 0; done < this.info.frames; done += capacity) {
      signal?.throwIfAborted();
      const frames = Math.min(capacity, this.info.frames - done);
      const wanted = bytes.subarray(0, frames * blockAlign);
      const read = await this.#source.readInto(wanted, this.#dataStart + done * blockAlign);
      if (read < wanted.length) throw shrunk(this.#source.path);
      planes.forEach((plane, channel) => {
        readSamples(view, (channel * blockAlign) / channels, blockAlign, plane.subarray(0, frames));
      });
      yield { frames, channels: planes };
    }
  }

  async close(): Promise<void> {
    await this.#source.close();
  }
}

function cutOff(path: string, format: WavFormat, promised: number, present: number): AudioError {
  const seconds = (bytes: number) => formatSeconds(Math.floor(bytes / format.blockAlign) / format.sampleRate);
  return new AudioError(
    `"${path}" is cut off: its header promises ${seconds(promised)} of audio (${countOf(promised, 'byte')}), ` +
      `the file holds ${seconds(present)} (${countOf(present, 'byte')}).`,
    { hint: 'Get the complete file, or use what there is of it with --allow-truncated.' },
  );
}

function shrunk(path: string): AudioError {
  return new AudioError(`"${path}" became shorter while it was being read.`, {
    hint: 'Wait until nothing else writes to the file, then try again.',
  });
}
