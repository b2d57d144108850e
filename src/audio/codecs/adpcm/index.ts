import type { AudioBlock } from '../../audio-input.ts';
import { codecName } from '../../codec-names.ts';
import { notDecoded } from '../../file-errors.ts';
import { wavLayout } from '../../layout.ts';
import { MAX_CHANNELS } from '../../limits.ts';
import type { DecodedFormat, PacketCodec, PacketDecoder } from '../../packets.ts';
import type { BlockCoding } from './block-coding.ts';
import { imaQuickTime, imaWav } from './ima.ts';
import { microsoftAdpcm } from './microsoft.ts';

/** Codings in blocks, named as ffmpeg does. */
export type AdpcmCodec = 'adpcm_ima_wav' | 'adpcm_ima_qt' | 'adpcm_ms';

/** How many channels a block can hold. */
const MOST_CHANNELS: Readonly<Record<AdpcmCodec, number>> = {
  adpcm_ima_wav: MAX_CHANNELS,
  adpcm_ima_qt: MAX_CHANNELS,
  adpcm_ms: 2,
};

/**
 * Starts a decoder of ADPCM with 4 bits; a packet is a block, or several of `adpcm_ima_qt`.
 *
 * @throws AudioError when rate or channels are missing or absurd.
 */
export const createAdpcmDecoder: PacketCodec = (path, track) => {
  const codec = track.codec as AdpcmCodec;
  const { sampleRate, channels } = track;
  if (sampleRate === undefined || channels === undefined || channels < 1 || channels > MOST_CHANNELS[codec]) {
    const found = `${sampleRate ?? '?'} Hz with ${channels ?? '?'} channels`;
    throw notDecoded(path, `holds ${codecName(codec)} of ${found} (not 1 to ${MOST_CHANNELS[codec]})`);
  }
  const layout = track.layout ?? wavLayout(channels, 0);
  const format = { codec, sampleRate, channels, layout, bitsPerSample: 0 };
  return new AdpcmDecoder(format, codingOf(codec, channels, track.config));
};

/** Frames in `bytes` bytes of blocks of `blockBytes` each, the last of which may be cut. */
export function adpcmFrames(
  codec: AdpcmCodec,
  { channels, blockBytes, bytes }: { channels: number; blockBytes: number; bytes: number },
): number {
  const coding = codingOf(codec, channels, new Uint8Array(0));
  const rest = bytes % blockBytes;
  return ((bytes - rest) / blockBytes) * coding.framesIn(blockBytes) + coding.framesIn(rest);
}

function codingOf(codec: AdpcmCodec, channels: number, config: Uint8Array): BlockCoding {
  if (codec === 'adpcm_ms') return microsoftAdpcm(channels, config);
  return codec === 'adpcm_ima_wav' ? imaWav(channels) : imaQuickTime(channels);
}

class AdpcmDecoder implements PacketDecoder {
  readonly format: DecodedFormat;
  readonly #coding: BlockCoding;
  #block: AudioBlock;

  constructor(format: DecodedFormat, coding: BlockCoding) {
    this.format = format;
    this.#coding = coding;
    this.#block = withRoomFor(0, format.channels);
  }

  decode(data: Uint8Array): AudioBlock {
    const frames = this.#coding.framesIn(data.length);
    if ((this.#block.channels[0]?.length ?? 0) < frames) {
      this.#block = withRoomFor(frames, this.format.channels);
    }
    if (frames > 0) this.#coding.decode(data, this.#block.channels);
    this.#block.frames = frames;
    return this.#block;
  }

  reset(): void {
    this.#coding.reset();
  }
}

function withRoomFor(frames: number, channels: number): AudioBlock {
  return { frames: 0, channels: Array.from({ length: channels }, () => new Float32Array(frames)) };
}
