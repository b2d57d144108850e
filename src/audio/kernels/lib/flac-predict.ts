/** Restores the samples of a FLAC subframe from residuals. All in place, in planes of 32 bits. */

import { coefficients } from './flac-predict-narrow';

/** Source: RFC 9639 §9.2.5. Arithmetic modulo 2^32 is exact, since the samples fit into 32 bits. */
export function predictFixed(plane: usize, count: i32, order: i32): void {
  const stop = plane + (count << 2);
  let at = plane + (order << 2);
  if (order == 0) return;
  if (order == 1) {
    let last = load<i32>(at - 4);
    for (; at < stop; at += 4) {
      last += load<i32>(at);
      store<i32>(at, last);
    }
    return;
  }
  // A predictor of order n is n running sums in a row.
  let s0 = load<i32>(at - 4);
  let s1 = s0 - load<i32>(at - 8);
  if (order == 2) {
    for (; at < stop; at += 4) {
      s1 += load<i32>(at);
      s0 += s1;
      store<i32>(at, s0);
    }
    return;
  }
  const before1 = load<i32>(at - 8) - load<i32>(at - 12);
  let s2 = s1 - before1;
  if (order == 3) {
    for (; at < stop; at += 4) {
      s2 += load<i32>(at);
      s1 += s2;
      s0 += s1;
      store<i32>(at, s0);
    }
    return;
  }
  const before2 = before1 - (load<i32>(at - 12) - load<i32>(at - 16));
  let s3 = s2 - before2;
  for (; at < stop; at += 4) {
    s3 += load<i32>(at);
    s2 += s3;
    s1 += s2;
    s0 += s1;
    store<i32>(at, s0);
  }
}

/** For sums of up to 64 bits. */
export function predictWide(plane: usize, count: i32, order: i32, shift: i32): void {
  const stop = plane + (count << 2);
  for (let at = plane + (order << 2); at < stop; at += 4) {
    let sum: i64 = 0;
    for (let i = 0; i < order; i++) {
      sum += i64(load<i32>(coefficients + (i << 2))) * i64(load<i32>(at - ((i + 1) << 2)));
    }
    store<i32>(at, load<i32>(at) + i32(sum >> shift));
  }
}

/**
 * For samples of 33 bits: residuals of 32 bits from `plane` become samples of 64 bits in `wide`, which holds the
 * first `order` of them.
 */
export function predictSide(plane: usize, wide: usize, count: i32, order: i32, shift: i32): void {
  for (let n = order; n < count; n++) {
    const at = wide + (n << 3);
    let sum: i64 = 0;
    for (let i = 0; i < order; i++) {
      sum += i64(load<i32>(coefficients + (i << 2))) * load<i64>(at - ((i + 1) << 3));
    }
    store<i64>(at, i64(load<i32>(plane + (n << 2))) + (sum >> shift));
  }
}
