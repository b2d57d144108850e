import { ByteReader } from '../../io/byte-reader.ts';
import type { ByteSource } from '../../io/file-source.ts';
import { findPage, HEADER_BYTES, MAX_PAGE_BYTES, type Page, pageLength, parsePage } from './page.ts';

/** Reads the pages of a file in order. What is no page, or a page with a wrong checksum, is left out and counted. */
export class PageReader {
  /** How often bytes had to be left out, because they were no page or a damaged one. */
  damaged = 0;
  readonly #reader: ByteReader;
  #isLost = false;

  /** Reads `source` from `position` on. */
  constructor(source: ByteSource, position: number) {
    this.#reader = new ByteReader(source, position);
  }

  /** Behind the last page. */
  get position(): number {
    return this.#reader.position;
  }

  /**
   * The next page, a view that is valid until the next call; undefined at the end of the file. A page that the end
   * of the file cuts off counts as the end.
   *
   * @throws AudioError when the system cannot read.
   */
  async next(): Promise<Page | undefined> {
    for (;;) {
      const page = await this.#here();
      if (page !== undefined) {
        this.#reader.skip(page.length);
        this.#isLost = false;
        return page;
      }
      if (this.#reader.left <= HEADER_BYTES) return undefined;
      if (await this.#isCutOff()) return undefined;
      await this.#resync();
    }
  }

  async #here(): Promise<Page | undefined> {
    const reader = this.#reader;
    if (reader.available < HEADER_BYTES + 255) await reader.fill(HEADER_BYTES + 255);
    const length = pageLength(reader.bytes, 0);
    if (length === undefined) return undefined;
    if (reader.available < length) await reader.fill(length);
    return parsePage(reader.bytes, 0);
  }

  /** Whether a page begins here and the file ends inside it, with no other page in between. */
  async #isCutOff(): Promise<boolean> {
    const reader = this.#reader;
    const length = pageLength(reader.bytes, 0);
    if (length === undefined || length <= reader.left) return false;
    await reader.fill(MAX_PAGE_BYTES);
    return findPage(reader.bytes, 1) < 0;
  }

  /** Goes on to the next place that looks like a page. */
  async #resync(): Promise<void> {
    if (!this.#isLost) this.damaged++;
    this.#isLost = true;
    const reader = this.#reader;
    await reader.fill(MAX_PAGE_BYTES);
    const found = findPage(reader.bytes, 1);
    // The last three bytes may be the beginning of a magic.
    reader.skip(found >= 0 ? found : Math.max(1, reader.available - 3));
  }
}
