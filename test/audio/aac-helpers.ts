import { readFileSync } from 'node:fs';
import type { AudioBlock } from '../../src/audio/audio-input.ts';
import { adtsHeaderAt } from '../../src/audio/codecs/aac/adts-header.ts';
import { createAacDecoder } from '../../src/audio/codecs/aac/index.ts';
import type { PacketDecoder, PacketTrack } from '../../src/audio/packets.ts';

/** Writes bits, the most significant first. */
export class BitWriter {
  readonly bits: number[] = [];

  /** The lowest `count` bits of `value`. */
  put(count: number, value: number): this {
    for (let i = count - 1; i >= 0; i--) this.bits.push(Math.floor(value / 2 ** i) % 2);
    return this;
  }

  append(bits: readonly number[]): this {
    this.bits.push(...bits);
    return this;
  }

  align(): this {
    while (this.bits.length % 8 !== 0) this.bits.push(0);
    return this;
  }

  bytes(): Uint8Array {
    const bytes = new Uint8Array(Math.ceil(this.bits.length / 8));
    this.bits.forEach((bit, i) => {
      bytes[i >> 3] = (bytes[i >> 3] as number) | (bit << (7 - (i & 7)));
    });
    return bytes;
  }
}

export function bitsOf(bytes: Uint8Array): number[] {
  return [...bytes].flatMap((byte) => Array.from({ length: 8 }, (_, i) => (byte >> (7 - i)) & 1));
}

export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`./fixtures/aac/${name}`, import.meta.url)));
}

/** ffmpeg's decode of a fixture: planar samples of its first frames, in ffmpeg's order of channels. */
export function reference(name: string, channels: number): Float32Array[] {
  const bytes = fixture(`${name}.f32`);
  const samples = new Float32Array(bytes.buffer);
  const frames = samples.length / channels;
  return Array.from({ length: channels }, (_, c) =>
    Float32Array.from({ length: frames }, (__, i) => samples[i * channels + c] as number),
  );
}

/** The raw data blocks of an ADTS file, one for each frame. */
export function rawBlocks(name: string): Uint8Array[] {
  const bytes = fixture(name);
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const header = adtsHeaderAt(bytes, at);
    if (header === undefined) throw new Error(`no ADTS header at ${at}`);
    blocks.push(bytes.subarray(at + header.headerLength, at + header.length));
    at += header.length;
  }
  return blocks;
}

/** An AudioSpecificConfig of AAC-LC. */
export function lcConfig(rateIndex: number, channelConfiguration: number): Uint8Array {
  return new BitWriter().put(5, 2).put(4, rateIndex).put(4, channelConfiguration).put(3, 0).bytes();
}

export function trackOf(
  config: Uint8Array,
  packets: readonly Uint8Array[],
  more: Partial<PacketTrack> = {},
): PacketTrack {
  return {
    codec: 'aac',
    config,
    sampleRate: undefined,
    channels: undefined,
    timeScale: 44_100,
    skip: 0,
    duration: undefined,
    async *packets() {
      yield packets.map((data) => ({ data }));
    },
    ...more,
  };
}

export async function decoderOf(config: Uint8Array, packets: readonly Uint8Array[], wanted = {}) {
  return createAacDecoder('test.m4a', trackOf(config, packets), wanted);
}

/** All samples of some packets, planar. */
export function decodeAll(decoder: PacketDecoder, packets: readonly Uint8Array[]): Float32Array[] {
  const parts = packets.map((packet) => copyOf(decoder.decode(packet)));
  return joined(parts);
}

export function copyOf({ frames, channels }: AudioBlock): Float32Array[] {
  return channels.map((channel) => channel.slice(0, frames));
}

/** Blocks one after another. */
export function joined(parts: readonly Float32Array[][]): Float32Array[] {
  return (parts[0] ?? []).map((_, c) => {
    const pieces = parts.map((part) => part[c] ?? new Float32Array(0));
    const all = new Float32Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  });
}

/** A generator of whole numbers below `limit`, the same at every run. */
export function random(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}
