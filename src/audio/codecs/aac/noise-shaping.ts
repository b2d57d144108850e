import { DamagedPacket } from '../../packets.ts';
import type { BlockShape } from './block-shape.ts';
import type { PacketBits } from './packet-bits.ts';

/** AAC-LC allows 12 in long windows, 7 in short ones. */
const MOST_COEFFICIENTS = 12;
const MOST_FILTERS = 8 * 3;

/** Temporal noise shaping: filters along the frequency axis (ISO/IEC 14496-3 §4.6.9). */
export class NoiseShaping {
  #filters = 0;
  readonly #windows = new Uint8Array(MOST_FILTERS);
  /** Bands that a filter covers, as the first one and the one behind the last. */
  readonly #firstBands = new Uint8Array(MOST_FILTERS);
  readonly #endBands = new Uint8Array(MOST_FILTERS);
  readonly #orders = new Uint8Array(MOST_FILTERS);
  readonly #isDownward = new Uint8Array(MOST_FILTERS);
  readonly #coefficients = new Float64Array(MOST_FILTERS * MOST_COEFFICIENTS);

  get isActive(): boolean {
    return this.#filters > 0;
  }

  clear(): void {
    this.#filters = 0;
  }

  /** `tns_data`, ISO/IEC 14496-3 §4.4.2.7, Table 4.54. @throws DamagedPacket */
  read(bits: PacketBits, shape: BlockShape): void {
    const { isShort } = shape;
    for (let window = 0; window < (isShort ? 8 : 1); window++) {
      const count = bits.read(isShort ? 1 : 2);
      if (count === 0) continue;
      const resolution = bits.read(1) + 3;
      let end = shape.bands;
      for (let i = 0; i < count; i++) {
        const length = bits.read(isShort ? 4 : 6);
        const order = bits.read(isShort ? 3 : 5);
        if (order > MOST_COEFFICIENTS) throw new DamagedPacket('a noise-shaping filter is too long');
        const first = Math.max(0, end - length);
        if (order > 0) this.#readFilter(bits, window, first, end, order, resolution);
        end = first;
      }
    }
  }

  #readFilter(
    bits: PacketBits,
    window: number,
    first: number,
    end: number,
    order: number,
    resolution: number,
  ): void {
    const filter = this.#filters++;
    this.#windows[filter] = window;
    this.#firstBands[filter] = first;
    this.#endBands[filter] = end;
    this.#orders[filter] = order;
    this.#isDownward[filter] = bits.read(1);
    const width = resolution - bits.read(1);
    const base = filter * MOST_COEFFICIENTS;
    for (let i = 0; i < order; i++) {
      const code = bits.read(width);
      const level = code >= 2 ** (width - 1) ? code - 2 ** width : code;
      addReflection(this.#coefficients, base, i, reflection(level, resolution));
    }
  }

  /** Runs all filters over a spectrum. */
  apply(spectrum: Float32Array, { offsets, tnsBands }: BlockShape): void {
    for (let filter = 0; filter < this.#filters; filter++) {
      const window = 128 * (this.#windows[filter] as number);
      const first = offsets[Math.min(this.#firstBands[filter] as number, tnsBands)] as number;
      const end = offsets[Math.min(this.#endBands[filter] as number, tnsBands)] as number;
      if (first >= end) continue;
      const isDownward = this.#isDownward[filter] === 1;
      const start = window + (isDownward ? end - 1 : first);
      const base = filter * MOST_COEFFICIENTS;
      const coefficients = this.#coefficients.subarray(base, base + (this.#orders[filter] as number));
      recurse(spectrum, start, end - first, isDownward ? -1 : 1, coefficients);
    }
  }
}

/** A reflection coefficient from its level of quantization: ISO/IEC 14496-3 §4.6.9.3. */
function reflection(level: number, resolution: number): number {
  const steps = 2 ** (resolution - 1) + (level >= 0 ? -0.5 : 0.5);
  return Math.sin((level * Math.PI) / 2 / steps);
}

/** Extends a prediction filter of `order` coefficients by one (Levinson's recursion). */
function addReflection(coefficients: Float64Array, base: number, order: number, value: number): void {
  for (let low = 0, high = order - 1; low <= high; low++, high--) {
    const a = coefficients[base + low] as number;
    const b = coefficients[base + high] as number;
    coefficients[base + low] = a + value * b;
    coefficients[base + high] = b + value * a;
  }
  coefficients[base + order] = value;
}

/** An all-pole filter over `count` values from `start` on, in steps of 1 or -1. */
function recurse(
  spectrum: Float32Array,
  start: number,
  count: number,
  step: number,
  coefficients: Float64Array,
): void {
  const order = coefficients.length;
  let at = start;
  for (let n = 0; n < count; n++, at += step) {
    let value = spectrum[at] as number;
    const depth = Math.min(n, order);
    let past = at - step;
    for (let i = 0; i < depth; i++, past -= step) {
      value -= (coefficients[i] as number) * (spectrum[past] as number);
    }
    spectrum[at] = value;
  }
}
