import type { ChannelData } from './channel-data.ts';
import { NOISE_STRIDE } from './channel-data.ts';
import { QMF_BANDS } from './master-table.ts';
import type { SbrBands } from './sbr-bands.ts';
import { MOST_ENVELOPES } from './time-grid.ts';

const NOISE_OFFSET = 6;

/** The levels of one channel's block as energies: envelope i from i * QMF_BANDS on, noise from i * NOISE_STRIDE on. */
export class Energies {
  readonly envelopes = new Float32Array(MOST_ENVELOPES * QMF_BANDS);
  readonly noise = new Float32Array(2 * NOISE_STRIDE);
}

/** ISO/IEC 14496-3 §4.6.18.3.5, of a channel by itself. */
export function dequantize({ grid, levels, noise }: ChannelData, bands: SbrBands, energies: Energies): void {
  const step = grid.ampRes === 1 ? 1 : 0.5;
  for (let i = 0; i < grid.envelopes; i++) {
    const count = bandsOf(grid.resolutions[i + 1], bands);
    for (let at = i * QMF_BANDS; at < i * QMF_BANDS + count; at++) {
      energies.envelopes[at] = 2 ** (step * (levels[QMF_BANDS + at] as number) + 6);
    }
  }
  for (let at = 0; at < grid.noiseFloors * NOISE_STRIDE; at++) {
    energies.noise[at] = 2 ** (NOISE_OFFSET - (noise[NOISE_STRIDE + at] as number));
  }
}

/** The same of a coupled pair: the first channel has the levels of both, the second one their balance. */
export function dequantizePair(
  [sum, balance]: readonly [ChannelData, ChannelData],
  bands: SbrBands,
  [left, right]: readonly [Energies, Energies],
): void {
  const { grid } = sum;
  const step = grid.ampRes === 1 ? 1 : 0.5;
  const centre = grid.ampRes === 1 ? 12 : 24;
  for (let i = 0; i < grid.envelopes; i++) {
    const count = bandsOf(grid.resolutions[i + 1], bands);
    for (let at = i * QMF_BANDS; at < i * QMF_BANDS + count; at++) {
      const both = 2 ** (step * (sum.levels[QMF_BANDS + at] as number) + 7);
      const ratio = 2 ** (step * (centre - (balance.levels[QMF_BANDS + at] as number)));
      left.envelopes[at] = both / (1 + ratio);
      right.envelopes[at] = (both / (1 + ratio)) * ratio;
    }
  }
  for (let at = 0; at < grid.noiseFloors * NOISE_STRIDE; at++) {
    const both = 2 ** (NOISE_OFFSET + 1 - (sum.noise[NOISE_STRIDE + at] as number));
    const ratio = 2 ** (12 - (balance.noise[NOISE_STRIDE + at] as number));
    left.noise[at] = both / (1 + ratio);
    right.noise[at] = (both / (1 + ratio)) * ratio;
  }
}

function bandsOf(resolution: number | undefined, bands: SbrBands): number {
  return bands.resolutions[resolution === 1 ? 1 : 0].length - 1;
}
