/**
 * Encoding tables of ITU-T G.711 (11/88), by its decision values: index is a 16-bit sample plus 32,768, value the
 * byte of the stream. Negative samples take ones' complement magnitudes, as the reference program of G.191 does.
 */

let aLaw: Uint8Array | undefined;
let muLaw: Uint8Array | undefined;

/** A-law, G.711 Table 1a. */
export function aLawCodes(): Uint8Array {
  aLaw ??= codes(encodeALaw);
  return aLaw;
}

/** Mu-law, G.711 Table 2a. */
export function muLawCodes(): Uint8Array {
  muLaw ??= codes(encodeMuLaw);
  return muLaw;
}

function codes(encode: (magnitude: number, sign: number) => number): Uint8Array {
  return Uint8Array.from({ length: 65_536 }, (_, at) => {
    const sample = at - 32_768;
    return sample < 0 ? encode(~sample, 0) : encode(sample, 0x80);
  });
}

/** 12 bits of magnitude; segments 0 and 1 have the same step; even bits are sent inverted. */
function encodeALaw(magnitude: number, sign: number): number {
  const steps = magnitude >> 4;
  const segment = Math.max(0, 28 - Math.clz32(steps));
  const step = (segment === 0 ? steps : steps >> (segment - 1)) & 15;
  return (sign | (segment << 4) | step) ^ 0x55;
}

/** 13 bits of magnitude with a bias of 33; all bits of the magnitude are sent inverted. */
function encodeMuLaw(magnitude: number, sign: number): number {
  const biased = Math.min(0x1fff, (magnitude >> 2) + 33);
  const segment = 26 - Math.clz32(biased);
  const step = (biased >> (segment + 1)) & 15;
  return sign | (~((segment << 4) | step) & 0x7f);
}
