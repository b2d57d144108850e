import { countOf, formatSeconds } from '../../errors.ts';
import { cutShort, damagedFile, encrypted, noAudioTrack } from '../../file-errors.ts';
import type { ByteSource } from '../../io/file-source.ts';
import { firstDecoded } from '../choose-track.ts';
import { MAX_CHANNELS, MAX_SAMPLE_RATE, MIN_SAMPLE_RATE } from '../wav-format.ts';
import { findBox } from './boxes.ts';
import { type Track, tracksOf } from './movie.ts';
import { type Blocks, parseSampleEntry, type SampleEntry } from './sample-entry.ts';
import { type SampleRun, samplesBefore } from './sample-runs.ts';
import { measure, SampleTable } from './sample-table.ts';

/** An audio track with its tables read. */
export interface AudioTrack {
  track: Track;
  entry: SampleEntry;
  samples: TrackSamples;
  /** Whether some samples are coded otherwise than `entry` says. */
  isMixed: boolean;
}

/** Which samples of a table are those of a track. */
export interface TrackSamples {
  table: SampleTable;
  /** The sample entries that describe the same coding. */
  entries: ReadonlySet<number>;
  /** Where the table counts single frames: the blocks that they make up. */
  blocks: Blocks | undefined;
}

/** More audio tracks, and more sample entries of one, than any file has. */
const MAX_TRACKS = 100;
const MAX_ENTRIES = 100;

/**
 * The first audio track in the body of a `moov` box of the file `path` that can be decoded, wherever it stands among
 * video and others.
 *
 * @throws AudioError when there is none, its sample entry makes no sense or is encrypted.
 */
export function chooseTrack(path: string, moov: Uint8Array): AudioTrack {
  const found: { track: Track; codec: string }[] = [];
  let hasVideo = false;
  for (const track of tracksOf(moov)) {
    hasVideo ||= track.handler === 'vide';
    if (track.handler !== 'soun') continue;
    if (found.length < MAX_TRACKS) found.push({ track, codec: entryOf(track, 1)?.codec ?? 'unknown' });
  }
  const track = firstDecoded(found, ({ codec }) => codec)?.track;
  if (track === undefined)
    throw noAudioTrack(path, hasVideo ? 'there is only video' : 'none of its tracks is audio');
  return readTrack(path, track);
}

function entryOf(track: Track, index: number): SampleEntry | undefined {
  const stsd = findBox(track.stbl, 'stsd');
  return stsd === undefined ? undefined : parseSampleEntry(stsd, index, track.timeScale);
}

function readTrack(path: string, track: Track): AudioTrack {
  const table = new SampleTable(track.stbl);
  const entry = entryOf(track, table.entry) ?? entryOf(track, 1);
  if (entry === undefined) throw damagedFile(path, 'MP4', 'its audio track does not say how it is coded');
  checkEntry(path, entry, track.timeScale);
  const entries = [...table.entries]
    .slice(0, MAX_ENTRIES)
    .filter((index) => isAlike(entry, entryOf(track, index)));
  return {
    track,
    entry: { ...entry, config: new Uint8Array(entry.config) },
    samples: {
      table,
      entries: new Set([table.entry, ...entries]),
      blocks: countsFrames(entry, table.constantSize) ? entry.blocks : undefined,
    },
    isMixed: entries.length < table.entries.size,
  };
}

function isAlike(entry: SampleEntry, other: SampleEntry | undefined): boolean {
  return (
    other !== undefined &&
    entry.codec === other.codec &&
    entry.channels === other.channels &&
    entry.sampleRate === other.sampleRate &&
    Buffer.compare(entry.config, other.config) === 0
  );
}

function checkEntry(path: string, entry: SampleEntry, timeScale: number): void {
  if (entry.codec === 'encrypted') throw encrypted(path, entry.protects);
  if (timeScale < 1) throw damagedFile(path, 'MP4', 'the time scale of its audio track is 0');
  if (entry.blocks === undefined) return;
  if (entry.channels < 1 || entry.channels > MAX_CHANNELS) {
    throw damagedFile(
      path,
      'MP4',
      `its header says ${countOf(entry.channels, 'channel')}; 1 to ${MAX_CHANNELS} make sense`,
    );
  }
  if (entry.sampleRate < MIN_SAMPLE_RATE || entry.sampleRate > MAX_SAMPLE_RATE) {
    throw damagedFile(
      path,
      'MP4',
      `its header says a rate of ${entry.sampleRate.toLocaleString('en-US')} Hz`,
    );
  }
}

/**
 * Whether the table means single frames by its samples: old QuickTime files say that all have the size 1, or that of
 * one channel, where a frame or a block takes more.
 */
function countsFrames({ blocks }: SampleEntry, constantSize: number): boolean {
  return blocks !== undefined && blocks.frames > 0 && constantSize > 0 && constantSize < blocks.bytes;
}

/** The samples that lie within the first `size` bytes of the file. */
export function* runsWithin(samples: TrackSamples, size: number): Generator<SampleRun, void, undefined> {
  for (const run of allRuns(samples)) {
    const count = samplesBefore(run, size);
    if (count > 0) yield { ...run, count };
  }
}

function allRuns({ table, entries, blocks }: TrackSamples): Iterable<SampleRun> {
  return table.runs(entries, blocks);
}

/** How much of what the tables promise is there: packets, and whether that is all of them. */
export interface Extent {
  packets: number;
  isWhole: boolean;
}

/**
 * Holds the tables against the size of the file.
 *
 * @throws AudioError when samples lie beyond its end (unless `allowTruncated`), or share their bytes.
 */
export function checkExtent(source: ByteSource, audio: AudioTrack, allowTruncated: boolean): Extent {
  const { samples, track } = audio;
  const claimed = measure(allRuns(samples));
  const isInside = claimed.end <= source.size;
  const present = isInside ? claimed : measure(runsWithin(samples, source.size));
  const { length, count, placed } = samples.table;
  if (!isInside && !allowTruncated) {
    const seconds = length.ticks / track.timeScale;
    const there = (seconds * present.samples) / claimed.samples;
    const why = `its tables promise ${formatSeconds(seconds)} of audio, the file holds ${formatSeconds(there)}`;
    throw cutShort(source.path, why);
  }
  if (present.bytes > source.size) {
    throw damagedFile(source.path, 'MP4', 'its tables give the same bytes to many packets');
  }
  return { packets: present.samples, isWhole: isInside && placed >= count && !audio.isMixed };
}
