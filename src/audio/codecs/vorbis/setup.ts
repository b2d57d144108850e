import { bitLength, VorbisBitReader } from './bit-reader.ts';
import { CODEBOOK_BUDGET, type Codebook, parseCodebook } from './codebook.ts';
import { type Floor, parseFloor } from './floor.ts';
import { parseResidue, type Residue } from './residue.ts';
import { require } from './setup-error.ts';

/** The identification header. Source: Vorbis I specification §4.2.2. */
export interface Identification {
  channels: number;
  sampleRate: number;
  /** Lengths of the two kinds of block, short and long. */
  blockSizes: readonly [short: number, long: number];
}

/** Source: Vorbis I specification §4.2.4 (mappings). */
export interface Mapping {
  couplings: readonly Coupling[];
  /** Submap of each channel. */
  mux: readonly number[];
  submaps: readonly { floor: number; residue: number }[];
}

interface Coupling {
  magnitude: number;
  angle: number;
}

export interface Mode {
  isLong: boolean;
  mapping: number;
}

/** The set-up header. Source: Vorbis I specification §4.2.4. */
export interface Setup {
  codebooks: readonly Codebook[];
  floors: readonly Floor[];
  residues: readonly Residue[];
  mappings: readonly Mapping[];
  modes: readonly Mode[];
}

const MAX_CHANNELS = 8;
const HEADER_BITS = 7 * 8;

/** @throws SetupError */
export function parseIdentification(packet: Uint8Array): Identification {
  require(isHeader(packet, 1), 'its identification header is missing');
  const bits = new VorbisBitReader(packet, packet.length, HEADER_BITS);
  const version = bits.read(32);
  const channels = bits.read(8);
  const sampleRate = bits.read(32);
  bits.position += 3 * 32;
  const short = 2 ** bits.read(4);
  const long = 2 ** bits.read(4);
  const isFramed = bits.flag();
  require(!bits.overrun, 'its identification header is cut off');
  require(version === 0, `it is of version ${version}, which is not known`);
  require(channels > 0 &&
    channels <= MAX_CHANNELS, `it has ${channels} channels; up to ${MAX_CHANNELS} are decoded`);
  require(sampleRate >= 1000 && sampleRate <= 768_000, `its sample rate of ${sampleRate} Hz is out of range`);
  require(short >= 64 && short <= long && long <= 8192 && isFramed, 'its block sizes are out of range');
  return { channels, sampleRate, blockSizes: [short, long] };
}

/** @throws SetupError */
export function parseSetup(packet: Uint8Array, channels: number): Setup {
  require(isHeader(packet, 5), 'its set-up header is missing');
  const bits = new VorbisBitReader(packet, packet.length, HEADER_BITS);
  const budget = { ...CODEBOOK_BUDGET };
  const codebooks = list(bits, bits.read(8) + 1, () => parseCodebook(bits, budget));
  const transforms = list(bits, bits.read(6) + 1, () => bits.read(16));
  require(transforms.every((transform) => transform === 0), 'it has a time domain transform');
  const dimensions = codebooks.map((book) => book.dimensions);
  const floors = list(bits, bits.read(6) + 1, () => parseFloor(bits, dimensions));
  const residues = list(bits, bits.read(6) + 1, () => parseResidue(bits, codebooks));
  const mappings = list(bits, bits.read(6) + 1, () =>
    parseMapping(bits, channels, floors.length, residues.length),
  );
  const modes = list(bits, bits.read(6) + 1, () => parseMode(bits, mappings.length));
  require(bits.flag() && !bits.overrun, 'its set-up header is cut off');
  return { codebooks, floors, residues, mappings, modes };
}

/** `count` parts, as long as there are bits for them. */
function list<T>(bits: VorbisBitReader, count: number, parse: () => T): T[] {
  const parts: T[] = [];
  for (let i = 0; i < count; i++) {
    require(bits.left > 0, 'its set-up header is cut off');
    parts.push(parse());
  }
  return parts;
}

function parseMapping(bits: VorbisBitReader, channels: number, floors: number, residues: number): Mapping {
  const type = bits.read(16);
  require(type === 0, `it has the reserved mapping type ${type}`);
  const submapCount = bits.flag() ? bits.read(4) + 1 : 1;
  const couplingCount = bits.flag() ? bits.read(8) + 1 : 0;
  const channelBits = bitLength(channels - 1);
  const couplings = list(bits, couplingCount, () => ({
    magnitude: bits.read(channelBits),
    angle: bits.read(channelBits),
  }));
  for (const { magnitude, angle } of couplings) {
    const isPair = magnitude !== angle && magnitude < channels && angle < channels;
    require(isPair, 'a mapping couples channels that are not there');
  }
  require(bits.read(2) === 0, 'a mapping has reserved bits set');
  const mux = Array.from({ length: channels }, () => (submapCount > 1 ? bits.read(4) : 0));
  require(mux.every((submap) => submap < submapCount), 'a mapping names a submap that is not there');
  const submaps = list(bits, submapCount, () => {
    bits.position += 8;
    return { floor: bits.read(8), residue: bits.read(8) };
  });
  for (const { floor, residue } of submaps) {
    require(floor < floors && residue < residues, 'a mapping names a floor or residue that is not there');
  }
  return { couplings, mux, submaps };
}

function parseMode(bits: VorbisBitReader, mappings: number): Mode {
  const isLong = bits.flag();
  const windowType = bits.read(16);
  const transformType = bits.read(16);
  const mapping = bits.read(8);
  require(windowType === 0 && transformType === 0, 'a mode has a reserved window or transform');
  require(mapping < mappings, 'a mode names a mapping that is not there');
  return { isLong, mapping };
}

/** A packet type and `vorbis`. Source: Vorbis I specification §4.2.1. */
function isHeader(packet: Uint8Array, type: number): boolean {
  return packet[0] === type && Buffer.from(packet.subarray(1, 7)).toString('latin1') === 'vorbis';
}
