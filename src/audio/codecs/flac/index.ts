import type { AudioBlock } from '../../audio-input.ts';
import { hasKernels } from '../../kernel.ts';
import { wavLayout } from '../../layout.ts';
import { DamagedPacket, type DecodedFormat, type PacketCodec, type PacketDecoder } from '../../packets.ts';
import { CUT, DAMAGED, type FrameDecoder, WRONG_CHECKSUM } from './frame-decoder.ts';
import { parseFrameHeader } from './frame-header.ts';
import { KernelFrames } from './kernel-frames.ts';
import { PlainFrames } from './plain-frames.ts';
import { parseFlacConfig, type StreamInfo } from './stream-info.ts';

/**
 * Starts a decoder for FLAC. Each packet begins with a frame; what stands behind that in the packet is left out.
 * Samples are exact: integers divided by 2^(bits - 1). Of 32-bit samples, the 24 highest significant bits remain,
 * which is what a 32-bit float holds.
 *
 * Source: RFC 9639.
 *
 * @throws AudioError when the configuration is damaged or makes no sense.
 */
export const createFlacDecoder: PacketCodec = (path, track) => {
  const { info, channelMask } = parseFlacConfig(path, track.config);
  const layout =
    track.layout?.length === info.channels ? track.layout : wavLayout(info.channels, channelMask);
  const { bitsPerSample, channels, sampleRate } = info;
  const Frames = hasKernels() ? KernelFrames : PlainFrames;
  const format = { codec: 'flac', sampleRate, channels, layout, bitsPerSample };
  return new FlacDecoder(format, info, new Frames(info));
};

const FAULTS: Readonly<Record<number, string>> = {
  [DAMAGED]: 'its content makes no sense',
  [WRONG_CHECKSUM]: 'its checksum does not fit',
  [CUT]: 'it ends inside its samples',
};

/** FLAC by means of `frames`, which has room for the blocks of `info`. */
export class FlacDecoder implements PacketDecoder {
  readonly format: DecodedFormat;
  readonly #info: StreamInfo;
  readonly #frames: FrameDecoder;
  readonly #block: AudioBlock;

  constructor(format: DecodedFormat, info: StreamInfo, frames: FrameDecoder) {
    this.format = format;
    this.#info = info;
    this.#frames = frames;
    this.#block = { frames: 0, channels: frames.planes };
  }

  decode(data: Uint8Array): AudioBlock {
    const header = parseFrameHeader(data, 0, this.#info);
    const { maxBlockSize } = this.#info;
    if (header === undefined) throw new DamagedPacket('its header is damaged', maxBlockSize);
    const { blockSize } = header;
    if (blockSize > maxBlockSize) {
      throw new DamagedPacket(
        `its block of ${blockSize} samples is larger than ${maxBlockSize}`,
        maxBlockSize,
      );
    }
    const length = this.#frames.decode(data, header);
    if (length < 0) throw new DamagedPacket(FAULTS[length] as string, blockSize);
    this.#block.frames = blockSize;
    return this.#block;
  }

  /** Frames do not depend on each other. */
  reset(): void {}
}
