import { BigEndian } from '../../io/big-endian.ts';
import { chars } from '../../io/bytes.ts';
import type { ChannelLayout } from '../../layout.ts';
import { SAMPLE_ENTRIES } from '../../probe/container-codec.ts';
import { audioSpecificConfig } from '../audio-specific-config.ts';
import { boxesIn, findBox } from './boxes.ts';
import { parseElementaryStream } from './elementary-stream.ts';
import { opusHead } from './opus-head.ts';
import { pcmCoding } from './pcm-entry.ts';

/** How the samples of a track are coded. */
export interface SampleEntry {
  /** Named as ffmpeg does; `encrypted` with the codec underneath in `protects`. */
  codec: string;
  protects?: string | undefined;
  /** As `PacketTrack.config`. */
  config: Uint8Array;
  sampleRate: number;
  channels: number;
  bitsPerSample?: number | undefined;
  layout?: ChannelLayout | undefined;
  /** Of codings whose packets all take the same bytes. */
  blocks?: Blocks | undefined;
  /** Pre-skip of Opus, in frames at 48 kHz. */
  preSkip?: number | undefined;
}

/** Frames of audio and bytes of a block, all blocks being alike; `canJoin`: several may make one packet. */
export interface Blocks {
  frames: number;
  bytes: number;
  canJoin: boolean;
}

/** The fields of a sample entry that all codecs share, and the boxes behind them by their type. */
export interface EntryFields {
  type: string;
  channels: number;
  bits: number;
  sampleRate: number;
  /** Of QuickTime's version 2 only: how linear PCM is coded, and the bytes of a packet. */
  lpcm?: { flags: number; bytesPerPacket: number } | undefined;
  /** Of QuickTime's version 1 only: what all packets have. */
  blocks?: Blocks | undefined;
  boxes: ReadonlyMap<string, Uint8Array>;
}

/**
 * Reads entry `index` (from 1 on) of the body of an `stsd` box; `timeScale` is that of the media, for rates that do
 * not fit in. Undefined when there is no such entry.
 *
 * Source: ISO/IEC 14496-12 §8.5.2 and §12.2.3 (AudioSampleEntry); QuickTime File Format Specification, "Sound Sample
 * Description" versions 0, 1 and 2.
 */
export function parseSampleEntry(
  stsd: Uint8Array,
  index: number,
  timeScale: number,
): SampleEntry | undefined {
  let at = 1;
  for (const { type, body } of boxesIn(stsd, 8)) {
    if (at++ === index) return describe(readFields(type, body, stsd[0] ?? 0, timeScale));
  }
  return undefined;
}

function readFields(type: string, body: Uint8Array, stsdVersion: number, timeScale: number): EntryFields {
  const fields = new BigEndian(body, 8);
  const version = fields.u16();
  fields.skip(6);
  let channels = fields.u16();
  let bits = fields.u16();
  fields.skip(4);
  let sampleRate = fields.u32() / 65_536;
  let lpcm: EntryFields['lpcm'];
  let blocks: EntryFields['blocks'];
  if (stsdVersion === 0 && version === 1) {
    const frames = fields.u32();
    fields.skip(4);
    blocks = { frames, bytes: fields.u32(), canJoin: false };
    fields.skip(4);
  }
  if (stsdVersion === 0 && version === 2) {
    fields.skip(4);
    sampleRate = fields.f64();
    channels = fields.u32();
    fields.skip(4);
    bits = fields.u32();
    lpcm = { flags: fields.u32(), bytesPerPacket: fields.u32() };
    fields.skip(4);
  }
  const boxes = childBoxes(fields.rest());
  const srat = boxes.get('srat');
  if (srat !== undefined) sampleRate = new BigEndian(srat, 4).u32();
  // 16 bits hold no rate from 65,536 Hz on; writers then leave 0 or what is left of it.
  const isCut = timeScale >= 65_536 && (sampleRate === 0 || timeScale % 65_536 === sampleRate);
  if (isCut || !(sampleRate >= 1 && sampleRate < 2 ** 32)) sampleRate = timeScale;
  return { type, channels, bits, sampleRate: Math.round(sampleRate), lpcm, blocks, boxes };
}

/** Boxes of a sample entry, and those that QuickTime puts into `wave`; the first of each type. */
function childBoxes(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const boxes = new Map<string, Uint8Array>();
  const collect = (from: Uint8Array) => {
    for (const { type, body } of boxesIn(from)) if (!boxes.has(type)) boxes.set(type, body);
  };
  collect(bytes);
  collect(boxes.get('wave') ?? new Uint8Array(0));
  return boxes;
}

function describe(fields: EntryFields): SampleEntry {
  const { type, sampleRate, channels, boxes } = fields;
  const codec = SAMPLE_ENTRIES[type] ?? (/^[!-~ ]{4}$/.test(type) ? type.trim() : 'unknown');
  const plain = { codec, config: new Uint8Array(0), sampleRate, channels };
  switch (codec) {
    case 'aac':
      return { ...plain, ...mpeg4(fields) };
    case 'encrypted':
      return { ...plain, protects: protectedCodec(boxes.get('sinf')) };
    case 'opus':
      return { ...plain, ...opusHead(boxes.get('dOps'), channels), sampleRate: 48_000 };
    case 'flac':
      return { ...plain, config: flacConfig(boxes.get('dfLa')), bitsPerSample: fields.bits };
    case 'alac':
      return { ...plain, config: boxes.get('alac')?.subarray(4) ?? plain.config, bitsPerSample: fields.bits };
    case 'pcm':
      return { ...plain, ...pcmCoding(fields) };
    case 'adpcm_ima_qt':
      // QuickTime File Format Specification, "IMA 4:1".
      return { ...plain, blocks: { frames: 64, bytes: 34 * channels, canJoin: true } };
    case 'adpcm_ima_wav':
    case 'adpcm_ms':
      return { ...plain, blocks: fields.blocks };
    default:
      return plain;
  }
}

/** `mp4a` without the box that describes it is taken for AAC-LC. */
function mpeg4({ channels, sampleRate, boxes }: EntryFields): { codec: string; config: Uint8Array } {
  const esds = boxes.get('esds');
  const stream = esds === undefined ? undefined : parseElementaryStream(esds);
  if (stream !== undefined && (stream.codec !== 'aac' || stream.config.length >= 2)) return stream;
  return { codec: 'aac', config: audioSpecificConfig({ objectType: 2, sampleRate, channels }) };
}

/** Source: "Encapsulation of FLAC in ISO Base Media File Format" 0.0.4 §3.3.2: version and flags, metadata blocks. */
function flacConfig(dfLa: Uint8Array | undefined): Uint8Array {
  if (dfLa === undefined || dfLa.length < 4) return new Uint8Array(0);
  return Buffer.concat([Buffer.from('fLaC', 'latin1'), dfLa.subarray(4)]);
}

/** ISO/IEC 14496-12 §8.12.2: `frma` holds the type that the entry had before it was encrypted. */
function protectedCodec(sinf: Uint8Array | undefined): string | undefined {
  const format = sinf === undefined ? undefined : findBox(sinf, 'frma');
  return format === undefined ? undefined : SAMPLE_ENTRIES[chars(format, 0, 4)];
}
