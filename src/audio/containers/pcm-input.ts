import type { AudioBlock, AudioInfo, AudioInput, OpenOptions } from '../audio-input.ts';
import { canMix, createPlaneReader } from '../codecs/pcm/plane-reader.ts';
import type { SampleCodec } from '../codecs/sample-codec.ts';
import { headerOnly, noAudio, shrunkFile } from '../file-errors.ts';
import type { ByteSource } from '../io/file-source.ts';
import type { ChannelLayout } from '../layout.ts';
import type { Container } from '../probe/file-type.ts';
import { refuseCut } from './checks.ts';

/** Enough that a read costs little beside the work on its bytes. */
const BLOCK_BYTES = 131_072;
const BLOCK_FRAMES = 32_768;

/**
 * Samples that stand in one piece in a file, frame by frame, the channels interleaved. `blockAlign` is the size of
 * a frame in bytes, a multiple of `channels`; a sample stands at the beginning of its share.
 */
export interface PcmRegion {
  codec: SampleCodec;
  sampleRate: number;
  channels: number;
  blockAlign: number;
  /** Precision of the samples. */
  bitsPerSample: number;
  layout: ChannelLayout;
  /** Position in the file of the first byte. */
  start: number;
  /** As far as the file goes. */
  presentBytes: number;
  /** What the header says; undefined when it leaves that open. */
  promisedBytes: number | undefined;
  tags?: Readonly<Record<string, string>> | undefined;
}

/**
 * Samples of a file as audio. `kind` names the file's format in messages. Owns `source` from then on.
 *
 * @throws AudioError when there is no whole frame, or less than promised and `allowTruncated` is not set; then
 * `source` stays open.
 */
export function openPcm(
  source: ByteSource,
  { container, name }: { container: Container; name: string },
  region: PcmRegion,
  options: OpenOptions,
): AudioInput {
  const { blockAlign, sampleRate, promisedBytes, presentBytes } = region;
  refuseCut(source.path, { promisedBytes, presentBytes, bytesPerSecond: blockAlign * sampleRate }, options);
  const frames = Math.floor(Math.min(presentBytes, promisedBytes ?? presentBytes) / blockAlign);
  if (frames === 0) throw noAudio(source.path, headerOnly(name));
  const { codec, bitsPerSample, tags } = region;
  const isMixed = options.wanted?.mono === true && canMix(region);
  const layout: ChannelLayout = isMixed ? ['mono'] : region.layout;
  const channels = layout.length;
  const seconds = frames / sampleRate;
  const info = { container, codec, sampleRate, channels, bitsPerSample, frames, seconds, layout, tags };
  return new PcmInput(source, info, region);
}

class PcmInput implements AudioInput {
  readonly info: AudioInfo & { frames: number };
  readonly #source: ByteSource;
  readonly #region: PcmRegion;

  constructor(source: ByteSource, info: AudioInfo & { frames: number }, region: PcmRegion) {
    this.info = info;
    this.#source = source;
    this.#region = region;
  }

  async *blocks(signal?: AbortSignal): AsyncGenerator<AudioBlock, void, undefined> {
    const { blockAlign, channels } = this.#region;
    const capacity = Math.max(1, Math.min(BLOCK_FRAMES, Math.floor(BLOCK_BYTES / blockAlign)));
    const reader = createPlaneReader(this.#region, capacity, this.info.channels < channels);
    let [bytes, spare] = reader.buffers;

    let reading = this.#fetch(bytes, 0);
    for (let done = 0; done < this.info.frames; done += capacity) {
      signal?.throwIfAborted();
      const frames = await reading;
      // The next block is fetched while this one is at work.
      if (done + frames < this.info.frames) reading = this.#fetch(spare, done + frames);
      const planes = reader.read(bytes, frames);
      [bytes, spare] = [spare, bytes];
      yield { frames, channels: planes };
    }
  }

  async close(): Promise<void> {
    await this.#source.close();
  }

  /** Begins to read; a failure is thrown where the promise is waited for, and only there. */
  #fetch(target: Uint8Array, first: number): Promise<number> {
    const reading = this.#read(target, first);
    reading.catch(() => undefined);
    return reading;
  }

  /** Reads the frames from `first` on that fit into `target`; returns how many. */
  async #read(target: Uint8Array, first: number): Promise<number> {
    const { blockAlign, start } = this.#region;
    const frames = Math.min(target.length / blockAlign, this.info.frames - first);
    const wanted = target.subarray(0, frames * blockAlign);
    const read = await this.#source.readInto(wanted, start + first * blockAlign);
    if (read < wanted.length) throw shrunkFile(this.#source.path);
    return frames;
  }
}
