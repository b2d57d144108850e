/**
 * Where a channel is heard: front left, right and centre, low-frequency effects, back left and right, left and
 * right of centre, back centre, side left and right, top centre, and the top row. `mono` is a lone channel,
 * `unknown` one that has no place.
 */
export type Speaker =
  | 'FL'
  | 'FR'
  | 'FC'
  | 'LFE'
  | 'BL'
  | 'BR'
  | 'FLC'
  | 'FRC'
  | 'BC'
  | 'SL'
  | 'SR'
  | 'TC'
  | 'TFL'
  | 'TFC'
  | 'TFR'
  | 'TBL'
  | 'TBC'
  | 'TBR'
  | 'mono'
  | 'unknown';

/** The speaker of each channel, in the order of the channels. */
export type ChannelLayout = readonly Speaker[];

/** Bits of `dwChannelMask` from the lowest on; channels come in this order. */
export const MASK_ORDER: ChannelLayout = [
  'FL',
  'FR',
  'FC',
  'LFE',
  'BL',
  'BR',
  'FLC',
  'FRC',
  'BC',
  'SL',
  'SR',
  'TC',
  'TFL',
  'TFC',
  'TFR',
  'TBL',
  'TBC',
  'TBR',
];

/** Usual layouts of 1 to 8 channels where a WAV file has no mask. */
const DEFAULT_LAYOUTS: readonly ChannelLayout[] = [
  ['mono'],
  ['FL', 'FR'],
  ['FL', 'FR', 'FC'],
  ['FL', 'FR', 'BL', 'BR'],
  ['FL', 'FR', 'FC', 'BL', 'BR'],
  ['FL', 'FR', 'FC', 'LFE', 'BL', 'BR'],
  ['FL', 'FR', 'FC', 'LFE', 'BC', 'SL', 'SR'],
  ['FL', 'FR', 'FC', 'LFE', 'BL', 'BR', 'SL', 'SR'],
];

/**
 * Layout of a WAV file with `channels` channels and the `dwChannelMask` of WAVE_FORMAT_EXTENSIBLE (0: none).
 * Channels beyond the bits of the mask are `unknown`; one channel alone is always `mono`.
 *
 * Source: Microsoft, "WAVEFORMATEXTENSIBLE structure (mmreg.h)", dwChannelMask.
 */
export function wavLayout(channels: number, mask: number): ChannelLayout {
  const usual = DEFAULT_LAYOUTS[channels - 1];
  if (usual !== undefined && (mask === 0 || channels === 1)) return usual;
  const named = MASK_ORDER.filter((_, bit) => (mask & (1 << bit)) !== 0).slice(0, channels);
  return [...named, ...Array.from({ length: channels - named.length }, () => 'unknown' as const)];
}
