import { BigEndian } from '../../io/big-endian.ts';

/**
 * The OpusHead that says what a `dOps` box does, and its pre-skip in frames at 48 kHz. Without a box: plain mono or
 * stereo.
 *
 * Source: "Encapsulation of Opus in ISO Base Media File Format" 0.8.1 §4.3.2 (big-endian, version 0); RFC 7845 §5.1
 * (OpusHead: little-endian, version 1).
 */
export function opusHead(
  dOps: Uint8Array | undefined,
  channels: number,
): { config: Uint8Array; preSkip: number } {
  const fields = new BigEndian(dOps ?? new Uint8Array(0), 1);
  const outputs = fields.u8() || channels;
  const preSkip = fields.u16();
  const inputRate = fields.u32();
  const gain = fields.u16();
  const family = fields.u8();
  const mapping = family === 0 ? new Uint8Array(0) : fields.bytes(2 + outputs);

  const head = new Uint8Array(19 + mapping.length);
  head.set(Buffer.from('OpusHead\x01', 'latin1'));
  const view = new DataView(head.buffer);
  view.setUint8(9, outputs);
  view.setUint16(10, preSkip, true);
  view.setUint32(12, inputRate, true);
  view.setUint16(16, gain, true);
  view.setUint8(18, family);
  head.set(mapping, 19);
  return { config: head, preSkip };
}
