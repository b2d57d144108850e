import { BANDS, OUTPUT_SLOTS, type Planes, planes, SLOTS } from '../sbr/planes.ts';
import { FINE_BANDS, type PsBands } from './ps-bands.ts';

/** Taps on either side of a filter's middle. */
const REACH = 6;
/** What a filter sees of a QMF band: a block, and the slots around it. */
const LINE = REACH + OUTPUT_SLOTS;

/** The first half and the middle of the filters' prototypes: ISO/IEC 14496-3, Tables 8.36 to 8.40. */
const PROTOTYPES = {
  eight:
    '0.00746082949812 0.02270420949825 0.04546865930473 0.07266113929591 0.09885108575264 0.11793710567217 0.125',
  twelve:
    '0.04081179924692 0.03812810994926 0.05144908135699 0.06399831151592 0.07428313801106 0.08100347892914 0.08333333333333',
  otherEight:
    '0.01565675600122 0.03752716391991 0.05417891378782 0.08417044116767 0.10307344158036 0.12222452249753 0.125',
  four: '-0.05908211155639 -0.04871498374946 0 0.07778723915851 0.16486303567403 0.23279856662996 0.25',
  two: '0 0.01899487526049 0 -0.07293139167538 0 0.30596630545168 0.5',
};

/** One filter: the coefficients of its first taps and of the middle; those behind are their conjugates. */
interface Filter {
  re: Float32Array;
  im: Float32Array;
  /** The band that gets what it lets through; two filters may share one. */
  target: number;
}

/** The filters of each QMF band that is split, for 20 and for 34 bands of parameters (§8.6.4.3). */
const COARSE_FILTERS = [
  filters(PROTOTYPES.eight, [2, 3, 4, 5, 5, 4, 0, 1]),
  realFilters(PROTOTYPES.two, [7, 6]),
  realFilters(PROTOTYPES.two, [8, 9]),
];
const FINE_FILTERS = [
  filters(PROTOTYPES.twelve, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]),
  filters(PROTOTYPES.otherEight, [12, 13, 14, 15, 16, 17, 18, 19]),
  filters(PROTOTYPES.four, [20, 21, 22, 23]),
  filters(PROTOTYPES.four, [24, 25, 26, 27]),
  filters(PROTOTYPES.four, [28, 29, 30, 31]),
];

function filters(prototype: string, targets: readonly number[]): Filter[] {
  const taps = prototype.split(' ').map(Number);
  return targets.map((target, band) => {
    const angle = (tap: number) => (2 * Math.PI * (band + 0.5) * (tap - REACH)) / targets.length;
    return {
      re: Float32Array.from(taps, (value, tap) => value * Math.cos(angle(tap))),
      im: Float32Array.from(taps, (value, tap) => -value * Math.sin(angle(tap))),
      target,
    };
  });
}

/** A filter and its mirror image, which differ in the sign of all taps but the middle. */
function realFilters(prototype: string, targets: readonly number[]): Filter[] {
  const taps = prototype.split(' ').map(Number);
  return targets.map((target, band) => ({
    re: Float32Array.from(taps, (value, tap) => (band === 1 && tap < REACH ? -value : value)),
    im: new Float32Array(taps.length),
    target,
  }));
}

/**
 * Splits the lowest QMF bands of one channel, where hearing tells frequencies apart best. Its output has the slots
 * of one band after the other.
 */
export class HybridAnalysis {
  readonly #lines: readonly Planes[];

  constructor() {
    const f32 = (length: number) => new Float32Array(length);
    this.#lines = Array.from({ length: FINE_BANDS.splitBands }, () => planes(f32, LINE));
  }

  reset(): void {
    for (const { re, im } of this.#lines) {
      re.fill(0);
      im.fill(0);
    }
  }

  run(input: Planes, bands: PsBands, output: Planes): void {
    this.#lines.forEach((line, band) => {
      take(line.re, input.re, band);
      take(line.im, input.im, band);
    });
    output.re.fill(0, 0, bands.split * SLOTS);
    output.im.fill(0, 0, bands.split * SLOTS);
    const all = bands === FINE_BANDS ? FINE_FILTERS : COARSE_FILTERS;
    all.forEach((list, band) => {
      for (const filter of list) apply(filter, this.#lines[band] as Planes, output);
    });
    for (let band = bands.split; band < bands.count; band++) {
      const from = band - bands.split + bands.splitBands;
      for (let slot = 0; slot < SLOTS; slot++) {
        output.re[band * SLOTS + slot] = input.re[slot * BANDS + from] as number;
        output.im[band * SLOTS + slot] = input.im[slot * BANDS + from] as number;
      }
    }
  }
}

/** Moves a line on by a block. */
function take(line: Float32Array, input: Float32Array, band: number): void {
  line.copyWithin(0, SLOTS, SLOTS + REACH);
  for (let slot = 0; slot < OUTPUT_SLOTS; slot++) line[REACH + slot] = input[slot * BANDS + band] as number;
}

function apply({ re, im, target }: Filter, line: Planes, output: Planes): void {
  for (let slot = 0; slot < SLOTS; slot++) {
    const middle = slot + REACH;
    const centre = re[REACH] as number;
    let sumRe = centre * (line.re[middle] as number);
    let sumIm = centre * (line.im[middle] as number);
    for (let tap = 0; tap < REACH; tap++) {
      const a = re[tap] as number;
      const b = im[tap] as number;
      const before = slot + tap;
      const after = slot + 2 * REACH - tap;
      const re0 = line.re[before] as number;
      const im0 = line.im[before] as number;
      const re1 = line.re[after] as number;
      const im1 = line.im[after] as number;
      sumRe += a * (re0 + re1) - b * (im0 - im1);
      sumIm += a * (im0 + im1) + b * (re0 - re1);
    }
    const at = target * SLOTS + slot;
    output.re[at] = (output.re[at] as number) + sumRe;
    output.im[at] = (output.im[at] as number) + sumIm;
  }
}

/** The QMF bands of one block again. */
export function hybridSynthesis(input: Planes, bands: PsBands, output: Planes): void {
  const all = bands === FINE_BANDS ? FINE_FILTERS : COARSE_FILTERS;
  all.forEach((list, band) => {
    const sources = [...new Set(list.map(({ target }) => target))];
    sumUp(input.re, sources, output.re, band);
    sumUp(input.im, sources, output.im, band);
  });
  for (let band = bands.split; band < bands.count; band++) {
    const to = band - bands.split + bands.splitBands;
    for (let slot = 0; slot < SLOTS; slot++) {
      output.re[slot * BANDS + to] = input.re[band * SLOTS + slot] as number;
      output.im[slot * BANDS + to] = input.im[band * SLOTS + slot] as number;
    }
  }
}

function sumUp(input: Float32Array, sources: readonly number[], output: Float32Array, band: number): void {
  for (let slot = 0; slot < SLOTS; slot++) {
    let sum = 0;
    for (const source of sources) sum += input[source * SLOTS + slot] as number;
    output[slot * BANDS + band] = sum;
  }
}
