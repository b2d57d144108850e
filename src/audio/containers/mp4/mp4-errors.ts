import { AudioError } from '../../errors.ts';

const AGAIN_HINT = 'Download, export or record the file again.';

/** The error of a file whose boxes contradict themselves; `why` says where. */
export function damagedMp4(path: string, why: string): AudioError {
  return new AudioError(`"${path}" is a damaged MP4 file: ${why}.`, { hint: AGAIN_HINT });
}

/** The error of a file that ends before `why`. */
export function cutMp4(path: string, why: string, canAllow: boolean): AudioError {
  const hint = canAllow
    ? 'Get the complete file, or use what there is of it with --allow-truncated.'
    : 'Get the complete file.';
  return new AudioError(`"${path}" is cut off: ${why}.`, { hint });
}

/** The error of a file in which there is nothing to hear. */
export function noAudio(path: string, why: string): AudioError {
  return new AudioError(`"${path}" holds no audio: ${why}.`, { hint: 'Name a file with an audio track.' });
}

/** The error of a track that only its seller's or service's player can decrypt. */
export function encrypted(path: string, codec: string | undefined): AudioError {
  const what = codec === undefined ? 'audio' : `${codec} audio`;
  return new AudioError(`"${path}" holds encrypted ${what} (copy protection), which cannot be decoded.`, {
    hint: 'Get an unprotected copy of it.',
  });
}
