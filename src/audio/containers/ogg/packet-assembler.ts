import type { Page } from './page.ts';

/** The longest packet that is put together; the rest of a longer one is left out. */
const MAX_PACKET_BYTES = 4_194_304;

/** Puts the packets of one logical stream together from its pages. */
export class PacketAssembler {
  /** How often pages were missing between two that came. */
  gaps = 0;
  #begun = new Uint8Array(4096);
  #begunBytes = 0;
  #isInside = false;
  #isBroken = false;
  #sequence: number | undefined;

  /**
   * The packets that end on `page`, valid until the next call. Where pages are missing, an empty packet stands for
   * what was lost.
   */
  add(page: Page): Uint8Array[] {
    const packets: Uint8Array[] = [];
    if (this.#sequence !== undefined && page.sequence !== (this.#sequence + 1) % 2 ** 32) {
      this.gaps++;
      this.#isInside = false;
      packets.push(new Uint8Array(0));
    }
    this.#sequence = page.sequence;
    // The rest of a packet whose beginning was lost is left out.
    this.#isBroken = page.isContinued && !this.#isInside;
    if (!page.isContinued) this.#isInside = false;
    this.#split(page, packets);
    return packets;
  }

  #split({ lacing, body }: Page, packets: Uint8Array[]): void {
    let start = 0;
    let end = 0;
    // Packets that are views into the page come before this call's use of the buffer of begun ones, or need none.
    for (const length of lacing) {
      end += length;
      if (length === 255) continue;
      const packet = this.#finish(body.subarray(start, end));
      if (packet !== undefined && packet.length > 0) packets.push(packet);
      start = end;
    }
    if (lacing[lacing.length - 1] === 255) this.#keep(body.subarray(start, end));
  }

  #finish(part: Uint8Array): Uint8Array | undefined {
    if (this.#isBroken) {
      this.#isBroken = false;
      return undefined;
    }
    if (!this.#isInside) return part;
    this.#append(part);
    this.#isInside = false;
    return this.#begun.slice(0, this.#begunBytes);
  }

  /** Keeps the first part of a packet that goes on on the next page. */
  #keep(part: Uint8Array): void {
    if (this.#isBroken) return;
    if (!this.#isInside) this.#begunBytes = 0;
    this.#isInside = true;
    this.#append(part);
  }

  #append(part: Uint8Array): void {
    const needed = this.#begunBytes + part.length;
    if (needed > MAX_PACKET_BYTES) return;
    if (needed > this.#begun.length) {
      const larger = new Uint8Array(2 * needed);
      larger.set(this.#begun.subarray(0, this.#begunBytes));
      this.#begun = larger;
    }
    this.#begun.set(part, this.#begunBytes);
    this.#begunBytes = needed;
  }
}
