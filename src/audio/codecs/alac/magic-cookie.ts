import type { AudioError } from '../../errors.ts';
import { damaged } from '../../file-errors.ts';
import { byteAt, hasChars, u32be } from '../../io/bytes.ts';
import type { ChannelLayout } from '../../layout.ts';

/** What the decoder needs of ALACSpecificConfig and ALACChannelLayoutInfo. */
export interface AlacConfig {
  /** Samples in each channel of a packet that does not say otherwise. */
  frameLength: number;
  bitsPerSample: number;
  /** Parameters of the adaptive Golomb code: first mean, speed of adaption, largest number of low bits. */
  mb: number;
  pb: number;
  kb: number;
  channels: number;
  sampleRate: number;
  layout: ChannelLayout;
}

/** Length of ALACSpecificConfig, and of the header of a box before it. */
const CONFIG_BYTES = 24;
const HEADER_BYTES = 12;

/** Apple's encoder uses 4,096, and nothing known uses more than 16,384. */
const MAX_FRAME_LENGTH = 65_536;

/** Layouts by their tag, number and channels, and the usual ones of 1 to 8 channels. */
const LAYOUTS: readonly (readonly [tag: number, layout: ChannelLayout])[] = [
  [100, ['mono']],
  [101, ['FL', 'FR']],
  [113, ['FC', 'FL', 'FR']],
  [116, ['FC', 'FL', 'FR', 'BC']],
  [120, ['FC', 'FL', 'FR', 'BL', 'BR']],
  [124, ['FC', 'FL', 'FR', 'BL', 'BR', 'LFE']],
  [142, ['FC', 'FL', 'FR', 'BL', 'BR', 'BC', 'LFE']],
  [127, ['FC', 'FLC', 'FRC', 'FL', 'FR', 'BL', 'BR', 'LFE']],
];

/**
 * The magic cookie of an ALAC track of the file `path`, with or without the boxes `frma` and `alac` around it.
 *
 * Source: Apple, ALACMagicCookieDescription.txt.
 *
 * @throws AudioError when it is cut, damaged, or of a version that is not known.
 */
export function parseMagicCookie(path: string, cookie: Uint8Array): AlacConfig {
  let start = 0;
  if (hasChars(cookie, start + 4, 'frma')) start += HEADER_BYTES;
  if (hasChars(cookie, start + 4, 'alac')) start += HEADER_BYTES;
  const bytes = cookie.subarray(start);
  if (bytes.length < CONFIG_BYTES) {
    throw damagedCookie(path, `holds ${bytes.length} bytes instead of ${CONFIG_BYTES}`);
  }
  const channels = byteAt(bytes, 9);
  const config = {
    frameLength: u32be(bytes, 0),
    bitsPerSample: byteAt(bytes, 5),
    pb: byteAt(bytes, 6),
    mb: byteAt(bytes, 7),
    kb: byteAt(bytes, 8),
    channels,
    sampleRate: u32be(bytes, 20),
    layout: layoutOf(bytes.subarray(CONFIG_BYTES), channels),
  };
  const fault = faultOf(config, byteAt(bytes, 4));
  if (fault !== undefined) throw damagedCookie(path, fault);
  return config;
}

function faultOf(config: AlacConfig, version: number): string | undefined {
  const { frameLength, bitsPerSample, channels, kb, sampleRate } = config;
  const number = (value: number) => value.toLocaleString('en-US');
  if (version !== 0) return `is of version ${version}; only version 0 is known`;
  if (![16, 20, 24, 32].includes(bitsPerSample)) {
    return `says ${bitsPerSample} bits in a sample; 16, 20, 24 and 32 are possible`;
  }
  if (channels < 1 || channels > 8) return `says ${channels} channels; 1 to 8 are possible`;
  if (sampleRate < 1000 || sampleRate > 768_000) {
    return `says ${number(sampleRate)} Hz; 1,000 to 768,000 Hz make sense`;
  }
  if (frameLength < 1 || frameLength > MAX_FRAME_LENGTH) {
    return `says ${number(frameLength)} samples in a packet; 1 to ${number(MAX_FRAME_LENGTH)} make sense`;
  }
  if (kb > 30) return `says ${kb} bits in a code; at most 30 are possible`;
  return undefined;
}

/** `info` is ALACChannelLayoutInfo, a box with version and flags, or nothing. */
function layoutOf(info: Uint8Array, channels: number): ChannelLayout {
  const tag = hasChars(info, 4, 'chan') ? u32be(info, 12) : 0;
  const named = LAYOUTS.find(([number, layout]) => tag === number * 0x10000 + layout.length);
  const usual = LAYOUTS[channels - 1];
  if (named !== undefined && named[1].length === channels) return named[1];
  return usual?.[1] ?? [];
}

function damagedCookie(path: string, why: string): AudioError {
  return damaged(path, `the configuration of its ALAC track ${why}`);
}
