/** CRC with the generator `polynomial` of `width` bits of each byte value, the most significant bit first. */
function crcTable(polynomial: number, width: 8 | 16): Uint16Array {
  const top = 1 << (width - 1);
  const mask = 2 * top - 1;
  return Uint16Array.from({ length: 256 }, (_, byte) => {
    let crc = byte << (width - 8);
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ ((crc & top) === 0 ? 0 : polynomial)) & mask;
    return crc;
  });
}

const CRC8 = crcTable(0x07, 8);
const CRC16 = crcTable(0x8005, 16);

/** CRC-8 of a frame header: 0 when its last byte is the checksum of the others. Source: RFC 9639 §9.1.8. */
export function crc8(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0;
  for (let i = start; i < end; i++) crc = CRC8[crc ^ (bytes[i] as number)] as number;
  return crc;
}

/** CRC-16 of a frame: 0 when its last two bytes are the checksum of the others. Source: RFC 9639 §9.3. */
export function crc16(bytes: Uint8Array, start: number, end: number): number {
  let crc = 0;
  for (let i = start; i < end; i++)
    crc = ((crc << 8) & 0xffff) ^ (CRC16[(crc >> 8) ^ (bytes[i] as number)] as number);
  return crc;
}
