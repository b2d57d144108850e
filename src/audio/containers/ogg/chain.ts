import type { ByteSource } from '../../io/file-source.ts';
import { pagesIn } from './last-granule.ts';
import type { Link } from './link.ts';
import { MAX_PAGE_BYTES } from './page.ts';
import { PageReader } from './page-reader.ts';

/** Places in the middle of a file that are looked at for signs of a further link. */
const PROBES = 16;
/** More links than this are not counted beforehand. */
export const MAX_LINKS = 256;

/**
 * Where the links begin in a file whose first link is `first`, from its own start on; `MAX_LINKS` + 1 when there are
 * that many or more. A long file without signs of a further link counts as one, without being read through.
 *
 * @throws AudioError when the system cannot read
 */
export async function linkStarts(source: ByteSource, first: Link): Promise<number[]> {
  const starts = [first.start];
  if (!(await looksChained(source, first))) return starts;
  for (let start = first.start; starts.length <= MAX_LINKS; ) {
    start = await linkEnd(source, start);
    if (start >= source.size) return starts;
    starts.push(start);
  }
  return starts;
}

/**
 * Where the link ends that begins at `start`: at the next group of first pages, or with the file.
 *
 * @throws AudioError when the system cannot read
 */
export async function linkEnd(source: ByteSource, start: number): Promise<number> {
  const pages = new PageReader(source, start);
  let isBehindFirst = false;
  for (;;) {
    const page = await pages.next();
    if (page === undefined) return source.size;
    if (page.isFirst && isBehindFirst) return pages.position - page.length;
    if (!page.isFirst) isBehindFirst = true;
  }
}

/**
 * Reads on from where the packets of a link were left, up to its end, and completes its report.
 *
 * @throws AudioError when the system cannot read
 */
export async function finishLink(source: ByteSource, { start, serial, report }: Link): Promise<number> {
  if (report.end !== undefined) return report.end;
  // Nothing of it was read: its decoder could not be started.
  if (report.position === start) return linkEnd(source, start);
  const pages = new PageReader(source, report.position);
  for (;;) {
    const page = await pages.next();
    if (page === undefined) return source.size;
    if (page.isFirst) return pages.position - page.length;
    if (page.serial === serial && page.isLast) report.isEnded = true;
  }
}

/** Looks for streams that the first link does not have, for first pages, and for positions that go back. */
async function looksChained(source: ByteSource, { start, serial, serials }: Link): Promise<boolean> {
  const length = source.size - start;
  if (length <= PROBES * MAX_PAGE_BYTES) return true;
  let granule = 0;
  for (let probe = 1; probe <= PROBES; probe++) {
    const isLast = probe === PROBES;
    const from = isLast ? source.size - 2 * MAX_PAGE_BYTES : start + Math.floor((length * probe) / PROBES);
    const bytes = await source.read(from, isLast ? 2 * MAX_PAGE_BYTES : MAX_PAGE_BYTES);
    for (const page of pagesIn(bytes)) {
      if (!serials.has(page.serial) || page.isFirst) return true;
      if (page.serial !== serial || page.granule === undefined) continue;
      if (page.granule < granule) return true;
      granule = page.granule;
    }
  }
  return false;
}
