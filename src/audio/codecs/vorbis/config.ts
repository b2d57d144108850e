import { damaged } from '../../file-errors.ts';
import { byteAt } from '../../io/bytes.ts';
import { type Identification, parseIdentification, parseSetup, type Setup } from './setup.ts';
import { SetupError } from './setup-error.ts';

/** The parsed headers of a stream. */
export interface VorbisHeaders {
  identification: Identification;
  setup: Setup;
}

/** A container and the decoder ask for the same headers one after the other. */
const parsed = new WeakMap<Uint8Array, VorbisHeaders>();

/**
 * The headers of a stream from its three header packets in Xiph lacing.
 *
 * @throws AudioError when they are damaged
 */
export function parseVorbisConfig(path: string, config: Uint8Array): VorbisHeaders {
  const known = parsed.get(config);
  if (known !== undefined) return known;
  try {
    const [id, , setupPacket] = xiphUnlaced(config);
    const identification = parseIdentification(id ?? new Uint8Array(0));
    const setup = parseSetup(setupPacket ?? new Uint8Array(0), identification.channels);
    parsed.set(config, { identification, setup });
    return { identification, setup };
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    throw damaged(path, `its Vorbis stream cannot be decoded: ${error.message}`);
  }
}

/**
 * Packets in Xiph lacing: their number less 1, the length of each but the last as bytes of 255 and one below, and the
 * packets themselves. Source: RFC 9559 §10.3.2 (Xiph lacing), Matroska codec mapping of A_VORBIS.
 */
export function xiphLaced(packets: readonly Uint8Array[]): Uint8Array {
  const lengths = packets.slice(0, -1).flatMap(({ length }) => {
    return [...new Array<number>(Math.floor(length / 255)).fill(255), length % 255];
  });
  return Buffer.concat([Uint8Array.of(packets.length - 1, ...lengths), ...packets]);
}

/** The packets of `xiphLaced`; what is cut off is missing or shorter. */
function xiphUnlaced(bytes: Uint8Array): Uint8Array[] {
  const lengths: number[] = [];
  let at = 1;
  for (let i = 0; i < byteAt(bytes, 0); i++) {
    let length = 0;
    while (bytes[at] === 255) {
      length += 255;
      at++;
    }
    lengths.push(length + byteAt(bytes, at++));
  }
  const packets = lengths.map((length) => {
    const packet = bytes.subarray(at, at + length);
    at += length;
    return packet;
  });
  return [...packets, bytes.subarray(at)];
}
