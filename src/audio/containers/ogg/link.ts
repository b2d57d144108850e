import type { ByteSource } from '../../io/file-source.ts';
import type { Packet, PacketTrack } from '../../packets.ts';
import { lastGranule } from './last-granule.ts';
import { type LinkHead, readLinkHead } from './link-head.ts';
import { PacketAssembler } from './packet-assembler.ts';
import { PageReader } from './page-reader.ts';

/** What was met while the packets of a link were read. */
export interface LinkReport {
  /** Where the next link begins, or the file ends; undefined until the packets were read up to there. */
  end: number | undefined;
  /** Behind the last page that was read. */
  position: number;
  /** Places where bytes had to be left out, or pages were missing. */
  damaged: number;
  /** Whether the stream's last page was there. */
  isEnded: boolean;
}

/** One part of a chained file, from one group of first pages to the next: its audio stream as a track. */
export interface Link extends LinkHead {
  start: number;
  track: PacketTrack;
  report: LinkReport;
}

/**
 * Reads the head of the link that begins at `start` of the file. The length of the track is not known then, unless
 * its header says it; see `measureLink`.
 *
 * @throws AudioError when it has no audio stream that can be decoded, or a damaged one
 */
export async function openLink(source: ByteSource, start: number): Promise<Link> {
  const found = await readLinkHead(source, start);
  const { head } = found;
  const report: LinkReport = { end: undefined, position: start, damaged: 0, isEnded: false };
  const link = { ...found, start, report };
  const track: PacketTrack = {
    codec: head.codec,
    config: head.config,
    sampleRate: head.sampleRate,
    channels: head.channels,
    bitsPerSample: head.bitsPerSample,
    timeScale: head.timeScale,
    skip: head.preSkip + found.cut,
    duration: head.total,
    tags: head.tags,
    packets: (signal) => readPackets(source, link, signal),
  };
  return { ...link, track };
}

/**
 * Finds out how long the track of a link is that ends at or before `end`: its last position cuts the end.
 *
 * @throws AudioError when the system cannot read
 */
export async function measureLink(source: ByteSource, link: Link, end: number): Promise<void> {
  const { track, head, serial, position } = link;
  if (head.total !== undefined) return;
  const last = link.hasAudio ? await lastGranule(source, serial, link.audioStart, end) : 0;
  track.duration = last === undefined ? undefined : Math.max(0, last - position - head.preSkip);
}

/** The packets of a link's audio stream behind its headers, page by page; fills in the report. */
async function* readPackets(
  source: ByteSource,
  { start, serial, report, headerCount }: LinkHead & Pick<Link, 'start' | 'report'>,
  signal?: AbortSignal,
): AsyncGenerator<readonly Packet[], void, undefined> {
  const pages = new PageReader(source, start);
  const assembler = new PacketAssembler();
  let headersLeft = headerCount;
  let isBehindFirst = false;
  Object.assign(report, { end: undefined, position: start, damaged: 0, isEnded: false });
  for (;;) {
    const page = await pages.next();
    signal?.throwIfAborted();
    report.position = pages.position;
    if (page === undefined || (page.isFirst && isBehindFirst)) {
      report.end = page === undefined ? source.size : pages.position - page.length;
      return;
    }
    if (!page.isFirst) isBehindFirst = true;
    if (page.serial !== serial || report.isEnded) continue;
    report.isEnded = page.isLast;
    const batch: Packet[] = [];
    for (const data of assembler.add(page)) {
      if (headersLeft > 0) headersLeft--;
      else batch.push({ data });
    }
    report.damaged = Math.max(pages.damaged, assembler.gaps);
    if (batch.length > 0) yield batch;
  }
}
