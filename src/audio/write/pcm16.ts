import type { AudioBlock, AudioInput } from '../audio-input.ts';
import { MAX_SAMPLE_RATE, MIN_SAMPLE_RATE } from '../containers/wav-format.ts';
import { type DownmixGains, downmix, downmixGains } from '../dsp/downmix.ts';
import { Resampler } from '../dsp/resampler.ts';
import { AudioError } from '../errors.ts';
import { createEncoder } from './encode.ts';

/** What the PCM is to be: `sampleRate` in Hz; mono, stereo or as many channels as there are. */
export interface Pcm16Options {
  sampleRate: number;
  channels: 1 | 2 | 'source';
  signal?: AbortSignal | undefined;
}

/** Most output frames that are made at one go, so that a great change of rate does not take great buffers. */
const SLICE_FRAMES = 65_536;

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
  if (!Number.isInteger(sampleRate) || sampleRate < MIN_SAMPLE_RATE || sampleRate > MAX_SAMPLE_RATE) {
    throw new AudioError(`Audio cannot be converted to a sample rate of ${sampleRate} Hz.`, {
      hint: `Choose a whole number from ${MIN_SAMPLE_RATE} to ${MAX_SAMPLE_RATE}, for instance 24000.`,
    });
  }
  const { info } = input;
  const outputs = channels === 'source' ? info.channels : channels;
  const mix =
    channels === 'source' || channels === info.channels
      ? unmixed
      : mixer(downmixGains(info.layout, channels));
  const resampler = new Resampler({ inputRate: info.sampleRate, outputRate: sampleRate, channels: outputs });
  const sliceFrames = Math.max(1, Math.floor((SLICE_FRAMES * info.sampleRate) / sampleRate));

  for await (const block of input.blocks(signal)) {
    const mixed = mix(block);
    for (let start = 0; start < mixed.frames; start += sliceFrames) {
      const end = Math.min(mixed.frames, start + sliceFrames);
      const slice = mixed.channels.map((channel) => channel.subarray(start, end));
      const resampled = resampler.process(slice, end - start);
      if (resampled.frames > 0) yield encodePcm16(resampled);
    }
  }
  const rest = resampler.flush();
  if (rest.frames > 0) yield encodePcm16(rest);
}

function unmixed(block: AudioBlock): AudioBlock {
  return block;
}

function mixer(gains: DownmixGains): (block: AudioBlock) => AudioBlock {
  let output = gains.map(() => new Float32Array(0));
  return ({ frames, channels }) => {
    if ((output[0]?.length ?? 0) < frames) output = gains.map(() => new Float32Array(frames));
    downmix(channels, frames, gains, output);
    return { frames, channels: output };
  };
}

/**
 * A block as interleaved, signed 16-bit little-endian PCM, in a buffer of its own. Full scale (1) is 32768;
 * values round to the nearest, ties to even, and stop at -32768 and 32767.
 */
export function encodePcm16(block: AudioBlock): Buffer {
  return createEncoder({ encoding: 's16', channels: block.channels.length })(block);
}
