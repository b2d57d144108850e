import { synthesisWindow } from './synthesis-window.ts';

/**
 * Where in `FILTER_TABLES` which numbers begin. The kernel `mpeg-audio` has the same offsets.
 *
 * - `windows`: six windows of 36 rows of 4 lanes, the lanes being neighbouring subbands from an even one on; by block
 *   type, row 2 holding the 12 values of the short window; then start and stop with two long subbands in front. Signs
 *   of the unfolded transform and of the inversion of odd samples in odd subbands are in them.
 * - `alias`: for each of the eight butterflies cs and ca, then both again for the last four subbands; 4 lanes each.
 * - `rotations`: cosine and sine for each pair of lines, 9 pairs of the long transform, then 3 of the short one.
 * - `cosines`: 1 / (2 cos) of the butterflies of the DCT of 32, 16, 8, 4 and 2 points.
 * - `synthesis`: for outputs 1 to 15, by delay: even and odd delay for the output, both for its mirror; then the 16 of
 *   output 0 and the 8 of output 16.
 */
export const TABLE_OFFSETS = { windows: 0, alias: 864, rotations: 992, cosines: 1016, synthesis: 1048 };

/** Source: ISO/IEC 11172-3 Table B.9. */
const ALIAS_COEFFICIENTS = [-0.6, -0.535, -0.33, -0.185, -0.095, -0.041, -0.0142, -0.0037];

/** Numbers of the hybrid and synthesis filter banks, for the kernel and for the filter bank without one. */
export const FILTER_TABLES: Float32Array = filterTables();

function filterTables(): Float32Array {
  const tables = new Float32Array(1552);
  tables.set(windows(), TABLE_OFFSETS.windows);
  tables.set(alias(), TABLE_OFFSETS.alias);
  tables.set([...rotations(9), ...rotations(3)], TABLE_OFFSETS.rotations);
  tables.set([32, 16, 8, 4, 2].flatMap(cosines), TABLE_OFFSETS.cosines);
  tables.set(synthesis(), TABLE_OFFSETS.synthesis);
  return tables;
}

/** Window of a block type at sample `i` of 36. Source: ISO/IEC 11172-3 §2.4.3.4.10.3. */
function windowAt(blockType: number, i: number): number {
  const long = Math.sin((Math.PI / 36) * (i + 0.5));
  if (blockType === 1 && i >= 18) {
    if (i < 24) return 1;
    return i < 30 ? Math.sin((Math.PI / 12) * (i - 18 + 0.5)) : 0;
  }
  if (blockType === 3 && i < 18) {
    if (i < 6) return 0;
    return i < 12 ? Math.sin((Math.PI / 12) * (i - 6 + 0.5)) : 1;
  }
  return long;
}

function windows(): number[] {
  const lanes = [0, 1, 2, 3];
  const inverted = (i: number, lane: number) => (i % 2 === 1 && lane % 2 === 1 ? -1 : 1);
  const rows = (length: number, value: (i: number, lane: number) => number) =>
    Array.from({ length }, (_, i) => {
      // Only the first quarter of the unfolded transform has the sign of the folded one.
      const sign = i < length / 4 ? 1 : -1;
      return lanes.map((lane) => sign * inverted(i, lane) * value(i, lane));
    }).flat();
  const long = (blockType: number) => rows(36, (i) => windowAt(blockType, i));
  const short = rows(12, (i) => Math.sin((Math.PI / 12) * (i + 0.5)));
  const mixed = (blockType: number) => rows(36, (i, lane) => windowAt(lane < 2 ? 0 : blockType, i));
  const padded = [...short, ...Array<number>(24 * 4).fill(0)];
  return [...long(0), ...long(1), ...padded, ...long(3), ...mixed(1), ...mixed(3)];
}

function alias(): number[] {
  return ALIAS_COEFFICIENTS.flatMap((c) => {
    const cs = 1 / Math.sqrt(1 + c * c);
    const ca = c * cs;
    // Behind subband 31 there is none to be mixed with.
    return [cs, cs, cs, cs, ca, ca, ca, ca, cs, cs, cs, 1, ca, ca, ca, 0];
  });
}

function rotations(pairs: number): number[] {
  return Array.from({ length: pairs }, (_, k) => {
    const angle = (Math.PI * (2 * k + 1)) / (8 * pairs);
    return [Math.cos(angle), Math.sin(angle)];
  }).flat();
}

function cosines(points: number): number[] {
  const angle = (i: number) => (Math.PI * (2 * i + 1)) / (2 * points);
  return Array.from({ length: points / 2 }, (_, i) => 0.5 / Math.cos(angle(i)));
}

/**
 * The window of ISO/IEC 11172-3 Figure A.2 on the outputs of a DCT instead of those of the matrixing: V[j] is X[16 + j],
 * V[32 - j] is -X[16 + j], V[32 + j] and V[64 - j] are -X[16 - j].
 */
function synthesis(): number[] {
  const d = synthesisWindow();
  const at = (i: number) => d[i] as number;
  const values: number[] = [];
  for (let j = 1; j < 16; j++) {
    for (let i = 0; i < 512; i += 64) {
      values.push(at(i + j), -at(i + 32 + j), -at(i + 32 - j), -at(i + 64 - j));
    }
  }
  for (let i = 0; i < 512; i += 64) values.push(at(i), -at(i + 32));
  for (let i = 0; i < 512; i += 64) values.push(-at(i + 48));
  return values;
}
