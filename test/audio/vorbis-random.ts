import { muxed } from './ogg-helpers.ts';
import {
  type BookSpec,
  type Floor0Spec,
  type Floor1Spec,
  headersOf,
  ilog,
  type ResidueSpec,
  type StreamSpec,
} from './vorbis-writer.ts';

/** Random whole numbers from 0 to below `limit`, always the same for one seed. */
export type Random = (limit: number) => number;

/** Numerical Recipes, "An Even Quicker Generator"; the high bits are the better ones. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** Codeword lengths of a full tree with `count` leaves, in random order. */
export function fullTree(random: Random, count: number, longest = 20): number[] {
  // A book of one entry has a codeword of one bit.
  const lengths = [count === 1 ? 1 : 0];
  while (lengths.length < count) {
    const at = random(lengths.length);
    const length = (lengths[at] as number) + 1;
    if (length > longest) continue;
    lengths.splice(at, 1, length, length);
  }
  return lengths;
}

function scalarBook(random: Random, count: number): BookSpec {
  const lengths = fullTree(random, count);
  if (random(3) === 0) return { dimensions: 1, lengths: lengths.sort((a, b) => a - b), isOrdered: true };
  if (random(2) === 0) return { dimensions: 1, lengths };
  return { dimensions: 1, lengths: lengths.flatMap((length) => [0, length]), isSparse: true };
}

/** A book of vectors with values other than 0, about as many below as above it. */
function vectorBook(random: Random, dimensions: number, isTyped1: boolean): BookSpec {
  const values = 2 + random(3);
  const entries = isTyped1 ? values ** dimensions : 8 + random(40);
  const lengths = fullTree(random, entries);
  const numbers = Array.from({ length: isTyped1 ? values : entries * dimensions }, () => random(16));
  const lookup = {
    type: isTyped1 ? 1 : 2,
    minimum: -7.25,
    delta: 1,
    bits: 4,
    isSequence: random(4) === 0,
    values: numbers,
  };
  return { dimensions, lengths, lookup };
}

function floor0(random: Random, books: BookSpec[]): Floor0Spec {
  const first = books.length;
  for (let i = 0; i < 2; i++) {
    // Frequencies rise from 0 to pi: small steps up in each vector.
    const values = Array.from({ length: 4 }, () => 8 + random(6));
    const lookup = { type: 1, minimum: 0, delta: 0.03125, bits: 4, isSequence: true, values };
    books.push({ dimensions: 2, lengths: fullTree(random, 16), lookup });
  }
  return {
    type: 0,
    order: 5 + random(4),
    rate: 44_100,
    mapSize: 64 + random(100),
    amplitudeBits: 6,
    amplitudeOffset: 40,
    books: [first, first + 1],
  };
}

function floor1(random: Random, books: BookSpec[], half: number): Floor1Spec {
  const classes = [1, 2].map((dimensions) => {
    const subclassBits = random(3);
    const masterBook = books.push(scalarBook(random, 2 ** (subclassBits * dimensions))) - 1;
    const subclassBooks = Array.from({ length: 2 ** subclassBits }, (_, i) => {
      return i > 0 && random(3) === 0 ? -1 : books.push(scalarBook(random, 12 + random(40))) - 1;
    });
    return { dimensions: dimensions + 1, subclassBits, masterBook, books: subclassBooks };
  });
  const partitions = [0, 1, 1, 0];
  const rangeBits = ilog(half - 1);
  const count = partitions.reduce((sum, partition) => sum + (classes[partition]?.dimensions ?? 0), 0);
  const positions = new Set<number>();
  while (positions.size < count) positions.add(1 + random(2 ** rangeBits - 1));
  return { type: 1, partitions, classes, multiplier: 1 + random(4), rangeBits, positions: [...positions] };
}

function residue(
  random: Random,
  books: BookSpec[],
  type: number,
  length: number,
  isTyped1: boolean,
): ResidueSpec {
  const classWords = 1 + random(3);
  const classifications = 2 + random(2);
  const entries = classifications ** classWords;
  const classBook = books.push({ ...scalarBook(random, entries), dimensions: classWords }) - 1;
  const spec = books[classBook];
  // A class word must stand for classes that are there.
  if (spec?.isSparse) books[classBook] = { dimensions: classWords, lengths: fullTree(random, entries) };
  const firstBook = books.push(vectorBook(random, 2, isTyped1), vectorBook(random, 4, isTyped1)) - 2;
  const passes = Array.from({ length: classifications }, (_, kind) => {
    const first = [firstBook + random(2)];
    return kind === 0 ? first : [...first, -1, -1, firstBook + random(2)];
  });
  return {
    type,
    begin: 12 * random(2),
    end: length - random(24),
    partitionSize: 12,
    classBook,
    books: passes,
  };
}

/** A stream of random set-up. Floors are of type 0 for even seeds, lookups of type 1 for seeds 0 and 1 of every 4. */
export function randomSpec(seed: number, channels = 1 + (seed % 3)): StreamSpec {
  const random = randomOf(seed * 7919 + 1);
  const short = 6 + random(3);
  const long = short + random(4);
  const half = 2 ** (long - 1);
  const books: BookSpec[] = [];
  const floors = [0, 1].map(() => (seed % 2 === 0 ? floor0(random, books) : floor1(random, books, half)));
  const residues = [0, 1].map((i) => {
    const type = (seed + i) % 3;
    return residue(random, books, type, type === 2 ? half * channels : half, seed % 4 < 2);
  });
  const submaps = [
    { floor: 0, residue: 0 },
    { floor: 1, residue: 1 },
  ];
  const mux = Array.from({ length: channels }, () => random(2));
  const couplings = channels === 2 && seed % 5 === 0 ? [[0, 1] as const] : [];
  const mappings = [
    { couplings, mux: mux.map(() => 0), submaps: submaps.slice(0, 1) },
    { couplings, mux, submaps },
  ];
  const modes = [
    { isLong: false, mapping: 0 },
    { isLong: true, mapping: 0 },
    { isLong: true, mapping: 1 },
  ];
  return {
    channels,
    sampleRate: 44_100,
    blockSizes: [short, long],
    books,
    floors,
    residues,
    mappings,
    modes,
  };
}

/** An audio packet: a mode, the window flags, and random bits. */
export function randomPacket(random: Random, spec: StreamSpec, mode: number, bytes: number): Buffer {
  const packet = Buffer.from(Array.from({ length: bytes }, () => random(256)));
  const modeBits = ilog(spec.modes.length - 1);
  const header = (mode << 1) & ((1 << (1 + modeBits)) - 1);
  const mask = 2 ** (1 + modeBits) - 1;
  packet[0] = ((packet[0] ?? 0) & ~mask) | header;
  return packet;
}

/** An Ogg file of a random set-up and `count` random packets. */
export function randomVorbisFile(seed: number, count = 12): Buffer {
  const spec = randomSpec(seed);
  const random = randomOf(seed + 5);
  const isLong = (mode: number) => spec.modes[mode]?.isLong === true;
  const packets: Buffer[] = [];
  const granules = [0, 0, 0];
  const modes = Array.from({ length: count }, () => random(spec.modes.length));
  let granule = 0;
  modes.forEach((mode, i) => {
    const packet = randomPacket(random, spec, mode, 40 + random(400));
    if (isLong(mode)) setWindowFlags(packet, spec, isLong(modes[i - 1] ?? 0), isLong(modes[i + 1] ?? 0));
    packets.push(packet);
    const sizes = [modes[i - 1], mode].map((m) => 2 ** spec.blockSizes[isLong(m ?? 0) ? 1 : 0]);
    granule += i === 0 ? 0 : ((sizes[0] as number) + (sizes[1] as number)) / 4;
    granules.push(granule);
  });
  return muxed([...headersOf(spec), ...packets], granules);
}

function setWindowFlags(packet: Buffer, spec: StreamSpec, before: boolean, after: boolean): void {
  const at = 1 + ilog(spec.modes.length - 1);
  for (const [i, flag] of [before, after].entries()) {
    const bit = 1 << (at + i);
    packet[0] = ((packet[0] ?? 0) & ~bit) | (flag ? bit : 0);
  }
}
