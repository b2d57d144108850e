/** The filter banks of MPEG audio, with 128-bit vectors. All addresses are byte offsets in the imported memory. */
import { setHybridTables } from './lib/mpeg-hybrid';
import { setSynthesisTables } from './lib/mpeg-synthesis';

export { hybrid } from './lib/mpeg-hybrid';
export { synthesize } from './lib/mpeg-synthesis';

/** First byte that static data leaves free. */
export function heapBase(): usize {
  return __heap_base;
}

export function setTables(tables: usize): void {
  setHybridTables(tables);
  setSynthesisTables(tables);
}
