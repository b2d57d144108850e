import { ParametricStereo } from '../ps/parametric-stereo.ts';
import type { Synthesis } from '../synthesis.ts';
import type { ChannelData } from './channel-data.ts';
import { dequantize, dequantizePair, Energies } from './dequantize.ts';
import { BANDS, LOW_BANDS, type Planes, SLOTS } from './planes.ts';
import { SbrChannel, type SbrTools } from './sbr-channel.ts';
import { OUTPUT_BLOCK, SYNTHESIS_STATE } from './sbr-engine.ts';
import type { SbrReader, SbrSetup } from './sbr-reader.ts';

/** What an element gives: each of its channels, half of each of two, or two that parametric stereo makes of one. */
export type SbrOutput = 'each' | 'mixed' | 'stereo';

/** Band replication of the channels of one element, and parametric stereo. */
export class SbrElement implements Synthesis {
  /** One array of 2,048 samples for each channel. */
  readonly samples: readonly Float32Array[];
  readonly #core: Synthesis;
  readonly #output: SbrOutput;
  readonly #stereo: ParametricStereo | undefined;
  readonly #reader: SbrReader;
  readonly #tools: SbrTools;
  readonly #channels: readonly SbrChannel[];
  readonly #energies: readonly Energies[];
  readonly #states: readonly Float32Array[];

  constructor(core: Synthesis, reader: SbrReader, tools: SbrTools, output: SbrOutput) {
    this.#core = core;
    this.#reader = reader;
    this.#tools = tools;
    this.#output = output;
    this.#stereo = output === 'stereo' ? new ParametricStereo() : undefined;
    reader.stereo = this.#stereo?.reader;
    this.#channels = reader.data.map(() => new SbrChannel(tools));
    this.#energies = reader.data.map(() => new Energies());
    const outputs = output === 'each' ? [...reader.data] : output === 'mixed' ? [0] : [0, 1];
    this.#states = outputs.map(() => tools.engine.f32(SYNTHESIS_STATE));
    this.samples = outputs.map(() => tools.engine.f32(OUTPUT_BLOCK));
  }

  reset(): void {
    this.#core.reset();
    this.#reader.reset();
    this.#stereo?.reset();
    for (const channel of this.#channels) channel.reset();
    for (const state of this.#states) state.fill(0);
  }

  run(): void {
    this.#core.run();
    const reader = this.#reader;
    const setup = reader.take();
    if (setup !== undefined) this.#dequantize(setup);
    this.#channels.forEach((channel, i) => {
      const samples = this.#core.samples[i] as Float32Array;
      const data = reader.data[i] as ChannelData;
      channel.process(samples, setup, data, this.#energies[i] as Energies, reader.isReset);
    });
    const bands = this.#outputBands(setup);
    this.samples.forEach((samples, i) => {
      this.#tools.engine.synthesize(bands[i] as Planes, this.#states[i] as Float32Array, samples);
    });
  }

  #outputBands(setup: SbrSetup | undefined): Planes[] {
    if (this.#output === 'mixed') return [this.#mix()];
    const bands = this.#channels.map((channel) => channel.bands);
    if (this.#stereo === undefined) return bands;
    const top = setup === undefined ? LOW_BANDS : setup.bands.kx + setup.bands.count;
    this.#stereo.run(bands[0] as Planes, this.#tools.high, top);
    return [bands[0] as Planes, this.#tools.high];
  }

  #mix(): Planes {
    const [left, right] = this.#channels as [SbrChannel, SbrChannel];
    const { high } = this.#tools;
    mixPlane(left.bands.re, right.bands.re, high.re);
    mixPlane(left.bands.im, right.bands.im, high.im);
    return high;
  }

  #dequantize({ bands }: SbrSetup): void {
    const { data, isCoupled } = this.#reader;
    const [first, second] = data as [ChannelData, ChannelData?];
    const [left, right] = this.#energies as [Energies, Energies];
    if (second !== undefined && isCoupled) {
      dequantizePair([first, second], bands, [left, right]);
    } else {
      dequantize(first, bands, left);
      if (second !== undefined) dequantize(second, bands, right);
    }
  }
}

function mixPlane(left: Float32Array, right: Float32Array, mixed: Float32Array): void {
  for (let i = 0; i < SLOTS * BANDS; i++) mixed[i] = 0.5 * ((left[i] as number) + (right[i] as number));
}
