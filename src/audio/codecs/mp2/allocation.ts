import type { MpegHeader } from '../../probe/mpeg-header.ts';

/** A quantiser of layers I and II: how many steps it has, and whether three samples share one code. */
export interface Quantiser {
  steps: number;
  /** Of one sample, or of the code of three. */
  bits: number;
  isGrouped: boolean;
}

/** Quantisers by the index that the allocation tables name. Source: ISO/IEC 11172-3 Table B.4. */
export const QUANTISERS: readonly Quantiser[] = [
  { steps: 3, bits: 5, isGrouped: true },
  { steps: 5, bits: 7, isGrouped: true },
  { steps: 7, bits: 3, isGrouped: false },
  { steps: 9, bits: 10, isGrouped: true },
  ...Array.from({ length: 13 }, (_, i) => ({ steps: 2 ** (i + 4) - 1, bits: i + 4, isGrouped: false })),
];

/** What a subband can be allocated: the bits of the choice, and the quantisers that choices from 1 on mean. */
export interface Allocation {
  bits: number;
  quantisers: readonly number[];
}

const upTo = (last: number, ...first: number[]) => [
  ...first,
  ...Array.from({ length: last - (first.at(-1) ?? 0) }, (_, i) => (first.at(-1) ?? 0) + i + 1),
];

const LOW: Allocation = { bits: 4, quantisers: upTo(16, 0, 2, 4) };
const MIDDLE: Allocation = { bits: 4, quantisers: [...upTo(13, 0), 16] };
const HIGH: Allocation = { bits: 3, quantisers: [0, 1, 2, 3, 4, 5, 16] };
const HIGHEST: Allocation = { bits: 2, quantisers: [0, 1, 16] };
const SPARSE_LOW: Allocation = { bits: 4, quantisers: upTo(15, 0, 1, 3) };
const SPARSE_HIGH: Allocation = { bits: 3, quantisers: upTo(7, 0, 1, 3) };
const LSF_LOW: Allocation = { bits: 4, quantisers: upTo(14, 0) };
const LSF_HIGHEST: Allocation = { bits: 2, quantisers: [0, 1, 3] };

const times = (count: number, allocation: Allocation) => Array<Allocation>(count).fill(allocation);

/** Tables B.2a to B.2d of ISO/IEC 11172-3 and Table B.1 of ISO/IEC 13818-3: one entry for each subband that is coded. */
const TABLE_B: readonly Allocation[] = [
  ...times(3, LOW),
  ...times(8, MIDDLE),
  ...times(12, HIGH),
  ...times(7, HIGHEST),
];
const TABLE_A = TABLE_B.slice(0, 27);
const TABLE_D: readonly Allocation[] = [...times(2, SPARSE_LOW), ...times(10, SPARSE_HIGH)];
const TABLE_C = TABLE_D.slice(0, 8);
const TABLE_LSF: readonly Allocation[] = [
  ...times(4, LSF_LOW),
  ...times(7, SPARSE_HIGH),
  ...times(19, LSF_HIGHEST),
];

/**
 * The allocation table of a frame of layer II; `bitRate` in kbit/s, which in free format the header does not say.
 *
 * Source: ISO/IEC 11172-3 §2.4.3.3.1.
 */
export function allocationTable(
  { version, sampleRate, channels }: MpegHeader,
  bitRate: number,
): readonly Allocation[] {
  if (version !== 1) return TABLE_LSF;
  const each = bitRate / channels;
  if (each >= 56 && (sampleRate === 48_000 || each <= 80)) return TABLE_A;
  if (sampleRate !== 48_000 && each >= 96) return TABLE_B;
  return sampleRate !== 32_000 && each <= 48 ? TABLE_C : TABLE_D;
}
