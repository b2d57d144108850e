import type { AudioBlock } from '../../audio-input.ts';
import { hasKernels } from '../../kernel.ts';
import { DamagedPacket, type DecodedFormat, type PacketCodec, type PacketDecoder } from '../../packets.ts';
import { KernelPackets } from './kernel-packets.ts';
import { parseMagicCookie } from './magic-cookie.ts';
import { type AlacPackets, CUT } from './packet-decoder.ts';
import { PlainPackets } from './plain-packets.ts';

/**
 * Starts a decoder for ALAC (Apple Lossless) of 16, 20, 24 or 32 bits and 1 to 8 channels. Samples are exact:
 * integers divided by 2^(bits - 1). Of 32-bit samples, the 24 highest significant bits remain, which is what a
 * 32-bit float holds. Channels come as they are coded, the centre first when there are more than two.
 *
 * Source: Apple, Apple Lossless Audio Codec (ALACMagicCookieDescription.txt and the reference decoder).
 *
 * @throws AudioError when the magic cookie is damaged or makes no sense.
 */
export const createAlacDecoder: PacketCodec = (path, track) => {
  const config = parseMagicCookie(path, track.config);
  const { bitsPerSample, channels, layout, sampleRate } = config;
  const Packets = hasKernels() ? KernelPackets : PlainPackets;
  return new AlacDecoder({ codec: 'alac', sampleRate, channels, layout, bitsPerSample }, new Packets(config));
};

/** ALAC by means of `packets`. */
export class AlacDecoder implements PacketDecoder {
  readonly format: DecodedFormat;
  readonly #packets: AlacPackets;
  readonly #block: AudioBlock;

  constructor(format: DecodedFormat, packets: AlacPackets) {
    this.format = format;
    this.#packets = packets;
    this.#block = { frames: 0, channels: packets.planes };
  }

  decode(data: Uint8Array): AudioBlock {
    const frames = this.#packets.decode(data);
    if (frames === CUT) throw new DamagedPacket('it ends inside its samples');
    if (frames < 0) throw new DamagedPacket('its content makes no sense');
    this.#block.frames = frames;
    return this.#block;
  }

  /** Packets do not depend on each other. */
  reset(): void {}
}
