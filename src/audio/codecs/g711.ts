/**
 * Decoding tables of ITU-T G.711 (11/88), from its formulas: index is the byte of the stream, value the sample
 * on the 16-bit scale.
 */

/** A-law, G.711 Table 1a: 13-bit values, shifted left by 3. */
export const A_LAW: Int16Array = Int16Array.from({ length: 256 }, (_, byte) => decodeALaw(byte));

/** Mu-law, G.711 Table 2a: 14-bit values, shifted left by 2. */
export const MU_LAW: Int16Array = Int16Array.from({ length: 256 }, (_, byte) => decodeMuLaw(byte));

/** Even bits are sent inverted; a sign bit of 1 is positive; segments 0 and 1 have the same step. */
function decodeALaw(byte: number): number {
  const bits = byte ^ 0x55;
  const segment = (bits >> 4) & 7;
  const step = bits & 15;
  const magnitude = segment === 0 ? step * 16 + 8 : (step * 16 + 0x108) << (segment - 1);
  return (bits & 0x80) === 0 ? -magnitude : magnitude;
}

/** All bits are sent inverted; a sign bit of 1 is negative after that; 33 (0x84 on this scale) is the bias. */
function decodeMuLaw(byte: number): number {
  const bits = ~byte & 0xff;
  const segment = (bits >> 4) & 7;
  const step = bits & 15;
  const magnitude = ((step * 8 + 0x84) << segment) - 0x84;
  return (bits & 0x80) === 0 ? magnitude : -magnitude;
}
