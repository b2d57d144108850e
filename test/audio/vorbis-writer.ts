/** Writes Vorbis streams that no encoder makes: all kinds of set-up, and packets of random bits. */

/** The least significant bit first. Source: Vorbis I specification §2. */
export class VorbisBitWriter {
  readonly #bits: number[] = [];

  write(value: number, count: number): this {
    for (let i = 0; i < count; i++) this.#bits.push(Math.floor(value / 2 ** i) % 2);
    return this;
  }

  flag(value: boolean): this {
    return this.write(value ? 1 : 0, 1);
  }

  text(text: string): this {
    for (const character of text) this.write(character.charCodeAt(0), 8);
    return this;
  }

  bytes(): Buffer {
    const bytes = Buffer.alloc(Math.ceil(this.#bits.length / 8));
    this.#bits.forEach((bit, i) => {
      bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (bit << (i & 7));
    });
    return bytes;
  }
}

export interface BookSpec {
  dimensions: number;
  lengths: readonly number[];
  isOrdered?: boolean;
  isSparse?: boolean;
  lookup?: {
    type: number;
    minimum: number;
    delta: number;
    bits: number;
    isSequence: boolean;
    values: readonly number[];
  };
}

export interface Floor0Spec {
  type: 0;
  order: number;
  rate: number;
  mapSize: number;
  amplitudeBits: number;
  amplitudeOffset: number;
  books: readonly number[];
}

export interface Floor1Spec {
  type: 1;
  partitions: readonly number[];
  classes: readonly {
    dimensions: number;
    subclassBits: number;
    masterBook: number;
    books: readonly number[];
  }[];
  multiplier: number;
  rangeBits: number;
  positions: readonly number[];
}

export interface ResidueSpec {
  type: number;
  begin: number;
  end: number;
  partitionSize: number;
  classBook: number;
  /** For each classification the book of each of 8 passes, or -1. */
  books: readonly (readonly number[])[];
}

export interface MappingSpec {
  couplings: readonly (readonly [magnitude: number, angle: number])[];
  mux: readonly number[];
  submaps: readonly { floor: number; residue: number }[];
}

export interface StreamSpec {
  channels: number;
  sampleRate: number;
  /** Logarithms to base 2 of the block sizes. */
  blockSizes: readonly [number, number];
  books: readonly BookSpec[];
  floors: readonly (Floor0Spec | Floor1Spec)[];
  residues: readonly ResidueSpec[];
  mappings: readonly MappingSpec[];
  modes: readonly { isLong: boolean; mapping: number }[];
}

export function ilog(value: number): number {
  return value <= 0 ? 0 : Math.floor(Math.log2(value)) + 1;
}

/** The three header packets of a stream. */
export function headersOf(spec: StreamSpec): Buffer[] {
  const id = new VorbisBitWriter().write(1, 8).text('vorbis').write(0, 32).write(spec.channels, 8);
  id.write(spec.sampleRate, 32).write(0, 32).write(0, 32).write(0, 32);
  id.write(spec.blockSizes[0], 4).write(spec.blockSizes[1], 4).flag(true);
  const comment = new VorbisBitWriter().write(3, 8).text('vorbis').write(0, 32).write(0, 32).flag(true);
  return [id.bytes(), comment.bytes(), setupOf(spec)];
}

export function setupOf(spec: StreamSpec): Buffer {
  const bits = new VorbisBitWriter().write(5, 8).text('vorbis');
  bits.write(spec.books.length - 1, 8);
  for (const book of spec.books) writeBook(bits, book);
  bits.write(0, 6).write(0, 16);
  bits.write(spec.floors.length - 1, 6);
  for (const floor of spec.floors) writeFloor(bits, floor);
  bits.write(spec.residues.length - 1, 6);
  for (const residue of spec.residues) writeResidue(bits, residue);
  bits.write(spec.mappings.length - 1, 6);
  for (const mapping of spec.mappings) writeMapping(bits, mapping, spec.channels);
  bits.write(spec.modes.length - 1, 6);
  for (const { isLong, mapping } of spec.modes) bits.flag(isLong).write(0, 32).write(mapping, 8);
  return bits.flag(true).bytes();
}

function writeBook(bits: VorbisBitWriter, book: BookSpec): void {
  const { dimensions, lengths, isOrdered = false, isSparse = false, lookup } = book;
  bits.write(0x564342, 24).write(dimensions, 16).write(lengths.length, 24).flag(isOrdered);
  if (isOrdered) writeOrdered(bits, lengths);
  else {
    bits.flag(isSparse);
    for (const length of lengths) {
      if (isSparse) bits.flag(length > 0);
      if (!isSparse || length > 0) bits.write(length - 1, 5);
    }
  }
  bits.write(lookup?.type ?? 0, 4);
  if (lookup === undefined) return;
  writeFloat(bits, lookup.minimum);
  writeFloat(bits, lookup.delta);
  bits.write(lookup.bits - 1, 4).flag(lookup.isSequence);
  for (const value of lookup.values) bits.write(value, lookup.bits);
}

function writeOrdered(bits: VorbisBitWriter, lengths: readonly number[]): void {
  let length = lengths[0] ?? 1;
  bits.write(length - 1, 5);
  for (let entry = 0; entry < lengths.length; length++) {
    const count = lengths.slice(entry).findIndex((other) => other !== length);
    const run = count < 0 ? lengths.length - entry : count;
    bits.write(run, ilog(lengths.length - entry));
    entry += run;
  }
}

/** A whole number of up to 21 bits, or one with a few bits behind the point. */
function writeFloat(bits: VorbisBitWriter, value: number): void {
  let mantissa = Math.abs(value);
  let exponent = 788;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent--;
  }
  bits
    .write(mantissa, 21)
    .write(exponent, 10)
    .flag(value < 0);
}

function writeFloor(bits: VorbisBitWriter, floor: Floor0Spec | Floor1Spec): void {
  bits.write(floor.type, 16);
  if (floor.type === 0) {
    bits.write(floor.order, 8).write(floor.rate, 16).write(floor.mapSize, 16);
    bits
      .write(floor.amplitudeBits, 6)
      .write(floor.amplitudeOffset, 8)
      .write(floor.books.length - 1, 4);
    for (const book of floor.books) bits.write(book, 8);
    return;
  }
  bits.write(floor.partitions.length, 5);
  for (const partition of floor.partitions) bits.write(partition, 4);
  for (const { dimensions, subclassBits, masterBook, books } of floor.classes) {
    bits.write(dimensions - 1, 3).write(subclassBits, 2);
    if (subclassBits > 0) bits.write(masterBook, 8);
    for (const book of books) bits.write(book + 1, 8);
  }
  bits.write(floor.multiplier - 1, 2).write(floor.rangeBits, 4);
  for (const position of floor.positions) bits.write(position, floor.rangeBits);
}

function writeResidue(bits: VorbisBitWriter, residue: ResidueSpec): void {
  bits.write(residue.type, 16).write(residue.begin, 24).write(residue.end, 24);
  bits
    .write(residue.partitionSize - 1, 24)
    .write(residue.books.length - 1, 6)
    .write(residue.classBook, 8);
  for (const passes of residue.books) {
    const cascade = passes.reduce((sum, book, pass) => sum + (book >= 0 ? 2 ** pass : 0), 0);
    bits.write(cascade % 8, 3).flag(cascade >= 8);
    if (cascade >= 8) bits.write(cascade >> 3, 5);
  }
  for (const passes of residue.books) for (const book of passes) if (book >= 0) bits.write(book, 8);
}

function writeMapping(bits: VorbisBitWriter, mapping: MappingSpec, channels: number): void {
  const { couplings, mux, submaps } = mapping;
  bits.write(0, 16).flag(submaps.length > 1);
  if (submaps.length > 1) bits.write(submaps.length - 1, 4);
  bits.flag(couplings.length > 0);
  if (couplings.length > 0) bits.write(couplings.length - 1, 8);
  for (const [magnitude, angle] of couplings) {
    bits.write(magnitude, ilog(channels - 1)).write(angle, ilog(channels - 1));
  }
  bits.write(0, 2);
  if (submaps.length > 1) for (const submap of mux) bits.write(submap, 4);
  for (const { floor, residue } of submaps) bits.write(0, 8).write(floor, 8).write(residue, 8);
}
