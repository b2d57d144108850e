import type { ImdctBank } from '../../dsp/imdct.ts';
import { hasKernels } from '../../kernel.ts';
import type { ChannelStream } from './channel-stream.ts';
import type { CodebookTables } from './codebook-tables.ts';
import { KernelEngine } from './kernel-engine.ts';
import type { PacketBits } from './packet-bits.ts';
import { PlainEngine } from './plain-engine.ts';

/** The memory of a decoder and its work on spectra, with or without a kernel. */
export interface Engine {
  /** The packet at hand. */
  readonly bits: PacketBits;
  readonly tables: CodebookTables;
  readonly bank: ImdctBank;

  /** Arrays of zeros. All that the functions below are given must come from here. */
  f32(length: number): Float32Array;
  i32(length: number): Int32Array;
  u8(length: number): Uint8Array;

  /**
   * Reads `spectral_data` (ISO/IEC 14496-3 §4.4.2.7, Table 4.56) into the stream's spectrum, and makes up noise
   * (§4.6.13.3) where its books say so.
   *
   * @throws DamagedPacket
   */
  readSpectrum(stream: ChannelStream): void;

  /** Turns mid and side into left and right, from `start` up to `end` (multiples of 4). */
  unmix(left: Float32Array, right: Float32Array, start: number, end: number): void;

  /** Half of `target` and half of `other`, into `target`. */
  mix(target: Float32Array, other: Float32Array): void;

  /** Lets noise begin again. */
  reset(): void;
}

/** An engine for a stream of so many channels. */
export function createEngine(channels: number): Engine {
  return hasKernels() ? new KernelEngine(channels) : new PlainEngine();
}
