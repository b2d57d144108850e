import type { AudioInput, OpenOptions } from '../audio-input.ts';
import { SAMPLE_BYTES, type SampleCodec } from '../codecs/sample-codec.ts';
import { AudioError } from '../errors.ts';
import type { ByteSource } from '../io/file-source.ts';
import { wavLayout } from '../layout.ts';
import { MAX_CHANNELS, MAX_SAMPLE_RATE, MIN_SAMPLE_RATE } from '../limits.ts';
import { openPcm } from './pcm-input.ts';

/** Names of what bare samples can be coded as; little-endian where the name does not say. */
const ENCODINGS = {
  u8: 'pcm_u8',
  s8: 'pcm_s8',
  s16: 'pcm_s16le',
  s16le: 'pcm_s16le',
  s16be: 'pcm_s16be',
  s24: 'pcm_s24le',
  s24le: 'pcm_s24le',
  s24be: 'pcm_s24be',
  s32: 'pcm_s32le',
  s32le: 'pcm_s32le',
  s32be: 'pcm_s32be',
  f32: 'pcm_f32le',
  f32le: 'pcm_f32le',
  f32be: 'pcm_f32be',
  f64: 'pcm_f64le',
  f64le: 'pcm_f64le',
  f64be: 'pcm_f64be',
  alaw: 'pcm_alaw',
  mulaw: 'pcm_mulaw',
} as const satisfies Record<string, SampleCodec>;

export type RawEncoding = keyof typeof ENCODINGS;

/** All of them, for help and checks. */
export const RAW_ENCODINGS = Object.keys(ENCODINGS) as readonly RawEncoding[];

/** What nothing in a file of bare samples tells: `sampleRate` is in Hz, `channels` are interleaved. */
export interface RawFormat {
  encoding: RawEncoding;
  sampleRate: number;
  channels: number;
}

/**
 * Bare samples as audio. Owns `source` from then on; when it throws, `source` stays open. A last frame that is not
 * whole is left out.
 *
 * @throws AudioError when the rate is outside 1 kHz to 768 kHz, there are no or more than 32 channels, or the file
 * does not hold a whole frame.
 */
export function openRaw(source: ByteSource, format: RawFormat, options: OpenOptions = {}): AudioInput {
  const { sampleRate, channels } = format;
  const codec = codecOfRaw(format);
  const bytes = SAMPLE_BYTES[codec];
  if (source.size < bytes * channels) {
    throw new AudioError(
      `"${source.path}" holds no audio: ${source.size} of the ${bytes * channels} bytes of a frame are there.`,
      { hint: 'Check the file, and the encoding and channels that were given for it.' },
    );
  }
  const region = {
    ...{ codec, sampleRate, channels, layout: wavLayout(channels, 0), bitsPerSample: bytes * 8 },
    ...{ blockAlign: bytes * channels, start: 0, presentBytes: source.size, promisedBytes: undefined },
  };
  return openPcm(source, { container: 'raw', name: 'raw samples' }, region, options);
}

/** How the samples are coded. @throws AudioError for a rate or a number of channels that cannot be */
export function codecOfRaw({ encoding, sampleRate, channels }: RawFormat): SampleCodec {
  refuseUnlessWhole('a sample rate', sampleRate, MIN_SAMPLE_RATE, MAX_SAMPLE_RATE);
  refuseUnlessWhole('a number of channels', channels, 1, MAX_CHANNELS);
  return ENCODINGS[encoding];
}

function refuseUnlessWhole(what: string, value: number, least: number, most: number): void {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw new AudioError(`Raw audio cannot have ${what} of ${value}.`, {
    hint: `Give a whole number from ${least} to ${most}.`,
  });
}
