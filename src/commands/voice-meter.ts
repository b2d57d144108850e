/** How loud the microphone is: levels of samples, how they fall, and how they are drawn. Pure. */
import { amplitudeToDb, powerToDb } from '../audio/dsp/decibels.ts';

/** dBFS: 0 is a square wave of full scale, for RMS as for the peak; -Infinity is digital silence. */
export interface Level {
  rms: number;
  peak: number;
}

const SILENCE: Level = { rms: Number.NEGATIVE_INFINITY, peak: Number.NEGATIVE_INFINITY };

/** @param pcm 16-bit little-endian mono; a byte that makes no sample is left out */
export function levelOf(pcm: Buffer): Level {
  const samples = pcm.length >> 1;
  if (samples === 0) return SILENCE;
  let peak = 0;
  let squares = 0;
  for (let index = 0; index < samples; index++) {
    const sample = pcm.readInt16LE(index * 2);
    squares += sample * sample;
    if (Math.abs(sample) > peak) peak = Math.abs(sample);
  }
  return { rms: powerToDb(squares / samples / 32_768 ** 2), peak: amplitudeToDb(peak / 32_768) };
}

/** A value that rises at once, stays, and falls slowly, so that an eye can follow it. */
class Falling {
  readonly #holdMs: number;
  readonly #dbPerSecond: number;
  #value = Number.NEGATIVE_INFINITY;
  #at = 0;

  constructor(holdMs: number, dbPerSecond: number) {
    this.#holdMs = holdMs;
    this.#dbPerSecond = dbPerSecond;
  }

  add(value: number, now: number): void {
    if (value < this.valueAt(now)) return;
    this.#value = value;
    this.#at = now;
  }

  valueAt(now: number): number {
    return this.#value - (Math.max(0, now - this.#at - this.#holdMs) / 1000) * this.#dbPerSecond;
  }
}

/** The level of a stream as a meter shows it: RMS, and the highest peak held for a second. Times in milliseconds. */
export class LevelMeter {
  readonly #rms = new Falling(0, 40);
  readonly #peak = new Falling(1_000, 20);

  add(pcm: Buffer, now: number): void {
    const { rms, peak } = levelOf(pcm);
    this.#rms.add(rms, now);
    this.#peak.add(peak, now);
  }

  levelAt(now: number): Level {
    return { rms: this.#rms.valueAt(now), peak: this.#peak.valueAt(now) };
  }
}

/** The lowest level that a meter shows. */
const FLOOR_DB = -60;

/** How many of so many cells a level fills: none at -60 dBFS and below, all at 0 dBFS. */
export function cellsOf(db: number, cells: number): number {
  const share = 1 - Math.max(FLOOR_DB, Math.min(0, db)) / FLOOR_DB;
  return Math.round(share * cells);
}

/** `█████░░│░░`: the RMS as a bar, the peak as a mark in its last cell. */
export function drawMeter({ rms, peak }: Level, cells: number, unicode: boolean): string {
  const [full, open, mark] = unicode ? ['█', '░', '│'] : ['#', '-', '|'];
  const filled = Math.min(cells, cellsOf(rms, cells));
  const bar = [...full.repeat(filled), ...open.repeat(cells - filled)];
  const top = cellsOf(peak, cells);
  if (top > filled) bar[top - 1] = mark;
  return bar.join('');
}
