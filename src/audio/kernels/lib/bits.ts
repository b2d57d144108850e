/**
 * Reads bits, the most significant first, from a packet whose words of 32 bits have been turned into the order of
 * the machine by `open`. Bits past the end of the packet read as 0 as long as the memory there is 0 or is not
 * reached by more than 16 bytes; `isOverrun` tells.
 */

let base: usize = 0;
let end: i32 = 0;
let place: i32 = 0;

/**
 * Starts to read the packet of `length` bytes at `packet` (a multiple of 16), which must have room for 32 more
 * bytes; these are set to 0.
 */
export function open(packet: usize, length: i32): void {
  base = packet;
  end = length << 3;
  place = 0;
  memory.fill(packet + length, 0, 32);
  const stop = packet + length;
  for (let at = packet; at < stop; at += 16) {
    const word = v128.load(at);
    v128.store(at, i8x16.shuffle(word, word, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
  }
}

/** Bits read so far. */
@inline
export function position(): i32 {
  return place;
}

@inline
export function seek(to: i32): void {
  place = to;
}

/** Bits of the packet. */
@inline
export function length(): i32 {
  return end;
}

@inline
export function isOverrun(): bool {
  return place > end;
}

/** Address of the word that holds the bit at `at`. */
@inline
export function wordAt(at: i32): usize {
  return base + ((at >>> 5) << 2);
}

/** At least 33 bits from bit `at` on, at the top of the result. */
@inline
export function windowAt(at: i32): u64 {
  return rotl<u64>(load<u64>(wordAt(at)), 32) << (at & 31);
}

/** The next `count` bits (0 to 32) as an unsigned number. Past the end it reads 0. */
export function read(count: i32): u32 {
  const at = place;
  place = at + count;
  if (at >= end) return 0;
  return u32(windowAt(at) >> 1 >> (63 - count));
}

/** The next `count` bits (0 to 32) in two's complement. */
@inline
export function readSigned(count: i32): i32 {
  const shift = 32 - count;
  return count == 0 ? 0 : (i32(read(count)) << shift) >> shift;
}

/** The number of bits 0 before the next bit 1, which is read too; ends past the end of the packet. */
export function readZeros(): i32 {
  const start = place;
  while (place < end) {
    const zeros = i32(clz<u32>(u32(windowAt(place) >> 32)));
    place += zeros;
    if (zeros < 32) break;
  }
  return place++ - start;
}
