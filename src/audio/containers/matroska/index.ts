import type { AudioNote, Opener, OpenOptions } from '../../audio-input.ts';
import { countOf } from '../../errors.ts';
import { damagedFile, noAudioTrack } from '../../file-errors.ts';
import { u16le } from '../../io/bytes.ts';
import type { ByteSource } from '../../io/file-source.ts';
import { wavLayout } from '../../layout.ts';
import { openTrack } from '../../open-track.ts';
import type { Packet, PacketTrack } from '../../packets.ts';
import { firstDecoded } from '../choose-track.ts';
import { MAX_CHANNELS, MAX_SAMPLE_RATE, MIN_SAMPLE_RATE } from '../wav-format.ts';
import { ClusterReader, type ClusterWalk } from './clusters.ts';
import { readHeader } from './header.ts';
import { codecOf, type TrackCodec } from './track-codec.ts';
import { strippedHeaders, type TrackEntry } from './track-entry.ts';

/**
 * Opens the first audio track of a Matroska or WebM file.
 *
 * @throws AudioError when the header is cut or damaged, there is no audio track, its codec is not decoded or it is
 * encrypted, or the file holds less than its header promises and `allowTruncated` is not set.
 */
export const openMatroska: Opener = async (source, type, options) =>
  openTrack(source, type, await readMatroskaTrack(source, options), options);

const AUDIO = 2;
/** Encoder delay and padding are given in nanoseconds. */
const NANOSECONDS = 1_000_000_000;

/** The packets of the first audio track of a file. @throws AudioError as `openMatroska`, but for the codec. */
export async function readMatroskaTrack(source: ByteSource, options: OpenOptions): Promise<PacketTrack> {
  const { path } = source;
  const header = await readHeader(source, options.allowTruncated === true);
  const track = chooseTrack(path, header.tracks);
  const stripped = strippedHeaders(path, track);
  track.codecPrivate = Buffer.concat([stripped.codecPrivate, track.codecPrivate]);
  const { frameBytes, ...coding } = codecOf(track);
  const isPcm = frameBytes !== undefined;
  if (isPcm) checkPcm(path, coding);
  const filter = { trackNumber: track.number, prefix: stripped.frame, frameBytes: frameBytes ?? 1 };
  const notes: AudioNote[] = [];
  return {
    ...coding,
    sampleRate: coding.sampleRate || undefined,
    channels: coding.channels || undefined,
    layout: isPcm ? wavLayout(coding.channels, 0) : undefined,
    timeScale: NANOSECONDS,
    skip: track.codecDelay || opusDelay(coding),
    // The duration in the header is that of the longest track, rounded to the ticks of the clusters.
    duration: undefined,
    tags: header.tags,
    notes,
    async *packets(signal?: AbortSignal): AsyncGenerator<readonly Packet[], void, undefined> {
      notes.length = 0;
      const reader = new ClusterReader(source, header, filter);
      let isEmpty = true;
      for await (const batch of reader.packets(signal)) {
        isEmpty = false;
        yield batch;
      }
      if (isEmpty) throw noAudioTrack(path, 'its audio track is empty');
      notes.push(...remarks(path, reader.walk));
    },
  };
}

function chooseTrack(path: string, tracks: readonly TrackEntry[]): TrackEntry {
  const found = tracks.filter(({ type }) => type === AUDIO);
  const track = firstDecoded(found, (entry) => codecOf(entry).codec);
  if (track !== undefined) return track;
  throw noAudioTrack(
    path,
    tracks.some(({ type }) => type === 1) ? 'there is only video' : 'there is no audio track',
  );
}

function checkPcm(path: string, { channels, sampleRate }: TrackCodec): void {
  if (channels < 1 || channels > MAX_CHANNELS) {
    throw damagedFile(
      path,
      'Matroska',
      `its header says ${countOf(channels, 'channel')}; 1 to ${MAX_CHANNELS} make sense`,
    );
  }
  if (sampleRate < MIN_SAMPLE_RATE || sampleRate > MAX_SAMPLE_RATE) {
    throw damagedFile(path, 'Matroska', `its header says a rate of ${sampleRate.toLocaleString('en-US')} Hz`);
  }
}

/** Files without CodecDelay still have the pre-skip of OpusHead (RFC 7845 §5.1), in frames at 48 kHz. */
function opusDelay({ codec, config }: TrackCodec): number {
  return codec === 'opus' ? (u16le(config, 10) * NANOSECONDS) / 48_000 : 0;
}

function remarks(path: string, { damagedAt, damagedBlocks, isCut }: ClusterWalk): AudioNote[] {
  const texts: string[] = [];
  if (damagedAt !== undefined) {
    texts.push(
      `"${path}" is damaged at byte ${damagedAt.toLocaleString('en-US')}: what follows up to the next cluster is lost.`,
    );
  }
  if (damagedBlocks > 0)
    texts.push(`"${path}" is damaged: ${countOf(damagedBlocks, 'block')} of its audio cannot be read.`);
  if (isCut) texts.push(`"${path}" is cut off: it ends inside a block.`);
  return texts.map((text) => ({ level: 'warning', text }));
}
