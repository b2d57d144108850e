import type { ChannelStream } from './channel-stream.ts';
import type { Engine } from './engine.ts';
import { type FilterBank, Overlap } from './filter-bank.ts';

/** Makes samples of the streams of one element, block after block. */
export interface Synthesis {
  /** One array of 1,024 samples for each channel. */
  readonly samples: readonly Float32Array[];
  run(): void;
  reset(): void;
}

/** Each channel for itself. */
export class SeparateChannels implements Synthesis {
  readonly samples: readonly Float32Array[];
  readonly #streams: readonly ChannelStream[];
  readonly #filters: FilterBank;
  readonly #overlaps: readonly Overlap[];

  constructor(streams: readonly ChannelStream[], filters: FilterBank, engine: Engine) {
    this.#streams = streams;
    this.#filters = filters;
    this.#overlaps = streams.map(() => new Overlap(engine.bank));
    this.samples = this.#overlaps.map(({ samples }) => samples);
  }

  run(): void {
    for (let i = 0; i < this.#streams.length; i++) {
      synthesize(this.#filters, this.#streams[i] as ChannelStream, this.#overlaps[i] as Overlap);
    }
  }

  reset(): void {
    for (const overlap of this.#overlaps) overlap.reset();
  }
}

/**
 * A pair mixed to mono, half of each. Spectra are mixed before the filter bank as long as both channels have the same
 * windows, which is nearly always; everything after is linear, so the result is the same.
 */
export class MixedPair implements Synthesis {
  readonly samples: readonly Float32Array[];
  readonly #left: ChannelStream;
  readonly #right: ChannelStream;
  readonly #filters: FilterBank;
  readonly #engine: Engine;
  readonly #leftOverlap: Overlap;
  readonly #rightOverlap: Overlap;
  /** Whether `#leftOverlap` is that of the mix. */
  #isMixed = true;

  constructor(streams: readonly ChannelStream[], filters: FilterBank, engine: Engine) {
    [this.#left, this.#right] = streams as [ChannelStream, ChannelStream];
    this.#filters = filters;
    this.#engine = engine;
    this.#leftOverlap = new Overlap(engine.bank);
    this.#rightOverlap = new Overlap(engine.bank);
    this.samples = [this.#leftOverlap.samples];
  }

  run(): void {
    const isAlike =
      this.#left.shape.windowSequence === this.#right.shape.windowSequence &&
      this.#left.shape.windowShape === this.#right.shape.windowShape;
    if (isAlike && this.#isMixed) this.#runMixed();
    else this.#runBoth(isAlike);
  }

  reset(): void {
    this.#leftOverlap.reset();
    this.#rightOverlap.reset();
    this.#isMixed = true;
  }

  #runMixed(): void {
    shapeNoise(this.#left);
    shapeNoise(this.#right);
    this.#engine.mix(this.#left.spectrum, this.#right.spectrum);
    const { windowSequence, windowShape } = this.#left.shape;
    this.#filters.synthesize(this.#left.spectrum, windowSequence, windowShape, this.#leftOverlap);
  }

  #runBoth(isAlike: boolean): void {
    // What is left of the mix stands for either channel: half of it twice is the same.
    if (this.#isMixed) this.#rightOverlap.follow(this.#leftOverlap);
    synthesize(this.#filters, this.#left, this.#leftOverlap);
    synthesize(this.#filters, this.#right, this.#rightOverlap);
    this.#engine.mix(this.#leftOverlap.samples, this.#rightOverlap.samples);
    this.#isMixed = isAlike;
    if (isAlike) this.#engine.mix(this.#leftOverlap.tail, this.#rightOverlap.tail);
  }
}

function synthesize(filters: FilterBank, stream: ChannelStream, overlap: Overlap): void {
  shapeNoise(stream);
  filters.synthesize(stream.spectrum, stream.shape.windowSequence, stream.shape.windowShape, overlap);
}

function shapeNoise({ noiseShaping, shape, spectrum }: ChannelStream): void {
  if (noiseShaping.isActive) noiseShaping.apply(spectrum, shape);
}
