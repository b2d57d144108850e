import { noiseTable } from './noise-table.ts';
import { BANDS, LEAD, LOW_BANDS, type Planes } from './planes.ts';
import { type Adjustment, NOISE_MASK } from './sbr-engine.ts';

const NOISE = noiseTable();
/** Cosines of quarter turns. */
const COSINES = [1, 0, -1, 0];

/** `SbrEngine.copyUp` without a kernel. */
export function plainCopyUp(
  low: Planes,
  source: number,
  high: Planes,
  target: number,
  count: number,
  predictors: Float32Array,
  start: number,
  end: number,
): void {
  const { re, im } = low;
  for (let i = 0; i < count; i++) {
    const re1 = predictors[target + i] as number;
    const im1 = predictors[BANDS + target + i] as number;
    const re2 = predictors[2 * BANDS + target + i] as number;
    const im2 = predictors[3 * BANDS + target + i] as number;
    let from = (start + LEAD) * LOW_BANDS + source + i;
    for (let slot = start; slot < end; slot++, from += LOW_BANDS) {
      const a = re[from - LOW_BANDS] as number;
      const b = im[from - LOW_BANDS] as number;
      const c = re[from - 2 * LOW_BANDS] as number;
      const d = im[from - 2 * LOW_BANDS] as number;
      const to = slot * BANDS + target + i;
      high.re[to] = (re[from] as number) + a * re1 - b * im1 + c * re2 - d * im2;
      high.im[to] = (im[from] as number) + b * re1 + a * im1 + d * re2 + c * im2;
    }
  }
}

/** `SbrEngine.adjust` without a kernel. */
export function plainAdjust(high: Planes, output: Planes, adjustment: Adjustment): void {
  const { gains, noise, gainRow, sinusoids, sinusoidRow, first, count, start, end } = adjustment;
  let { noiseIndex, phase } = adjustment;
  for (let slot = start; slot < end; slot++) {
    const cosine = COSINES[phase & 3] as number;
    const sine = COSINES[(phase + 3) & 3] as number;
    for (let band = first; band < first + count; band++) {
      const at = slot * BANDS + band;
      const gain = gains[gainRow + band] as number;
      const sinusoid = sinusoids[sinusoidRow + band] as number;
      const index = (noiseIndex + band - first + 1) & NOISE_MASK;
      const level = sinusoid === 0 ? (noise[gainRow + band] as number) : 0;
      const turn = (band & 1) === 0 ? sine : -sine;
      output.re[at] =
        (high.re[at] as number) * gain + level * (NOISE.re[index] as number) + sinusoid * cosine;
      output.im[at] = (high.im[at] as number) * gain + level * (NOISE.im[index] as number) + sinusoid * turn;
    }
    noiseIndex += count;
    phase++;
  }
}
