import type { PacketBits } from '../packet-bits.ts';

/** So many bits 1 begin a number that is written as it is. */
const LONGEST_PREFIX = 9;
const MEAN_SHIFT = 9;
const LARGEST_MEAN = 0xffff;
/** Below this mean a number of zeros follows. */
const RUN_MEAN = 128;
const RUN_BITS = 16;
/** After such a run comes another one or a number that may be 0. */
const LONGEST_RUN = 0xffff;

/** State of the adaptive code: the mean of the numbers so far, the speed of adaption, the most low bits. */
interface GolombState {
  mean: number;
  step: number;
  limit: number;
}

/**
 * Reads `count` residuals of `width` bits into `plane`. False: a run of zeros is too long, or the packet ends (then
 * the position is past its end).
 *
 * Source: Apple's ag_dec.c.
 */
export function readResiduals(
  bits: PacketBits,
  plane: Int32Array,
  count: number,
  width: number,
  state: GolombState,
): boolean {
  const { step, limit } = state;
  const runMask = 2 ** limit - 1;
  let mean = state.mean;
  let wasRun = 0;
  for (let i = 0; i < count && !bits.isOverrun; ) {
    const lowBits = Math.min(31 - Math.clz32((mean >>> MEAN_SHIFT) + 3), limit);
    const value = readNumber(bits, lowBits, 2 ** lowBits - 1, width);
    const folded = (value + wasRun) >>> 0;
    plane[i++] = (folded >>> 1) ^ -(folded & 1);
    mean = value > LARGEST_MEAN ? LARGEST_MEAN : nextMean(mean, step, folded);
    wasRun = 0;
    if (mean >= RUN_MEAN || i >= count) continue;

    const runBits = Math.clz32(mean) - 24 + ((mean + 16) >> 6);
    const run = readNumber(bits, runBits, (2 ** runBits - 1) & runMask, RUN_BITS);
    if (run > count - i) return false;
    plane.fill(0, i, i + run);
    i += run;
    wasRun = run < LONGEST_RUN ? 1 : 0;
    mean = 0;
  }
  return !bits.isOverrun;
}

/** A number: quotient by `divisor` in bits 1, rest in `lowBits` bits or one less; or `plainBits` bits as they are. */
function readNumber(bits: PacketBits, lowBits: number, divisor: number, plainBits: number): number {
  const window = bits.peek();
  const quotient = Math.clz32(~window);
  if (quotient >= LONGEST_PREFIX) {
    bits.skip(LONGEST_PREFIX);
    return bits.read(plainBits);
  }
  const low = (window << (quotient + 1)) >>> (32 - lowBits);
  if (low <= 1) {
    bits.skip(quotient + lowBits);
    return quotient * divisor;
  }
  bits.skip(quotient + 1 + lowBits);
  return quotient * divisor + low - 1;
}

/** In arithmetic modulo 2^32, as the reference does it. */
function nextMean(mean: number, step: number, value: number): number {
  return (Math.imul(step, value) + mean - (Math.imul(step, mean) >>> MEAN_SHIFT)) >>> 0;
}
