import type { ByteSource } from '../../io/file-source.ts';
import { findPage, MAX_PAGE_BYTES, type Page, parsePage } from './page.ts';

/** How far from its end a stream is looked for its last page: as far as a few seconds of video beside it. */
const MAX_LOOK_BACK = 8_388_608;

/**
 * Position of the last page of a stream between `start` and `end` of the file, found from behind; undefined when it
 * is not near the end.
 *
 * @throws AudioError when the system cannot read
 */
export async function lastGranule(
  source: ByteSource,
  serial: number,
  start: number,
  end: number,
): Promise<number | undefined> {
  for (let reach = 2 * MAX_PAGE_BYTES; ; reach *= 4) {
    const from = Math.max(start, end - reach);
    const bytes = await source.read(from, end - from);
    let granule: number | undefined;
    for (const page of pagesIn(bytes)) {
      if (page.serial === serial && page.granule !== undefined) granule = page.granule;
    }
    if (granule !== undefined || from === start || reach > MAX_LOOK_BACK) return granule;
  }
}

/** The whole and sound pages in some bytes of a file. */
export function* pagesIn(bytes: Uint8Array): Generator<Page, void, undefined> {
  let at = findPage(bytes, 0);
  while (at >= 0) {
    const page = parsePage(bytes, at);
    if (page !== undefined) yield page;
    at = findPage(bytes, at + (page?.length ?? 1));
  }
}
