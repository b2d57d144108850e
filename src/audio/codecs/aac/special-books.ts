/** Numbers of codebooks that stand for bands without coefficients of their own (ISO/IEC 14496-3, Table 4.151). */
export const ZERO_BOOK = 0;
export const RESERVED_BOOK = 12;
export const NOISE_BOOK = 13;
export const OUT_OF_PHASE_BOOK = 14;
export const IN_PHASE_BOOK = 15;
