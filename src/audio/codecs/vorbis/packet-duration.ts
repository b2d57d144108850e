import { bitLength, VorbisBitReader } from './bit-reader.ts';
import type { Identification, Setup } from './setup.ts';

/**
 * Makes a meter for the samples that each packet of a stream adds to the output, called for all packets in order:
 * a quarter of its own block and of the one before; the first packet adds none.
 *
 * Source: Vorbis I specification §4.3.1 and §4.3.8.
 */
export function durationMeter(
  { blockSizes }: Identification,
  { modes }: Setup,
): (packet: Uint8Array) => number {
  const modeBits = bitLength(modes.length - 1);
  let before: number | undefined;
  return (packet) => {
    const bits = new VorbisBitReader(packet);
    if (packet.length === 0 || bits.flag()) return 0;
    const mode = modes[bits.read(modeBits)];
    if (mode === undefined) return 0;
    const size = blockSizes[mode.isLong ? 1 : 0];
    const samples = before === undefined ? 0 : (before + size) / 4;
    before = size;
    return samples;
  };
}
