/** What `AlacPackets.decode` answers when a packet cannot be decoded. */
export const DAMAGED = -1;
export const CUT = -2;

/** Decodes packets: a kernel, or the same in TypeScript. */
export interface AlacPackets {
  /** The samples of the last packet, one array for each channel, reused for the next packet. */
  readonly planes: Float32Array[];

  /** Decodes a packet. Returns the samples in each channel, or `DAMAGED` or `CUT`; then `planes` are of no use. */
  decode(data: Uint8Array): number;
}
