import { ByteReader } from '../io/byte-reader.ts';
import type { ByteSource } from '../io/file-source.ts';
import type { Packet, PacketTrack } from '../packets.ts';

/** About how many bytes of packets come at one go. */
const BATCH_BYTES = 65_536;

/** Packets of one size that stand in one piece in a file. */
export interface BlockRegion extends Omit<PacketTrack, 'packets' | 'timeScale' | 'sampleRate'> {
  sampleRate: number;
  /** Position in the file of the first packet. */
  start: number;
  /** Size of all packets together, as far as the file goes; the last one may be cut. */
  bytes: number;
  /** Size of a packet. */
  blockBytes: number;
}

/** A track of packets of one size; its ticks are frames. */
export function blockTrack(source: ByteSource, region: BlockRegion): PacketTrack {
  const { start, bytes, blockBytes, ...track } = region;
  const batchBytes = Math.max(1, Math.floor(BATCH_BYTES / blockBytes)) * blockBytes;
  return {
    ...track,
    timeScale: region.sampleRate,
    async *packets(): AsyncGenerator<readonly Packet[], void, undefined> {
      const reader = new ByteReader(source, start, start + bytes);
      while (reader.left > 0) {
        const there = Math.min(await reader.fill(batchBytes), batchBytes);
        if (there === 0) return;
        yield cut(reader.bytes.subarray(0, there), blockBytes);
        reader.skip(there);
      }
    },
  };
}

function cut(bytes: Uint8Array, size: number): Packet[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => ({
    data: bytes.subarray(i * size, (i + 1) * size),
  }));
}
