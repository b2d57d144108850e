import { cutOff, cutShort, damagedFile } from '../../file-errors.ts';
import { BigEndian } from '../../io/big-endian.ts';
import { chars } from '../../io/bytes.ts';
import type { ByteSource } from '../../io/file-source.ts';
import { Window } from '../../io/window.ts';
import { boxAt, boxesIn, findBox } from './boxes.ts';

/** The header of a movie: the body of `moov`, and where in the file the boxes behind it begin. */
export interface Movie {
  moov: Uint8Array;
  end: number;
}

/** The tables of 100 hours of audio with video take less. */
const MAX_MOOV_BYTES = 268_435_456;
const MAX_BOXES = 100_000;

/**
 * Finds and reads the `moov` box, wherever it stands; media data is passed over unread.
 *
 * @throws AudioError when there is none or it is cut (`allowTruncated`: what there is of it counts).
 */
export async function readMovie(source: ByteSource, allowTruncated: boolean): Promise<Movie> {
  const { path, size } = source;
  const window = new Window(source);
  let position = 0;
  for (let count = 0; position + 8 <= size && count < MAX_BOXES; count++) {
    const box = await boxAt(window, position);
    if (box === undefined) {
      throw damagedFile(
        path,
        'MP4',
        `what stands at byte ${position} is no box, and no "moov" box came before it`,
      );
    }
    if (box.type === 'moov') {
      const bytes = Math.min(box.end, size) - box.bodyStart;
      if (box.end > size && !allowTruncated) throw cutShort(path, 'it ends inside its "moov" box');
      if (bytes > MAX_MOOV_BYTES) throw damagedFile(path, 'MP4', `its "moov" box claims ${bytes} bytes`);
      return { moov: await window.read(box.bodyStart, bytes), end: box.end };
    }
    position = box.end;
  }
  const why =
    'it has no "moov" box, which says where the audio is: its end is missing, or its recording was not finished';
  throw cutOff(path, why);
}

const NOTHING = new Uint8Array(0);

/** A track of a movie. `stbl` is the body of its sample table. */
export interface Track {
  id: number;
  handler: string;
  timeScale: number;
  stbl: Uint8Array;
  elst: Uint8Array | undefined;
}

/**
 * The tracks in the body of a `moov` box.
 *
 * Source: ISO/IEC 14496-12 §8.3.2 (`tkhd`), §8.4.2 (`mdhd`), §8.4.3 (`hdlr`), §8.6.5 (`edts`).
 */
export function* tracksOf(moov: Uint8Array): Generator<Track, void, undefined> {
  for (const { type, body: trak } of boxesIn(moov)) {
    if (type !== 'trak') continue;
    const mdia = findBox(trak, 'mdia') ?? NOTHING;
    yield {
      id: fullBoxField(findBox(trak, 'tkhd')),
      handler: chars(findBox(mdia, 'hdlr') ?? NOTHING, 8, 4),
      timeScale: fullBoxField(findBox(mdia, 'mdhd')),
      stbl: findBox(mdia, 'minf', 'stbl') ?? NOTHING,
      elst: findBox(trak, 'edts', 'elst'),
    };
  }
}

/** Ticks per second of the movie, which its edit lists count in. Source: ISO/IEC 14496-12 §8.2.2 (`mvhd`). */
export function movieScaleOf(moov: Uint8Array): number {
  return fullBoxField(findBox(moov, 'mvhd'));
}

/** The 32-bit field behind two times (of 32 bits; 64 in version 1) that `mvhd`, `mdhd` and `tkhd` begin with. */
function fullBoxField(body: Uint8Array | undefined): number {
  const fields = new BigEndian(body ?? NOTHING);
  fields.skip(fields.u8() === 1 ? 19 : 11);
  return fields.u32();
}
