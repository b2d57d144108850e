import { endianness } from 'node:os';
import type { AudioBlock } from '../audio-input.ts';
import { aLawCodes, muLawCodes } from '../codecs/g711-encode.ts';
import { Dither } from './dither.ts';

/** Codings of samples that can be written, little-endian. */
export type Encoding = 'u8' | 's16' | 's24' | 's32' | 'f32' | 'alaw' | 'mulaw';

/** All of them, for help and checks. */
export const ENCODINGS: readonly Encoding[] = ['u8', 's16', 's24', 's32', 'f32', 'alaw', 'mulaw'];

/** Bytes that a sample takes. */
export const ENCODED_BYTES: Readonly<Record<Encoding, number>> = {
  u8: 1,
  s16: 2,
  s24: 3,
  s32: 4,
  f32: 4,
  alaw: 1,
  mulaw: 1,
};

export interface EncoderOptions {
  encoding: Encoding;
  channels: number;
  /**
   * Adds triangular noise of at most one step before rounding (`u8`, `s16` and `s24`; the others ignore it). It is the
   * same at each run, and does not depend on how the audio is cut into blocks.
   */
  dither?: boolean | undefined;
}

/** Turns a block into interleaved bytes, in a buffer of its own that may be kept. */
export type Encoder = (block: AudioBlock) => Buffer;

/** Writes one channel: `frames` samples from `source` to every `stride`th place of `target` from `offset` on. */
type ChannelWriter<Target> = (
  source: Float32Array,
  frames: number,
  target: Target,
  offset: number,
  stride: number,
) => void;

/**
 * An encoder for blocks of `channels` channels. Full scale (1) is 2^(bits-1); values round to the nearest, ties to
 * even, and stop at the ends of the range; what is no number becomes 0. Samples that come from a file in the same
 * encoding get back the bytes they were, those of 32-bit integers as far as the 24 bits of a block's samples go.
 * A-law and mu-law go by the decision values of G.711, after rounding to 16 bits. Float samples beyond 1 stay as
 * they are.
 */
export function createEncoder({ encoding, channels, dither = false }: EncoderOptions): Encoder {
  const encode = plainEncoder(encoding, channels);
  const bits = DITHERED_BITS[encoding];
  if (!dither || bits === undefined) return encode;
  const noise = new Dither(channels, 2 ** (1 - bits));
  return (block) => encode(noise.add(block));
}

const DITHERED_BITS: Readonly<Partial<Record<Encoding, number>>> = { u8: 8, s16: 16, s24: 24 };

function plainEncoder(encoding: Encoding, channels: number): Encoder {
  switch (encoding) {
    case 'u8':
      return encoder(channels, (samples: number) => new Uint8Array(samples), writeU8);
    case 's16':
      return encoder(channels, (samples: number) => new Int16Array(samples), writeS16);
    case 's24':
      return encoder(channels, (samples: number) => new Uint8Array(samples * 3), writeS24);
    case 's32':
      return encoder(channels, (samples: number) => new Int32Array(samples), writeS32);
    case 'f32':
      return encoder(channels, (samples: number) => new Float32Array(samples), writeF32);
    case 'alaw':
      return encoder(channels, (samples: number) => new Uint8Array(samples), byCodes(aLawCodes()));
    case 'mulaw':
      return encoder(channels, (samples: number) => new Uint8Array(samples), byCodes(muLawCodes()));
  }
}

type Samples =
  | Uint8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>;

function encoder<Target extends Samples>(
  stride: number,
  allocate: (samples: number) => Target,
  write: ChannelWriter<NoInfer<Target>>,
): Encoder {
  return ({ frames, channels }) => {
    const target = allocate(frames * stride);
    for (let channel = 0; channel < stride; channel++) {
      write(channels[channel] as Float32Array, frames, target, channel, stride);
    }
    return littleEndian(target);
  };
}

function littleEndian(samples: Samples): Buffer {
  const bytes = Buffer.from(samples.buffer);
  if (endianness() === 'LE' || samples.BYTES_PER_ELEMENT === 1) return bytes;
  return samples.BYTES_PER_ELEMENT === 2 ? bytes.swap16() : bytes.swap32();
}

/** Adding and taking away 1.5 * 2^52 leaves a double no bits after the point: it rounds to the nearest even. */
const ROUNDER = 1.5 * 2 ** 52;

const writeU8: ChannelWriter<Uint8Array> = (source, frames, target, offset, stride) => {
  for (let i = 0, at = offset; i < frames; i++, at += stride) {
    const held = Math.max(-128, Math.min(127, (source[i] as number) * 128));
    target[at] = ((held + ROUNDER - ROUNDER) | 0) + 128;
  }
};

const writeS16: ChannelWriter<Int16Array> = (source, frames, target, offset, stride) => {
  for (let i = 0, at = offset; i < frames; i++, at += stride) {
    const held = Math.max(-32_768, Math.min(32_767, (source[i] as number) * 32_768));
    target[at] = held + ROUNDER - ROUNDER;
  }
};

const writeS24: ChannelWriter<Uint8Array> = (source, frames, target, offset, stride) => {
  for (let i = 0, at = offset * 3; i < frames; i++, at += stride * 3) {
    const held = Math.max(-8_388_608, Math.min(8_388_607, (source[i] as number) * 8_388_608));
    const value = (held + ROUNDER - ROUNDER) | 0;
    target[at] = value;
    target[at + 1] = value >> 8;
    target[at + 2] = value >> 16;
  }
};

const writeS32: ChannelWriter<Int32Array> = (source, frames, target, offset, stride) => {
  for (let i = 0, at = offset; i < frames; i++, at += stride) {
    const held = Math.max(-2_147_483_648, Math.min(2_147_483_647, (source[i] as number) * 2_147_483_648));
    target[at] = held + ROUNDER - ROUNDER;
  }
};

const writeF32: ChannelWriter<Float32Array> = (source, frames, target, offset, stride) => {
  for (let i = 0, at = offset; i < frames; i++, at += stride) {
    const value = source[i] as number;
    target[at] = Number.isNaN(value) ? 0 : value;
  }
};

/** The negative zero, which mu-law has, goes by the code of -1. */
function byCodes(codes: Uint8Array): ChannelWriter<Uint8Array> {
  const zero = codes[32_768] as number;
  const negativeZero = codes[32_767] as number;
  return (source, frames, target, offset, stride) => {
    for (let i = 0, at = offset; i < frames; i++, at += stride) {
      const value = source[i] as number;
      const held = Math.max(-32_768, Math.min(32_767, value * 32_768));
      const sample = (held + ROUNDER - ROUNDER) | 0;
      if (sample !== 0) target[at] = codes[sample + 32_768] as number;
      else target[at] = value < 0 || Object.is(value, -0) ? negativeZero : zero;
    }
  };
}
