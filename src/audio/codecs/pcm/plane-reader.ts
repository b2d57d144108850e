import { hasKernels, Kernel } from '../../kernel.ts';
import { SAMPLE_READERS, type SampleCodec } from '../sample-codec.ts';

/** Interleaved samples: `blockAlign` is the size of a frame in bytes; a sample stands at the beginning of its share. */
export interface Interleaved {
  codec: SampleCodec;
  channels: number;
  blockAlign: number;
}

/** Takes interleaved samples apart. */
export interface PlaneReader {
  /** Arrays for the bytes of a block; one can be filled while the other is read. */
  readonly buffers: readonly [Uint8Array, Uint8Array];

  /** The first `frames` frames of one of the buffers, an array for each channel, valid until the next call. */
  read(bytes: Uint8Array, frames: number): Float32Array[];
}

interface PcmExports {
  mono(input: number, frames: number, output: number): void;
  stereo(input: number, frames: number, left: number, right: number): void;
  mixed(input: number, frames: number, output: number): void;
}

/** Whether samples can be read as half the sum of their channels at no more cost than one by one. */
export function canMix({ codec, channels, blockAlign }: Interleaved): boolean {
  return codec === 'pcm_s16le' && channels === 2 && blockAlign === 4 && hasKernels();
}

/** A reader of blocks of up to `capacity` frames. `mixed`: two channels as one, where `canMix`. */
export function createPlaneReader(format: Interleaved, capacity: number, mixed: boolean): PlaneReader {
  const { codec, channels, blockAlign } = format;
  const isPlain16 = codec === 'pcm_s16le' && channels <= 2 && blockAlign === 2 * channels;
  if (!isPlain16 || !hasKernels()) return new PlainReader(format, capacity);
  return new KernelReader(capacity, channels, mixed);
}

/** The usual kind of samples with vectors, see `kernels/pcm.ts`. */
export class KernelReader implements PlaneReader {
  readonly buffers: readonly [Uint8Array, Uint8Array];
  readonly #exports: PcmExports;
  readonly #planes: Float32Array[];
  readonly #channels: number;

  constructor(capacity: number, channels: number, mixed: boolean) {
    const bytes = capacity * channels * 2;
    const floats = capacity + 3;
    const kernel = new Kernel<PcmExports>('pcm', 2 * (bytes + 16) + channels * floats * 4 + 64);
    this.#exports = kernel.exports;
    this.#channels = channels;
    this.buffers = [kernel.u8(bytes), kernel.u8(bytes)];
    this.#planes = Array.from({ length: mixed ? 1 : channels }, () => kernel.f32(floats));
  }

  read(bytes: Uint8Array, frames: number): Float32Array[] {
    const [left, right] = this.#planes;
    if (left === undefined) return this.#planes;
    if (right !== undefined)
      this.#exports.stereo(bytes.byteOffset, frames, left.byteOffset, right.byteOffset);
    else if (this.#channels === 2) this.#exports.mixed(bytes.byteOffset, frames, left.byteOffset);
    else this.#exports.mono(bytes.byteOffset, frames, left.byteOffset);
    return this.#planes;
  }
}

/** Samples of any kind. */
export class PlainReader implements PlaneReader {
  readonly buffers: readonly [Uint8Array, Uint8Array];
  readonly #format: Interleaved;
  readonly #planes: Float32Array[];

  constructor(format: Interleaved, capacity: number) {
    const bytes = capacity * format.blockAlign;
    this.#format = format;
    this.buffers = [new Uint8Array(bytes), new Uint8Array(bytes)];
    this.#planes = Array.from({ length: format.channels }, () => new Float32Array(capacity));
  }

  read(bytes: Uint8Array, frames: number): Float32Array[] {
    const { codec, channels, blockAlign } = this.#format;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#planes.forEach((plane, channel) => {
      SAMPLE_READERS[codec](view, (channel * blockAlign) / channels, blockAlign, plane.subarray(0, frames));
    });
    return this.#planes;
  }
}
