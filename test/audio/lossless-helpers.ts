import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AudioBlock } from '../../src/audio/audio-input.ts';
import type { ChannelLayout, Speaker } from '../../src/audio/layout.ts';

/** A fixture of the lossless codecs. */
export function fixture(name: string): Buffer {
  return readFileSync(fileURLToPath(new URL(`fixtures/flac/${name}`, import.meta.url)));
}

/** The samples of a block, in arrays of their own. */
export function copyOf({ frames, channels }: AudioBlock): number[][] {
  return channels.map((channel) => [...channel.subarray(0, frames)]);
}

/** The order in which WAV files, and ffmpeg, have the channels. */
const WAV_ORDER: readonly Speaker[] = ['mono', 'FL', 'FR', 'FC', 'LFE', 'BL', 'BR', 'FLC', 'FRC', 'BC'];

/** SHA-256 of samples as ffmpeg's `-f s32le` writes them. */
export function hashOf(channels: readonly number[][], layout: ChannelLayout): string {
  const order = [...layout].sort((a, b) => WAV_ORDER.indexOf(a) - WAV_ORDER.indexOf(b));
  const sorted = order.map((speaker) => channels[layout.indexOf(speaker)] ?? []);
  const frames = sorted[0]?.length ?? 0;
  const pcm = new Int32Array(frames * sorted.length);
  sorted.forEach((channel, c) => {
    for (let i = 0; i < frames; i++) pcm[i * sorted.length + c] = (channel[i] ?? 0) * 2 ** 31;
  });
  return createHash('sha256').update(new Uint8Array(pcm.buffer)).digest('hex');
}

/** A generator of the same pseudo-random numbers of 32 bits for each seed (xorshift32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
