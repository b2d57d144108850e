/** CRC-16 of the packet that is read. */
import { windowAt, wordAt } from './bits';

/** Eight tables of 256 values: CRC of a byte that is followed by 0 to 7 bytes of zeros. */
const crcTables: usize = memory.data(8 * 256 * 2, 16);
let hasTables = false;

function makeTables(): void {
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc & 0x8000 ? 0x8005 : 0);
    store<u16>(crcTables + (byte << 1), crc);
  }
  for (let i = 256; i < 8 * 256; i++) {
    const before = u32(load<u16>(crcTables + ((i - 256) << 1)));
    store<u16>(crcTables + (i << 1), (before << 8) ^ load<u16>(crcTables + ((before >>> 8) << 1)));
  }
  hasTables = true;
}

/** CRC of byte `byte` of a word that is followed by `behind` bytes. */
@inline
function part(byte: u32, behind: i32): u32 {
  return load<u16>(crcTables + (behind << 9) + ((byte & 255) << 1));
}

/** CRC-16 of the first `end` bytes of the packet. Source: RFC 9639 §9.3. */
export function checksum(end: i32): u32 {
  if (!hasTables) makeTables();
  let crc: u32 = 0;
  let at = wordAt(0);
  for (const stop = at + (end & ~7); at < stop; at += 8) {
    const first = load<u32>(at) ^ (crc << 16);
    const second = load<u32>(at, 4);
    crc =
      part(first >>> 24, 7) ^ part(first >>> 16, 6) ^ part(first >>> 8, 5) ^ part(first, 4) ^
      part(second >>> 24, 3) ^ part(second >>> 16, 2) ^ part(second >>> 8, 1) ^ part(second, 0);
  }
  let rest = windowAt((end & ~7) << 3);
  for (let i = end & 7; i > 0; i--) {
    crc = ((crc << 8) & 0xffff) ^ part((crc >>> 8) ^ u32(rest >>> 56), 0);
    rest <<= 8;
  }
  return crc;
}
