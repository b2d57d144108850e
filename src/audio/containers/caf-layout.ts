import { u32be } from '../io/bytes.ts';
import { type ChannelLayout, MASK_ORDER, type Speaker, wavLayout } from '../layout.ts';

const USE_DESCRIPTIONS = 0;
const USE_BITMAP = 0x10000;

/** Size of a channel description: label, flags, three coordinates. */
const DESCRIPTION_BYTES = 20;

/** Layouts by the upper half of their tag; the lower half counts the channels. Source: Apple, `CoreAudioBaseTypes.h`. */
const LAYOUTS: ReadonlyMap<number, string> = new Map([
  [108, 'FL FR SL SR'],
  [113, 'FL FR FC'],
  [114, 'FC FL FR'],
  [115, 'FL FR FC BC'],
  [116, 'FC FL FR BC'],
  [117, 'FL FR FC SL SR'],
  [118, 'FL FR SL SR FC'],
  [119, 'FL FC FR SL SR'],
  [120, 'FC FL FR SL SR'],
  [121, 'FL FR FC LFE SL SR'],
  [122, 'FL FR SL SR FC LFE'],
  [123, 'FL FC FR SL SR LFE'],
  [124, 'FC FL FR SL SR LFE'],
  [125, 'FL FR FC LFE SL SR BC'],
  [126, 'FL FR FC LFE SL SR FLC FRC'],
  [127, 'FC FLC FRC FL FR SL SR LFE'],
  [128, 'FL FR FC LFE SL SR BL BR'],
]);

/** Labels 33 and 34 stand outside of the row that labels 1 to 18 share with the channel mask of WAV. */
const REAR: ReadonlyMap<number, Speaker> = new Map([
  [33, 'BL'],
  [34, 'BR'],
]);

/**
 * Layout of `channels` channels by the body of a `chan` chunk, or the usual one where that is empty or unknown.
 *
 * Source: Apple, Core Audio Format Specification 1.0, "Channel Layout Chunk".
 */
export function cafLayout(channels: number, body: Uint8Array): ChannelLayout {
  const usual = wavLayout(channels, 0);
  if (body.length < 12 || channels === 1) return usual;
  const tag = u32be(body, 0);
  if (tag === USE_BITMAP) return wavLayout(channels, u32be(body, 4));
  if (tag === USE_DESCRIPTIONS) {
    const isComplete = u32be(body, 8) === channels && body.length >= 12 + channels * DESCRIPTION_BYTES;
    return isComplete ? described(channels, body) : usual;
  }
  const named = LAYOUTS.get(Math.floor(tag / 0x10000))?.split(' ') as Speaker[] | undefined;
  return named?.length === channels ? named : usual;
}

function described(channels: number, body: Uint8Array): ChannelLayout {
  return Array.from({ length: channels }, (_, i) => {
    const label = u32be(body, 12 + i * DESCRIPTION_BYTES);
    return REAR.get(label) ?? MASK_ORDER[label - 1] ?? 'unknown';
  });
}
