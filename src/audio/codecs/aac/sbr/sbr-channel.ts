import type { ChannelData } from './channel-data.ts';
import { NOISE_STRIDE } from './channel-data.ts';
import type { Energies } from './dequantize.ts';
import { GainControl } from './gain-control.ts';
import { HfAdjuster } from './hf-adjuster.ts';
import { adaptBandwidths, HfGenerator } from './hf-generator.ts';
import {
  BANDS,
  LEAD,
  LOOK_BACK,
  LOW_BANDS,
  LOW_SLOTS,
  OUTPUT_SLOTS,
  type Planes,
  planes,
  SLOTS,
} from './planes.ts';
import { ANALYSIS_HISTORY, CORE_BLOCK, type SbrEngine } from './sbr-engine.ts';
import type { SbrSetup } from './sbr-reader.ts';

/** What all channels of a stream may work with, one after another. */
export class SbrTools {
  readonly generator: HfGenerator;
  readonly control: GainControl;
  readonly high: Planes;
  readonly engine: SbrEngine;

  constructor(engine: SbrEngine) {
    this.engine = engine;
    this.generator = new HfGenerator(engine);
    this.control = new GainControl(engine);
    // What is copied up may go beyond the last band.
    this.high = planes(engine.f32, OUTPUT_SLOTS * BANDS + 4);
  }
}

/** One channel on its way from samples of the core to bands of the doubled rate: ISO/IEC 14496-3 §4.6.18. */
export class SbrChannel {
  /**
   * The bands of a block, 64 in each of its slots. Slots behind those of the block have what has been replicated
   * beyond its end, and the core as far as it is known.
   */
  readonly bands: Planes;
  readonly #tools: SbrTools;
  readonly #samples: Float32Array;
  readonly #low: Planes;
  readonly #bandwidths = new Float32Array(NOISE_STRIDE);
  readonly #adjuster: HfAdjuster;
  /** How many slots of the next block have been replicated already. */
  #begun = 0;
  /** How many bands the core had in the block before. */
  #lowBands = LOW_BANDS;

  constructor(tools: SbrTools) {
    this.#tools = tools;
    this.#adjuster = new HfAdjuster(tools.engine);
    this.#samples = tools.engine.f32(ANALYSIS_HISTORY + CORE_BLOCK);
    this.#low = planes(tools.engine.f32, LOW_SLOTS * LOW_BANDS);
    this.bands = planes(tools.engine.f32, OUTPUT_SLOTS * BANDS);
  }

  reset(): void {
    for (const { re, im } of [this.#low, this.bands]) {
      re.fill(0);
      im.fill(0);
    }
    this.#samples.fill(0);
    this.#bandwidths.fill(0);
    this.#adjuster.reset();
    this.#begun = 0;
    this.#lowBands = LOW_BANDS;
  }

  /** Takes a block of samples of the core and makes its bands; without `setup` they are those of the core. */
  process(
    samples: Float32Array,
    setup: SbrSetup | undefined,
    data: ChannelData,
    energies: Energies,
    isReset: boolean,
  ): void {
    const lowBands = setup?.bands.kx ?? LOW_BANDS;
    this.#analyse(samples);
    if (setup !== undefined && lowBands > this.#lowBands) this.#mute(this.#lowBands, lowBands);
    this.#lowBands = lowBands;
    this.#arrange(lowBands, this.#begun);
    this.#begun = 0;
    if (setup === undefined) return;
    this.#replicate(setup, data, energies, isReset);
    this.#begun = Math.max(0, 2 * data.grid.end - SLOTS);
  }

  #analyse(samples: Float32Array): void {
    this.#samples.copyWithin(0, CORE_BLOCK);
    this.#samples.set(samples, ANALYSIS_HISTORY);
    for (const plane of [this.#low.re, this.#low.im]) plane.copyWithin(0, SLOTS * LOW_BANDS);
    this.#tools.engine.analyse(this.#samples, this.#low);
  }

  /** Where the core has lost bands to replication and gets them back, prediction begins with silence. */
  #mute(from: number, to: number): void {
    for (let slot = 0; slot < LOOK_BACK; slot++) {
      this.#low.re.fill(0, slot * LOW_BANDS + from, slot * LOW_BANDS + to);
      this.#low.im.fill(0, slot * LOW_BANDS + from, slot * LOW_BANDS + to);
    }
  }

  /** Moves on by a block, and puts the core behind the first `begun` slots, which the block before has made. */
  #arrange(lowBands: number, begun: number): void {
    this.#arrangePlane(this.bands.re, this.#low.re, lowBands, begun);
    this.#arrangePlane(this.bands.im, this.#low.im, lowBands, begun);
  }

  #arrangePlane(target: Float32Array, low: Float32Array, lowBands: number, begun: number): void {
    target.copyWithin(0, SLOTS * BANDS);
    target.fill(0, begun * BANDS);
    for (let slot = begun; slot < OUTPUT_SLOTS; slot++) {
      const from = (slot + LEAD) * LOW_BANDS;
      const to = slot * BANDS;
      for (let band = 0; band < lowBands; band++) target[to + band] = low[from + band] as number;
    }
  }

  #replicate(setup: SbrSetup, data: ChannelData, energies: Energies, isReset: boolean): void {
    const { generator, control, high } = this.#tools;
    const { bands, header } = setup;
    const { grid } = data;
    generator.predict(this.#low, bands.master.k0);
    adaptBandwidths(this.#bandwidths, data.filterModes, data.lastFilterModes, bands.noise.length - 1);
    const start = 2 * (grid.borders[0] as number);
    generator.generate(this.#low, high, bands, this.#bandwidths, start, 2 * grid.end);
    control.compute(setup, data, energies, high, this.#adjuster.sinusoids);
    if (isReset) this.#adjuster.restart();
    this.#adjuster.apply(control, grid, bands, header.smoothingMode === 0, high, this.bands);
  }
}
