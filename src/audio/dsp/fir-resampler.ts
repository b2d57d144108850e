import type { AudioBlock } from '../audio-input.ts';
import { type Convolver, createConvolver, type Position, type Ratio } from './convolve.ts';
import { designFilterBank, type FilterBank } from './filter-bank.ts';
import type { Stage } from './stage.ts';

/** Outputs are made in such groups at a time where the filter can, see `kernels/resample.ts`. */
const GROUP_ROWS = 4;

/** Groups of more outputs than this are not waited for. */
const MAX_GROUP = 1024;

const FIRST_CAPACITY = 8192;

/** The work of `Resampler` by convolution: gives each output as soon as the filter reaches it, or a few more have. */
export class FirResampler implements Stage {
  readonly #ratio: Ratio;
  readonly #bank: FilterBank;
  readonly #create: typeof createConvolver;
  readonly #group: number;
  readonly #output: AudioBlock;
  readonly #channels: number;
  #convolver: Convolver | undefined;
  /** Frames that fit into each array of `#pending`. */
  #capacity = 0;
  /** Input still under the filter, led by as many zeros as the filter looks back. */
  #pending: Float32Array[] = [];
  #pendingFrames = 0;
  #position: Position = { index: 0, phase: 0 };
  /** Input frames that have been dropped from the front of `#pending`, the leading zeros included. */
  #dropped = 0;
  #received = 0;

  constructor(ratio: Ratio, channels: number, create = createConvolver) {
    this.#ratio = ratio;
    const outputs = ratio.up * GROUP_ROWS;
    this.#group = outputs <= MAX_GROUP ? outputs : 1;
    this.#bank = designFilterBank(ratio.up, ratio.down);
    this.#create = create;
    this.#channels = channels;
    this.#output = { frames: 0, channels: [] };
    this.#reset();
  }

  process(block: AudioBlock): AudioBlock {
    this.#received += block.frames;
    this.#append(block.frames, (pending, channel) => {
      const source = block.channels[channel];
      const from = this.#pendingFrames;
      if (source === undefined) pending.fill(0, from, from + block.frames);
      else pending.set(source.length === block.frames ? source : source.subarray(0, block.frames), from);
    });
    const complete = this.#outputsUpTo(this.#pendingFrames - this.#bank.taps);
    return this.#convolve(complete - (complete % this.#group));
  }

  /** As if silence followed. Another stream can follow after that. */
  flush(): AudioBlock {
    const half = this.#bank.taps / 2;
    this.#append(half, (pending) => pending.fill(0, this.#pendingFrames, this.#pendingFrames + half));
    // Output lies inside the stream when the input at or before it is one that was received.
    const block = this.#convolve(this.#outputsUpTo(this.#received - this.#dropped - 1));
    this.#reset();
    return block;
  }

  #reset(): void {
    const lead = this.#bank.taps / 2 - 1;
    this.#pendingFrames = 0;
    this.#append(lead, (pending) => pending.fill(0, 0, lead));
    this.#position = { index: 0, phase: 0 };
    this.#dropped = 0;
    this.#received = 0;
  }

  /** Makes room for `frames` more and lets `fill` write them at the end. */
  #append(frames: number, fill: (pending: Float32Array, channel: number) => void): void {
    if (this.#pendingFrames + frames > this.#capacity) this.#grow(this.#pendingFrames + frames);
    this.#pending.forEach(fill);
    this.#pendingFrames += frames;
  }

  /** A kernel's memory does not grow: a new one takes over. */
  #grow(needed: number): void {
    const { up, down } = this.#ratio;
    this.#capacity = Math.max(FIRST_CAPACITY, 2 ** Math.ceil(Math.log2(needed)));
    const outputs = Math.ceil((this.#capacity * up) / down) + 1;
    const arrays = 2 * this.#channels;
    const frames = this.#channels * (this.#capacity + outputs);
    const convolver = this.#create(this.#bank, this.#ratio, frames, arrays);
    this.#pending = Array.from({ length: this.#channels }, (_, channel) => {
      const larger = convolver.allocate(this.#capacity);
      larger.set(this.#pending[channel]?.subarray(0, this.#pendingFrames) ?? []);
      return larger;
    });
    this.#output.channels = this.#pending.map(() => convolver.allocate(outputs));
    this.#convolver = convolver;
  }

  /** How many outputs have their filter begin at or before `index` of the pending input. */
  #outputsUpTo(index: number): number {
    const ahead = index - this.#position.index;
    if (ahead < 0) return 0;
    const { up, down } = this.#ratio;
    return Math.floor(((ahead + 1) * up - 1 - this.#position.phase) / down) + 1;
  }

  #convolve(frames: number): AudioBlock {
    if (frames > 0) {
      this.#pending.forEach((pending, channel) => {
        const target = this.#output.channels[channel];
        if (target !== undefined) this.#convolver?.convolve(this.#position, pending, target, frames);
      });
      this.#advance(frames);
    }
    this.#output.frames = frames;
    return this.#output;
  }

  #advance(outputs: number): void {
    const { up, down } = this.#ratio;
    const distance = this.#position.phase + outputs * down;
    const index = this.#position.index + Math.floor(distance / up);
    const drop = Math.min(index, this.#pendingFrames);
    for (const pending of this.#pending) pending.copyWithin(0, drop, this.#pendingFrames);
    this.#pendingFrames -= drop;
    this.#dropped += drop;
    this.#position = { index: index - drop, phase: distance % up };
  }
}
