import type { AudioBlock } from '../../audio-input.ts';
import { notDecoded } from '../../file-errors.ts';
import { wavLayout } from '../../layout.ts';
import { MAX_CHANNELS } from '../../limits.ts';
import type { DecodedFormat, PacketCodec, PacketDecoder } from '../../packets.ts';
import { isSampleCodec, SAMPLE_BYTES, SAMPLE_READERS, type SampleReader } from '../sample-codec.ts';

/**
 * Starts a decoder of uncompressed packets, each of whole frames; bytes beyond them are left out. The track gives
 * rate and channels.
 *
 * @throws AudioError when those are missing or absurd, or the coding is none of `SampleCodec`.
 */
export const createPcmDecoder: PacketCodec = (path, track) => {
  const { codec, sampleRate, channels } = track;
  if (!isSampleCodec(codec) || sampleRate === undefined || channels === undefined) {
    throw notDecoded(path, `holds ${codec} without a rate, channels or a known coding`);
  }
  if (channels < 1 || channels > MAX_CHANNELS) {
    throw notDecoded(path, `holds ${codec} with ${channels} channels (not 1 to ${MAX_CHANNELS})`);
  }
  const sampleBytes = SAMPLE_BYTES[codec];
  const bitsPerSample = track.bitsPerSample ?? sampleBytes * 8;
  const layout = track.layout ?? wavLayout(channels, 0);
  return new PcmDecoder(
    { codec, sampleRate, channels, layout, bitsPerSample },
    SAMPLE_READERS[codec],
    sampleBytes,
  );
};

class PcmDecoder implements PacketDecoder {
  readonly format: DecodedFormat;
  readonly #readSamples: SampleReader;
  readonly #sampleBytes: number;
  readonly #block: AudioBlock;

  constructor(format: DecodedFormat, readSamples: SampleReader, sampleBytes: number) {
    this.format = format;
    this.#readSamples = readSamples;
    this.#sampleBytes = sampleBytes;
    this.#block = { frames: 0, channels: Array.from({ length: format.channels }, () => new Float32Array(0)) };
  }

  decode(data: Uint8Array): AudioBlock {
    const { channels } = this.#block;
    const blockAlign = this.#sampleBytes * channels.length;
    const frames = Math.floor(data.length / blockAlign);
    const view = new DataView(data.buffer, data.byteOffset, frames * blockAlign);
    for (let channel = 0; channel < channels.length; channel++) {
      if ((channels[channel] as Float32Array).length < frames) channels[channel] = new Float32Array(frames);
      const target = (channels[channel] as Float32Array).subarray(0, frames);
      this.#readSamples(view, channel * this.#sampleBytes, blockAlign, target);
    }
    this.#block.frames = frames;
    return this.#block;
  }

  reset(): void {}
}
