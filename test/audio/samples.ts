/** Decoding of whole files, and arithmetic on what comes out, for the tests of all formats. */
import type { AudioInfo, AudioNote, OpenOptions } from '../../src/audio/audio-input.ts';
import { openAudio } from '../../src/audio/open-audio.ts';
import type { PacketTrack } from '../../src/audio/packets.ts';

/** What decoding a file gives: one array for each channel. */
export interface Decoded {
  info: AudioInfo;
  notes: readonly AudioNote[];
  frames: number;
  channels: Float32Array[];
}

/** Opens a file, decodes it `times` times (the last one counts) and closes it. */
export async function decodeFile(path: string, options: OpenOptions = {}, times = 1): Promise<Decoded> {
  const input = await openAudio(path, options);
  try {
    const parts: Float32Array[][] = Array.from({ length: input.info.channels }, () => []);
    for (let i = 0; i < times; i++) {
      for (const part of parts) part.length = 0;
      for await (const { frames, channels } of input.blocks())
        for (const [channel, samples] of channels.entries()) parts[channel]?.push(samples.slice(0, frames));
    }
    const channels = parts.map((part) => joined(...part));
    return { info: input.info, notes: input.notes ?? [], frames: channels[0]?.length ?? 0, channels };
  } finally {
    await input.close();
  }
}

/** One after the other. */
export function joined(...parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** The first `frames` of planar samples, interleaved. */
export function interleaved(channels: readonly Float32Array[], frames: number): Float32Array {
  const all = new Float32Array(frames * channels.length);
  channels.forEach((samples, channel) => {
    for (let i = 0; i < frames; i++) all[i * channels.length + channel] = samples[i] as number;
  });
  return all;
}

/** Interleaved 32-bit floats as planar samples. */
export function planar(bytes: Uint8Array, channels: number): Float32Array[] {
  const samples = new Float32Array(bytes.slice().buffer);
  return Array.from({ length: channels }, (_, c) => samples.filter((__, i) => i % channels === c));
}

/**
 * How far `actual` is from `expected`, in dB below its energy, over the length of the latter; not a number when there
 * is less of `actual`.
 */
export function snr(actual: Float32Array | undefined, expected: Float32Array): number {
  let signal = 0;
  let noise = 0;
  expected.forEach((value, i) => {
    signal += value ** 2;
    noise += (value - (actual?.[i] ?? Number.NaN)) ** 2;
  });
  return noise === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(signal / noise);
}

/** As `snr`, over all channels together. */
export function snrOfAll(actual: readonly Float32Array[], expected: readonly Float32Array[]): number {
  const frames = expected[0]?.length ?? 0;
  return snr(interleaved(actual, frames), interleaved(expected, frames));
}

/** A track with nothing but a codec and its configuration. */
export function emptyTrack(codec: string, config: Uint8Array): PacketTrack {
  return {
    codec,
    config,
    sampleRate: undefined,
    channels: undefined,
    timeScale: 44_100,
    skip: 0,
    duration: undefined,
    async *packets() {},
  };
}
