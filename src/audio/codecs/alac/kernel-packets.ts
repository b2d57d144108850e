import { Kernel } from '../../kernel.ts';
import type { AlacConfig } from './magic-cookie.ts';
import type { AlacPackets } from './packet-decoder.ts';

interface AlacKernel {
  configure(bits: number, mb: number, pb: number, kb: number, samples: number, channels: number): void;
  decodePacket(packet: number, length: number, planes: number, stride: number): number;
}

/** What the kernel wants free behind a packet. */
const PACKET_PADDING = 32;

/** Decodes the packets of a track in a kernel. Only where `hasKernels`. */
export class KernelPackets implements AlacPackets {
  readonly planes: Float32Array[];
  readonly #kernel: Kernel<AlacKernel>;
  readonly #packet: Uint8Array;

  constructor(config: AlacConfig) {
    const { frameLength, bitsPerSample, mb, pb, kb, channels } = config;
    // Vectors of 4 samples run over the end of a plane.
    const stride = (frameLength + 3) & ~3;
    // An encoder writes samples as they are before it makes a packet larger; twice that is more than enough.
    const packetBytes = 1024 + Math.ceil((2 * channels * frameLength * bitsPerSample) / 8) + PACKET_PADDING;
    this.#kernel = new Kernel('alac', packetBytes + channels * stride * 4 + 16 * 16);
    this.#kernel.exports.configure(bitsPerSample, mb, pb, kb, frameLength, channels);
    this.#packet = this.#kernel.u8(packetBytes);
    this.planes = Array.from({ length: channels }, () => this.#kernel.f32(stride));
  }

  decode(data: Uint8Array): number {
    const length = Math.min(data.length, this.#packet.length - PACKET_PADDING);
    this.#packet.set(length === data.length ? data : data.subarray(0, length));
    const [first] = this.planes as [Float32Array];
    const { byteOffset } = this.#packet;
    return this.#kernel.exports.decodePacket(byteOffset, length, first.byteOffset, first.byteLength);
  }
}
