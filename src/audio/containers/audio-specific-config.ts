/** What an AudioSpecificConfig without anything unusual says. */
export interface AacDescription {
  /** 1 Main, 2 LC, 3 SSR, 4 LTP. */
  objectType: number;
  sampleRate: number;
  channels: number;
  /** Rate after spectral band replication, when there is any. */
  sbrRate?: number | undefined;
}

/** Sampling frequencies by their index, ISO/IEC 14496-3 table 1.18. */
const RATES: readonly number[] = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
];

/**
 * An AudioSpecificConfig for containers that describe AAC in words of their own.
 *
 * Source: ISO/IEC 14496-3 §1.6.2.1 (AudioSpecificConfig, with the backward compatible signalling of SBR: 0x2b7, object
 * type 5, a flag, the rate) and §4.4.1 (GASpecificConfig: three flags, all 0).
 */
export function audioSpecificConfig(aac: AacDescription): Uint8Array {
  const bits = new BitWriter();
  bits.put(aac.objectType, 5);
  putRate(bits, aac.sampleRate);
  bits.put(aac.channels === 8 ? 7 : aac.channels & 15, 4);
  bits.put(0, 3);
  if (aac.sbrRate !== undefined) {
    bits.put(0x2b7, 11);
    bits.put(5, 5);
    bits.put(1, 1);
    putRate(bits, aac.sbrRate);
  }
  return bits.bytes();
}

function putRate(bits: BitWriter, rate: number): void {
  const index = RATES.indexOf(rate);
  bits.put(index < 0 ? 15 : index, 4);
  if (index < 0) bits.put(Math.min(0xffffff, Math.round(rate)), 24);
}

class BitWriter {
  readonly #bits: number[] = [];

  put(value: number, count: number): void {
    for (let bit = count - 1; bit >= 0; bit--) this.#bits.push((value >>> bit) & 1);
  }

  /** What was put, filled up with zeros. */
  bytes(): Uint8Array {
    const bytes = new Uint8Array(Math.ceil(this.#bits.length / 8));
    this.#bits.forEach((bit, i) => {
      bytes[i >> 3] = (bytes[i >> 3] as number) | (bit << (7 - (i & 7)));
    });
    return bytes;
  }
}
