/** Tables for four bytes at a step: row r is what a byte does to the checksum when r bytes follow it. */
const TABLES = makeTables();

/**
 * Checksum of an Ogg page, whose own checksum field is taken as zero.
 *
 * Source: RFC 3533 §6, field 7: CRC-32 with the polynomial 0x04c11db7, most significant bit first, initial value and
 * final XOR 0.
 */
export function pageChecksum(page: Uint8Array): number {
  const head = update(0, page, 0, Math.min(22, page.length));
  const field = update(head, new Uint8Array(4), 0, 4);
  return update(field, page, 26, page.length) >>> 0;
}

function update(checksum: number, bytes: Uint8Array, start: number, end: number): number {
  let crc = checksum;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    const first = (crc >>> 24) ^ (bytes[at] as number);
    const second = ((crc >>> 16) & 0xff) ^ (bytes[at + 1] as number);
    const third = ((crc >>> 8) & 0xff) ^ (bytes[at + 2] as number);
    const fourth = (crc & 0xff) ^ (bytes[at + 3] as number);
    crc =
      (TABLES[768 + first] as number) ^
      (TABLES[512 + second] as number) ^
      (TABLES[256 + third] as number) ^
      (TABLES[fourth] as number);
  }
  for (; at < end; at++) crc = (crc << 8) ^ (TABLES[(crc >>> 24) ^ (bytes[at] as number)] as number);
  return crc;
}

function makeTables(): Int32Array {
  const tables = new Int32Array(4 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte << 24;
    for (let row = 0; row < 4; row++) {
      for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc < 0 ? 0x04c11db7 : 0);
      tables[row * 256 + byte] = crc;
    }
  }
  return tables;
}
