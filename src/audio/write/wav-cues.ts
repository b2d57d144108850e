/** Markers of a WAV file, which audio editors show. */
import { chunk, u32 } from './wav-header.ts';

/** A place in the audio; `frame` counts from its begin, `frames` is the length of a region. */
export interface WavMark {
  frame: number;
  frames?: number | undefined;
  /** One line; longer ones are cut. */
  label: string;
}

/** More says no editor. */
const MAX_LABEL_BYTES = 200;

/**
 * The chunks `cue ` and `LIST` of the kind `adtl`, which stand behind the samples: a point for each mark, a `labl`
 * with its text (UTF-8, ended by a zero), and for a region an `ltxt` with its length. Nothing when there are no marks.
 *
 * Source: Microsoft/IBM, Multimedia Programming Interface and Data Specifications 1.0 (1991), chapter 3, "Cue-Points
 * Chunk" and "Associated Data Chunk".
 */
export function cueChunks(marks: readonly WavMark[]): Buffer {
  if (marks.length === 0) return Buffer.alloc(0);
  const points = Buffer.alloc(4 + marks.length * 24);
  points.writeUInt32LE(marks.length, 0);
  const texts: Buffer[] = [Buffer.from('adtl', 'latin1')];
  marks.forEach(({ frame, frames, label }, i) => {
    const id = i + 1;
    const at = 4 + i * 24;
    points.writeUInt32LE(id, at);
    // In the play order and in the only chunk of samples it is the same place.
    points.writeUInt32LE(frame, at + 4);
    points.write('data', at + 8, 'latin1');
    points.writeUInt32LE(frame, at + 20);
    texts.push(chunk('labl', Buffer.concat([u32(id), labelBytes(label), Buffer.alloc(1)])));
    if (frames !== undefined) texts.push(chunk('ltxt', regionBody(id, frames)));
  });
  return Buffer.concat([chunk('cue ', points), chunk('LIST', Buffer.concat(texts))]);
}

/** Purpose `rgn `; no country, language, dialect or code page. */
function regionBody(id: number, frames: number): Buffer {
  const body = Buffer.alloc(20);
  body.writeUInt32LE(id, 0);
  body.writeUInt32LE(frames, 4);
  body.write('rgn ', 8, 'latin1');
  return body;
}

/** Cut between characters. */
function labelBytes(label: string): Buffer {
  let text = '';
  let bytes = 0;
  for (const character of label) {
    bytes += Buffer.byteLength(character);
    if (bytes > MAX_LABEL_BYTES) break;
    text += character;
  }
  return Buffer.from(text, 'utf8');
}
