import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Path of a fixture. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/ogg/${name}`, import.meta.url));
}

export function fixtureBytes(name: string): Buffer {
  return readFileSync(fixture(name));
}

/** A reference decode: interleaved 32-bit floats, one array for each channel. */
export function reference(name: string, channels: number): Float32Array[] {
  const bytes = fixtureBytes(name);
  const all = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  return Array.from({ length: channels }, (_, channel) => all.filter((_, i) => i % channels === channel));
}

/** CRC-32 of RFC 3533, bit by bit. */
export function slowChecksum(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc >>> 0;
}

/** A page to write: packets in a row, the last of which may go on on the next page. */
export interface PageParts {
  packets: readonly Uint8Array[];
  serial?: number;
  sequence?: number;
  /** -1 when no packet ends on the page. */
  granule?: number;
  isContinued?: boolean;
  isFirst?: boolean;
  isLast?: boolean;
  /** Whether the last packet goes on; its length must be a multiple of 255 then. */
  goesOn?: boolean;
}

export function makePage(parts: PageParts): Buffer {
  const { packets, serial = 1, sequence = 0, granule = 0, goesOn = false } = parts;
  const lacing = packets.flatMap((packet, i) => {
    const full = new Array<number>(Math.floor(packet.length / 255)).fill(255);
    return goesOn && i === packets.length - 1 ? full : [...full, packet.length % 255];
  });
  const header = Buffer.alloc(27);
  header.write('OggS', 0, 'latin1');
  header[5] = (parts.isContinued ? 1 : 0) + (parts.isFirst ? 2 : 0) + (parts.isLast ? 4 : 0);
  header.writeBigInt64LE(BigInt(granule), 6);
  header.writeUInt32LE(serial, 14);
  header.writeUInt32LE(sequence, 18);
  header[26] = lacing.length;
  return withChecksum(Buffer.concat([header, Buffer.from(lacing), ...packets]));
}

/** The page with its checksum made right. */
export function withChecksum(page: Buffer): Buffer {
  page.writeUInt32LE(0, 22);
  page.writeUInt32LE(slowChecksum(page), 22);
  return page;
}

/** Cuts a sound Ogg file into its pages. */
export function pagesOf(file: Buffer): Buffer[] {
  const pages: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const segments = file[at + 26] ?? 0;
    const body = file.subarray(at + 27, at + 27 + segments).reduce((sum, length) => sum + length, 0);
    pages.push(Buffer.from(file.subarray(at, at + 27 + segments + body)));
    at += 27 + segments + body;
  }
  return pages;
}

/** The packets of a file with one stream. */
export function packetsOf(file: Buffer): Buffer[] {
  const packets: Buffer[] = [];
  let begun: Buffer[] = [];
  for (const page of pagesOf(file)) {
    const segments = page[26] ?? 0;
    let at = 27 + segments;
    for (const length of page.subarray(27, 27 + segments)) {
      begun.push(page.subarray(at, at + length));
      at += length;
      if (length === 255) continue;
      packets.push(Buffer.concat(begun));
      begun = [];
    }
  }
  return packets;
}

/** Changes the page at `index` of a file and makes its checksum right again. */
export function changePage(file: Buffer, index: number, change: (page: Buffer) => void): Buffer {
  const pages = pagesOf(file);
  const page = pages.at(index) as Buffer;
  change(page);
  withChecksum(page);
  return Buffer.concat(pages);
}

/**
 * A file with one packet a page; `granules` has the position of each, -1 for none. The last page is marked as such.
 */
export function muxed(packets: readonly Uint8Array[], granules: readonly number[], serial = 1): Buffer {
  const pages = packets.map((packet, sequence) =>
    makePage({
      packets: [packet],
      serial,
      sequence,
      granule: granules[sequence] ?? 0,
      isFirst: sequence === 0,
      isLast: sequence === packets.length - 1,
    }),
  );
  return Buffer.concat(pages);
}
