/** A damaged copy of a file. */
export interface Mutant {
  bytes: Buffer;
  index: number;
}

/** Values that sizes and counts are set to: the ends of what fits into 8, 16, 31 and 32 bits, and little. */
const HOSTILE = [0, 1, 2, 7, 8, 15, 0x7f, 0x80, 0xff, 0xffff, 0x1000000, 0x7fffffff, 0x80000000, 0xffffffff];

/** Copies of `file`, each with one to three places changed, most of them between `from` and `to`. */
export function* mutants(
  file: Uint8Array,
  { seed, count, from = 0, to = file.length }: { seed: number; count: number; from?: number; to?: number },
): Generator<Mutant> {
  let state = seed;
  // Linear congruential generator of Numerical Recipes; its upper bits are good enough.
  const random = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const end = Math.min(to, file.length);
  for (let index = 0; index < count; index++) {
    const bytes = Buffer.from(file);
    for (let changes = 1 + random(3); changes > 0; changes--) {
      const at = random(5) === 0 ? random(bytes.length) : from + random(end - from);
      const kind = random(10);
      if (kind < 4) bytes[at] = random(256);
      else if (kind < 5) bytes[at] = HOSTILE[random(9)] as number;
      else if (kind < 9)
        bytes.writeUInt32BE(HOSTILE[random(HOSTILE.length)] as number, Math.min(at, bytes.length - 4));
      else bytes.copy(bytes, at, random(bytes.length));
    }
    yield { bytes, index };
  }
}
