import type { Opener } from '../audio-input.ts';
import { SAMPLE_BYTES, type SampleCodec } from '../codecs/sample-codec.ts';
import { countOf } from '../errors.ts';
import { codingNotDecoded, damagedFile } from '../file-errors.ts';
import { hasChars, u32be, u32le } from '../io/bytes.ts';
import { textOf } from '../io/text.ts';
import { wavLayout } from '../layout.ts';
import { checkFormat } from './checks.ts';
import { openPcm } from './pcm-input.ts';

const HEADER_BYTES = 24;

/** How much of the annotation is read. */
const TEXT_BYTES = 4096;

/** Encodings that are decoded, in their big-endian and little-endian form. */
const CODECS: ReadonlyMap<number, readonly [big: SampleCodec, little: SampleCodec]> = new Map([
  [1, ['pcm_mulaw', 'pcm_mulaw']],
  [2, ['pcm_s8', 'pcm_s8']],
  [3, ['pcm_s16be', 'pcm_s16le']],
  [4, ['pcm_s24be', 'pcm_s24le']],
  [5, ['pcm_s32be', 'pcm_s32le']],
  [6, ['pcm_f32be', 'pcm_f32le']],
  [7, ['pcm_f64be', 'pcm_f64le']],
  [27, ['pcm_alaw', 'pcm_alaw']],
]);

/** Encodings that are not, for people. Source: as below, and `multimedia/audio_encode.h` of Solaris. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [8, 'fragmented samples'],
  [10, 'a program of a signal processor'],
  [11, '8-bit fixed point'],
  [12, '16-bit fixed point'],
  [13, '24-bit fixed point'],
  [14, '32-bit fixed point'],
  [18, '16-bit PCM with emphasis'],
  [19, 'compressed 16-bit PCM'],
  [20, 'compressed 16-bit PCM with emphasis'],
  [23, 'G.721 ADPCM'],
  [24, 'G.722 ADPCM'],
  [25, 'G.723 ADPCM of 3 bits'],
  [26, 'G.723 ADPCM of 5 bits'],
]);

/**
 * Opens an AU file of Sun and NeXT, big-endian (`.snd`) or little-endian (`dns.`, `\0ds.`): mu-law, A-law, PCM
 * of 8 to 32 bits, float.
 *
 * Source: Sun Microsystems, "The Sun/NeXT audio file format", au(4); NeXT, `SNDSoundStruct`.
 *
 * @throws AudioError when the header is cut or damaged, the encoding is another one, there is no audio, or the file
 * holds less than its header promises and `allowTruncated` is not set.
 */
export const openAu: Opener = async (source, type, options) => {
  const { path } = source;
  const header = await source.read(0, HEADER_BYTES);
  if (header.length < HEADER_BYTES) {
    throw damagedFile(path, type.name, `it has only ${countOf(source.size, 'byte')}, its header takes 24`);
  }
  const isLittle = !hasChars(header, 0, '.snd');
  const [start, size, encoding, sampleRate, channels] = [4, 8, 12, 16, 20].map((at) =>
    (isLittle ? u32le : u32be)(header, at),
  ) as [number, number, number, number, number];
  if (start < HEADER_BYTES) {
    throw damagedFile(path, type.name, `its header says that the samples begin at byte ${start}`);
  }
  checkFormat(path, type.name, channels, sampleRate);
  const codec = CODECS.get(encoding)?.[isLittle ? 1 : 0];
  if (codec === undefined) {
    const number = `encoding ${encoding}`;
    const name = NAMES.get(encoding);
    throw codingNotDecoded(path, type.name, name === undefined ? number : `${name} (${number})`);
  }
  const presentBytes = Math.max(0, source.size - start);
  const isOpen = size === 0xffffffff || (size === 0 && presentBytes > 0);
  const annotation = textOf(await source.read(HEADER_BYTES, Math.min(start - HEADER_BYTES, TEXT_BYTES)));
  const region = {
    ...{
      codec,
      sampleRate,
      channels,
      layout: wavLayout(channels, 0),
      bitsPerSample: SAMPLE_BYTES[codec] * 8,
    },
    ...{ blockAlign: SAMPLE_BYTES[codec] * channels, start, presentBytes },
    promisedBytes: isOpen ? undefined : size,
    tags: annotation === '' ? undefined : { comment: annotation },
  };
  return openPcm(source, type, region, options);
};
