/** How long a conversion is, and how far it is. */
import type { AudioInput } from '../audio/index.ts';
import type { Processing } from './audio-engine.ts';

/** Seconds that are left of a file; undefined where only decoding would tell. */
export function lengthOf(
  seconds: number | undefined,
  { start = 0, duration, trimSilence }: Processing,
): number | undefined {
  if (trimSilence !== undefined && trimSilence !== false) return undefined;
  if (seconds === undefined) return undefined;
  const rest = Math.max(0, seconds - start);
  return duration === undefined ? rest : Math.min(rest, duration);
}

/** The least part of the whole that is worth telling. */
const PROGRESS_STEP = 0.01;

/** An input that tells how far it has been decoded, over all the passes that `processing` takes. */
export function observe(
  input: AudioInput,
  { start = 0, duration, trimSilence, normalize }: Processing,
  onProgress: (done: number) => void,
): AudioInput {
  const { frames: all, sampleRate } = input.info;
  const wanted = duration === undefined ? undefined : (start + duration) * sampleRate;
  const total = Math.max(1, Math.min(all ?? Number.POSITIVE_INFINITY, wanted ?? Number.POSITIVE_INFINITY));
  let passes = 1 + (trimSilence ? 1 : 0) + (normalize === undefined ? 0 : 1);
  let pass = 0;
  let told = 0;
  return {
    info: input.info,
    get notes() {
      return input.notes ?? [];
    },
    async *blocks(signal) {
      pass++;
      // Limiting takes one more than was to be expected.
      passes = Math.max(passes, pass);
      let frames = 0;
      for await (const block of input.blocks(signal)) {
        yield block;
        frames += block.frames;
        const done = (pass - 1 + Math.min(1, frames / total)) / passes;
        if (done - told < PROGRESS_STEP) continue;
        told = done;
        onProgress(done);
      }
    },
    close: () => input.close(),
  };
}
