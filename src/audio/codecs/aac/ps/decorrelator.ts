import { type Planes, planes, SLOTS } from '../sbr/planes.ts';
import { COARSE_BANDS, FINE_BANDS, MOST_BANDS, type PsBands } from './ps-bands.ts';
import { MOST_PARAMETERS } from './ps-reader.ts';

/** Delays in slots: of all-pass filters as a whole, and of bands without; and how many slots they must remember. */
const ALL_PASS_DELAY = 2;
const LONG_DELAY = 14;
const SHORT_DELAY = 1;
const DELAY_LINE = LONG_DELAY + SLOTS;
/** The three links of an all-pass filter: their delays in slots, their gains and their fractional delays. */
const LINK_DELAYS = [3, 4, 5];
const LINK_GAINS = [0.65143905753106, 0.56471812200776, 0.48954165955695];
const LINK_FRACTIONS = [0.43, 0.75, 0.347];
const LINKS = 3;
const MOST_LINK_DELAY = 5;
const LINK_LINE = MOST_LINK_DELAY + SLOTS;
const FRACTION = 0.39;
const DECAY_SLOPE = 0.05;

/** What transients do to the decorrelated signal (§8.6.4.5.4). */
const PEAK_DECAY = 0.76592833836465;
const SMOOTHING = 0.25;
const TRANSIENT_IMPACT = 1.5;

/** Turns by fractions of a slot, as sines and cosines: of a band as a whole, and of each link. */
interface Turns {
  whole: Planes;
  links: Planes;
}

/** Makes a signal that is like another one but not the same: ISO/IEC 14496-3 §8.6.4.5. */
export class Decorrelator {
  readonly #delay = planes((length) => new Float32Array(length), MOST_BANDS * DELAY_LINE);
  readonly #links = planes((length) => new Float32Array(length), FINE_BANDS.allPass * LINKS * LINK_LINE);
  readonly #power = new Float32Array(MOST_PARAMETERS * SLOTS);
  readonly #gains = new Float32Array(MOST_PARAMETERS * SLOTS);
  readonly #peaks = new Float32Array(MOST_PARAMETERS);
  readonly #smoothPower = new Float32Array(MOST_PARAMETERS);
  readonly #smoothDifference = new Float32Array(MOST_PARAMETERS);

  reset(): void {
    for (const { re, im } of [this.#delay, this.#links]) {
      re.fill(0);
      im.fill(0);
    }
    this.#peaks.fill(0);
    this.#smoothPower.fill(0);
    this.#smoothDifference.fill(0);
  }

  /** Forgets what was in bands from `top` on: nothing is there any more. */
  cut(top: number): void {
    for (const plane of [this.#delay.re, this.#delay.im]) plane.fill(0, top * DELAY_LINE);
    for (const plane of [this.#links.re, this.#links.im]) plane.fill(0, top * LINKS * LINK_LINE);
  }

  run(input: Planes, bands: PsBands, output: Planes): void {
    this.#measure(input, bands);
    this.#findTransients(bands.parameters);
    for (let band = 0; band < bands.count; band++) {
      shift(this.#delay.re, input.re, band);
      shift(this.#delay.im, input.im, band);
      if (band < bands.allPass) this.#filter(band, bands, output);
      else this.#hold(band, band < bands.shortDelay ? LONG_DELAY : SHORT_DELAY, bands, output);
    }
  }

  #measure({ re, im }: Planes, { count, parameterOf }: PsBands): void {
    this.#power.fill(0);
    for (let band = 0; band < count; band++) {
      const to = (parameterOf[band] as number) * SLOTS;
      for (let slot = 0; slot < SLOTS; slot++) {
        const a = re[band * SLOTS + slot] as number;
        const b = im[band * SLOTS + slot] as number;
        this.#power[to + slot] = (this.#power[to + slot] as number) + a * a + b * b;
      }
    }
  }

  #findTransients(count: number): void {
    for (let i = 0; i < count; i++) {
      let peak = this.#peaks[i] as number;
      let smooth = this.#smoothPower[i] as number;
      let difference = this.#smoothDifference[i] as number;
      for (let at = i * SLOTS; at < (i + 1) * SLOTS; at++) {
        const power = this.#power[at] as number;
        peak = Math.max(PEAK_DECAY * peak, power);
        smooth += SMOOTHING * (power - smooth);
        difference += SMOOTHING * (peak - power - difference);
        const limit = TRANSIENT_IMPACT * difference;
        this.#gains[at] = limit > smooth ? smooth / limit : 1;
      }
      this.#peaks[i] = peak;
      this.#smoothPower[i] = smooth;
      this.#smoothDifference[i] = difference;
    }
  }

  #hold(band: number, delay: number, { parameterOf }: PsBands, output: Planes): void {
    const from = band * DELAY_LINE + LONG_DELAY - delay;
    const gains = (parameterOf[band] as number) * SLOTS;
    for (let slot = 0; slot < SLOTS; slot++) {
      const gain = this.#gains[gains + slot] as number;
      output.re[band * SLOTS + slot] = (this.#delay.re[from + slot] as number) * gain;
      output.im[band * SLOTS + slot] = (this.#delay.im[from + slot] as number) * gain;
    }
  }

  #filter(band: number, bands: PsBands, output: Planes): void {
    const { whole, links } = bands === FINE_BANDS ? FINE_TURNS : COARSE_TURNS;
    const decay = Math.min(1, Math.max(0, 1 - DECAY_SLOPE * (band - bands.decayCutoff)));
    const from = band * DELAY_LINE + LONG_DELAY - ALL_PASS_DELAY;
    const to = band * SLOTS;
    const cos = whole.re[band] as number;
    const sin = whole.im[band] as number;
    for (let slot = 0; slot < SLOTS; slot++) {
      const a = this.#delay.re[from + slot] as number;
      const b = this.#delay.im[from + slot] as number;
      output.re[to + slot] = a * cos - b * sin;
      output.im[to + slot] = a * sin + b * cos;
    }
    for (let link = 0; link < LINKS; link++) {
      const gain = (LINK_GAINS[link] as number) * decay;
      this.#link(
        band,
        link,
        gain,
        links.re[band * LINKS + link] as number,
        links.im[band * LINKS + link] as number,
        output,
      );
    }
    const gains = (bands.parameterOf[band] as number) * SLOTS;
    for (let slot = 0; slot < SLOTS; slot++) {
      const gain = this.#gains[gains + slot] as number;
      output.re[to + slot] = (output.re[to + slot] as number) * gain;
      output.im[to + slot] = (output.im[to + slot] as number) * gain;
    }
  }

  /** One link of an all-pass filter, in place. */
  #link(band: number, link: number, gain: number, cos: number, sin: number, { re, im }: Planes): void {
    const line = (band * LINKS + link) * LINK_LINE;
    const lineRe = this.#links.re;
    const lineIm = this.#links.im;
    lineRe.copyWithin(line, line + SLOTS, line + LINK_LINE);
    lineIm.copyWithin(line, line + SLOTS, line + LINK_LINE);
    const delayed = line + MOST_LINK_DELAY - (LINK_DELAYS[link] as number);
    for (let slot = 0; slot < SLOTS; slot++) {
      const at = band * SLOTS + slot;
      const inRe = re[at] as number;
      const inIm = im[at] as number;
      const a = lineRe[delayed + slot] as number;
      const b = lineIm[delayed + slot] as number;
      const outRe = a * cos - b * sin - gain * inRe;
      const outIm = a * sin + b * cos - gain * inIm;
      lineRe[line + MOST_LINK_DELAY + slot] = inRe + gain * outRe;
      lineIm[line + MOST_LINK_DELAY + slot] = inIm + gain * outIm;
      re[at] = outRe;
      im[at] = outIm;
    }
  }
}

function shift(line: Float32Array, input: Float32Array, band: number): void {
  const at = band * DELAY_LINE;
  line.copyWithin(at, at + SLOTS, at + DELAY_LINE);
  for (let slot = 0; slot < SLOTS; slot++) {
    line[at + LONG_DELAY + slot] = input[band * SLOTS + slot] as number;
  }
}

const COARSE_TURNS = turnsOf(COARSE_BANDS);
const FINE_TURNS = turnsOf(FINE_BANDS);

function turnsOf({ allPass, centres, centreOffset }: PsBands): Turns {
  const turns: Turns = {
    whole: planes((length) => new Float32Array(length), allPass),
    links: planes((length) => new Float32Array(length), allPass * LINKS),
  };
  for (let band = 0; band < allPass; band++) {
    const centre = centres[band] ?? band + centreOffset;
    set(turns.whole, band, -Math.PI * FRACTION * centre);
    for (const [link, fraction] of LINK_FRACTIONS.entries()) {
      set(turns.links, band * LINKS + link, -Math.PI * fraction * centre);
    }
  }
  return turns;
}

function set({ re, im }: Planes, index: number, angle: number): void {
  re[index] = Math.cos(angle);
  im[index] = Math.sin(angle);
}
