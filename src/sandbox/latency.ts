/** How long every answer waits, to be like a service that is far away. */
import { Random } from './seed/random.ts';

/** Milliseconds; each wait lies between `ms - jitterMs`, at least 0, and `ms + jitterMs`. */
export interface Latency {
  ms: number;
  jitterMs: number;
}

/** Longer than any time-out of a client; it also keeps within what a timer can wait. */
const MAX_MS = 600_000;

const AMOUNT = String.raw`(\d+(?:\.\d+)?)\s*(ms|s)?`;
const FORM = new RegExp(String.raw`^\s*${AMOUNT}\s*(?:(?:±|\+/?-)\s*${AMOUNT}\s*)?$`);

/**
 * Reads `50ms`, `0.2s`, `50ms±20`, `50ms+-20` or `50 +/- 20`. The default unit is milliseconds, and that of the jitter
 * is the one before it. Undefined for anything else, and above ten minutes.
 */
export function parseLatency(text: string): Latency | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [, amount = '', unit = 'ms', jitter = '0', jitterUnit = unit] = match;
  const inMs = (number: string, of: string): number => Number(number) * (of === 's' ? 1000 : 1);
  const latency = { ms: inMs(amount, unit), jitterMs: inMs(jitter, jitterUnit) };
  return latency.ms + latency.jitterMs > MAX_MS ? undefined : latency;
}

/** The waits of one sandbox, one after the other; the same seed gives the same. */
export class Waits {
  readonly #latency: Latency;
  readonly #random: Random;

  constructor(latency: Latency, seed: number) {
    this.#latency = latency;
    // Not the numbers that the sample data is made of.
    this.#random = new Random(seed ^ 0x6c61_7465);
  }

  /** The next wait in milliseconds. */
  next(): number {
    const { ms, jitterMs } = this.#latency;
    if (jitterMs === 0) return ms;
    return Math.max(0, ms + (this.#random.next() * 2 - 1) * jitterMs);
  }
}
