import type { Bands } from './bands.ts';
import { SUBBANDS } from './filter-bank.ts';
import { LINES } from './huffman.ts';
import { firstShortBand } from './requantise.ts';
import type { Granule } from './side-info.ts';

/** Where decoded lines go in the spectrum of the filter bank, and how many subbands they reach. */
export interface LineOrder {
  /** By line: its index in `FilterBank.spectrum`. */
  targets: Int32Array;
  /** By the number of lines: how many subbands hold some of them. */
  subbands: Int32Array;
}

/** The orders of long, short and mixed blocks at one sample rate. */
export interface LineOrders {
  long: LineOrder;
  short: LineOrder;
  mixed: LineOrder;
}

/** Source: ISO/IEC 11172-3 §2.4.3.4.8: in short blocks the windows of each band come one after the other. */
export function lineOrders(bands: Bands): LineOrders {
  return {
    long: orderOf(Array.from({ length: LINES }, (_, line) => line)),
    short: orderOf(shortLines(bands, 0)),
    mixed: orderOf(shortLines(bands, firstShortBand({ blockType: 2, isMixed: true } as Granule))),
  };
}

/** Which of the orders a granule has. */
export function orderOfGranule(orders: LineOrders, granule: Granule): LineOrder {
  if (granule.blockType !== 2) return orders.long;
  return granule.isMixed ? orders.mixed : orders.short;
}

/** For each line the one it is after interleaving the three windows of the short bands from `firstBand` on. */
function shortLines(bands: Bands, firstBand: number): number[] {
  const start = 3 * (bands.short[firstBand] as number);
  const lines = Array.from({ length: start }, (_, line) => line);
  for (let band = firstBand; band < 13; band++) {
    const first = bands.short[band] as number;
    const width = (bands.short[band + 1] as number) - first;
    for (let window = 0; window < 3; window++) {
      for (let i = 0; i < width; i++) lines.push(3 * (first + i) + window);
    }
  }
  return lines;
}

function orderOf(lines: readonly number[]): LineOrder {
  const targets = Int32Array.from(lines, (line) => (line % 18) * SUBBANDS + Math.floor(line / 18));
  const subbands = new Int32Array(LINES + 1);
  lines.forEach((line, i) => {
    subbands[i + 1] = Math.max(subbands[i] as number, Math.floor(line / 18) + 1);
  });
  return { targets, subbands };
}
