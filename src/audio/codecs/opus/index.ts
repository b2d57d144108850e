import type { AudioBlock } from '../../audio-input.ts';
import { NotDecodedError } from '../../errors.ts';
import type { ChannelLayout } from '../../layout.ts';
import { DamagedPacket, type DecodedFormat, type PacketCodec, type PacketDecoder } from '../../packets.ts';
import { VORBIS_LAYOUTS } from '../vorbis/layouts.ts';
import { type OpusHead, opusOutputRate, parseOpusHead } from './opus-head.ts';
import { WasmOpus } from './wasm-decoder.ts';

/**
 * Starts a decoder of Opus. It decodes straight to the wanted sample rate where that is 8, 12, 16 or 24 kHz, else to
 * 48 kHz, and stereo straight to mono when that is wanted. The configuration is an OpusHead packet, or empty.
 *
 * @throws AudioError when the header is damaged or of a kind that is not decoded, or without WebAssembly
 */
export const createOpusDecoder: PacketCodec = async (path, track, wanted) => {
  const head = parseOpusHead(path, track.config);
  if (typeof WebAssembly !== 'object') {
    throw new NotDecodedError(`"${path}" cannot be decoded: Opus needs WebAssembly, which is switched off.`, {
      hint: 'Run Node.js without --jitless.',
    });
  }
  const isStereo = head.channels === 2 && head.streams === 1 && head.coupled === 1;
  const mixes = isStereo && wanted.mono === true;
  const channels = mixes ? 1 : head.channels;
  const sampleRate = opusOutputRate(wanted.sampleRate);
  const format: DecodedFormat = {
    codec: 'opus',
    sampleRate,
    channels,
    layout: layoutOf(head, channels),
    bitsPerSample: 0,
  };
  const { streams, coupled, mapping } = head;
  const decoded = mixes ? { streams: 1, coupled: 0, mapping: [0] } : { streams, coupled, mapping };
  return new OpusPacketDecoder(await WasmOpus.start({ sampleRate, channels, ...decoded }), format, head.gain);
};

/** Family 255 says nothing of where its channels are heard. */
function layoutOf({ family }: OpusHead, channels: number): ChannelLayout {
  const usual = VORBIS_LAYOUTS[channels - 1] ?? [];
  return family === 255 && channels > 2 ? usual.map(() => 'unknown') : usual;
}

class OpusPacketDecoder implements PacketDecoder {
  readonly format: DecodedFormat;
  readonly #opus: WasmOpus;
  readonly #gain: number;
  readonly #block: AudioBlock = { frames: 0, channels: [] };

  constructor(opus: WasmOpus, format: DecodedFormat, gain: number) {
    this.#opus = opus;
    this.format = format;
    this.#gain = gain;
  }

  decode(data: Uint8Array): AudioBlock {
    if (data.length === 0) throw new DamagedPacket('it is missing');
    const channels = this.#opus.decode(data);
    if (typeof channels === 'string') throw new DamagedPacket(channels);
    if (this.#gain !== 1) for (const samples of channels) scale(samples, this.#gain);
    this.#block.frames = channels[0]?.length ?? 0;
    this.#block.channels = channels;
    return this.#block;
  }

  reset(): void {
    this.#opus.reset();
  }
}

function scale(samples: Float32Array, gain: number): void {
  for (let i = 0; i < samples.length; i++) samples[i] = (samples[i] as number) * gain;
}
