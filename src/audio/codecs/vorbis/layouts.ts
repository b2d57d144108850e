import type { ChannelLayout } from '../../layout.ts';

/** Speakers of 1 to 8 channels. Source: Vorbis I specification §4.3.9; RFC 7845 §5.1.1.2 has the same. */
export const VORBIS_LAYOUTS: readonly ChannelLayout[] = [
  ['mono'],
  ['FL', 'FR'],
  ['FL', 'FC', 'FR'],
  ['FL', 'FR', 'BL', 'BR'],
  ['FL', 'FC', 'FR', 'BL', 'BR'],
  ['FL', 'FC', 'FR', 'BL', 'BR', 'LFE'],
  ['FL', 'FC', 'FR', 'SL', 'SR', 'BC', 'LFE'],
  ['FL', 'FC', 'FR', 'SL', 'SR', 'BL', 'BR', 'LFE'],
];
