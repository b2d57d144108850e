import type { ChannelStream } from './channel-stream.ts';
import type { CodebookTables } from './codebook-tables.ts';
import type { PacketBits } from './packet-bits.ts';
import { readDifference } from './scale-factors.ts';
import { ZERO_BOOK } from './special-books.ts';

/**
 * Reads past a `coupling_channel_element` (behind its tag); `spare` takes its channel.
 *
 * Source: ISO/IEC 14496-3 §4.4.2.1, Table 4.8.
 */
export function skipCoupling(bits: PacketBits, spare: ChannelStream, tables: CodebookTables): void {
  const isIndependent = bits.flag();
  const targets = bits.read(3) + 1;
  let lists = 0;
  for (let i = 0; i < targets; i++) {
    lists++;
    const isPair = bits.flag();
    bits.read(4);
    if (isPair && bits.read(2) === 3) lists++;
  }
  bits.read(1 + 1 + 2);
  spare.read(bits, false);
  for (let i = 1; i < lists; i++) {
    const isCommon = isIndependent || bits.flag();
    const count = isCommon ? 1 : codedBands(spare);
    for (let j = 0; j < count; j++) readDifference(bits, tables);
  }
}

function codedBands({ books, shape }: ChannelStream): number {
  let count = 0;
  for (let i = 0; i < shape.groups * shape.codedBands; i++) if (books[i] !== ZERO_BOOK) count++;
  return count;
}
