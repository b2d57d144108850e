import { AudioError, countOf } from '../../errors.ts';

/** The error of a file whose elements contradict themselves; `why` says where. */
export function damagedMatroska(path: string, why: string): AudioError {
  return new AudioError(`"${path}" is a damaged Matroska or WebM file: ${why}.`, {
    hint: 'Download, export or record the file again.',
  });
}

/** The error of a file that ends before its header says. */
export function cutMatroska(path: string, promised: number, present: number): AudioError {
  return new AudioError(
    `"${path}" is cut off: its header promises ${countOf(promised, 'byte')}, the file holds ${countOf(present, 'byte')}.`,
    { hint: 'Get the complete file, or use what there is of it with --allow-truncated.' },
  );
}

/** The error of a file in which there is nothing to hear. */
export function noAudio(path: string, why: string): AudioError {
  return new AudioError(`"${path}" holds no audio: ${why}.`, { hint: 'Name a file with an audio track.' });
}
