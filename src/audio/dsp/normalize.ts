import type { AudioNote } from '../audio-input.ts';
import { DEFAULT_CEILING } from './limiter.ts';

/** What was measured of a stream, and what it is to become. */
export interface NormalizeRequest {
  /** Integrated loudness in LUFS; -Infinity for silence. */
  integrated: number;
  /** True peak of the loudest channel in dBTP; -Infinity for silence. */
  truePeak: number;
  /** Wanted loudness in LUFS. */
  target: number;
  /** Highest true peak allowed, in dBTP. */
  ceiling?: number | undefined;
}

/** How a stream reaches its loudness. */
export interface NormalizePlan {
  /** Gain in dB. */
  gain: number;
  /** Whether peaks would exceed the ceiling after the gain, so that a `Limiter` has to follow. */
  needsLimiter: boolean;
  /** What a person should know: that the file is silent, or that the change is an unusual one. */
  notes: AudioNote[];
}

/** Above this much gain, noise comes up with the sound. */
const LARGE_GAIN = 30;
/** Above this much limiting, the result is audibly compressed. */
const STRONG_LIMITING = 6;

/**
 * The gain that brings a stream to `target`. Where a limiter follows, it takes away some of the loudness; a
 * `NormalizeTrial` finds how to get it back. A silent stream stays as it is.
 */
export function planNormalize(request: NormalizeRequest): NormalizePlan {
  const { integrated, truePeak, target, ceiling = DEFAULT_CEILING } = request;
  if (!Number.isFinite(integrated)) {
    const text =
      'The audio is silent (nothing in it is louder than -70 LUFS), so its loudness was left as it is.';
    return { gain: 0, needsLimiter: false, notes: [{ level: 'warning', text }] };
  }
  const gain = target - integrated;
  const excess = truePeak + gain - ceiling;
  const notes: AudioNote[] = [];
  if (gain > LARGE_GAIN) {
    const text = `The audio is very quiet (${integrated.toFixed(1)} LUFS): ${gain.toFixed(1)} dB of gain also raise its noise.`;
    notes.push({ level: 'warning', text });
  }
  if (excess > STRONG_LIMITING) {
    const text =
      `Peaks have to be limited by up to ${excess.toFixed(1)} dB to stay below ${ceiling} dBTP, ` +
      'which makes the audio sound compressed.';
    notes.push({ level: 'warning', text });
  }
  return { gain, needsLimiter: excess > 0, notes };
}
