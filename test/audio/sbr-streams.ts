import { adtsHeaderAt } from '../../src/audio/codecs/aac/adts-header.ts';
import { BitWriter, bitsOf } from './aac-helpers.ts';

/** A raw block of the core with a payload in a fill element before its end. */
export function withPayload(core: Uint8Array, payload: BitWriter | undefined): Uint8Array {
  const bits = bitsOf(core);
  const end = bits.lastIndexOf(1) - 2;
  const writer = new BitWriter().append(bits.slice(0, end));
  if (payload !== undefined) {
    const count = Math.ceil((payload.bits.length + 4) / 8);
    if (count > 269) throw new RangeError('the payload is too long');
    writer.put(3, 6).put(4, Math.min(count, 15));
    if (count >= 15) writer.put(8, count - 14);
    writer
      .put(4, 13)
      .append(payload.bits)
      .append(Array(8 * count - 4 - payload.bits.length).fill(0));
  }
  return writer.put(3, 7).align().bytes();
}

/** Raw blocks as ADTS frames; the rate is the index of that of the core. */
export function adtsOf(blocks: readonly Uint8Array[], rateIndex: number, channels: number): Uint8Array {
  const frames = blocks.map((block) => {
    const header = new BitWriter()
      .put(12, 0xfff)
      .put(4, 1)
      .put(2, 1)
      .put(4, rateIndex)
      .put(1, 0)
      .put(3, channels);
    header
      .put(4, 0)
      .put(13, block.length + 7)
      .put(11, 0x7ff)
      .put(2, 0);
    return [...header.bytes(), ...block];
  });
  return Uint8Array.from(frames.flat());
}

/** The frames of an ADTS file, headers and all. */
export function adtsFrames(bytes: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = adtsHeaderAt(bytes, at)?.length ?? bytes.length;
    frames.push(bytes.subarray(at, at + length));
    at += length;
  }
  return frames;
}
