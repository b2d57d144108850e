import type { AudioBlock } from '../../src/audio/audio-input.ts';
import type { Stage } from '../../src/audio/dsp/stage.ts';
import { joined } from './samples.ts';

/** Amplitude of a level in dB. */
export const amplitude = (db: number) => 10 ** (db / 20);

export const decibels = (ratio: number) => 20 * Math.log10(ratio);

/** A sine of `seconds`; its peak is `level` dBFS. `phase` in degrees. */
export function sine(
  frequency: number,
  sampleRate: number,
  seconds: number,
  level = 0,
  phase = 0,
): Float32Array {
  const step = (2 * Math.PI * frequency) / sampleRate;
  const start = (phase * Math.PI) / 180;
  const peak = amplitude(level);
  return Float32Array.from(
    { length: Math.round(sampleRate * seconds) },
    (_, i) => peak * Math.sin(start + step * i),
  );
}

/** White noise from -`peak` to `peak`, the same for the same `seed`. */
export function noise(frames: number, peak: number, seed = 1): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: frames }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state / 2 ** 31 - 1) * peak;
  });
}

/** `channels` cut into blocks of `sizes` in turn, in arrays that are reused and spoiled, as an AudioInput may do. */
export function* blocksOf(
  channels: Float32Array[],
  sizes: readonly number[] = [4096],
): Generator<AudioBlock> {
  const frames = channels[0]?.length ?? 0;
  const arrays = channels.map(() => new Float32Array(Math.max(...sizes)));
  for (let at = 0, turn = 0; at < frames; turn++) {
    const count = Math.min(frames - at, sizes[turn % sizes.length] ?? 1);
    arrays.forEach((array, i) => {
      array.fill(99);
      array.set(channels[i]?.subarray(at, at + count) ?? []);
    });
    yield { frames: count, channels: arrays };
    at += count;
  }
}

/** All that comes out of `stage`. */
export function run(stage: Stage, channels: Float32Array[], sizes?: readonly number[]): Float32Array[] {
  const parts: Float32Array[][] = channels.map(() => []);
  const keep = (block: AudioBlock) =>
    parts.forEach((list, i) => {
      list.push(Float32Array.from(block.channels[i]?.subarray(0, block.frames) ?? []));
    });
  for (const block of blocksOf(channels, sizes)) keep(stage.process(block));
  keep(stage.flush());
  return parts.map((list) => joined(...list));
}
