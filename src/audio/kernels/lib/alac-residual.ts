/** Decodes the adaptive Golomb codes of ALAC. */
import { length, position, seek, windowAt, wordAt } from './bits';

/** So many bits 1 begin a number that is written as it is. */
const LONGEST_PREFIX = 9;
const MEAN_SHIFT = 9;
const LARGEST_MEAN: u32 = 0xffff;
/** Below this mean a number of zeros follows. */
const RUN_MEAN: u32 = 128;
const RUN_BITS = 16;
/** After such a run comes another one or a number that may be 0. */
const LONGEST_RUN: u32 = 0xffff;

/**
 * `count` residuals of `width` bits to `plane`. `mean` is the first mean, `step` the speed of adaption, `limit` the
 * largest number of low bits. False: a run of zeros is too long, or the packet ends (then the position is past it).
 */
export function readResiduals(plane: usize, count: i32, width: i32, mean: u32, step: u32, limit: i32): bool {
  const stop = plane + (count << 2);
  const last = wordAt(length()) + 8;
  let window = windowAt(position());
  let valid = 64 - (position() & 31);
  let next = wordAt(position()) + 8;
  let wasRun: u32 = 0;
  for (let at = plane; at < stop; ) {
    if (valid <= 32) {
      if (next > last) break;
      window |= u64(load<u32>(next)) << (32 - valid);
      next += 4;
      valid += 32;
    }
    const bits = min(31 - i32(clz<u32>((mean >>> MEAN_SHIFT) + 3)), limit);
    let ones = i32(clz<u64>(~window));
    let value: u32;
    if (ones < LONGEST_PREFIX) {
      window = window << ones << 1;
      const low = u32(window >> (64 - bits));
      const isLong = i32(low > 1);
      value = ones * ((1 << bits) - 1) + (isLong ? low - 1 : 0);
      window <<= bits - 1 + isLong;
      valid -= ones + bits + isLong;
    } else {
      window <<= LONGEST_PREFIX;
      valid -= LONGEST_PREFIX;
      if (valid <= 32) {
        window |= u64(load<u32>(next)) << (32 - valid);
        next += 4;
        valid += 32;
      }
      value = u32(window >> (64 - width));
      window <<= width;
      valid -= width;
    }
    const folded = value + wasRun;
    store<i32>(at, i32(folded >>> 1) ^ -i32(folded & 1));
    at += 4;
    mean = value > LARGEST_MEAN ? LARGEST_MEAN : mean + step * folded - ((step * mean) >>> MEAN_SHIFT);
    wasRun = 0;
    if (mean >= RUN_MEAN || at >= stop) continue;

    if (valid <= 32) {
      if (next > last) break;
      window |= u64(load<u32>(next)) << (32 - valid);
      next += 4;
      valid += 32;
    }
    const runBits = i32(clz<u32>(mean)) - 24 + i32((mean + 16) >>> 6);
    let run: u32;
    ones = i32(clz<u64>(~window));
    if (ones < LONGEST_PREFIX) {
      window = window << ones << 1;
      const low = u32(window >> (64 - runBits));
      const isLong = i32(low > 1);
      run = ones * (((1 << runBits) - 1) & ((1 << limit) - 1)) + (isLong ? low - 1 : 0);
      window <<= runBits - 1 + isLong;
      valid -= ones + runBits + isLong;
    } else {
      run = u32(window << LONGEST_PREFIX >> (64 - RUN_BITS));
      window = window << LONGEST_PREFIX << RUN_BITS;
      valid -= LONGEST_PREFIX + RUN_BITS;
    }
    if (run > u32(stop - at) >>> 2) return false;
    memory.fill(at, 0, run << 2);
    at += run << 2;
    wasRun = u32(run < LONGEST_RUN);
    mean = 0;
  }
  seek(next > last ? length() + 1 : (i32(next - wordAt(0)) << 3) - valid);
  return position() <= length();
}
