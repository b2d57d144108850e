import type { AudioBlock } from '../audio-input.ts';

/** Blocks of fewer frames are put together: what follows costs about the same for each block, however small. */
const MIN_FRAMES = 4096;

/** Puts small blocks together to blocks of at least 4,096 frames; the last one may be smaller. */
export async function* gathered(
  blocks: AsyncIterable<AudioBlock>,
): AsyncGenerator<AudioBlock, void, undefined> {
  const pending: AudioBlock = { frames: 0, channels: [] };
  for await (const block of blocks) {
    if (pending.frames === 0 && block.frames >= MIN_FRAMES) {
      yield block;
      continue;
    }
    append(pending, block);
    if (pending.frames < MIN_FRAMES) continue;
    yield pending;
    pending.frames = 0;
  }
  if (pending.frames > 0) yield pending;
}

function append(pending: AudioBlock, { frames, channels }: AudioBlock): void {
  const needed = pending.frames + frames;
  channels.forEach((channel, i) => {
    let target = pending.channels[i];
    if (target === undefined || target.length < needed) {
      target = new Float32Array(Math.max(needed, 2 * MIN_FRAMES));
      target.set(pending.channels[i]?.subarray(0, pending.frames) ?? []);
      pending.channels[i] = target;
    }
    target.set(channel.length === frames ? channel : channel.subarray(0, frames), pending.frames);
  });
  pending.frames = needed;
}
