import { type FilterBank, HISTORY, SLOT_ROOM, SUBBANDS } from './filter-bank.ts';
import { FILTER_TABLES, TABLE_OFFSETS } from './filter-tables.ts';
import { dct9, dctPowerOfTwo } from './plain-dct.ts';

/** Floats of a row of the synthesis: slots of the past and of now. */
const ROW = HISTORY + SLOT_ROOM;
const LINES = 18;
const SHORT_KIND = 2;

/** The filter bank where there is no WebAssembly. It does what the kernel `mpeg-audio` does, one value at a time. */
export class PlainFilterBank implements FilterBank {
  readonly spectrum = new Float32Array(SUBBANDS * LINES);
  readonly subbands: readonly Float32Array[];
  readonly overlaps: readonly Float32Array[];
  readonly output: readonly Float32Array[];
  readonly #rows: readonly Float32Array[];
  /** Lines of one subband, its 36 windowed samples, and scratch. */
  readonly #lines = new Float64Array(LINES);
  readonly #samples = new Float64Array(2 * LINES);
  readonly #pool = new Float64Array(64);
  readonly #other = new Float64Array(64);

  constructor(channels: number) {
    const each = (length: number) => Array.from({ length: channels }, () => new Float32Array(length));
    this.overlaps = each(SUBBANDS * LINES);
    this.subbands = each(SUBBANDS * SLOT_ROOM);
    this.output = each(SUBBANDS * SLOT_ROOM);
    this.#rows = each(SUBBANDS * ROW);
  }

  hybrid(channel: number, slot: number, blockType: number, isMixed: boolean, count: number): void {
    const isShort = blockType === SHORT_KIND;
    const filled = this.#reduceAlias(isShort, isMixed, count);
    const overlap = this.overlaps[channel] as Float32Array;
    const subbands = this.subbands[channel] as Float32Array;
    for (let sb = 0; sb < SUBBANDS; sb++) {
      if (sb >= filled) this.#samples.fill(0);
      else {
        for (let i = 0; i < LINES; i++) this.#lines[i] = this.spectrum[i * SUBBANDS + sb] as number;
        const isLong = isMixed && sb < 2;
        if (isShort && !isLong) this.#transformShort(sb % 2);
        else this.#transformLong(isLong ? 0 : blockType, sb % 2);
      }
      for (let i = 0; i < LINES; i++) {
        const at = i * SUBBANDS + sb;
        subbands[sb * SLOT_ROOM + slot + i] = (this.#samples[i] as number) + (overlap[at] as number);
        overlap[at] = this.#samples[LINES + i] as number;
      }
    }
  }

  synthesize(channel: number, slots: number): number {
    const subbands = this.subbands[channel] as Float32Array;
    const rows = this.#rows[channel] as Float32Array;
    const output = this.output[channel] as Float32Array;
    for (let slot = 0; slot < slots; slot++) {
      for (let sb = 0; sb < SUBBANDS; sb++) this.#pool[sb] = subbands[sb * SLOT_ROOM + slot] as number;
      dctPowerOfTwo(this.#pool, this.#other, 0, SUBBANDS);
      for (let i = 0; i < SUBBANDS; i++) rows[i * ROW + HISTORY + slot] = this.#pool[i] as number;
      window(rows, HISTORY + slot, output, slot * SUBBANDS);
    }
    for (let i = 0; i < SUBBANDS; i++) rows.copyWithin(i * ROW, i * ROW + slots, i * ROW + slots + HISTORY);
    let peak = 0;
    for (let i = 0; i < slots * SUBBANDS; i++) peak = Math.max(peak, Math.abs(output[i] as number));
    return peak;
  }

  reset(): void {
    for (const array of [...this.overlaps, ...this.subbands, ...this.#rows]) array.fill(0);
  }

  /** Reduces aliasing between the subbands that are long, and returns how many hold something now. */
  #reduceAlias(isShort: boolean, isMixed: boolean, count: number): number {
    if (isShort && !isMixed) return count;
    const filled = isShort ? Math.max(2, count) : Math.min(SUBBANDS, count + 1);
    const borders = isShort ? 1 : Math.min(SUBBANDS - 1, filled);
    const { spectrum } = this;
    for (let i = 0; i < 8; i++) {
      const cs = FILTER_TABLES[TABLE_OFFSETS.alias + i * 16] as number;
      const ca = FILTER_TABLES[TABLE_OFFSETS.alias + i * 16 + 4] as number;
      for (let sb = 0; sb < borders; sb++) {
        const upper = (LINES - 1 - i) * SUBBANDS + sb;
        const lower = i * SUBBANDS + sb + 1;
        const a = spectrum[upper] as number;
        const b = spectrum[lower] as number;
        spectrum[upper] = a * cs - b * ca;
        spectrum[lower] = b * cs + a * ca;
      }
    }
    return filled;
  }

  #transformLong(windowKind: number, lane: number): void {
    const y = this.#other;
    this.#dctIv(this.#lines, 0, 1, 9, TABLE_OFFSETS.rotations);
    for (let i = 0; i < 36; i++) {
      const source = i < 9 ? 9 + i : i < 27 ? 26 - i : i - 27;
      const weight = FILTER_TABLES[TABLE_OFFSETS.windows + (windowKind * 36 + i) * 4 + lane] as number;
      this.#samples[i] = (y[source] as number) * weight;
    }
  }

  #transformShort(lane: number): void {
    const y = this.#other;
    this.#samples.fill(0);
    for (let part = 0; part < 3; part++) {
      this.#dctIv(this.#lines, part, 3, 3, TABLE_OFFSETS.rotations + 18);
      for (let i = 0; i < 12; i++) {
        const source = i < 3 ? 3 + i : i < 9 ? 8 - i : i - 9;
        const weight = FILTER_TABLES[TABLE_OFFSETS.windows + (SHORT_KIND * 36 + i) * 4 + lane] as number;
        const at = 6 + 6 * part + i;
        this.#samples[at] = (this.#samples[at] as number) + (y[source] as number) * weight;
      }
    }
  }

  /** DCT-IV of `2 * pairs` lines, `step` apart from `from` on, into the beginning of `#other`. */
  #dctIv(lines: Float64Array, from: number, step: number, pairs: number, rotations: number): void {
    const pool = this.#pool;
    for (let k = 0; k < pairs; k++) {
      const x = lines[from + k * step] as number;
      const mirror = lines[from + (2 * pairs - 1 - k) * step] as number;
      const cosine = FILTER_TABLES[rotations + 2 * k] as number;
      const sine = FILTER_TABLES[rotations + 2 * k + 1] as number;
      const v = mirror * cosine - x * sine;
      pool[k] = x * cosine + mirror * sine;
      pool[pairs + k] = k % 2 === 0 ? v : -v;
    }
    const sums = 2 * pairs;
    const differences = 3 * pairs;
    const transform = pairs === 9 ? dct9 : dct3;
    transform(pool, 0, pool, sums);
    transform(pool, pairs, pool, differences);
    const y = this.#other;
    y[0] = pool[sums] as number;
    for (let m = 1; m < pairs; m++) {
      const a = pool[sums + m] as number;
      const b = pool[differences + pairs - m] as number;
      y[2 * m - 1] = a - b;
      y[2 * m] = a + b;
    }
    y[2 * pairs - 1] = -(pool[differences] as number);
  }
}

const COS30 = Math.cos(Math.PI / 6);

function dct3(x: Float64Array, from: number, y: Float64Array, to: number): void {
  const a = x[from] as number;
  const b = x[from + 1] as number;
  const c = x[from + 2] as number;
  y[to] = a + b + c;
  y[to + 1] = (a - c) * COS30;
  y[to + 2] = 0.5 * (a + c) - b;
}

/** The 32 samples of the slot at `now` of each row. */
function window(rows: Float32Array, now: number, output: Float32Array, to: number): void {
  let factor = TABLE_OFFSETS.synthesis;
  const weight = () => FILTER_TABLES[factor++] as number;
  for (let j = 1; j < 16; j++) {
    const evens = (16 + j) * ROW + now;
    const odds = (16 - j) * ROW + now - 1;
    let sum = 0;
    let mirror = 0;
    for (let i = 0; i < 16; i += 2) {
      const even = rows[evens - i] as number;
      const odd = rows[odds - i] as number;
      sum += even * weight() + odd * weight();
      mirror += even * weight() + odd * weight();
    }
    output[to + j] = sum;
    output[to + 32 - j] = mirror;
  }
  const middle = 16 * ROW + now;
  let first = 0;
  let half = 0;
  for (let i = 0; i < 16; i += 2) {
    first += (rows[middle - i] as number) * weight() + (rows[middle - 1 - i] as number) * weight();
  }
  for (let i = 0; i < 16; i += 2) half += (rows[now - 1 - i] as number) * weight();
  output[to] = first;
  output[to + 16] = half;
}
