import { type ChannelStream, IN_PHASE_BOOK, NOISE_BOOK, OUT_OF_PHASE_BOOK } from './channel-stream.ts';

/**
 * Undoes the joint coding of a pair that shares its shape: mid/side, intensity and noise. `mask` has a 1 for every
 * band that `ms_used` marks.
 *
 * Source: ISO/IEC 14496-3 §4.6.8.1.3 (M/S), §4.6.8.2.3 (intensity), §4.6.13.3 (noise that both channels share).
 */
export function separate(left: ChannelStream, right: ChannelStream, mask: Uint8Array): void {
  const { shape } = left;
  const { codedBands, offsets } = shape;
  let window = 0;
  for (let group = 0; group < shape.groups; group++) {
    const windows = shape.groupLengths[group] as number;
    for (let band = 0; band < codedBands; band++) {
      const index = group * codedBands + band;
      const isMarked = mask[index] === 1;
      const combine = wayOf(left.books[index] as number, right.books[index] as number, isMarked);
      if (combine === undefined) continue;
      const gain = relativeGain(left, right, index, isMarked);
      const width = (offsets[band + 1] as number) - (offsets[band] as number);
      for (let i = window; i < window + windows; i++) {
        const at = 128 * i + (offsets[band] as number);
        combine(left.spectrum, right.spectrum, at, at + width, gain);
      }
    }
    window += windows;
  }
}

type Combination = (left: Float32Array, right: Float32Array, at: number, end: number, gain: number) => void;

function wayOf(leftBook: number, rightBook: number, isMarked: boolean): Combination | undefined {
  if (rightBook === IN_PHASE_BOOK || rightBook === OUT_OF_PHASE_BOOK) return follow;
  if (!isMarked) return undefined;
  if (leftBook === NOISE_BOOK && rightBook === NOISE_BOOK) return follow;
  return leftBook < NOISE_BOOK && rightBook < NOISE_BOOK ? unmix : undefined;
}

/** What the left band is multiplied by to become the right one. */
function relativeGain(left: ChannelStream, right: ChannelStream, index: number, isMarked: boolean): number {
  const gain = right.gains[index] as number;
  const book = right.books[index];
  if (book === NOISE_BOOK) return gain / (left.gains[index] as number);
  return (book === OUT_OF_PHASE_BOOK) === isMarked ? gain : -gain;
}

function unmix(left: Float32Array, right: Float32Array, at: number, end: number): void {
  for (let i = at; i < end; i++) {
    const mid = left[i] as number;
    const side = right[i] as number;
    left[i] = mid + side;
    right[i] = mid - side;
  }
}

function follow(left: Float32Array, right: Float32Array, at: number, end: number, gain: number): void {
  for (let i = at; i < end; i++) right[i] = (left[i] as number) * gain;
}
