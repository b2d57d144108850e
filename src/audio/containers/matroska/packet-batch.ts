import type { Packet } from '../../packets.ts';

const BATCH_BYTES = 131_072;
const BATCH_PACKETS = 1024;

/** Gathers packets, each with the bytes that its container had taken away at its beginning. */
export class PacketBatch {
  readonly #prefix: Uint8Array;
  #buffer = new Uint8Array(BATCH_BYTES);
  #used = 0;
  #packets: Packet[] = [];

  constructor(prefix: Uint8Array) {
    this.#prefix = prefix;
  }

  get isEmpty(): boolean {
    return this.#packets.length === 0;
  }

  /** Whether `bytes` more should rather come into the next batch. */
  isFullFor(bytes: number): boolean {
    return !this.isEmpty && (this.#used + bytes > BATCH_BYTES || this.#packets.length >= BATCH_PACKETS);
  }

  add(bytes: Uint8Array, discard: number): void {
    const start = this.#used;
    const end = start + this.#prefix.length + bytes.length;
    if (end > this.#buffer.length) this.#grow(end);
    this.#buffer.set(this.#prefix, start);
    this.#buffer.set(bytes, start + this.#prefix.length);
    this.#used = end;
    const data = this.#buffer.subarray(start, end);
    this.#packets.push(discard > 0 ? { data, discard } : { data });
  }

  /** The packets so far; valid until the next `add`. */
  take(): readonly Packet[] {
    const packets = this.#packets;
    this.#packets = [];
    this.#used = 0;
    return packets;
  }

  /** Packets that are gathered already keep the old buffer. */
  #grow(needed: number): void {
    const larger = new Uint8Array(2 * needed);
    larger.set(this.#buffer.subarray(0, this.#used));
    this.#buffer = larger;
  }
}
