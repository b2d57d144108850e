import type { ChannelStream } from './channel-stream.ts';
import type { Engine } from './engine.ts';
import { IN_PHASE_BOOK, NOISE_BOOK, OUT_OF_PHASE_BOOK } from './special-books.ts';

/**
 * Undoes the joint coding of a pair that shares its shape: mid/side and intensity. `mask` has a 1 for every band that
 * `ms_used` marks. On noise a mark would ask for the same noise in both channels (§4.6.13.3); it is left without
 * effect, as in ffmpeg, whose encoder marks whole blocks without meaning that.
 *
 * Source: ISO/IEC 14496-3 §4.6.8.1.3 (M/S) and §4.6.8.2.3 (intensity).
 */
export function separate(left: ChannelStream, right: ChannelStream, mask: Uint8Array, engine: Engine): void {
  const { shape } = left;
  const { codedBands, offsets } = shape;
  let window = 0;
  for (let group = 0; group < shape.groups; group++) {
    const windows = shape.groupLengths[group] as number;
    for (let band = 0; band < codedBands; band++) {
      const index = group * codedBands + band;
      const isMarked = mask[index] === 1;
      const rightBook = right.books[index] as number;
      const isIntensity = rightBook === IN_PHASE_BOOK || rightBook === OUT_OF_PHASE_BOOK;
      if (!isIntensity && !(isMarked && isCoded(rightBook) && isCoded(left.books[index] as number))) continue;
      const width = (offsets[band + 1] as number) - (offsets[band] as number);
      for (let i = window; i < window + windows; i++) {
        const at = 128 * i + (offsets[band] as number);
        if (isIntensity)
          follow(left.spectrum, right.spectrum, at, at + width, intensity(right, index, isMarked));
        else engine.unmix(left.spectrum, right.spectrum, at, at + width);
      }
    }
    window += windows;
  }
}

function isCoded(book: number): boolean {
  return book < NOISE_BOOK;
}

/** What the left band is multiplied by to become the right one. */
function intensity({ books, gains }: ChannelStream, index: number, isMarked: boolean): number {
  const gain = gains[index] as number;
  return (books[index] === OUT_OF_PHASE_BOOK) === isMarked ? gain : -gain;
}

function follow(left: Float32Array, right: Float32Array, at: number, end: number, gain: number): void {
  for (let i = at; i < end; i++) right[i] = (left[i] as number) * gain;
}
