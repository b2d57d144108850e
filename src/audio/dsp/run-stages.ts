import type { AudioBlock } from '../audio-input.ts';
import { gathered } from './gather.ts';
import type { Stage } from './stage.ts';

/** A stage that may have enough before its input ends, as `Cut`. */
type EndingStage = Stage & { readonly isOver?: boolean };

/** Most frames of a block that comes out: a great rise of the sample rate makes great blocks. */
const MAX_FRAMES = 65_536;

/**
 * Sends `blocks` through `stages`, one after the other, to the end of what they hold back. Blocks that come out have
 * at least one frame and at most 65,536.
 *
 * @param isLive small blocks are not put together
 */
export async function* runStages(
  blocks: AsyncIterable<AudioBlock>,
  stages: readonly EndingStage[],
  isLive = false,
): AsyncGenerator<AudioBlock, void, undefined> {
  for await (const block of isLive ? blocks : gathered(blocks)) {
    yield* slices(through(stages, block, 0));
    if (stages.some((stage) => stage.isOver === true)) break;
  }
  for (let i = 0; i < stages.length; i++) {
    const rest = stages[i]?.flush();
    if (rest !== undefined) yield* slices(through(stages, rest, i + 1));
  }
}

function through(stages: readonly Stage[], block: AudioBlock, first: number): AudioBlock {
  let output = block;
  for (let i = first; i < stages.length && output.frames > 0; i++)
    output = stages[i]?.process(output) ?? output;
  return output;
}

function* slices(block: AudioBlock): Generator<AudioBlock, void, undefined> {
  if (block.frames > 0 && block.frames <= MAX_FRAMES) yield block;
  for (let start = 0; block.frames > MAX_FRAMES && start < block.frames; start += MAX_FRAMES) {
    const end = Math.min(block.frames, start + MAX_FRAMES);
    yield { frames: end - start, channels: block.channels.map((channel) => channel.subarray(start, end)) };
  }
}
