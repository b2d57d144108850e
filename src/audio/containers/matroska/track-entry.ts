import { encrypted, notDecoded } from '../../file-errors.ts';
import { elementsIn, floatOf, ID, textOf, uintOf } from './ebml.ts';

/** A track as its `TrackEntry` describes it. Source: RFC 9559 §5.1.4. */
export interface TrackEntry {
  number: number;
  /** 1 video, 2 audio, 17 subtitles. */
  type: number;
  codecId: string;
  codecPrivate: Uint8Array;
  /** Encoder delay in nanoseconds, to be cut at the beginning. */
  codecDelay: number;
  samplingFrequency: number;
  /** After spectral band replication; 0 when not given. */
  outputFrequency: number;
  channels: number;
  /** 0 when not given. */
  bitDepth: number;
  encodings: readonly ContentEncoding[];
}

/** Something that was done to the data after the codec. Source: RFC 9559 §5.1.4.1.31. */
export interface ContentEncoding {
  /** 1 frames, 2 CodecPrivate, as bits. */
  scope: number;
  isEncryption: boolean;
  /** 0 zlib, 1 bzlib, 2 lzo1x, 3 header stripping. */
  algorithm: number;
  settings: Uint8Array;
}

/** More tracks than any file has. */
const MAX_TRACKS = 1000;

/** The tracks in the body of a `Tracks` element. */
export function readTracks(body: Uint8Array): TrackEntry[] {
  const tracks: TrackEntry[] = [];
  for (const { id, body: entry } of elementsIn(body)) {
    if (id === ID.trackEntry && tracks.length < MAX_TRACKS) tracks.push(readEntry(entry));
  }
  return tracks;
}

function readEntry(entry: Uint8Array): TrackEntry {
  const track: TrackEntry = {
    number: 0,
    type: 0,
    codecId: '',
    codecPrivate: new Uint8Array(0),
    codecDelay: 0,
    samplingFrequency: 8000,
    outputFrequency: 0,
    channels: 1,
    bitDepth: 0,
    encodings: [],
  };
  for (const { id, body } of elementsIn(entry)) {
    if (id === ID.trackNumber) track.number = uintOf(body);
    else if (id === ID.trackType) track.type = uintOf(body);
    else if (id === ID.codecId) track.codecId = textOf(body.subarray(0, 100));
    else if (id === ID.codecPrivate) track.codecPrivate = body;
    else if (id === ID.codecDelay) track.codecDelay = uintOf(body);
    else if (id === ID.audio) readAudio(track, body);
    else if (id === ID.encodings) track.encodings = readEncodings(body);
  }
  return track;
}

function readAudio(track: TrackEntry, audio: Uint8Array): void {
  for (const { id, body } of elementsIn(audio)) {
    if (id === ID.samplingFrequency) track.samplingFrequency = floatOf(body);
    else if (id === ID.outputFrequency) track.outputFrequency = floatOf(body);
    else if (id === ID.channels) track.channels = uintOf(body);
    else if (id === ID.bitDepth) track.bitDepth = uintOf(body);
  }
}

function readEncodings(body: Uint8Array): ContentEncoding[] {
  const encodings: ContentEncoding[] = [];
  for (const { id, body: encoding } of elementsIn(body)) {
    if (id === ID.encoding && encodings.length < 10) encodings.push(readEncoding(encoding));
  }
  return encodings;
}

function readEncoding(encoding: Uint8Array): ContentEncoding {
  const read: ContentEncoding = { scope: 1, isEncryption: false, algorithm: 0, settings: new Uint8Array(0) };
  for (const { id, body } of elementsIn(encoding)) {
    if (id === ID.encodingScope) read.scope = uintOf(body);
    else if (id === ID.encodingType) read.isEncryption = uintOf(body) === 1;
    else if (id === ID.compression) {
      for (const { id: inner, body: value } of elementsIn(body)) {
        if (inner === ID.compressionAlgorithm) read.algorithm = uintOf(value);
        else if (inner === ID.compressionSettings) read.settings = value;
      }
    }
  }
  return read;
}

const ALGORITHMS: readonly string[] = ['zlib', 'bzlib', 'lzo1x'];
const HEADER_STRIPPING = 3;

/**
 * The bytes that were taken away from the beginning of each frame and of CodecPrivate of `track`, and have to be put
 * there again.
 *
 * @throws AudioError when something else was done to them.
 */
export function strippedHeaders(
  path: string,
  track: TrackEntry,
): { frame: Uint8Array; codecPrivate: Uint8Array } {
  const headers = { frame: new Uint8Array(0), codecPrivate: new Uint8Array(0) };
  for (const { scope, isEncryption, algorithm, settings } of track.encodings) {
    if (isEncryption) {
      throw encrypted(path);
    }
    if (algorithm !== HEADER_STRIPPING) {
      const name = ALGORITHMS[algorithm] ?? `algorithm ${algorithm}`;
      const hint = 'Write it anew without, for instance: mkvmerge -o output.mka --compression -1:none input';
      throw notDecoded(path, `has its audio packets compressed once more (${name})`, hint);
    }
    if ((scope & 1) !== 0) headers.frame = Buffer.concat([settings, headers.frame]);
    if ((scope & 2) !== 0) headers.codecPrivate = Buffer.concat([settings, headers.codecPrivate]);
  }
  return headers;
}
