/** Decodes the residuals of a FLAC subframe. Source: RFC 9639 §9.2.7. */
import { isOverrun, length, position, read, readSigned, readZeros, seek, windowAt, wordAt } from './bits';

/** Residuals of `count` samples, of which the first `order` have none, to `plane` behind these. False: damaged. */
export function readResiduals(plane: usize, count: i32, order: i32): bool {
  const method = read(2);
  if (method > 1) return false;
  const parameterBits = method == 0 ? 4 : 5;
  const escape = (1 << parameterBits) - 1;
  const partitionOrder = i32(read(4));
  const partition = count >> partitionOrder;
  if (partition << partitionOrder != count || partition < order) return false;

  let at = plane + (order << 2);
  let left = partition - order;
  for (let i = 0; i < 1 << partitionOrder; i++) {
    const parameter = i32(read(parameterBits));
    if (parameter == escape) readPlain(at, left);
    else readRice(at, left, parameter);
    if (isOverrun()) return false;
    at += left << 2;
    left = partition;
  }
  return true;
}

function readPlain(plane: usize, count: i32): void {
  const bits = i32(read(5));
  for (let i = 0; i < count; i++) store<i32>(plane + (i << 2), readSigned(bits));
}

@inline
function unfold(value: u32): i32 {
  return i32(value >>> 1) ^ -i32(value & 1);
}

/** Leaves the position past the end when the packet ends inside. */
function readRice(plane: usize, count: i32, parameter: i32): void {
  const stop = plane + (count << 2);
  const last = wordAt(length()) + 8;
  let window = windowAt(position());
  // Only the bits of the two words that were loaded count, since new ones are added right behind them.
  let valid = 64 - (position() & 31);
  let next = wordAt(position()) + 8;
  for (let at = plane; at < stop; at += 4) {
    if (valid <= 32) {
      if (next > last) {
        seek(length() + 1);
        return;
      }
      window |= u64(load<u32>(next)) << (32 - valid);
      next += 4;
      valid += 32;
    }
    const zeros = i32(clz(window));
    if (zeros + parameter < valid) {
      const rest = window << zeros;
      store<i32>(at, unfold(u32(rest >> (63 - parameter)) + ((zeros - 1) << parameter)));
      window = rest << 1 << parameter;
      valid -= zeros + parameter + 1;
      continue;
    }
    // A number that is longer than the window.
    seek((i32(next - wordAt(0)) << 3) - valid);
    const many = readZeros();
    store<i32>(at, unfold(((many << parameter) | read(parameter))));
    if (isOverrun()) return;
    window = windowAt(position());
    valid = 64 - (position() & 31);
    next = wordAt(position()) + 8;
  }
  seek((i32(next - wordAt(0)) << 3) - valid);
}
