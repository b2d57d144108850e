/**
 * The hybrid and synthesis filter banks of MPEG audio, with 128-bit vectors. All addresses are byte offsets in the imported
 * memory. The lanes of the hybrid filter bank are four neighbouring subbands, those of the synthesis four slots in a row.
 * The layout of the arrays and of the tables is described in `codecs/mp3/filter-bank.ts` and `filter-tables.ts`.
 */
export { hybrid } from './mpeg-audio/hybrid';
export { synthesize } from './mpeg-audio/synthesis';
export { setTables } from './mpeg-audio/tables';

/** First byte that static data leaves free. */
export function heapBase(): usize {
  return __heap_base;
}
