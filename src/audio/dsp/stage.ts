import type { AudioBlock } from '../audio-input.ts';

/**
 * A step of processing. What it delays it gives back in `flush`: over a whole file the output begins where the input
 * does. Blocks and their arrays are reused at the next call.
 */
export interface Stage {
  process(block: AudioBlock): AudioBlock;

  /** What is left after the last block. */
  flush(): AudioBlock;
}
