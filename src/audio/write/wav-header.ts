import { type ChannelLayout, MASK_ORDER } from '../layout.ts';
import { ENCODED_BYTES, type Encoding } from './encode.ts';

/** What stands in a WAV file: `sampleRate` in Hz, interleaved `channels`. */
export interface WavOptions {
  sampleRate: number;
  channels: number;
  /** 16-bit PCM unless given. */
  encoding?: Encoding | undefined;
  /** The speakers, in the order of the file (see `wavOrder`); told to readers where there are more than two channels. */
  layout?: ChannelLayout | undefined;
  /** Leaves room in the header, so that a file that turns out to be longer than 4 GiB becomes RF64. */
  long?: boolean | undefined;
}

const FORMAT_TAGS: Readonly<Record<Encoding, number>> = {
  u8: 1,
  s16: 1,
  s24: 1,
  s32: 1,
  f32: 3,
  alaw: 6,
  mulaw: 7,
};
const EXTENSIBLE = 0xfffe;

/** The last 14 bytes of a SubFormat that stands for the format tag in its first two. */
const SUBFORMAT_TAIL = '000000001000800000aa00389b71';

/** What a size is where it is not known, or has more than 32 bits. */
const UNKNOWN = 0xffffffff;

/** Body of the chunk `ds64`: sizes of the file, the samples and the frames, and an empty table. */
const DS64_BYTES = 28;

/**
 * All that stands before the samples of a WAV file: 44 bytes for integer PCM of one or two channels. `dataBytes` is
 * the size of the samples; without it the header is that of a stream whose length is not known yet (sizes are
 * 0xFFFFFFFF, the length in frames 0). The length of a header depends on the options only, not on `dataBytes`.
 *
 * Source: Microsoft/IBM, Multimedia Programming Interface and Data Specifications 1.0 (1991), chapter 3; mmreg.h for
 * WAVEFORMATEXTENSIBLE; RFC 2361 for the chunk `fact`; EBU Tech 3306 for RF64.
 */
export function wavHeader({
  dataBytes,
  ...options
}: WavOptions & { dataBytes?: number | undefined }): Buffer {
  const { encoding = 's16', channels, long = false } = options;
  const format = chunk('fmt ', formatBody(options));
  // A length of 0 frames is what readers take for an open one.
  const frames = dataBytes === undefined ? 0 : dataBytes / (ENCODED_BYTES[encoding] * channels);
  const fact = FORMAT_TAGS[encoding] === 1 ? Buffer.alloc(0) : chunk('fact', u32(frames));
  const room = long ? 8 + DS64_BYTES : 0;
  const headerBytes = 12 + room + format.length + fact.length + 8;
  const fileBytes = dataBytes === undefined ? UNKNOWN + 8 : headerBytes + dataBytes + (dataBytes % 2);
  const isLong = long && fileBytes - 8 > UNKNOWN;
  return Buffer.concat([
    Buffer.from(isLong ? 'RF64' : 'RIFF', 'latin1'),
    u32(fileBytes - 8),
    Buffer.from('WAVE', 'latin1'),
    long ? roomForSizes(isLong ? [fileBytes - 8, dataBytes ?? 0, frames] : undefined) : Buffer.alloc(0),
    format,
    fact,
    Buffer.from('data', 'latin1'),
    u32(isLong ? UNKNOWN : (dataBytes ?? UNKNOWN)),
  ]);
}

/** `sizes` in the chunk `ds64`, or a chunk of the same length that says nothing. */
function roomForSizes(sizes: readonly number[] | undefined): Buffer {
  const body = Buffer.alloc(DS64_BYTES);
  sizes?.forEach((size, i) => {
    body.writeBigUInt64LE(BigInt(size), i * 8);
  });
  return chunk(sizes === undefined ? 'JUNK' : 'ds64', body);
}

function formatBody({ sampleRate, channels, encoding = 's16', layout }: WavOptions): Buffer {
  const tag = FORMAT_TAGS[encoding];
  const isExtensible = channels > 2;
  const sampleBytes = ENCODED_BYTES[encoding];
  const body = Buffer.alloc(isExtensible ? 40 : tag === 1 ? 16 : 18);
  body.writeUInt16LE(isExtensible ? EXTENSIBLE : tag, 0);
  body.writeUInt16LE(channels, 2);
  body.writeUInt32LE(sampleRate, 4);
  body.writeUInt32LE(sampleRate * channels * sampleBytes, 8);
  body.writeUInt16LE(channels * sampleBytes, 12);
  body.writeUInt16LE(sampleBytes * 8, 14);
  if (!isExtensible) return body;
  body.writeUInt16LE(22, 16);
  body.writeUInt16LE(sampleBytes * 8, 18);
  body.writeUInt32LE(channelMask(layout ?? [], channels), 20);
  body.writeUInt16LE(tag, 24);
  body.write(SUBFORMAT_TAIL, 26, 'hex');
  return body;
}

/** 0 where a channel has no place of its own. */
function channelMask(layout: ChannelLayout, channels: number): number {
  const places = new Set(layout.map((speaker) => MASK_ORDER.indexOf(speaker)));
  if (places.size !== channels || places.has(-1)) return 0;
  return [...places].reduce((mask, place) => mask + 2 ** place, 0);
}

/**
 * Where the channels of a WAV file come from: its channel `i` is channel `wavOrder(layout)[i]` of audio with the
 * speakers `layout`. Left as they are when a speaker has no place, or two have the same.
 */
export function wavOrder(layout: ChannelLayout): number[] {
  const order = layout.map((_, i) => i);
  if (channelMask(layout, layout.length) === 0) return order;
  const place = (i: number) => MASK_ORDER.indexOf(layout[i] ?? 'unknown');
  return order.sort((a, b) => place(a) - place(b));
}

/** A RIFF chunk; a zero fills up an odd one. */
export function chunk(id: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(id, 'latin1'), u32(body.length), body, Buffer.alloc(body.length % 2)]);
}

/** Four bytes, little-endian; what is larger becomes the value of an unknown size. */
export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(Math.min(value, UNKNOWN));
  return bytes;
}
