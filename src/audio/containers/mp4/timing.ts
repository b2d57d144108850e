import { BigEndian } from '../../io/big-endian.ts';
import type { MediaLength } from './sample-table.ts';

/** What of the decoded track counts, in ticks of the media, as `PacketTrack` has it. */
export interface Timing {
  skip: number;
  duration: number | undefined;
  /** Whether the edit list plays several parts of the track. */
  hasParts: boolean;
}

/** What is known on the length of a track. */
export interface TimingFacts {
  /** Ticks per second of the edit list's durations (of `mvhd`), and of everything else (of `mdhd`). */
  movieScale: number;
  mediaScale: number;
  /** Body of the `elst` box. */
  elst: Uint8Array | undefined;
  /** Text of iTunes' tag on gapless playback. */
  iTunSMPB: string | undefined;
  /** Pre-skip of Opus, in ticks of the media. */
  preSkip: number;
  length: MediaLength;
  /** How many packets there are. */
  samples: number;
  /** Rate of the decoded frames, as far as the container knows. */
  sampleRate: number;
  codec: string;
  isFragmented: boolean;
}

/** The part of the media that an edit list plays; `end` is undefined when it leaves that open. */
interface Edit {
  start: number;
  end: number | undefined;
  hasParts: boolean;
}

/**
 * What to cut from a decoded track. The beginning is where the edit list says (encoder delay, in ticks of the
 * media); without one, or with one that cuts nothing, iTunes' tag counts, and the pre-skip of Opus.
 *
 * The end is that of the edit list, exactly, as gapless players have it (ffmpeg leaves the padding of the last
 * packet). Edit lists count in ticks of the movie, often milliseconds: where the media ends within one such tick of it
 * by its own, finer table of durations, that is the end. Without an edit list that table counts when it is
 * plausible: all packets equally long save the last. Fragmented files were begun before their end was known.
 *
 * Empty edits (silence before a track that begins late) are left out: nothing is recorded there.
 *
 * Source: ISO/IEC 14496-12 §8.6.6 (`elst`), §8.6.1.2 (`stts`); Apple TN2258 (iTunSMPB).
 */
export function timingOf(facts: TimingFacts): Timing {
  const { length, codec, mediaScale, preSkip } = facts;
  // The first packet of Vorbis stands for no output, but the tables count its length.
  const lead = codec === 'vorbis' ? length.firstTicks : 0;
  const edit = readEdits(facts);
  const gapless = edit === undefined || edit.start === 0 ? parseGapless(facts.iTunSMPB, length) : undefined;
  if (gapless !== undefined) return { ...gapless, hasParts: false };

  const start = Math.max(edit?.start ?? 0, preSkip);
  const skip = Math.max(0, start - lead);
  const hasParts = edit?.hasParts ?? false;
  const end = endOf(facts, edit, mediaScale);
  if (end === undefined || end <= start) return { skip, duration: undefined, hasParts };
  return { skip, duration: end - Math.max(start, lead), hasParts };
}

function endOf(facts: TimingFacts, edit: Edit | undefined, mediaScale: number): number | undefined {
  if (facts.isFragmented || isTooShort(facts)) return undefined;
  const { ticks } = facts.length;
  if (edit?.end === undefined) return isPlausible(facts) ? ticks : undefined;
  const tick = Math.ceil(mediaScale / facts.movieScale);
  if (Math.abs(edit.end - ticks) <= tick) return ticks;
  return edit.end < ticks ? edit.end : undefined;
}

/** Whether the durations of the packets add up to less than their frames do: then they say nothing on the end. */
function isTooShort({ codec, sampleRate, samples, length, mediaScale }: TimingFacts): boolean {
  const isMp3 = codec === 'mp3';
  if (!isMp3 && codec !== 'aac') return false;
  const frames = isMp3 ? (sampleRate < 32_000 ? 576 : 1152) : 960;
  return length.ticks / mediaScale < ((samples - 2) * frames * 0.999) / sampleRate;
}

/** Whether the durations of the packets are those of whole frames, not of somebody's clock. */
function isPlausible({ length, mediaScale, sampleRate, codec }: TimingFacts): boolean {
  const ratio = mediaScale / sampleRate;
  const isRate = ratio === 1 || ratio === 2 || ratio === 0.5 || codec === 'opus';
  return isRate && length.isUniform && length.ticks > 0;
}

/** Edits that play something, as one stretch of the media; undefined where there are none or they make no sense. */
function readEdits({ elst, length, movieScale, mediaScale, isFragmented }: TimingFacts): Edit | undefined {
  const fields = new BigEndian(elst ?? new Uint8Array(0));
  const isLong = fields.u8() === 1;
  fields.skip(3);
  const entryBytes = isLong ? 20 : 12;
  const count = Math.min(fields.u32(), Math.floor(fields.left / entryBytes));
  let edit: Edit | undefined;
  for (let i = 0; i < count; i++) {
    const duration = ((isLong ? fields.u64() : fields.u32()) * mediaScale) / movieScale;
    const start = isLong ? fields.i64() : fields.i32();
    fields.skip(4);
    if (start < 0) continue;
    const end = duration > 0 && Number.isFinite(duration) ? Math.round(start + duration) : undefined;
    if (edit === undefined) edit = { start, end, hasParts: false };
    else edit = joined(edit, { start, end }, mediaScale / movieScale);
  }
  // Without a table of durations a second is more than any encoder's delay.
  const limit = isFragmented || length.ticks === 0 ? mediaScale : length.ticks;
  return edit !== undefined && edit.start < limit ? edit : undefined;
}

function joined(edit: Edit, next: { start: number; end: number | undefined }, tick: number): Edit {
  const follows = edit.end !== undefined && Math.abs(next.start - edit.end) <= Math.ceil(tick);
  const end = edit.end === undefined || next.end === undefined ? undefined : Math.max(edit.end, next.end);
  return { start: Math.min(edit.start, next.start), end, hasParts: edit.hasParts || !follows };
}

/**
 * ` 00000000 <delay> <padding> <frames> …` in hexadecimal digits. Programs that join files keep the tag of the first:
 * the end counts only where it is near that of the media.
 */
function parseGapless(
  text: string | undefined,
  { ticks, firstTicks }: MediaLength,
): { skip: number; duration: number | undefined } | undefined {
  const match = /^\s*[0-9a-f]+ ([0-9a-f]{1,8}) ([0-9a-f]{1,8}) ([0-9a-f]{1,16})\b/i.exec(text ?? '');
  if (match === null) return undefined;
  const [skip = 0, , frames = 0] = match.slice(1).map((digits) => Number.parseInt(digits, 16));
  if (skip > MAX_DELAY) return undefined;
  const isNearEnd = frames > 0 && Math.abs(ticks - skip - frames) <= MAX_PADDING_PACKETS * firstTicks;
  return { skip, duration: isNearEnd ? frames : undefined };
}

/** No encoder pads with more packets. */
const MAX_PADDING_PACKETS = 4;
/** No encoder has a longer delay, in frames. */
const MAX_DELAY = 16_384;
