import { bitLength, type VorbisBitReader } from './bit-reader.ts';
import { require, SetupError } from './setup-error.ts';

/** A codebook as the set-up header has it. */
export interface Codebook {
  entries: number;
  dimensions: number;
  /** Length of each entry's codeword in bits, 0 for one that is not used. */
  lengths: Uint8Array;
  /** How entries become vectors; undefined for a book of plain numbers. */
  lookup: VectorLookup | undefined;
}

/** Source: Vorbis I specification §3.2.1. */
interface VectorLookup {
  /** 1: values combined in all ways; 2: one value for each element of each entry. */
  type: 1 | 2;
  minimum: number;
  delta: number;
  isSequence: boolean;
  multiplicands: Float64Array;
}

/** What all codebooks of a set-up may hold together: encoders stay below a tenth of it. */
export interface CodebookBudget {
  entries: number;
  vectorValues: number;
}

export const CODEBOOK_BUDGET: Readonly<CodebookBudget> = { entries: 524_288, vectorValues: 4_194_304 };

/**
 * Source: Vorbis I specification §3.2.1.
 *
 * @throws SetupError
 */
export function parseCodebook(bits: VorbisBitReader, budget: CodebookBudget): Codebook {
  require(bits.read(24) === 0x564342, 'a codebook has no sync pattern');
  const dimensions = bits.read(16);
  const entries = bits.read(24);
  budget.entries -= entries;
  require(budget.entries >= 0, 'its codebooks are too large');
  const isOrdered = bits.flag();
  const lengths = isOrdered ? orderedLengths(bits, entries) : plainLengths(bits, entries);
  const lookup = parseLookup(bits, entries, dimensions);
  require(!bits.overrun, 'it ends inside a codebook');
  if (lookup !== undefined) budget.vectorValues -= entries * dimensions;
  require(budget.vectorValues >= 0, 'its codebooks are too large');
  return { entries, dimensions, lengths, lookup };
}

function orderedLengths(bits: VorbisBitReader, entries: number): Uint8Array {
  const lengths = new Uint8Array(entries);
  let length = bits.read(5) + 1;
  for (let entry = 0; entry < entries; length++) {
    const count = bits.read(bitLength(entries - entry));
    require(length <= 32 && count <= entries - entry, 'a codebook has wrong codeword lengths');
    lengths.fill(length, entry, entry + count);
    entry += count;
  }
  return lengths;
}

function plainLengths(bits: VorbisBitReader, entries: number): Uint8Array {
  const isSparse = bits.flag();
  require(bits.left >= entries * (isSparse ? 1 : 5), 'it ends inside a codebook');
  const lengths = new Uint8Array(entries);
  for (let entry = 0; entry < entries; entry++) {
    if (!isSparse || bits.flag()) lengths[entry] = bits.read(5) + 1;
  }
  return lengths;
}

function parseLookup(bits: VorbisBitReader, entries: number, dimensions: number): VectorLookup | undefined {
  const type = bits.read(4);
  if (type === 0) return undefined;
  if (type !== 1 && type !== 2) throw new SetupError(`a codebook has the reserved lookup type ${type}`);
  const minimum = readFloat(bits);
  const delta = readFloat(bits);
  const valueBits = bits.read(4) + 1;
  const isSequence = bits.flag();
  const count = type === 1 ? lookup1Values(entries, dimensions) : entries * dimensions;
  require(bits.left >= count * valueBits, 'it ends inside a codebook');
  const multiplicands = new Float64Array(count);
  for (let i = 0; i < count; i++) multiplicands[i] = bits.read(valueBits);
  return { type, minimum, delta, isSequence, multiplicands };
}

/** Source: Vorbis I specification §9.2.2 (float32_unpack). */
function readFloat(bits: VorbisBitReader): number {
  const mantissa = bits.read(21);
  const exponent = bits.read(10);
  const sign = bits.flag() ? -1 : 1;
  return Math.fround(sign * mantissa * 2 ** (exponent - 788));
}

/** The greatest number whose `dimensions`th power is at most `entries`. Source: Vorbis I specification §9.2.3. */
function lookup1Values(entries: number, dimensions: number): number {
  if (dimensions === 0) return 0;
  let values = Math.floor(entries ** (1 / dimensions));
  while ((values + 1) ** dimensions <= entries) values++;
  while (values ** dimensions > entries) values--;
  return values;
}

/**
 * The vectors of all entries, one behind the other; 0 for a book without them.
 *
 * Source: Vorbis I specification §3.2.1 (VQ lookup table vector representation).
 */
export function unpackVectors({ entries, dimensions, lookup }: Codebook): Float32Array {
  const vectors = new Float32Array(entries * dimensions);
  if (lookup === undefined) return vectors;
  const { type, minimum, delta, isSequence, multiplicands } = lookup;
  const values = multiplicands.length;
  for (let entry = 0; entry < entries; entry++) {
    let last = 0;
    let divisor = 1;
    for (let i = 0; i < dimensions; i++) {
      const at = type === 1 ? Math.floor(entry / divisor) % values : entry * dimensions + i;
      const value = (multiplicands[at] as number) * delta + minimum + last;
      vectors[entry * dimensions + i] = value;
      if (isSequence) last = value;
      divisor *= values;
    }
  }
  return vectors;
}
