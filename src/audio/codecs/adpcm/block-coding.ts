/** Samples coded in blocks that can each be decoded by themselves, or nearly so. */
export interface BlockCoding {
  /** Frames in a block of `bytes` bytes, which may be a last one that is cut; 0 when not even its header fits. */
  framesIn(bytes: number): number;

  /**
   * Decodes `block` into `planes`, one array with room for `framesIn(block.length)` samples for each channel.
   *
   * @throws DamagedPacket when its header makes no sense.
   */
  decode(block: Uint8Array, planes: readonly Float32Array[]): void;

  /** Forgets the block before. */
  reset(): void;
}

/**
 * One step of the 16-bit samples that all these codings make. Loops over samples take it into a variable of their own:
 * in the built program every use of an import is a call.
 */
export const SCALE = 1 / 32_768;

/** Signed 16-bit little-endian number at `at`. */
export function s16le(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)) << 16) >> 16;
}
