/**
 * The errors of audio files, in the same words whatever they come from. `path` is the file as messages name it; `why`
 * and `what` go on in the sentence and end without a full stop.
 */
import { codecName } from './codec-names.ts';
import { AudioError, countOf, formatSeconds, NotDecodedError } from './errors.ts';

const AGAIN_HINT = 'Download, export or record the file again.';
const COMPLETE_HINT = 'Get the complete file, or use what there is of it with --allow-truncated.';
const TRACK_HINT = 'Name a file with an audio track.';

/** What helps with audio that other programs decode. */
export const CONVERT_HINT = 'Convert it to WAV first, for instance: ffmpeg -i input output.wav';

/** A file that contradicts itself. */
export function damaged(path: string, why: string): AudioError {
  return new AudioError(`"${path}" is damaged: ${why}.`, { hint: AGAIN_HINT });
}

/** A file of the kind `kind` ("AIFF") that contradicts itself. */
export function damagedFile(path: string, kind: string, why: string): AudioError {
  return new AudioError(`"${path}" is a damaged ${kind} file: ${why}.`, { hint: AGAIN_HINT });
}

/** A file that ends too early for anything to be made of it. */
export function cutOff(path: string, why: string): AudioError {
  return new AudioError(`"${path}" is cut off: ${why}.`, { hint: AGAIN_HINT });
}

/** A file that ends too early, of which there is something all the same with `allowTruncated`. */
export function cutShort(path: string, why: string): AudioError {
  return new AudioError(`"${path}" is cut off: ${why}.`, { hint: COMPLETE_HINT });
}

/** `its header promises 2.000 s of audio, the file holds 1.500 s`, to stand after "is cut off". */
export function promise(promised: string, present: string): string {
  return `its header promises ${promised}, the file holds ${present}`;
}

/** `2.000 s of audio (88,200 bytes)`, the first part of `promise`. */
export function secondsOf(seconds: number, bytes: number): string {
  return `${formatSeconds(seconds)} of audio (${countOf(bytes, 'byte')})`;
}

/** A file whose header is there and whose audio is not. */
export function noAudio(path: string, why: string): AudioError {
  return new AudioError(`"${path}" holds no audio: ${why}.`, { hint: AGAIN_HINT });
}

/** A file that is whole and holds no sound. */
export function noAudioTrack(path: string, why: string): AudioError {
  return new AudioError(`"${path}" holds no audio: ${why}.`, { hint: TRACK_HINT });
}

/** A file whose audio is coded in a way that is not decoded; `what` tells which ("holds GSM 6.10"). */
export function notDecoded(path: string, what: string, hint = CONVERT_HINT): AudioError {
  return new NotDecodedError(`"${path}" ${what}, which cannot be decoded.`, { hint });
}

/** A file with audio in the codec `codec`, named as ffmpeg does, that is not decoded. */
export function codecNotDecoded(path: string, codec: string): AudioError {
  return notDecoded(path, `holds audio in the codec ${codecName(codec)}`);
}

/** A track that only its seller's or service's player can decrypt; `codec` is the one underneath, where it shows. */
export function encrypted(path: string, codec?: string): AudioError {
  const what = codec === undefined ? 'audio' : `${codecName(codec)} audio`;
  return notDecoded(path, `holds encrypted ${what} (copy protection)`, 'Get an unprotected copy of it.');
}

/** A file that another program cuts while it is read. */
export function shrunkFile(path: string): AudioError {
  return new AudioError(`"${path}" became shorter while it was being read.`, {
    hint: 'Wait until nothing else writes to the file, then try again.',
  });
}

/** `there is a header (AIFF) and no sample`, to stand after "holds no audio". */
export function headerOnly(kind: string): string {
  return `there is a header (${kind}) and no sample`;
}

/** A file of the kind `kind` whose samples are coded in a way that is not decoded. */
export function codingNotDecoded(path: string, kind: string, coding: string): AudioError {
  return notDecoded(path, `(${kind}) holds ${coding}`);
}

/** A file, or what comes through a pipe, without any byte. */
export function emptyFile(path: string): AudioError {
  return new AudioError(`"${path}" is empty (0 bytes).`, { hint: AGAIN_HINT });
}
