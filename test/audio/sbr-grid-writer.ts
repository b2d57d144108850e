import type { BitWriter, random } from './aac-helpers.ts';

type Random = ReturnType<typeof random>;

/** How a channel's block is divided. */
export interface Grid {
  borders: number[];
  resolutions: number[];
  ampRes: number;
}

/** Borders at the edges of the block, and envelopes of the same length. */
export function writeFixedGrid(bits: BitWriter, random: Random, ampRes: number): Grid {
  const log = random(3);
  const envelopes = 2 ** log;
  const resolution = random(2);
  bits.put(2, 0).put(2, log).put(1, resolution);
  return {
    borders: Array.from({ length: envelopes + 1 }, (_, i) => (16 * i) / envelopes),
    resolutions: Array(envelopes).fill(resolution),
    ampRes: log === 0 ? 0 : ampRes,
  };
}

/** Borders that move; the first is where the last one of the block before was. Not every draft can be. */
export function writeVariableGrid(
  bits: BitWriter,
  random: Random,
  ampRes: number,
  end: number,
): Grid | undefined {
  const first = end - 16;
  const frameClass = first > 0 ? 2 + random(2) : 1 + random(3);
  const isLeading = frameClass !== 1;
  const isTrailing = frameClass !== 2;
  const last = 16 + (isTrailing ? random(4) : 0);
  const leading = Array.from({ length: isLeading ? random(4) : 0 }, () => random(4));
  const trailing = Array.from({ length: isTrailing ? random(4) : 0 }, () => random(4));
  const envelopes = leading.length + trailing.length + 1;
  if (envelopes > 5) return undefined;
  const borders = [first];
  for (const step of leading) borders.push((borders[borders.length - 1] as number) + 2 * step + 2);
  const tail = [last];
  for (const step of trailing) tail.unshift((tail[0] as number) - 2 * step - 2);
  borders.push(...tail);
  if (borders.some((border, i) => i > 0 && border <= (borders[i - 1] as number))) return undefined;
  const resolutions = Array.from({ length: envelopes }, () => random(2));
  bits.put(2, frameClass);
  if (isLeading) bits.put(2, first);
  if (isTrailing) bits.put(2, last - 16);
  if (isLeading) bits.put(2, leading.length);
  if (isTrailing) bits.put(2, trailing.length);
  for (const step of [...leading, ...trailing]) bits.put(2, step);
  const width = [0, 1, 2, 2, 3, 3][envelopes] as number;
  bits.put(width, random(Math.min(2 ** width, envelopes + 2)));
  for (const resolution of frameClass === 1 ? [...resolutions].reverse() : resolutions)
    bits.put(1, resolution);
  return { borders, resolutions, ampRes };
}
