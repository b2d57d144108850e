import type { AudioInput, Opener, OpenOptions } from '../audio-input.ts';
import { IMA_QT_BYTES, IMA_QT_FRAMES } from '../codecs/adpcm/ima.ts';
import { damagedFile, headerOnly, noAudio } from '../file-errors.ts';
import type { ByteSource } from '../io/file-source.ts';
import { openTrack } from '../open-track.ts';
import type { PacketTrack } from '../packets.ts';
import type { FileType } from '../probe/file-type.ts';
import { blockTrack } from './block-track.ts';
import { type CafChunks, findCafChunks } from './caf-chunks.ts';
import { decoderConfig } from './caf-cookie.ts';
import { type CafFormat, cafPacketCodec, cafSamples, parseCafFormat } from './caf-format.ts';
import { cafLayout } from './caf-layout.ts';
import { type PacketTable, readPacketTable, tablePackets } from './caf-packets.ts';
import { refuseCut } from './checks.ts';
import { openPcm } from './pcm-input.ts';

/**
 * Opens a Core Audio file: PCM of any byte order, float, A-law, mu-law, IMA 4:1, and packets of ALAC, AAC, Opus, FLAC
 * and MPEG audio.
 *
 * Source: Apple, Core Audio Format Specification 1.0.
 *
 * @throws AudioError when a chunk is missing or damaged, the coding is another one, there is no audio, or the file
 * holds less than its header promises and `allowTruncated` is not set.
 */
export const openCaf: Opener = async (source, type, options) => {
  const chunks = await findCafChunks(source, type.name);
  const format = parseCafFormat(source.path, type.name, chunks.description);
  const samples = cafSamples(source.path, type.name, format);
  const codec = samples?.codec ?? cafPacketCodec(source.path, type.name, format.formatId);
  const { data, tags } = chunks;
  if (data === undefined) {
    throw damagedFile(source.path, type.name, 'it has no "data" chunk, which holds the audio');
  }
  if (samples !== undefined) {
    const layout = cafLayout(format.channels, chunks.channelLayout);
    const { sampleRate, channels } = format;
    return openPcm(source, type, { ...samples, ...data, sampleRate, channels, layout, tags }, options);
  }
  return openPackets(source, type, { codec, format, chunks, data }, options);
};

interface Parts {
  codec: string;
  format: CafFormat;
  chunks: CafChunks;
  data: NonNullable<CafChunks['data']>;
}

async function openPackets(
  source: ByteSource,
  type: FileType,
  parts: Parts,
  options: OpenOptions,
): Promise<AudioInput> {
  const { chunks, format, data } = parts;
  if (data.presentBytes === 0) throw noAudio(source.path, headerOnly(type.name));
  const table =
    chunks.packetTable === undefined ? undefined : await readPacketTable(source, chunks.packetTable);
  const basics = basicsOf(parts, table);
  if (table?.packets === 0 || basics.duration === 0) throw noAudio(source.path, headerOnly(type.name));
  if (format.packetBytes > 0 && format.packetFrames > 0) {
    refuseOddBlocks(source.path, type.name, format);
    const bytesPerSecond = (format.packetBytes * format.sampleRate) / format.packetFrames;
    refuseCut(source.path, { ...data, bytesPerSecond }, options);
    const packets = Math.floor(data.presentBytes / format.packetBytes);
    if (packets === 0) throw noAudio(source.path, headerOnly(type.name));
    const there = packets * format.packetFrames - basics.skip;
    const track = blockTrack(source, {
      ...basics,
      ...{ start: data.start, bytes: packets * format.packetBytes, blockBytes: format.packetBytes },
      duration: Math.max(0, Math.min(basics.duration ?? there, there)),
    });
    return openTrack(source, type, track, options);
  }
  if (table === undefined) {
    throw damagedFile(source.path, type.name, 'it has no packet table, so its packets cannot be told apart');
  }
  // How much sound a byte makes differs from packet to packet: the mean is near enough for a message.
  const meanRate = ((data.promisedBytes ?? 0) * format.sampleRate) / Math.max(1, table.validFrames);
  refuseCut(source.path, { ...data, bytesPerSecond: meanRate }, options);
  const hasFrames = format.packetFrames === 0;
  const allowTruncated = options.allowTruncated === true;
  const track: PacketTrack = {
    ...basics,
    packets: () => tablePackets(source, { kind: type.name, table, data, hasFrames, allowTruncated }),
  };
  return openTrack(source, type, track, options);
}

/** A block of IMA 4:1 has one size only. */
function refuseOddBlocks(path: string, kind: string, format: CafFormat): void {
  const { formatId, packetBytes, packetFrames, channels } = format;
  const blocks = packetBytes / (IMA_QT_BYTES * channels);
  if (formatId !== 'ima4' || (Number.isInteger(blocks) && packetFrames === blocks * IMA_QT_FRAMES)) return;
  const block = `${packetBytes} bytes for ${packetFrames} frames`;
  throw damagedFile(path, kind, `its header says packets of ${block} of IMA 4:1`);
}

/** All of a track but its packets. */
function basicsOf({ codec, format, chunks }: Parts, table: PacketTable | undefined) {
  const { sampleRate, channels, packetFrames } = format;
  const primingFrames = table?.primingFrames ?? 0;
  // Codecs other than this one know their order of channels themselves.
  const layout = codec === 'adpcm_ima_qt' ? cafLayout(channels, chunks.channelLayout) : undefined;
  return {
    codec,
    config: decoderConfig(codec, { cookie: chunks.cookie, channels, sampleRate, primingFrames }),
    ...{ sampleRate, channels, layout },
    timeScale: sampleRate,
    skip: primingFrames,
    duration: table === undefined ? undefined : durationOf(table, codec, packetFrames),
    tags: chunks.tags,
  };
}

/** Codecs whose last packet can be shorter than the others without the table saying so. */
const SELF_ENDING: readonly string[] = ['alac', 'flac'];

/**
 * The frames that count; a table that says none, or more than its packets make, is put right by their number.
 * Undefined where only the packets tell.
 */
function durationOf(table: PacketTable, codec: string, packetFrames: number): number | undefined {
  const { packets, validFrames, primingFrames, remainderFrames } = table;
  if (packetFrames === 0) return validFrames > 0 ? validFrames : undefined;
  const made = Math.max(0, packets * packetFrames - primingFrames);
  const duration = validFrames > 0 ? Math.min(validFrames, made) : Math.max(0, made - remainderFrames);
  return duration === made && SELF_ENDING.includes(codec) ? undefined : duration;
}
