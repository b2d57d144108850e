import type { AudioNote, Opener, OpenOptions } from '../../audio-input.ts';
import type { AudioError } from '../../errors.ts';
import { noAudioTrack, notDecoded } from '../../file-errors.ts';
import type { ByteSource } from '../../io/file-source.ts';
import { openTrack } from '../../open-track.ts';
import type { Packet, PacketTrack } from '../../packets.ts';
import { type AudioTrack, checkExtent, chooseTrack, type Extent, runsWithin } from './audio-track.ts';
import { findBox } from './boxes.ts';
import { type FragmentWalk, fragmentRuns, readDefaults } from './fragments.ts';
import { movieScaleOf, readMovie } from './movie.ts';
import { readMp4Tags } from './mp4-tags.ts';
import { joinedRuns, readRuns, type SampleRun } from './sample-runs.ts';
import { type Timing, timingOf } from './timing.ts';

/**
 * Opens the first audio track of an MP4, M4A, QuickTime or 3GP file, fragmented or not.
 *
 * @throws AudioError when the header is missing, cut or damaged, there is no audio track, its codec is not decoded or
 * it is encrypted, or the file holds less than its tables promise and `allowTruncated` is not set.
 */
export const openMp4: Opener = async (source, type, options) =>
  openTrack(source, type, await readMp4Track(source, options), options);

/** The packets of the first audio track of a file. @throws AudioError as `openMp4`, but for the codec. */
export async function readMp4Track(source: ByteSource, options: OpenOptions): Promise<PacketTrack> {
  const { path } = source;
  const allowTruncated = options.allowTruncated === true;
  const { moov, end } = await readMovie(source, allowTruncated);
  if (findBox(moov, 'cmov') !== undefined) throw compressed(path);
  const audio = chooseTrack(path, moov);
  const mvex = findBox(moov, 'mvex');
  const extent = checkExtent(source, audio, allowTruncated);
  if (extent.packets === 0 && mvex === undefined) throw noAudioTrack(path, 'its audio track is empty');

  const { tags, iTunSMPB } = readMp4Tags(moov);
  const timing = timeTrack(audio, movieScaleOf(moov), iTunSMPB, mvex !== undefined);
  const defaults = mvex === undefined ? undefined : readDefaults(mvex, audio.track.id);
  const notes: AudioNote[] = remarks(path, audio, timing, extent);
  const remarkCount = notes.length;
  // What `packets` needs must not hold on to the header as a whole.
  const { samples } = audio;
  const { codec, config, sampleRate, channels, bitsPerSample, layout, blocks } = audio.entry;
  return {
    codec,
    config,
    sampleRate: sampleRate || undefined,
    channels: channels || undefined,
    bitsPerSample,
    layout,
    timeScale: audio.track.timeScale,
    skip: timing.skip,
    duration: extent.isWhole ? timing.duration : undefined,
    tags,
    notes,
    async *packets(signal?: AbortSignal): AsyncGenerator<readonly Packet[], void, undefined> {
      notes.length = remarkCount;
      const walk: FragmentWalk = {};
      const runs = allRuns();
      let isEmpty = true;
      for await (const batch of readRuns(
        source,
        blocks?.canJoin === true ? joinedRuns(runs, blocks.bytes) : runs,
        signal,
      )) {
        isEmpty = false;
        yield batch;
      }
      if (isEmpty) throw noAudioTrack(path, 'its audio track is empty');
      if (walk.stopped !== undefined) {
        notes.push({ level: 'warning', text: `"${path}" is cut off or damaged: ${walk.stopped}.` });
      }

      async function* allRuns(): AsyncGenerator<SampleRun, void, undefined> {
        yield* runsWithin(samples, source.size);
        if (defaults !== undefined) yield* fragmentRuns(source, end, defaults, walk);
      }
    },
  };
}

function timeTrack(
  { track, samples: { table }, entry }: AudioTrack,
  movieScale: number,
  iTunSMPB: string | undefined,
  isFragmented: boolean,
): Timing {
  return timingOf({
    movieScale,
    mediaScale: track.timeScale,
    elst: track.elst,
    iTunSMPB,
    preSkip: ((entry.preSkip ?? 0) * track.timeScale) / 48_000,
    length: table.length,
    samples: table.count,
    sampleRate: entry.sampleRate,
    codec: entry.codec,
    isFragmented,
  });
}

function remarks(path: string, audio: AudioTrack, timing: Timing, extent: Extent): AudioNote[] {
  const notes: AudioNote[] = [];
  if (audio.isMixed) {
    const text = `"${path}" changes its way of coding: only the parts that are coded as its beginning are decoded.`;
    notes.push({ level: 'warning', text });
  } else if (!extent.isWhole) {
    const text = `"${path}" is cut off or damaged: some of its packets are missing.`;
    notes.push({ level: 'warning', text });
  }
  if (timing.hasParts) {
    const text = `The edit list of "${path}" plays several parts of it: all from the first to the last is decoded.`;
    notes.push({ level: 'detail', text });
  }
  return notes;
}

function compressed(path: string): AudioError {
  return notDecoded(path, 'has a compressed header (as old QuickTime files may)');
}
