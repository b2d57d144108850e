import type { Opener } from '../audio-input.ts';
import { type AdtsHeader, adtsHeaderAt, isSameStream } from '../codecs/aac/adts-header.ts';
import { CONVERT_HINT, cutOff, notDecoded } from '../file-errors.ts';
import { ByteReader } from '../io/byte-reader.ts';
import { hasChars } from '../io/bytes.ts';
import type { ByteSource } from '../io/file-source.ts';
import { openTrack } from '../open-track.ts';
import type { Packet, PacketTrack } from '../packets.ts';
import { id3Length } from '../probe/file-type.ts';

/** More than two frames of the greatest length, so that a header and the one behind its frame can always be seen. */
const LOOK_AHEAD = 3 * 8192;

/**
 * Opens a bare AAC stream: ADTS frames, perhaps with ID3 tags before and between them. Bytes that are no frames are
 * passed over, and a last frame that is cut off is left out.
 *
 * Source: ISO/IEC 14496-3 §1.A.2 and §1.A.3.2.
 *
 * @throws AudioError when there is no frame, when the stream is in ADIF or LOAS, or when it is no AAC-LC.
 */
export const openAdts: Opener = async (source, type, options) => {
  await refuseOtherFormats(source);
  const first = await firstHeader(source);
  if (first === undefined) {
    throw cutOff(source.path, 'it holds no complete AAC frame');
  }
  const track: PacketTrack = {
    codec: 'aac',
    config: new Uint8Array(0),
    sampleRate: first.sampleRate,
    channels: undefined,
    timeScale: first.sampleRate,
    skip: 0,
    duration: undefined,
    packets: (signal) => adtsPackets(source, signal),
  };
  return openTrack(source, type, track, options);
};

async function refuseOtherFormats(source: ByteSource): Promise<void> {
  const head = await source.read(0, 4);
  const isAdif = hasChars(head, 0, 'ADIF');
  if (!isAdif && !hasLoasSync(head)) return;
  const framing = isAdif ? 'ADIF' : 'LOAS/LATM';
  const hint = 'Put it into MP4 first, for instance: ffmpeg -i input -c copy output.m4a';
  throw notDecoded(source.path, `is an AAC stream in ${framing}`, isAdif ? CONVERT_HINT : hint);
}

/** AudioSyncStream: ISO/IEC 14496-3 §1.7.2, Table 1.36. */
function hasLoasSync(head: Uint8Array): boolean {
  return head[0] === 0x56 && ((head[1] ?? 0) & 0xe0) === 0xe0;
}

async function firstHeader(source: ByteSource): Promise<AdtsHeader | undefined> {
  for await (const [packet] of adtsPackets(source)) {
    if (packet !== undefined) return adtsHeaderAt(packet.data, 0);
  }
  return undefined;
}

async function* adtsPackets(
  source: ByteSource,
  signal?: AbortSignal,
): AsyncGenerator<readonly Packet[], void, undefined> {
  const reader = new ByteReader(source);
  const scanner = new FrameScanner();
  while (reader.left > 0) {
    signal?.throwIfAborted();
    await reader.fill(LOOK_AHEAD);
    const packets: Packet[] = [];
    const used = scanner.scan(reader.bytes, reader.left === reader.available, packets);
    if (packets.length > 0) yield packets;
    reader.skip(used);
  }
}

/** Finds the frames in a stream that comes in pieces. */
class FrameScanner {
  /** The header of the last frame, and whether the bytes at hand follow it. */
  #last: AdtsHeader | undefined;
  #isInStep = false;

  /**
   * Adds the frames in `bytes` to `packets` and returns how many bytes are done with. At the end of the stream that
   * is all of them, before it all but those that need `LOOK_AHEAD`.
   */
  scan(bytes: Uint8Array, isEnd: boolean, packets: Packet[]): number {
    let at = 0;
    while (at < bytes.length) {
      if (!isEnd && bytes.length - at < LOOK_AHEAD) return at;
      const tag = id3Length(bytes.subarray(at, at + 10));
      if (tag > 0) {
        at += tag;
        continue;
      }
      const header = adtsHeaderAt(bytes, at);
      if (header === undefined || !this.#isTrusted(bytes, at, header, isEnd)) {
        this.#isInStep = false;
        const next = bytes.indexOf(0xff, at + 1);
        at = next < 0 ? bytes.length : next;
        continue;
      }
      this.#last = header;
      this.#isInStep = true;
      if (at + header.length > bytes.length) return bytes.length;
      packets.push({ data: bytes.subarray(at, at + header.length) });
      at += header.length;
    }
    return at;
  }

  /**
   * A header needs another one behind its own frame. One that stands where it should is also good when no better one
   * stands inside its frame: it may be the next header that is damaged.
   */
  #isTrusted(bytes: Uint8Array, at: number, header: AdtsHeader, isEnd: boolean): boolean {
    if (isConfirmed(bytes, at, header, isEnd)) return true;
    if (!this.#isInStep || this.#last === undefined || !isSameStream(this.#last, header)) return false;
    const behind = at + header.length;
    for (let inside = bytes.indexOf(0xff, at + 1); inside >= 0 && inside < behind; ) {
      const other = adtsHeaderAt(bytes, inside);
      if (other !== undefined && isConfirmed(bytes, inside, other, isEnd)) return false;
      inside = bytes.indexOf(0xff, inside + 1);
    }
    return true;
  }
}

function isConfirmed(bytes: Uint8Array, at: number, header: AdtsHeader, isEnd: boolean): boolean {
  const behind = at + header.length;
  if (isEnd && behind === bytes.length) return true;
  const next = adtsHeaderAt(bytes, behind);
  return hasChars(bytes, behind, 'ID3') || (next !== undefined && isSameStream(header, next));
}
