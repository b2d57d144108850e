import type { FrameHeader } from './frame-header.ts';

/** What `FrameDecoder.decode` answers when there is no frame. */
export const DAMAGED = -1;
export const WRONG_CHECKSUM = -2;
export const CUT = -3;

/** Decodes frames: a kernel, or the same in TypeScript. */
export interface FrameDecoder {
  /** The samples of the last frame, one array for each channel, reused for the next frame. */
  readonly planes: Float32Array[];

  /**
   * Decodes the frame that `data` begins with. Its block size may not be larger than `planes`. Returns the bytes
   * that the frame takes, or `DAMAGED`, `WRONG_CHECKSUM` or `CUT`; then `planes` are of no use.
   */
  decode(data: Uint8Array, header: FrameHeader): number;
}
