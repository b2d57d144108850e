import type { AudioBlock, AudioInput } from '../audio-input.ts';
import { processAudio } from '../pipeline.ts';
import { createEncoder } from './encode.ts';

/** What the PCM is to be: `sampleRate` in Hz; mono, stereo or as many channels as there are. */
export interface Pcm16Options {
  sampleRate: number;
  channels: 1 | 2 | 'source';
  signal?: AbortSignal | undefined;
}

/**
 * Decodes `input` to interleaved, signed 16-bit little-endian PCM: mixed down, resampled, rounded to the nearest
 * (ties to even), values beyond the range held at its end, no dither. Full scale is 32768. Samples that already
 * are 16-bit PCM of the wanted rate and channels come out unchanged. Every buffer is new, holds whole frames and
 * may be kept. The input stays open.
 *
 * @throws AudioError when the sample rate is outside 1 kHz to 768 kHz or the input fails; the reason of `signal`
 * when that is aborted.
 */
export async function* toPcm16(
  input: AudioInput,
  { sampleRate, channels, signal }: Pcm16Options,
): AsyncGenerator<Buffer, void, undefined> {
  const processed = await processAudio(input, { sampleRate, channels, signal });
  const encode = createEncoder({ encoding: 's16', channels: processed.channels });
  for await (const block of processed.blocks()) yield encode(block);
}

/**
 * A block as interleaved, signed 16-bit little-endian PCM, in a buffer of its own. Full scale (1) is 32768;
 * values round to the nearest, ties to even, and stop at -32768 and 32767.
 */
export function encodePcm16(block: AudioBlock): Buffer {
  return createEncoder({ encoding: 's16', channels: block.channels.length })(block);
}
