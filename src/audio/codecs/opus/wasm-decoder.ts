import { OpusDecoder } from 'opus-decoder';

/** How a stream is decoded; see RFC 7845 §5.1.1 for streams and mapping. */
export interface WasmDecoderOptions {
  sampleRate: number;
  channels: number;
  streams: number;
  coupled: number;
  mapping: readonly number[];
}

/** The functions of libopus and its memory. Pointers are byte offsets. */
interface Libopus {
  HEAP: ArrayBuffer;
  malloc(bytes: number): number;
  free(pointer: number): void;
  opus_frame_decoder_create(
    sampleRate: number,
    channels: number,
    streams: number,
    coupled: number,
    mapping: number,
    preSkip: number,
    forceStereo: number,
  ): number;
  opus_frame_decoder_destroy(decoder: number): void;
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
/** The longest packet lasts 120 ms. */
const MAX_SAMPLES = 5760;

const ERRORS: Readonly<Record<number, string>> = {
  [-1]: 'its parameters are out of range',
  [-2]: 'it lasts too long',
  [-4]: 'it is corrupted',
};

/**
 * libopus as the package opus-decoder brings it. The package's own `decodeFrame` makes new arrays for every packet
 * and prints errors, and its `reset` is asynchronous: so this calls the functions beneath.
 */
export class WasmOpus {
  readonly #libopus: Libopus;
  readonly #options: WasmDecoderOptions;
  readonly #mapping: number;
  readonly #input: Uint8Array;
  readonly #output: Float32Array;
  readonly #views = new Map<number, Float32Array[]>();
  #decoder: number;

  private constructor(libopus: Libopus, options: WasmDecoderOptions) {
    this.#libopus = libopus;
    this.#options = options;
    const { channels, streams, mapping } = options;
    this.#mapping = libopus.malloc(channels);
    new Uint8Array(libopus.HEAP, this.#mapping, channels).set(mapping);
    const inputBytes = MAX_STREAM_BYTES * streams;
    this.#input = new Uint8Array(libopus.HEAP, libopus.malloc(inputBytes), inputBytes);
    const outputFloats = MAX_SAMPLES * channels;
    this.#output = new Float32Array(libopus.HEAP, libopus.malloc(4 * outputFloats), outputFloats);
    this.#decoder = this.#create();
  }

  /** Only where there is WebAssembly. */
  static async start(options: WasmDecoderOptions): Promise<WasmOpus> {
    const loader = new OpusDecoder();
    await loader.ready;
    const { wasm } = (loader as unknown as { _common: { wasm: Libopus } })._common;
    loader.free();
    return new WasmOpus(wasm, options);
  }

  /** One array for each channel, valid until the next call, or why the packet cannot be decoded. */
  decode(packet: Uint8Array): Float32Array[] | string {
    if (packet.length > this.#input.length) return `it has ${packet.length} bytes`;
    this.#input.set(packet);
    const samples = this.#libopus.opus_frame_decode_float_deinterleaved(
      this.#decoder,
      this.#input.byteOffset,
      packet.length,
      this.#output.byteOffset,
    );
    return samples < 0 ? (ERRORS[samples] ?? `libopus reports ${samples}`) : this.#viewsOf(samples);
  }

  /** Forgets all packets. */
  reset(): void {
    this.#destroy();
    this.#decoder = this.#create();
  }

  #create(): number {
    const { sampleRate, channels, streams, coupled } = this.#options;
    return this.#libopus.opus_frame_decoder_create(
      sampleRate,
      channels,
      streams,
      coupled,
      this.#mapping,
      0,
      0,
    );
  }

  #destroy(): void {
    this.#libopus.opus_frame_decoder_destroy(this.#decoder);
    this.#libopus.free(this.#decoder);
  }

  #viewsOf(samples: number): Float32Array[] {
    let views = this.#views.get(samples);
    if (views === undefined) {
      views = Array.from({ length: this.#options.channels }, (_, channel) =>
        this.#output.subarray(channel * samples, (channel + 1) * samples),
      );
      this.#views.set(samples, views);
    }
    return views;
  }
}
