/** What the containers of plain samples have in common when a file is not what it says. */
import type { OpenOptions } from '../audio-input.ts';
import { AudioError, countOf, formatSeconds } from '../errors.ts';
import { MAX_CHANNELS, MAX_SAMPLE_RATE, MIN_SAMPLE_RATE } from '../limits.ts';

const AGAIN_HINT = 'Download, export or record the file again.';

/** A file of the kind `kind` ("AIFF") that contradicts itself; `why` goes on from a colon. */
export function damagedFile(path: string, kind: string, why: string): AudioError {
  return new AudioError(`"${path}" is a damaged ${kind} file: ${why}.`, { hint: AGAIN_HINT });
}

/** A file whose header is there and whose audio is not. */
export function noAudio(path: string, kind: string): AudioError {
  return new AudioError(`"${path}" holds no audio: there is a header (${kind}) and no sample.`, {
    hint: AGAIN_HINT,
  });
}

/** A file whose samples are coded in a way that is not decoded. */
export function codingNotDecoded(path: string, kind: string, coding: string): AudioError {
  return new AudioError(`"${path}" (${kind}) holds ${coding}, which cannot be decoded.`, {
    hint: 'Convert it to 16-bit PCM WAV first, for instance: ffmpeg -i input -c:a pcm_s16le output.wav',
  });
}

/** A file that another program cuts while it is read. */
export function shrunkFile(path: string): AudioError {
  return new AudioError(`"${path}" became shorter while it was being read.`, {
    hint: 'Wait until nothing else writes to the file, then try again.',
  });
}

/** @throws AudioError when no real file has so many channels or such a rate. */
export function checkFormat(path: string, kind: string, channels: number, sampleRate: number): void {
  if (channels < 1) throw damagedFile(path, kind, 'its header says 0 channels');
  if (channels > MAX_CHANNELS) {
    const why = `its header says ${countOf(channels, 'channel')}; at most ${MAX_CHANNELS} make sense`;
    throw damagedFile(path, kind, why);
  }
  if (!(sampleRate >= MIN_SAMPLE_RATE && sampleRate <= MAX_SAMPLE_RATE)) {
    const range = `${MIN_SAMPLE_RATE.toLocaleString('en-US')} to ${MAX_SAMPLE_RATE.toLocaleString('en-US')} Hz`;
    const why = `its header says ${sampleRate.toLocaleString('en-US')} Hz; ${range} make sense`;
    throw damagedFile(path, kind, why);
  }
}

/** How much audio a header says there is, and how much there is, in bytes; `bytesPerSecond` of it make a second. */
export interface Extent {
  /** Undefined when the header leaves it open: a stream whose writer could not go back. */
  promisedBytes: number | undefined;
  presentBytes: number;
  bytesPerSecond: number;
}

/** @throws AudioError when there is less than was promised and `allowTruncated` is not set. */
export function refuseCut(path: string, extent: Extent, { allowTruncated }: OpenOptions): void {
  const { promisedBytes, presentBytes, bytesPerSecond } = extent;
  if (promisedBytes === undefined || promisedBytes <= presentBytes || allowTruncated === true) return;
  const amount = (bytes: number) =>
    `${formatSeconds(bytes / bytesPerSecond)} of audio (${countOf(bytes, 'byte')})`;
  throw new AudioError(
    `"${path}" is cut off: its header promises ${amount(promisedBytes)}, ` +
      `the file holds ${amount(presentBytes).replace(' of audio', '')}.`,
    { hint: 'Get the complete file, or use what there is of it with --allow-truncated.' },
  );
}
