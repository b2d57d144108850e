import { hasKernels, Kernel } from '../../kernel.ts';
import { SAMPLE_BYTES, SAMPLE_READERS, type SampleCodec } from '../sample-codec.ts';

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
  monoOf(kind: number, input: number, frames: number, output: number): void;
  stereoOf(kind: number, input: number, frames: number, left: number, right: number): void;
  mixedOf(kind: number, input: number, frames: number, output: number): void;
}

/** Codings that the kernel reads, by what it calls them; the usual one has functions of its own. */
const KINDS: ReadonlyMap<SampleCodec, number | undefined> = new Map([
  ['pcm_s16le', undefined],
  ['pcm_s16be', 0],
  ['pcm_s24le', 1],
  ['pcm_s24be', 2],
  ['pcm_f32le', 3],
]);

function hasKernelFor({ codec, channels, blockAlign }: Interleaved): boolean {
  return KINDS.has(codec) && channels <= 2 && blockAlign === SAMPLE_BYTES[codec] * channels && hasKernels();
}

/** Whether samples can be read as half the sum of their channels at no more cost than one by one. */
export function canMix(format: Interleaved): boolean {
  return format.channels === 2 && hasKernelFor(format);
}

/** A reader of blocks of up to `capacity` frames. `mixed`: two channels as one, where `canMix`. */
export function createPlaneReader(format: Interleaved, capacity: number, mixed: boolean): PlaneReader {
  if (!hasKernelFor(format)) return new PlainReader(format, capacity);
  return new KernelReader(format, capacity, mixed);
}

/** The usual kinds of samples with vectors, see `kernels/pcm.ts`. */
export class KernelReader implements PlaneReader {
  readonly buffers: readonly [Uint8Array, Uint8Array];
  readonly #exports: PcmExports;
  readonly #planes: Float32Array[];
  readonly #channels: number;
  readonly #kind: number | undefined;

  constructor({ codec, channels, blockAlign }: Interleaved, capacity: number, mixed: boolean) {
    const bytes = capacity * blockAlign;
    const floats = capacity + 3;
    const kernel = new Kernel<PcmExports>('pcm', 2 * (bytes + 16) + channels * floats * 4 + 64);
    this.#exports = kernel.exports;
    this.#channels = channels;
    this.#kind = KINDS.get(codec);
    this.buffers = [kernel.u8(bytes), kernel.u8(bytes)];
    this.#planes = Array.from({ length: mixed ? 1 : channels }, () => kernel.f32(floats));
  }

  read({ byteOffset: input }: Uint8Array, frames: number): Float32Array[] {
    const [left, right] = this.#planes;
    if (left === undefined) return this.#planes;
    if (this.#kind === undefined) this.#readUsual(input, frames, left, right);
    else this.#readOther(this.#kind, input, frames, left, right);
    return this.#planes;
  }

  #readUsual(input: number, frames: number, left: Float32Array, right: Float32Array | undefined): void {
    if (right !== undefined) this.#exports.stereo(input, frames, left.byteOffset, right.byteOffset);
    else if (this.#channels === 2) this.#exports.mixed(input, frames, left.byteOffset);
    else this.#exports.mono(input, frames, left.byteOffset);
  }

  #readOther(
    kind: number,
    input: number,
    frames: number,
    left: Float32Array,
    right: Float32Array | undefined,
  ): void {
    if (right !== undefined) this.#exports.stereoOf(kind, input, frames, left.byteOffset, right.byteOffset);
    else if (this.#channels === 2) this.#exports.mixedOf(kind, input, frames, left.byteOffset);
    else this.#exports.monoOf(kind, input, frames, left.byteOffset);
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
