import { Kernel } from '../../kernel.ts';
import type { FrameDecoder } from './frame-decoder.ts';
import type { FrameHeader } from './frame-header.ts';
import { frameBytesBound, type StreamInfo } from './stream-info.ts';

interface FlacKernel {
  decodeFrame(
    packet: number,
    length: number,
    header: number,
    blockSize: number,
    assignment: number,
    bits: number,
    planes: number,
    stride: number,
    wide: number,
  ): number;
}

/** What the kernel wants free behind a packet. */
const PACKET_PADDING = 32;

/** Decodes the frames of a stream in a kernel. Only where `hasKernels`. */
export class KernelFrames implements FrameDecoder {
  readonly planes: Float32Array[];
  readonly #kernel: Kernel<FlacKernel>;
  readonly #packet: Uint8Array;
  readonly #wide: number;

  constructor(info: StreamInfo) {
    const { bitsPerSample, channels, maxBlockSize } = info;
    // Vectors of 4 samples run over the end of a plane.
    const stride = (maxBlockSize + 3) & ~3;
    const wideSamples = channels === 2 && bitsPerSample === 32 ? maxBlockSize : 0;
    const packetBytes = frameBytesBound(info) + PACKET_PADDING;
    this.#kernel = new Kernel('flac', packetBytes + channels * stride * 4 + wideSamples * 8 + 16 * 16);
    this.#packet = this.#kernel.u8(packetBytes);
    this.planes = Array.from({ length: channels }, () => this.#kernel.f32(stride));
    this.#wide = this.#kernel.i32(wideSamples * 2).byteOffset;
  }

  decode(data: Uint8Array, header: FrameHeader): number {
    const length = Math.min(data.length, this.#packet.length - PACKET_PADDING);
    this.#packet.set(length === data.length ? data : data.subarray(0, length));
    const [first] = this.planes as [Float32Array];
    return this.#kernel.exports.decodeFrame(
      this.#packet.byteOffset,
      length,
      header.length,
      header.blockSize,
      header.assignment,
      header.bitsPerSample,
      first.byteOffset,
      first.byteLength,
      this.#wide,
    );
  }
}
