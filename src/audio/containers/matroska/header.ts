import { countOf } from '../../errors.ts';
import { cutShort, damagedFile, noAudioTrack, promise } from '../../file-errors.ts';
import type { ByteSource } from '../../io/file-source.ts';
import { Window } from '../../io/window.ts';
import { elementAt, elementsIn, ID, MAX_HEADER_BYTES, textOf } from './ebml.ts';
import { addTags } from './matroska-tags.ts';
import { readTracks, type TrackEntry } from './track-entry.ts';

/** What stands before the clusters. */
export interface MatroskaHeader {
  tracks: TrackEntry[];
  tags: Record<string, string>;
  /** Where the first cluster begins. */
  clusterStart: number;
  /** Where the segment ends, by its size; the end of the file when that is left open. */
  segmentEnd: number;
}

const MAX_ELEMENTS = 100_000;
/** Tracks and tags are read into memory; the private data of the largest codec has some kilobytes. */
const MAX_LOADED_BYTES = 16_777_216;

/**
 * Reads a file up to its first cluster, and further when the tracks come later.
 *
 * @throws AudioError when something else stands there, there are no tracks or no clusters, or the segment is longer
 * than the file (unless `allowTruncated`).
 */
export async function readHeader(source: ByteSource, allowTruncated: boolean): Promise<MatroskaHeader> {
  const { path, size } = source;
  const window = new Window(source);
  const header: MatroskaHeader = { tracks: [], tags: {}, clusterStart: -1, segmentEnd: size };
  let position = 0;
  for (let count = 0; position < header.segmentEnd; count++) {
    const element = elementAt(await window.read(position, MAX_HEADER_BYTES));
    if (element === undefined || count > MAX_ELEMENTS) {
      throw damagedFile(
        path,
        'Matroska',
        `what stands at byte ${position} is no element, and no audio came before it`,
      );
    }
    const bodyStart = position + element.headerBytes;
    const end = element.size === undefined ? undefined : bodyStart + element.size;
    if (element.id === ID.segment) {
      if (end !== undefined && end > size && !allowTruncated)
        throw cutShort(path, promise(countOf(end, 'byte'), countOf(size, 'byte')));
      header.segmentEnd = Math.min(end ?? size, size);
      position = bodyStart;
      continue;
    }
    if (element.id === ID.cluster) {
      if (header.clusterStart < 0) header.clusterStart = position;
      if (header.tracks.length > 0) return header;
    }
    if (end === undefined) throw damagedFile(path, 'Matroska', `the element at byte ${position} has no size`);
    if (LOADED.has(element.id)) {
      if (end - bodyStart > MAX_LOADED_BYTES) {
        throw damagedFile(
          path,
          'Matroska',
          `the element at byte ${position} claims ${end - bodyStart} bytes`,
        );
      }
      take(header, element.id, await window.read(bodyStart, end - bodyStart));
    }
    position = end;
  }
  if (header.tracks.length === 0) throw noAudioTrack(path, 'there are no tracks');
  if (header.clusterStart < 0) throw noAudioTrack(path, 'its recording ended before the first packet');
  return header;
}

const LOADED: ReadonlySet<number> = new Set([ID.info, ID.tracks, ID.tags]);

function take(header: MatroskaHeader, id: number, body: Uint8Array): void {
  if (id === ID.tags) addTags(header.tags, body);
  if (id === ID.tracks && header.tracks.length === 0) header.tracks = readTracks(new Uint8Array(body));
  if (id !== ID.info) return;
  for (const { id: inner, body: value } of elementsIn(body)) {
    if (inner !== ID.title || value.length === 0) continue;
    header.tags['title'] ??= textOf(value.subarray(0, 4096));
  }
}
