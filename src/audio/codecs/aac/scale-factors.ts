import { DamagedPacket } from '../../packets.ts';
import type { ChannelStream } from './channel-stream.ts';
import { type CodebookTables, ROOT_BITS } from './codebook-tables.ts';
import { endsEarly, type PacketBits } from './packet-bits.ts';
import { IN_PHASE_BOOK, NOISE_BOOK, OUT_OF_PHASE_BOOK, ZERO_BOOK } from './special-books.ts';

/** 2^(n/4) for n from -256 on. */
const GAINS = Float32Array.from({ length: 512 }, (_, i) => 2 ** ((i - 256) / 4));
const UNITY = 256;

/** The scale factor that means a gain of 1 (SF_OFFSET). */
const SCALE_FACTOR_OF_UNITY = 100;
/** Differences are coded as symbols from 0 on. */
const SYMBOL_OF_ZERO = 60;
/** The first noise energy comes as a plain number that is too large by this, and relative to a lower base. */
const NOISE_BITS = 9;
const NOISE_OFFSET = 256;
const NOISE_BASE = 90;

/**
 * Reads the scale factor, noise energy or intensity position of every band, and stores the gain that follows.
 *
 * Source: ISO/IEC 14496-3 §4.6.2.3 (scale factors), §4.6.8.2.3 (intensity positions), §4.6.13.3 (noise energies).
 */
export function readScaleFactors(
  bits: PacketBits,
  stream: ChannelStream,
  tables: CodebookTables,
  globalGain: number,
): void {
  const { books, gains, shape } = stream;
  const count = shape.groups * shape.codedBands;
  let scaleFactor = globalGain;
  let noise = globalGain - NOISE_BASE;
  let isFirstNoise = true;
  let position = 0;
  for (let band = 0; band < count; band++) {
    const book = books[band] as number;
    if (book === ZERO_BOOK) {
      gains[band] = 0;
    } else if (book === NOISE_BOOK) {
      noise += isFirstNoise ? bits.read(NOISE_BITS) - NOISE_OFFSET : readDifference(bits, tables);
      isFirstNoise = false;
      gains[band] = gainOf(noise, -100, 155);
    } else if (book === IN_PHASE_BOOK || book === OUT_OF_PHASE_BOOK) {
      position += readDifference(bits, tables);
      gains[band] = gainOf(-position, -100, 155);
    } else {
      scaleFactor += readDifference(bits, tables);
      if (scaleFactor < 0 || scaleFactor > 255) throw new DamagedPacket('a scale factor is out of range');
      gains[band] = GAINS[UNITY + scaleFactor - SCALE_FACTOR_OF_UNITY] as number;
    }
  }
}

function gainOf(quarters: number, least: number, most: number): number {
  return GAINS[UNITY + Math.max(least, Math.min(most, quarters))] as number;
}

/** The next code word of the book of scale factors, as a difference. @throws DamagedPacket at the end. */
export function readDifference(bits: PacketBits, { entries }: CodebookTables): number {
  const at = bits.position;
  const window = bits.view.getUint32(at >>> 3) << (at & 7);
  let entry = entries[window >>> (32 - ROOT_BITS)] as number;
  if (entry < 0) {
    const link = ~entry;
    entry = entries[(link >> 4) + ((window << ROOT_BITS) >>> (32 - (link & 15)))] as number;
  }
  bits.position = at + (entry & 31);
  if (bits.position > bits.end) throw endsEarly();
  return (entry >> 5) - SYMBOL_OF_ZERO;
}
