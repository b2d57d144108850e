import { type SbrBands, sbrBands } from '../../src/audio/codecs/aac/sbr/sbr-bands.ts';
import {
  BALANCE_BOOKS,
  LEVEL_BOOKS,
  NOISE_BALANCE_BOOKS,
  NOISE_BOOKS,
} from '../../src/audio/codecs/aac/sbr/sbr-books.ts';
import { isSameSpectrum, type SbrHeader } from '../../src/audio/codecs/aac/sbr/sbr-header.ts';
import { BitWriter, type random } from './aac-helpers.ts';
import { type Grid, writeFixedGrid, writeVariableGrid } from './sbr-grid-writer.ts';
import { delta } from './sbr-words.ts';

/** How often what is written, in percent; what is left out never is. */
export interface SbrChances {
  /** A new header behind the first one, with another division of the spectrum or only other limits. */
  header?: number;
  reset?: number;
  /** Blocks whose borders move. */
  variable?: number;
  coupled?: number;
  inTime?: number;
  sinusoids?: number;
  inverse?: number;
  /** No payload at all. */
  missing?: number;
}

type Random = ReturnType<typeof random>;

interface Channel {
  end: number;
  resolution: number;
  levels: number[];
  noise: number[];
  /** Whether the next block must not go on from this one. */
  isFresh: boolean;
  kind: 'level' | 'balance';
}

/** Writes random payloads of band replication as an encoder might, for an element of one or two channels. */
export class SbrWriter {
  header: SbrHeader;
  bands: SbrBands;
  readonly #random: Random;
  readonly #rate: number;
  readonly #chances: SbrChances;
  readonly #channels: Channel[];
  #isFirst = true;
  #wasCoupled = false;

  constructor(random: Random, channels: number, sampleRate: number, chances: SbrChances) {
    this.#random = random;
    this.#rate = sampleRate;
    this.#chances = chances;
    this.#channels = Array.from({ length: channels }, () => ({
      end: 16,
      resolution: 0,
      levels: [],
      noise: [],
      isFresh: true,
      kind: 'level',
    }));
    [this.header, this.bands] = this.#newSpectrum();
  }

  /** The bits of a payload behind its kind, or undefined where there is none. */
  payload(extension: BitWriter = new BitWriter()): BitWriter | undefined {
    const isAtEdge = this.#channels.every(({ end }) => end === 16);
    if (!this.#isFirst && isAtEdge && this.#isTrue(this.#chances.missing)) {
      this.#isFirst = true;
      return undefined;
    }
    const bits = new BitWriter();
    const isReset = this.#isFirst || (isAtEdge && this.#isTrue(this.#chances.reset));
    if (isReset) {
      if (!this.#isFirst) [this.header, this.bands] = this.#newSpectrum();
      for (const channel of this.#channels) Object.assign(channel, { isFresh: true });
    }
    const hasHeader = isReset || this.#isTrue(this.#chances.header);
    if (hasHeader && !isReset) this.header = { ...this.header, ...this.#limits(), ampRes: this.#random(2) };
    bits.put(1, hasHeader ? 1 : 0);
    if (hasHeader) writeHeader(bits, this.header);
    this.#isFirst = false;
    bits.put(1, 0);
    if (this.#channels.length === 1) this.#writeSingle(bits);
    else this.#writePair(bits);
    const size = Math.ceil(extension.bits.length / 8);
    bits.put(1, size > 0 ? 1 : 0);
    if (size > 0) {
      bits.put(4, Math.min(size, 15));
      if (size >= 15) bits.put(8, size - 15);
      bits.append(extension.bits).append(Array(8 * size - extension.bits.length).fill(0));
    }
    return bits;
  }

  #isTrue(chance = 0): boolean {
    return this.#random(100) < chance;
  }

  #limits() {
    return {
      limiterBands: this.#random(4),
      limiterGains: this.#random(4),
      interpolFreq: this.#random(2) === 1,
    };
  }

  /** A header with these fields, and what it makes of the spectrum. */
  spectrum(fields: Partial<SbrHeader>): { header: SbrHeader; bands: SbrBands } {
    const header = { ...this.header, xoverBand: 0, ...fields };
    return { header, bands: sbrBands(header, this.#rate) };
  }

  #newSpectrum(): [SbrHeader, SbrBands] {
    for (;;) {
      const random = this.#random;
      const header: SbrHeader = {
        ampRes: random(2),
        startFreq: random(16),
        stopFreq: random(16),
        xoverBand: random(4) === 0 ? random(8) : 0,
        freqScale: random(4),
        alterScale: random(2),
        noiseBands: random(4),
        ...this.#limits(),
        smoothingMode: random(2),
      };
      try {
        const bands = sbrBands(header, this.#rate);
        // Where the patches leave out the highest bands, ffmpeg forgets to limit some of them.
        if (bands.patches.reduce((sum, { count }) => sum + count, 0) < bands.count) continue;
        if (this.header === undefined || !isSameSpectrum(header, this.header)) return [header, bands];
      } catch {}
    }
  }

  #writeSingle(bits: BitWriter): void {
    const channel = this.#channels[0] as Channel;
    const grid = this.#writeGrid(bits, channel);
    const body = new BitWriter();
    const directions = this.#writeLevels(body, channel, grid, 'level');
    const noiseBody = new BitWriter();
    const noiseDirections = this.#writeNoise(noiseBody, channel, grid);
    bits.append(directions).append(noiseDirections);
    this.#writeFilterModes(bits);
    bits.append(body.bits).append(noiseBody.bits);
    this.#writeSinusoids(bits);
    this.#finish(channel, grid);
  }

  #writePair(bits: BitWriter): void {
    const [left, right] = this.#channels as [Channel, Channel];
    const isCoupled = left.end === right.end && this.#isTrue(this.#chances.coupled);
    if (isCoupled !== this.#wasCoupled) for (const channel of this.#channels) channel.isFresh = true;
    this.#wasCoupled = isCoupled;
    bits.put(1, isCoupled ? 1 : 0);
    const grid = this.#writeGrid(bits, left);
    const rightGrid = isCoupled ? grid : this.#writeGrid(bits, right);
    const kind = isCoupled ? 'balance' : 'level';
    const bodies = Array.from({ length: 4 }, () => new BitWriter()) as [
      BitWriter,
      BitWriter,
      BitWriter,
      BitWriter,
    ];
    const leftDirections = this.#writeLevels(bodies[0], left, grid, 'level');
    const leftNoise = this.#writeNoise(bodies[1], left, grid);
    const rightDirections = this.#writeLevels(bodies[2], right, rightGrid, kind);
    const rightNoise = this.#writeNoise(bodies[3], right, rightGrid);
    bits.append(leftDirections).append(leftNoise).append(rightDirections).append(rightNoise);
    this.#writeFilterModes(bits);
    if (!isCoupled) this.#writeFilterModes(bits);
    for (const i of isCoupled ? [0, 1, 2, 3] : [0, 2, 1, 3]) bits.append((bodies[i] as BitWriter).bits);
    this.#writeSinusoids(bits);
    this.#writeSinusoids(bits);
    this.#finish(left, grid);
    this.#finish(right, rightGrid);
  }

  #finish(channel: Channel, grid: Grid): void {
    channel.end = grid.borders[grid.borders.length - 1] as number;
    channel.resolution = grid.resolutions[grid.resolutions.length - 1] as number;
    channel.isFresh = false;
  }

  #writeGrid(bits: BitWriter, { end }: Channel): Grid {
    for (;;) {
      const draft = new BitWriter();
      const grid =
        end === 16 && !this.#isTrue(this.#chances.variable)
          ? writeFixedGrid(draft, this.#random, this.header.ampRes)
          : writeVariableGrid(draft, this.#random, this.header.ampRes, end);
      if (grid === undefined) continue;
      bits.append(draft.bits);
      return grid;
    }
  }

  /** Returns the directions, for levels are written elsewhere. */
  #writeLevels(bits: BitWriter, channel: Channel, grid: Grid, kind: 'level' | 'balance'): number[] {
    const books = (kind === 'balance' ? BALANCE_BOOKS : LEVEL_BOOKS)[grid.ampRes as 0 | 1];
    const [least, most] = kind === 'balance' ? [0, 24] : [34, 50];
    const scale = grid.ampRes === 1 ? 0.5 : 1;
    const startBits = 7 - grid.ampRes - (kind === 'balance' ? 1 : 0);
    let before = channel.levels;
    let resolution = channel.resolution;
    let isFresh = channel.isFresh;
    const directions = grid.resolutions.map((next) => {
      const count = (this.bands.resolutions[next as 0 | 1] as readonly number[]).length - 1;
      const levels = this.#walk(count, Math.ceil(least * scale), Math.floor(most * scale));
      const matched = levels.map((_, i) => before[this.#matching(i, resolution, next)] as number);
      const written =
        isFresh || !this.#isTrue(this.#chances.inTime) ? undefined : delta(books.inTime, levels, matched);
      if (written !== undefined) bits.append(written);
      else
        bits
          .put(startBits, levels[0] as number)
          .append(delta(books.inFrequency, levels.slice(1), levels) ?? []);
      before = levels;
      resolution = next;
      isFresh = false;
      return written === undefined ? 0 : 1;
    });
    channel.levels = before;
    channel.kind = kind;
    return directions;
  }

  #matching(band: number, last: number, next: number): number {
    const high = this.bands.resolutions[1];
    const low = this.bands.resolutions[0];
    if (last === next) return band;
    if (next === 1) {
      const border = high[band] as number;
      return low.findLastIndex((other) => other <= border);
    }
    return high.indexOf(low[band] as number);
  }

  #writeNoise(bits: BitWriter, channel: Channel, grid: Grid): number[] {
    const isBalance = channel.kind === 'balance';
    const books = isBalance ? NOISE_BALANCE_BOOKS : NOISE_BOOKS;
    const count = this.bands.noise.length - 1;
    let isFresh = channel.isFresh;
    return Array.from({ length: grid.resolutions.length > 1 ? 2 : 1 }, () => {
      const levels = this.#walk(count, 0, isBalance ? 12 : 20);
      const written =
        isFresh || !this.#isTrue(this.#chances.inTime)
          ? undefined
          : delta(books.inTime, levels, channel.noise);
      if (written !== undefined) bits.append(written);
      else bits.put(5, levels[0] as number).append(delta(books.inFrequency, levels.slice(1), levels) ?? []);
      channel.noise = levels;
      isFresh = false;
      return written === undefined ? 0 : 1;
    });
  }

  #walk(count: number, least: number, most: number): number[] {
    let level = least + this.#random(most - least + 1);
    return Array.from({ length: count }, () => {
      level = Math.min(most, Math.max(least, level + this.#random(7) - 3));
      return level;
    });
  }

  #writeFilterModes(bits: BitWriter): void {
    for (let i = 1; i < this.bands.noise.length; i++) {
      bits.put(2, this.#isTrue(this.#chances.inverse) ? this.#random(4) : 0);
    }
  }

  #writeSinusoids(bits: BitWriter): void {
    const isThere = this.#isTrue(this.#chances.sinusoids);
    bits.put(1, isThere ? 1 : 0);
    if (!isThere) return;
    for (let i = 1; i < this.bands.resolutions[1].length; i++) bits.put(1, this.#random(4) === 0 ? 1 : 0);
  }
}

function writeHeader(bits: BitWriter, header: SbrHeader): void {
  bits
    .put(1, header.ampRes)
    .put(4, header.startFreq)
    .put(4, header.stopFreq)
    .put(3, header.xoverBand)
    .put(2, 0);
  bits.put(1, 1).put(1, 1).put(2, header.freqScale).put(1, header.alterScale).put(2, header.noiseBands);
  bits
    .put(2, header.limiterBands)
    .put(2, header.limiterGains)
    .put(1, header.interpolFreq ? 1 : 0);
  bits.put(1, header.smoothingMode);
}
