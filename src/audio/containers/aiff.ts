import type { AudioInput, Opener, OpenOptions } from '../audio-input.ts';
import { IMA_QT_FRAMES } from '../codecs/adpcm/ima.ts';
import { damagedFile, headerOnly, noAudio } from '../file-errors.ts';
import { u32be } from '../io/bytes.ts';
import type { ByteSource } from '../io/file-source.ts';
import { textOf } from '../io/text.ts';
import { wavLayout } from '../layout.ts';
import { openTrack } from '../open-track.ts';
import type { FileType } from '../probe/file-type.ts';
import { type AiffFormat, parseAiffFormat } from './aiff-format.ts';
import { blockTrack } from './block-track.ts';
import { refuseCut } from './checks.ts';
import { type IffChunk, iffChunks, isChunkAt } from './iff-chunks.ts';
import { openPcm } from './pcm-input.ts';

/** Sizes from here on are what writers to pipes put there (sox: 0x7F000008), where the file does not hold as much. */
const PLACEHOLDER = 0x7f000000;

/** How much of a `COMM` chunk means something, and of a chunk of text. */
const COMM_BYTES = 22;
const TEXT_BYTES = 4096;

const TAGS: Readonly<Record<string, string>> = {
  NAME: 'title',
  AUTH: 'artist',
  '(c) ': 'copyright',
  ANNO: 'comment',
};

/**
 * Opens an AIFF or AIFF-C file: PCM of 1 to 32 bits of either byte order, float, A-law, mu-law, IMA 4:1.
 *
 * Source: Apple, Audio Interchange File Format AIFF 1.3 (1989) and AIFF-C draft (1991).
 *
 * @throws AudioError when a chunk is missing or damaged, the coding is another one, there is no audio, or the file
 * holds less than its header promises and `allowTruncated` is not set.
 */
export const openAiff: Opener = async (source, type, options) => {
  const { common, sound, tags } = await findChunks(source, type.name);
  if (common === undefined) {
    throw damagedFile(source.path, type.name, 'it has no "COMM" chunk, which says how it is coded');
  }
  const format = parseAiffFormat(source.path, type.name, common);
  if (sound === undefined) {
    if (format.count === 0) throw noAudio(source.path, headerOnly(type.name));
    throw damagedFile(source.path, type.name, 'it has no "SSND" chunk, which holds the samples');
  }
  const { codec, channels, blockAlign, count } = format;
  if (codec === 'adpcm_ima_qt') return openIma4(source, type, { format, sound, tags }, options);
  const region = {
    ...format,
    ...{ codec, layout: wavLayout(channels, 0), tags },
    ...{
      start: sound.start,
      presentBytes: sound.presentBytes,
      promisedBytes: promised(sound, count * blockAlign),
    },
  };
  return openPcm(source, type, region, options);
};

/** Where the samples are; `size` is undefined when the header leaves it open. */
interface Sound {
  start: number;
  presentBytes: number;
  size: number | undefined;
}

interface Chunks {
  common?: Uint8Array;
  sound?: Sound;
  tags: Record<string, string>;
}

async function findChunks(source: ByteSource, kind: string): Promise<Chunks> {
  const found: Chunks = { tags: {} };
  for await (const chunk of iffChunks(source, kind)) {
    const tag = TAGS[chunk.id];
    if (chunk.id === 'COMM') found.common ??= await source.read(chunk.body, Math.min(chunk.size, COMM_BYTES));
    else if (chunk.id === 'SSND') found.sound ??= await soundAt(source, chunk);
    else if (tag !== undefined) {
      const text = textOf(await source.read(chunk.body, Math.min(chunk.size, TEXT_BYTES)));
      if (text !== '') found.tags[tag] ??= text;
    }
    if (found.sound !== undefined && found.sound.size === undefined) break;
  }
  return found;
}

/** An `SSND` chunk begins with an offset of the first sample and a block size, of 4 bytes each. */
async function soundAt(source: ByteSource, chunk: IffChunk): Promise<Sound> {
  const offset = u32be(await source.read(chunk.body, 4), 0);
  const start = chunk.body + 8 + offset;
  const presentBytes = Math.max(0, source.size - start);
  const isEmpty = chunk.size === 8 && (presentBytes === 0 || (await isChunkAt(source, start)));
  const isOpen =
    chunk.size <= 8 ? !isEmpty : chunk.size >= PLACEHOLDER && chunk.size > source.size - chunk.body;
  return { start, presentBytes, size: isOpen ? undefined : Math.max(0, chunk.size - 8 - offset) };
}

/** The smaller of what `SSND` and `COMM` say; `counted` is what follows from the latter, 0 when that is open. */
function promised({ size }: Sound, counted: number): number | undefined {
  if (counted === 0) return size;
  if (size !== undefined) return Math.min(size, counted);
  return counted < PLACEHOLDER / 2 ? counted : undefined;
}

async function openIma4(
  source: ByteSource,
  type: FileType,
  { format, sound, tags }: { format: AiffFormat; sound: Sound; tags: Record<string, string> },
  options: OpenOptions,
): Promise<AudioInput> {
  const { channels, sampleRate, blockAlign: blockBytes, count } = format;
  const { start, presentBytes, size: promisedBytes } = sound;
  const bytesPerSecond = (blockBytes * sampleRate) / IMA_QT_FRAMES;
  refuseCut(source.path, { promisedBytes, presentBytes, bytesPerSecond }, options);
  const promisedPackets = Math.floor((promisedBytes ?? presentBytes) / blockBytes);
  const packets = Math.min(promisedPackets, Math.floor(presentBytes / blockBytes));
  if (packets === 0) throw noAudio(source.path, headerOnly(type.name));
  // Apple counts packets; more of them than there are can only be frames.
  const stated = count > promisedPackets ? count : count * IMA_QT_FRAMES;
  const there = packets * IMA_QT_FRAMES;
  const track = blockTrack(source, {
    ...{
      codec: 'adpcm_ima_qt',
      config: new Uint8Array(0),
      sampleRate,
      channels,
      layout: wavLayout(channels, 0),
    },
    ...{ start, bytes: packets * blockBytes, blockBytes, tags },
    ...{ skip: 0, duration: stated === 0 ? there : Math.min(stated, there) },
  });
  return openTrack(source, type, track, options);
}
