/** What containers of plain samples check before anything is decoded. */
import type { OpenOptions } from '../audio-input.ts';
import { countOf, formatSeconds } from '../errors.ts';
import { cutShort, damagedFile, promise, secondsOf } from '../file-errors.ts';
import { MAX_CHANNELS, MAX_SAMPLE_RATE, MIN_SAMPLE_RATE } from '../limits.ts';

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
  const promised = secondsOf(promisedBytes / bytesPerSecond, promisedBytes);
  const present = `${formatSeconds(presentBytes / bytesPerSecond)} (${countOf(presentBytes, 'byte')})`;
  throw cutShort(path, promise(promised, present));
}
