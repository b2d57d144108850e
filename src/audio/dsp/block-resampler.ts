import type { AudioBlock } from '../audio-input.ts';
import { Kernel } from '../kernel.ts';
import type { Ratio } from './convolve.ts';
import { designPrototype, filterTaps } from './filter-bank.ts';
import type { Stage } from './stage.ts';
import { planTransform, type TransformPlan } from './transform-plan.ts';

/** Blocks that one run of the kernel transforms: four lanes of real and of imaginary parts. */
const BLOCKS = 8;

/** Blocks grow until they overlap by no more than an eighth. */
const MAX_OVERLAP = 1 / 8;

const MIN_SIZE = 512;
const MAX_SIZE = 16_384;

interface SpectrumExports {
  pass(radix: number, rows: number, columns: number, from: number, to: number, twiddles: number): void;
  gather(input: number, step: number, size: number, to: number): void;
  filter(from: number, inputs: number, gains: number, to: number, outputs: number): void;
  scatter(from: number, skip: number, count: number, output: number): void;
}

/**
 * How a signal is cut into overlapping blocks. A unit is the shortest time that holds whole frames of both rates:
 * `down` input frames and `up` output frames.
 */
export interface BlockLayout {
  /** Length of a block, in units. */
  units: number;
  /** What a block leaves to its neighbours on either side: half the length of the filter, rounded up to units. */
  lead: number;
  input: TransformPlan;
  output: TransformPlan;
}

/** The layout for a change of sample rate; undefined when the ratio does not suit the transforms. */
export function layOutBlocks({ up, down }: Ratio): BlockLayout | undefined {
  const taps = filterTaps(up, down);
  // The kernel works on fours: a step of `units` - 2 * `lead` must be whole fours of output frames.
  const even = up % 2 === 0 ? 1 : 2;
  const lead = even * Math.ceil(taps / 2 / down / even);
  let units = 4;
  while (2 * lead > units * MAX_OVERLAP || units * Math.max(up, down) < MIN_SIZE) units *= 2;
  if (units * Math.max(up, down) > MAX_SIZE) return undefined;
  const input = planTransform(units * down);
  const output = planTransform(units * up);
  return input && output && { units, lead, input, output };
}

/**
 * The work of `Resampler` in the frequency domain: the same filter, at a third of the time. Waits for some 0.1 to
 * 0.5 s of input before it gives output.
 *
 * Source: Oppenheim and Schafer, Discrete-Time Signal Processing, section "Overlap-save method".
 */
export class BlockResampler implements Stage {
  readonly #ratio: Ratio;
  readonly #layout: BlockLayout;
  readonly #engine: Engine;
  /** Frames that a run takes from the input and gives to the output. */
  readonly #taken: number;
  readonly #given: number;
  readonly #output: AudioBlock;
  #pendingFrames = 0;
  #received = 0;
  #emitted = 0;

  constructor(ratio: Ratio, channels: number, layout: BlockLayout) {
    this.#ratio = ratio;
    this.#layout = layout;
    const step = BLOCKS * (layout.units - 2 * layout.lead);
    this.#taken = step * ratio.down;
    this.#given = step * ratio.up;
    this.#engine = new Engine(ratio, layout, channels);
    this.#output = { frames: 0, channels: [] };
    this.#reset();
  }

  process(block: AudioBlock): AudioBlock {
    this.#received += block.frames;
    const output = new Gathering(this.#output);
    for (let at = 0; at < block.frames; ) {
      const frames = Math.min(block.frames - at, this.#engine.capacity - this.#pendingFrames);
      this.#engine.inputs.forEach((input, channel) => {
        const source = block.channels[channel];
        if (source !== undefined) input.set(source.subarray(at, at + frames), this.#pendingFrames);
        else input.fill(0, this.#pendingFrames, this.#pendingFrames + frames);
      });
      this.#pendingFrames += frames;
      at += frames;
      if (this.#pendingFrames === this.#engine.capacity) this.#run(output, this.#given);
    }
    return output.result();
  }

  flush(): AudioBlock {
    const output = new Gathering(this.#output);
    const total = Math.ceil((this.#received * this.#ratio.up) / this.#ratio.down);
    while (this.#emitted < total) {
      for (const input of this.#engine.inputs) input.fill(0, this.#pendingFrames);
      this.#run(output, Math.min(this.#given, total - this.#emitted));
    }
    this.#reset();
    return output.result();
  }

  #reset(): void {
    this.#pendingFrames = this.#layout.lead * this.#ratio.down;
    for (const input of this.#engine.inputs) input.fill(0, 0, this.#pendingFrames);
    this.#received = 0;
    this.#emitted = 0;
  }

  #run(output: Gathering, frames: number): void {
    this.#engine.run();
    output.add(this.#engine.outputs, frames);
    this.#emitted += frames;
    for (const input of this.#engine.inputs) input.copyWithin(0, this.#taken, this.#engine.capacity);
    this.#pendingFrames = Math.max(0, this.#pendingFrames - this.#taken);
  }
}

/** The outputs of several runs as one block; that of a single run is not copied. */
class Gathering {
  readonly #block: AudioBlock;
  #parts = 0;

  constructor(block: AudioBlock) {
    this.#block = block;
    block.frames = 0;
  }

  add(outputs: Float32Array[], frames: number): void {
    const block = this.#block;
    if (this.#parts++ === 0) {
      block.channels = outputs;
    } else {
      if (this.#parts === 2) block.channels = block.channels.map((part) => part.slice(0, block.frames));
      block.channels = block.channels.map((part, channel) =>
        joined(part, block.frames, outputs[channel], frames),
      );
    }
    block.frames += frames;
  }

  result(): AudioBlock {
    return this.#block;
  }
}

function joined(
  part: Float32Array,
  length: number,
  more: Float32Array | undefined,
  frames: number,
): Float32Array {
  let target = part;
  if (part.length < length + frames) {
    target = new Float32Array(2 * (length + frames));
    target.set(part.subarray(0, length));
  }
  if (more !== undefined) target.set(more.subarray(0, frames), length);
  return target;
}

/** The kernel with its arrays, one input and one output for each channel. */
class Engine {
  readonly inputs: Float32Array[];
  readonly outputs: Float32Array[];
  /** Input frames that a run needs, those left to its neighbours included. */
  readonly capacity: number;
  readonly #layout: BlockLayout;
  readonly #ratio: Ratio;
  readonly #exports: SpectrumExports;
  readonly #gains: Float32Array;
  readonly #twiddles: readonly [input: Float32Array, output: Float32Array];
  readonly #work: readonly [Float32Array, Float32Array];

  constructor(ratio: Ratio, layout: BlockLayout, channels: number) {
    const { input, output, units, lead } = layout;
    this.#layout = layout;
    this.#ratio = ratio;
    const step = BLOCKS * (units - 2 * lead);
    this.capacity = step * ratio.down + 2 * lead * ratio.down;
    const given = step * ratio.up;
    const gains = responseOf(ratio, input.size, Math.min(input.size, output.size));
    const workLength = BLOCKS * (Math.max(input.size, output.size) + 4);
    const floats =
      gains.length +
      input.twiddles.length +
      output.twiddles.length +
      2 * workLength +
      channels * (this.capacity + 4 + given);
    const kernel = new Kernel<SpectrumExports>('spectrum', floats * 4 + (5 + 2 * channels) * 16);
    this.#exports = kernel.exports;
    const take = (values: Float32Array) => {
      const array = kernel.f32(values.length);
      array.set(values);
      return array;
    };
    this.#gains = take(gains);
    this.#twiddles = [take(input.twiddles), take(output.twiddles)];
    this.#work = [kernel.f32(workLength), kernel.f32(workLength)];
    this.inputs = Array.from({ length: channels }, () =>
      kernel.f32(this.capacity + 4).subarray(0, this.capacity),
    );
    this.outputs = this.inputs.map(() => kernel.f32(given));
  }

  /** Fills the outputs from the inputs. */
  run(): void {
    this.inputs.forEach((input, channel) => {
      this.#runChannel(input.byteOffset, this.outputs[channel]?.byteOffset ?? 0);
    });
  }

  #runChannel(input: number, output: number): void {
    const { units, lead, input: forward, output: backward } = this.#layout;
    const { up, down } = this.#ratio;
    const step = units - 2 * lead;
    const [first, second] = this.#work;
    this.#exports.gather(input, step * down, forward.size, first.byteOffset);
    const [spectrum, free] = this.#transform(forward, this.#twiddles[0], first, second);
    this.#exports.filter(
      spectrum.byteOffset,
      forward.size,
      this.#gains.byteOffset,
      free.byteOffset,
      backward.size,
    );
    const [signal] = this.#transform(backward, this.#twiddles[1], free, spectrum);
    this.#exports.scatter(signal.byteOffset, lead * up, step * up, output);
  }

  /** Transforms `from` by way of `to`; returns the array that has the result, and the other one. */
  #transform(
    plan: TransformPlan,
    twiddles: Float32Array,
    from: Float32Array,
    to: Float32Array,
  ): [result: Float32Array, other: Float32Array] {
    for (const { radix, rows, columns, offset } of plan.passes) {
      this.#exports.pass(
        radix,
        rows,
        columns,
        from.byteOffset,
        to.byteOffset,
        twiddles.byteOffset + offset * 4,
      );
      [from, to] = [to, from];
    }
    return [from, to];
  }
}

/** Gain of the filter at the frequencies 0 to `bins` / 2 of `size`, with the scale of the two transforms in it. */
function responseOf(ratio: Ratio, size: number, bins: number): Float32Array {
  const filter = designPrototype(ratio.up, ratio.down);
  const middle = filter.length / 2 - 1;
  const cosines = Float64Array.from({ length: size }, (_, i) => Math.cos((2 * Math.PI * i) / size));
  return Float32Array.from({ length: Math.floor(bins / 2) + 1 }, (_, bin) => {
    let sum = 0;
    for (let i = 0; i < filter.length; i++) {
      const turn = (bin * Math.abs(i - middle)) % size;
      sum += (filter[i] as number) * (cosines[turn] as number);
    }
    return sum / size;
  });
}
