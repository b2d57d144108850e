/** Where the tables are, and the layout of the arrays; see `codecs/mp3/filter-tables.ts` and `filter-bank.ts`. */

/** Bytes of a row of the spectrum: 32 subbands. */
export const LINE: usize = 128;
/** Bytes of a row of subband samples: 40 slots. */
export const SLOTS: usize = 160;
/** Bytes of a row of the synthesis: 16 slots of the past and 40 of now. */
export const ROW: usize = 224;
export const PAST: usize = 64;

export const WINDOW_BYTES: usize = 576;

export let windows: usize = 0;
export let alias: usize = 0;
export let rotations36: usize = 0;
export let rotations12: usize = 0;
export let cosines: usize = 0;
export let window: usize = 0;

/** Scratch vectors: input and output of the transforms. */
export const pool = memory.data(64 * 16, 16);
export const other = memory.data(64 * 16, 16);

export function setTables(tables: usize): void {
  windows = tables;
  alias = tables + 864 * 4;
  rotations36 = tables + 992 * 4;
  rotations12 = rotations36 + 18 * 4;
  cosines = tables + 1016 * 4;
  window = tables + 1048 * 4;
}
