import type { PacketBits } from '../packet-bits.ts';

/** `sbr_header` (ISO/IEC 14496-3 §4.4.2.8, Table 4.63), its fields named as there. */
export interface SbrHeader {
  ampRes: number;
  startFreq: number;
  stopFreq: number;
  xoverBand: number;
  freqScale: number;
  alterScale: number;
  noiseBands: number;
  limiterBands: number;
  limiterGains: number;
  interpolFreq: boolean;
  smoothingMode: number;
}

/** @throws DamagedPacket when it is cut */
export function readSbrHeader(bits: PacketBits): SbrHeader {
  const ampRes = bits.read(1);
  const startFreq = bits.read(4);
  const stopFreq = bits.read(4);
  const xoverBand = bits.read(3);
  bits.read(2);
  const hasScales = bits.flag();
  const hasLimiter = bits.flag();
  return {
    ampRes,
    startFreq,
    stopFreq,
    xoverBand,
    freqScale: hasScales ? bits.read(2) : 2,
    alterScale: hasScales ? bits.read(1) : 1,
    noiseBands: hasScales ? bits.read(2) : 2,
    limiterBands: hasLimiter ? bits.read(2) : 2,
    limiterGains: hasLimiter ? bits.read(2) : 2,
    interpolFreq: hasLimiter ? bits.flag() : true,
    smoothingMode: hasLimiter ? bits.read(1) : 1,
  };
}

/** Whether two headers divide the spectrum alike; if not, everything begins anew. */
export function isSameSpectrum(a: SbrHeader, b: SbrHeader): boolean {
  return (
    a.startFreq === b.startFreq &&
    a.stopFreq === b.stopFreq &&
    a.xoverBand === b.xoverBand &&
    a.freqScale === b.freqScale &&
    a.alterScale === b.alterScale &&
    a.noiseBands === b.noiseBands
  );
}
