import { damaged } from '../../file-errors.ts';
import { byteAt, hasChars, u16le } from '../../io/bytes.ts';

/** The identification header of an Opus stream. */
export interface OpusHead {
  channels: number;
  /** Samples at 48 kHz to be cut at the beginning. */
  preSkip: number;
  /** To be multiplied with the output. */
  gain: number;
  family: number;
  streams: number;
  coupled: number;
  /** For each channel the decoded channel it takes, or 255 for silence. */
  mapping: readonly number[];
}

const MAX_CHANNELS = 8;

/**
 * Reads an OpusHead packet; an empty one stands for stereo without anything special.
 *
 * Source: RFC 7845 §5.1 and §5.1.1 (channel mapping families 0, 1 and 255).
 *
 * @throws AudioError when it is damaged, of another version, or has another way of coding channels
 */
export function parseOpusHead(path: string, bytes: Uint8Array): OpusHead {
  if (bytes.length === 0) return plainHead(2, 0, 1);
  const damagedHead = (why: string) => damaged(path, `its Opus stream cannot be decoded: ${why}`);
  if (!hasChars(bytes, 0, 'OpusHead') || bytes.length < 19)
    throw damagedHead('its header is missing or cut off');
  const version = byteAt(bytes, 8);
  if (version >= 16) throw damagedHead(`it is of version ${version}, which is not known`);
  const channels = byteAt(bytes, 9);
  const preSkip = u16le(bytes, 10);
  const gain = 10 ** (((u16le(bytes, 16) << 16) >> 16) / 256 / 20);
  const family = byteAt(bytes, 18);
  if (family !== 0 && family !== 1 && family !== 255) {
    const what = family === 2 || family === 3 ? 'ambisonics' : 'which is not known';
    throw damagedHead(`it has the channel mapping family ${family} (${what})`);
  }
  const most = family === 0 ? 2 : MAX_CHANNELS;
  if (channels < 1 || channels > most)
    throw damagedHead(`it has ${channels} channels; up to ${most} are decoded`);
  if (family === 0) return plainHead(channels, preSkip, gain);

  const [streams, coupled] = [byteAt(bytes, 19), byteAt(bytes, 20)];
  const mapping = [...bytes.subarray(21, 21 + channels)];
  const decoded = streams + coupled;
  const isWhole = mapping.length === channels && streams > 0 && streams <= MAX_CHANNELS && coupled <= streams;
  if (!isWhole || mapping.some((index) => index !== 255 && index >= decoded)) {
    throw damagedHead('its channel mapping is damaged');
  }
  return { channels, preSkip, gain, family, streams, coupled, mapping };
}

function plainHead(channels: number, preSkip: number, gain: number): OpusHead {
  return {
    channels,
    preSkip,
    gain,
    family: 0,
    streams: 1,
    coupled: channels - 1,
    mapping: channels === 1 ? [0] : [0, 1],
  };
}

/** Samples of one frame at 48 kHz by the configuration number of a packet. Source: RFC 6716 §3.1, Table 2. */
const SILK_FRAMES = [480, 960, 1920, 2880];
const CELT_FRAMES = [120, 240, 480, 960];

/**
 * Samples at 48 kHz in a packet, from its first bytes; 0 when there are none.
 *
 * Source: RFC 6716 §3.1 (TOC byte) and §3.2 (number of frames).
 */
export function opusPacketDuration(packet: Uint8Array): number {
  if (packet.length === 0) return 0;
  const toc = byteAt(packet, 0);
  return frameSamples(toc >> 3) * frameCount(toc & 3, byteAt(packet, 1));
}

function frameSamples(configuration: number): number {
  if (configuration < 12) return SILK_FRAMES[configuration & 3] ?? 0;
  if (configuration < 16) return (configuration & 1) === 0 ? 480 : 960;
  return CELT_FRAMES[configuration & 3] ?? 0;
}

function frameCount(code: number, second: number): number {
  if (code === 0) return 1;
  return code === 3 ? second & 63 : 2;
}

/** The rates that Opus decodes to. Source: RFC 6716 §2 (API of the reference decoder). */
const OUTPUT_RATES = [8000, 12_000, 16_000, 24_000, 48_000] as const;

export type OpusRate = (typeof OUTPUT_RATES)[number];

/** The rate that a stream is decoded to when `wanted` Hz are asked for. */
export function opusOutputRate(wanted: number | undefined): OpusRate {
  return OUTPUT_RATES.find((rate) => rate === wanted) ?? 48_000;
}
