import { OpusDecoder } from 'opus-decoder';
import { kernelModule } from '../../kernel.ts';

/** How a stream is decoded; see RFC 7845 §5.1.1 for streams and mapping. */
export interface WasmOpusOptions {
  sampleRate: 8000 | 12_000 | 16_000 | 24_000 | 48_000;
  channels: number;
  streams: number;
  coupled: number;
  mapping: readonly number[];
}

/** What is used of an `OpusDecoder` of opus-decoder 0.7, beneath what it documents. Pointers are byte offsets. */
interface Inside {
  _decoder: number;
  _output: { ptr: number; buf: Float32Array };
  _common: { wasm: Libopus };
}

interface Libopus {
  HEAP: ArrayBuffer;
  malloc(bytes: number): number;
  /** Returns the samples of each channel, which stand one behind the other, or a negative error. */
  opus_frame_decode_float_deinterleaved(
    decoder: number,
    input: number,
    bytes: number,
    output: number,
  ): number;
}

/** The longest packet of one stream: 48 frames of 1275 bytes and their lengths. Source: RFC 6716 §3.2.5. */
const MAX_STREAM_BYTES = 61_440;

const INTERNAL_ERROR = -3;

/** Source: opus_defines.h of libopus, "Error codes". */
const ERRORS: Readonly<Record<number, string>> = {
  [-1]: 'its parameters are out of range',
  [-2]: 'it lasts too long',
  [-4]: 'it is corrupted',
};

/**
 * libopus as the package opus-decoder brings it. The package's own `decodeFrame` makes new arrays for every packet and
 * prints errors, and its `reset` is asynchronous and keeps memory: so this calls the function of libopus itself, and
 * goes back to the beginning by restoring the memory that it had then.
 */
export class WasmOpus {
  readonly #libopus: Libopus;
  readonly #decoder: number;
  readonly #channels: number;
  readonly #input: Uint8Array;
  readonly #output: Float32Array;
  readonly #views = new Map<number, Float32Array[]>();
  readonly #memory: Uint8Array;
  readonly #beginning: Uint8Array;

  private constructor({ _decoder, _output, _common }: Inside, { channels, streams }: WasmOpusOptions) {
    this.#libopus = _common.wasm;
    this.#decoder = _decoder;
    this.#output = _output.buf;
    this.#channels = channels;
    const inputBytes = MAX_STREAM_BYTES * streams;
    const input = this.#libopus.malloc(inputBytes);
    this.#input = new Uint8Array(this.#libopus.HEAP, input, inputBytes);
    // Allocated last, and nothing is while decoding: all that matters lies below.
    this.#memory = new Uint8Array(this.#libopus.HEAP, 0, input);
    this.#beginning = this.#memory.slice();
  }

  /** Only where there is WebAssembly: without, the package never answers. */
  static async start(options: WasmOpusOptions): Promise<WasmOpus> {
    const { sampleRate, channels, streams, coupled, mapping } = options;
    // What the package would unpack and compile; see build.opus.config.js for what is changed.
    (OpusDecoder as unknown as { module: WebAssembly.Module }).module = kernelModule('opus');
    const decoder = new OpusDecoder({
      sampleRate,
      channels,
      streamCount: streams,
      coupledStreamCount: coupled,
      channelMappingTable: [...mapping],
    });
    await decoder.ready;
    return new WasmOpus(decoder as unknown as Inside, options);
  }

  /** One array for each channel, valid until the next call, or why the packet cannot be decoded. */
  decode(packet: Uint8Array): Float32Array[] | string {
    if (packet.length > this.#input.length) return `it has ${packet.length} bytes`;
    this.#input.set(packet);
    const samples = this.#run(packet.length);
    return samples < 0 ? (ERRORS[samples] ?? `libopus reports ${samples}`) : this.#viewsOf(samples);
  }

  /** Forgets all packets. */
  reset(): void {
    this.#memory.set(this.#beginning);
  }

  #run(bytes: number): number {
    try {
      return this.#libopus.opus_frame_decode_float_deinterleaved(
        this.#decoder,
        this.#input.byteOffset,
        bytes,
        this.#output.byteOffset,
      );
    } catch (error) {
      // No packet is known that does this; what it has done to the memory is undone by a reset.
      if (error instanceof Error && error.name === 'RuntimeError') return INTERNAL_ERROR;
      throw error;
    }
  }

  #viewsOf(samples: number): Float32Array[] {
    let views = this.#views.get(samples);
    if (views === undefined) {
      views = Array.from({ length: this.#channels }, (_, channel) =>
        this.#output.subarray(channel * samples, (channel + 1) * samples),
      );
      this.#views.set(samples, views);
    }
    return views;
  }
}
