import { BigEndian } from '../../io/big-endian.ts';
import { byteAt, hasChars } from '../../io/bytes.ts';
import { MPEG4_OBJECTS } from '../../probe/container-codec.ts';

/** What an `esds` box says: a codec and its configuration. */
export interface ElementaryStream {
  codec: string;
  config: Uint8Array;
}

/** AudioSpecificConfig object types that are other codecs. Source: ISO/IEC 14496-3 table 1.17. */
const AUDIO_OBJECTS: Readonly<Record<number, string>> = { 32: 'mp1', 33: 'mp2', 34: 'mp3', 36: 'mp4als' };

/**
 * Reads the body of an `esds` box.
 *
 * Source: ISO/IEC 14496-1 §7.2.6.5 (ES_Descriptor), §7.2.6.6 (DecoderConfigDescriptor), §8.3.3 (sizes of 7 bits a
 * byte); object type indications as registered at mp4ra.org.
 */
export function parseElementaryStream(esds: Uint8Array): ElementaryStream | undefined {
  const fields = new BigEndian(esds, 4);
  let decoderConfig: Uint8Array | undefined;
  for (let depth = 0; depth < 3 && fields.left > 0; depth++) {
    const { tag, body } = descriptor(fields);
    if (tag === 4) {
      decoderConfig = body;
      break;
    }
    if (tag !== 3) break;
    fields.position -= body.length;
    skipStreamHeader(fields);
  }
  if (decoderConfig === undefined) return undefined;

  const config = specificInfo(decoderConfig);
  const codec = MPEG4_OBJECTS[byteAt(decoderConfig, 0)] ?? `mp4a-${byteAt(decoderConfig, 0).toString(16)}`;
  if (codec === 'aac') return { codec: AUDIO_OBJECTS[objectType(config)] ?? codec, config };
  if (codec === 'vorbis') return { codec, config: xiphHeaders(config) };
  return { codec, config: codec === 'opus' ? config : new Uint8Array(0) };
}

/** The identifier, flags and what they promise, before the descriptors inside an ES_Descriptor. */
function skipStreamHeader(fields: BigEndian): void {
  fields.skip(2);
  const flags = fields.u8();
  if ((flags & 0x80) !== 0) fields.skip(2);
  if ((flags & 0x40) !== 0) fields.skip(fields.u8());
  if ((flags & 0x20) !== 0) fields.skip(2);
}

/** DecoderSpecificInfo behind the 13 bytes of fields of a DecoderConfigDescriptor. */
function specificInfo(decoderConfig: Uint8Array): Uint8Array {
  const fields = new BigEndian(decoderConfig, 13);
  while (fields.left > 0) {
    const { tag, body } = descriptor(fields);
    if (tag === 5) return body;
  }
  return new Uint8Array(0);
}

function descriptor(fields: BigEndian): { tag: number; body: Uint8Array } {
  const tag = fields.u8();
  let size = 0;
  for (let i = 0; i < 4; i++) {
    const byte = fields.u8();
    size = size * 128 + (byte & 0x7f);
    if (byte < 0x80) break;
  }
  return { tag, body: fields.bytes(size) };
}

/** ISO/IEC 14496-3 §1.6.2.1: 5 bits, 31 being an escape to 6 more. */
function objectType(config: Uint8Array): number {
  const type = byteAt(config, 0) >> 3;
  return type === 31 ? 32 + ((byteAt(config, 0) & 7) << 3) + (byteAt(config, 1) >> 5) : type;
}

/** The three Vorbis headers in Xiph lacing; some writers put a 16-bit length before each instead. */
function xiphHeaders(config: Uint8Array): Uint8Array {
  if (!hasChars(config, 3, 'vorbis')) return config;
  const fields = new BigEndian(config);
  const headers = [1, 2, 3].map(() => fields.bytes(fields.u16()));
  const laced = headers.slice(0, 2).flatMap(({ length }) => {
    return [...new Array<number>(Math.floor(length / 255)).fill(255), length % 255];
  });
  return Buffer.concat([Uint8Array.from([2, ...laced]), ...headers]);
}
